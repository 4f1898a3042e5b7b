package profile

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Change is one thing in which two profiles differ.
type Change struct {
	Path    string // such as "settings.review_days", or "topics.theft.label.nl"
	Was, Is string // empty where it is not there
}

// Diff lists what differs between two profiles, in the order in which a file says it. An
// entry that only one of them has is one change, named by its label.
func Diff(a, b *Profile) ([]Change, error) {
	x, err := written(a)
	if err != nil {
		return nil, err
	}
	y, err := written(b)
	if err != nil {
		return nil, err
	}
	var d diffs
	for _, part := range parts() {
		d.values(part, x[part], y[part])
	}
	return d.list, nil
}

// parts are the parts of a file in their order.
func parts() []string {
	return []string{
		"profile", "organisation", "settings", "teams", "topics", "form", "actions", "emergency", "external",
		"clocks", "templates", "retention", "pages", "messages",
	}
}

func written(p *Profile) (document, error) {
	data, err := Export(p)
	if err != nil {
		return nil, err
	}
	v, err := jsonValue(data)
	if err != nil {
		return nil, fmt.Errorf("read export: %w", err)
	}
	doc, _ := v.(map[string]any)
	return doc, nil
}

type diffs struct{ list []Change }

func (d *diffs) say(path, was, is string) {
	if was != is {
		d.list = append(d.list, Change{path, was, is})
	}
}

func (d *diffs) values(path string, x, y any) {
	xo, xIsObject := x.(map[string]any)
	yo, yIsObject := y.(map[string]any)
	xl, xIsList := x.([]any)
	yl, yIsList := y.([]any)
	switch {
	case xIsObject && yIsObject:
		for _, name := range bothNames(xo, yo) {
			d.values(under(path, name), xo[name], yo[name])
		}
	case xIsList && yIsList && haveIDs(xl) && haveIDs(yl):
		d.entries(path, xl, yl)
	case xIsList && yIsList && len(xl) == len(yl) && !flat(xl):
		for i := range xl {
			d.values(entryPath(path, nil, i), xl[i], yl[i])
		}
	default:
		d.say(path, summary(x), summary(y))
	}
}

// entries compares lists whose entries have an id, and then their order.
func (d *diffs) entries(path string, x, y []any) {
	var was, is []string // ids that both have, in the order of each
	for i, entry := range x {
		other := withID(y, idOf(entry))
		if other != nil {
			was = append(was, idOf(entry))
		}
		d.values(entryPath(path, entry, i), entry, other)
	}
	for i, entry := range y {
		if withID(x, idOf(entry)) != nil {
			is = append(is, idOf(entry))
			continue
		}
		d.values(entryPath(path, entry, i), nil, entry)
	}
	d.say(path+" (order)", strings.Join(was, ", "), strings.Join(is, ", "))
}

func withID(list []any, id string) any {
	i := slices.IndexFunc(list, func(v any) bool { return idOf(v) == id })
	if i < 0 {
		return nil
	}
	return list[i]
}

func bothNames(x, y map[string]any) []string {
	names := append(sortedNames(x), sortedNames(y)...)
	slices.Sort(names)
	return slices.Compact(names)
}

// flat reports whether a list holds plain values.
func flat(list []any) bool {
	return !slices.ContainsFunc(list, func(v any) bool {
		_, object := v.(map[string]any)
		return object
	})
}

// summary is a value in one line: a text in English, an entry by what it is called.
func summary(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case map[string]any:
		if en, ok := x["en"].(string); ok {
			return en
		}
		for _, name := range []string{"label", "name", "title", "heading", "for", "part"} {
			if called := summary(x[name]); called != "" {
				return called
			}
		}
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(data)
}
