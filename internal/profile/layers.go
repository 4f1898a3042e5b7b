package profile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// document is a profile as it is written: each of its parts by its name, as plain JSON.
type document map[string]any

// basedOn opens the shared folders that a profile names as what it is based on.
func basedOn(own fs.FS) ([]fs.FS, error) {
	data, err := fs.ReadFile(own, "base.json")
	if err != nil {
		return nil, fmt.Errorf("read base.json: %w", err)
	}
	var base struct {
		On []string `json:"on"`
	}
	if err := json.Unmarshal(data, &base); err != nil {
		return nil, fmt.Errorf("decode base.json: %w", err)
	}
	var layers []fs.FS
	for _, name := range base.On {
		dir, err := fs.Sub(embedded, path.Join("shared", name))
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", name, err)
		}
		layers = append(layers, dir)
	}
	return layers, nil
}

// readLayer gathers the JSON files in the root of a folder into one document. Several
// files may add to a list.
func readLayer(dir fs.FS) (document, error) {
	files, err := fs.Glob(dir, "*.json")
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	if len(files) == 0 {
		return nil, errors.New("it has no files")
	}
	slices.Sort(files)
	doc := document{}
	for _, file := range files {
		data, err := fs.ReadFile(dir, file)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		v, err := jsonValue(data)
		if err != nil {
			return nil, fmt.Errorf("decode %s: %w", file, err)
		}
		if err := doc.add(file, v); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return doc, nil
}

// add puts a file into the part that its name begins with.
func (d document) add(file string, v any) error {
	part, _, _ := strings.Cut(file, ".")
	switch part {
	case "base":
		return nil
	case "organisation", "settings", "terms":
		return d.once(part, v)
	case "texts":
		if file == "texts.messages.json" {
			return d.once("messages", v)
		}
		d.behind("pages", v)
	case "form":
		d.behind("form", v)
	case "teams", "topics", "actions", "emergency", "external", "clocks", "templates", "retention":
		list, ok := v.([]any)
		if !ok {
			return errors.New("want a list")
		}
		d.behind(part, list...)
	default:
		return errors.New("no part of a profile has that name")
	}
	return nil
}

func (d document) once(part string, v any) error {
	if d[part] != nil {
		return errors.New("another file says the same")
	}
	d[part] = v
	return nil
}

func (d document) behind(part string, more ...any) {
	list, _ := d[part].([]any)
	d[part] = append(list, more...)
}

// laidOver returns what holds when above is laid over below. Objects go field by field,
// and lists of entries with an id entry by entry; a new entry comes last. Texts, other
// lists and plain values are replaced, and null takes a field away.
func laidOver(below, above any) any {
	switch x := above.(type) {
	case map[string]any:
		under, ok := below.(map[string]any)
		if !ok || isText(x) {
			return above
		}
		out := map[string]any{}
		maps.Copy(out, under)
		for key, v := range x {
			if v == nil {
				delete(out, key)
				continue
			}
			out[key] = laidOver(under[key], v)
		}
		return out
	case []any:
		under, ok := below.([]any)
		if !ok || !haveIDs(under) || !haveIDs(x) {
			return above
		}
		return listOver(under, x)
	default:
		return above
	}
}

func listOver(below, above []any) []any {
	out := slices.Clone(below)
	laid := map[string]bool{}
	for _, v := range above {
		id := idOf(v)
		i := slices.IndexFunc(below, func(x any) bool { return idOf(x) == id })
		if i < 0 || laid[id] { // what stands twice is found when the whole is looked at
			out = append(out, v)
			continue
		}
		laid[id] = true
		out[i] = laidOver(below[i], v)
	}
	return out
}

// idOf is the id of an entry; empty where it has none. A part of the form has it one
// level down.
func idOf(v any) string {
	entry, _ := v.(map[string]any)
	if part, ok := entry["part"].(map[string]any); ok {
		entry = part
	}
	id, _ := entry["id"].(string)
	return id
}

func haveIDs(list []any) bool {
	return !slices.ContainsFunc(list, func(v any) bool { return idOf(v) == "" })
}

// isText reports whether an object holds one text in several languages.
func isText(m map[string]any) bool {
	for key := range m {
		if !slices.Contains(Languages(), key) {
			return false
		}
	}
	return len(m) > 0
}

// fillTerms puts what an organisation calls things into the texts that are shared: the
// term "service" stands for every {service}.
func (d document) fillTerms() {
	terms, _ := d["terms"].(map[string]any)
	delete(d, "terms")
	fill := map[string]*strings.Replacer{}
	for _, lang := range Languages() {
		var pairs []string
		for term, v := range terms {
			if texts, ok := v.(map[string]any); ok {
				word, _ := texts[lang].(string)
				pairs = append(pairs, "{"+term+"}", word)
			}
		}
		fill[lang] = strings.NewReplacer(pairs...)
	}
	putTerms(map[string]any(d), fill)
}

func putTerms(v any, fill map[string]*strings.Replacer) {
	switch x := v.(type) {
	case map[string]any:
		text := isText(x)
		for key, v := range x {
			if s, ok := v.(string); ok && text {
				x[key] = fill[key].Replace(s)
				continue
			}
			putTerms(v, fill)
		}
	case []any:
		for _, v := range x {
			putTerms(v, fill)
		}
	}
}
