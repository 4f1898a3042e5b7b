package lang

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed text
var texts embed.FS

// placeholder is a name in braces that a text leaves open, such as {date}.
var placeholder = regexp.MustCompile(`\{[a-z][a-z0-9_]*\}`)

// areas are the files of each language; the area is also the first part of each
// key in its file, so that two people never write one key.
func areas() []string {
	return []string{"common", "public", "who", "form", "help", "mailbox", "desk", "drill", "watch", "together", "restore", "numbers", "mail", "error", "demo", "work", "slip", "redact", "check", "words", "exhibit", "practice", "distress", "keys", "mailin", "told", "outbox", "poster", "sound", "brought", "status", "leaving", "file", "settings", "setup"}
}

// ErrNoText means that the catalogue has no text under a key in a language.
var ErrNoText = errors.New("no text under this key")

// ErrOpenPlaceholder means that a text has a placeholder for which no argument came,
// or that an argument came for which the text has no placeholder.
var ErrOpenPlaceholder = errors.New("placeholders and arguments differ")

// entry is a text, or the two forms of a text that counts something.
type entry struct {
	other string
	one   string // empty in a text that does not count
}

// entryOf reads a string, or an object with exactly "one" and "other".
func entryOf(v any) (entry, error) {
	if text, ok := v.(string); ok {
		return entry{other: text}, nil
	}
	forms, _ := v.(map[string]any)
	one, _ := forms["one"].(string)
	other, _ := forms["other"].(string)
	if len(forms) != 2 || one == "" || other == "" {
		return entry{}, errors.New(`a text is a string, or counts and has "one" and "other" and nothing else`)
	}
	return entry{one: one, other: other}, nil
}

// Catalogue holds every text in every language. It does not change after New, so
// any number of goroutines may use it; a language is read when it is first asked for.
type Catalogue struct {
	texts map[Lang]func() map[string]entry // each reads its language once
	keys  func() []string                  // every key, sorted
}

// New makes the catalogue that is built into the program. A language of which a file is
// missing, is not JSON, or has a key of another area is left out; a test keeps that from
// being built.
func New() *Catalogue {
	c := &Catalogue{texts: map[Lang]func() map[string]entry{}}
	c.keys = sync.OnceValue(c.allKeys)
	for _, l := range All() {
		c.texts[l] = sync.OnceValue(func() map[string]entry {
			into, err := read(l)
			if err != nil {
				return nil
			}
			return into
		})
	}
	return c
}

// of is every text of a language, by key; nil where the catalogue does not have it.
func (c *Catalogue) of(l Lang) map[string]entry {
	if texts, ok := c.texts[l]; ok {
		return texts()
	}
	return nil
}

// read is every text of a language.
func read(l Lang) (map[string]entry, error) {
	into := map[string]entry{}
	for _, area := range areas() {
		name := path.Join("text", string(l), area+".json")
		b, err := texts.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if err := add(into, area, b); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return into, nil
}

func add(into map[string]entry, area string, b []byte) error {
	var file map[string]any
	if err := json.Unmarshal(b, &file); err != nil {
		return err
	}
	for k, v := range file {
		e, err := entryOf(v)
		if err != nil {
			return fmt.Errorf("key %q: %w", k, err)
		}
		if !strings.HasPrefix(k, area+".") {
			return fmt.Errorf("key %q does not begin with %q", k, area+".")
		}
		into[k] = e
	}
	return nil
}

// Has reports whether the catalogue has a text under this key in every language.
func (c *Catalogue) Has(key string) bool {
	for _, l := range All() {
		if _, ok := c.of(l)[key]; !ok {
			return false
		}
	}
	return true
}

// Keys returns every key that exists in any language, sorted.
func (c *Catalogue) Keys() []string { return slices.Clone(c.keys()) }

func (c *Catalogue) allKeys() []string {
	all := map[string]bool{}
	for l := range c.texts {
		for k := range c.of(l) {
			all[k] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// Text returns the text under key, its placeholders filled from args. A key that is
// missing in l is looked for in English, and then shown as itself in ⟦⟧; so is the
// name of a placeholder without argument. Check tells a test about both.
func (c *Catalogue) Text(l Lang, key string, args map[string]string) string {
	e, ok := c.entry(l, key)
	if !ok {
		return "⟦" + key + "⟧"
	}
	return fill(e.other, args)
}

// Plural returns the form of the text under key that suits n of something; {n} is
// filled with the number as the language writes it. A text that does not count is
// returned as Text returns it, so a key that may do either can always come here.
func (c *Catalogue) Plural(l Lang, key string, n int, args map[string]string) string {
	e, ok := c.entry(l, key)
	if !ok {
		return "⟦" + key + "⟧"
	}
	all := map[string]string{"n": Number(l, int64(n))}
	maps.Copy(all, args)
	if e.one != "" && countsAsOne(l, n) {
		return fill(e.one, all)
	}
	return fill(e.other, all)
}

// Check returns nil when l has a text under key whose placeholders are exactly the
// names in args ({n} of a text that counts apart), else ErrNoText or
// ErrOpenPlaceholder. It is for tests of those who use a key.
func (c *Catalogue) Check(l Lang, key string, args map[string]string) error {
	e, ok := c.of(l)[key]
	if !ok {
		return fmt.Errorf("%s in %s: %w", key, l, ErrNoText)
	}
	open := e.placeholders()
	if e.one != "" {
		open = slices.DeleteFunc(open, func(s string) bool { return s == "n" })
	}
	if given := slices.Sorted(maps.Keys(args)); !slices.Equal(given, open) {
		return fmt.Errorf("%s in %s has %v, given %v: %w", key, l, open, given, ErrOpenPlaceholder)
	}
	return nil
}

// Incomplete names every key that lacks a text in some language, or whose
// placeholders or plural forms differ between languages. A test keeps it empty.
func (c *Catalogue) Incomplete() []string {
	var out []string
	for _, k := range c.Keys() {
		model, ok := c.of(EN)[k]
		if !ok {
			out = append(out, k+": missing in en")
			continue
		}
		for _, l := range All() {
			e, ok := c.of(l)[k]
			switch {
			case !ok:
				out = append(out, k+": missing in "+string(l))
			case strings.TrimSpace(e.other) == "":
				out = append(out, k+": empty in "+string(l))
			case (e.one == "") != (model.one == ""):
				out = append(out, k+": counts in one language only, en or "+string(l))
			case !slices.Equal(e.placeholders(), model.placeholders()):
				out = append(out, k+": other placeholders in "+string(l))
			}
		}
	}
	return out
}

func (c *Catalogue) entry(l Lang, key string) (entry, bool) {
	if e, ok := c.of(l)[key]; ok {
		return e, true
	}
	e, ok := c.of(EN)[key]
	return e, ok
}

// placeholders returns the names that either form leaves open, sorted. The form for
// one may say "tomorrow" where the other says {n}, so the two count together.
func (e entry) placeholders() []string {
	names := map[string]bool{}
	for _, p := range placeholder.FindAllString(e.other+" "+e.one, -1) {
		names[p[1:len(p)-1]] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// fill puts each argument in its place once; what an argument itself has in braces
// is left alone.
func fill(text string, args map[string]string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		name := p[1 : len(p)-1]
		if v, ok := args[name]; ok {
			return v
		}
		return "⟦" + name + "⟧"
	})
}

// Plain returns the text under key in l as it stands, with what it leaves open; not ok
// where there is none, or one that counts something.
func (c *Catalogue) Plain(l Lang, key string) (text string, ok bool) {
	e, ok := c.of(l)[key]
	return e.other, ok && e.one == ""
}

// Fits reports whether a text can stand in the place of the one under key: that counts
// nothing, and this leaves the same open.
func (c *Catalogue) Fits(l Lang, key, text string) bool {
	e, ok := c.of(l)[key]
	return ok && e.one == "" && strings.TrimSpace(text) != "" && slices.Equal(e.placeholders(), entry{other: text}.placeholders())
}

// With returns the catalogue with other texts under some keys, by key and language. What
// does not fit is left as it is.
func (c *Catalogue) With(other map[string]map[string]string) *Catalogue {
	if len(other) == 0 {
		return c
	}
	changed := &Catalogue{texts: map[Lang]func() map[string]entry{}, keys: c.keys} // none is new
	for l := range c.texts {
		changed.texts[l] = sync.OnceValue(func() map[string]entry {
			all := maps.Clone(c.of(l))
			for key, text := range other {
				if s, ok := text[string(l)]; ok && c.Fits(l, key, s) {
					all[key] = entry{other: s}
				}
			}
			return all
		})
	}
	return changed
}
