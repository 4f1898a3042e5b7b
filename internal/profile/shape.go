package profile

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// shaped reports every field that a document has and a profile does not, and every value
// of the wrong kind, each by its path.
func shaped(d document) error {
	v := &findings{}
	v.shape("", map[string]any(d), reflect.TypeFor[sheet]())
	return errors.Join(v.errs...)
}

// shape looks at one value, which must be what t holds.
func (v *findings) shape(path string, x any, t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer:
		v.shape(path, x, t.Elem())
	case reflect.Struct:
		object, ok := x.(map[string]any)
		v.need(ok, "%s: want an object", path)
		for _, name := range sortedNames(object) {
			field, known := fieldNamed(t, name)
			v.need(known, "%s: unknown field", under(path, name))
			if known {
				v.shape(under(path, name), object[name], field)
			}
		}
	case reflect.Slice:
		list, ok := x.([]any)
		v.need(ok, "%s: want a list", path)
		for i, entry := range list {
			v.shape(entryPath(path, entry, i), entry, t.Elem())
		}
	case reflect.Map:
		object, ok := x.(map[string]any)
		v.need(ok, "%s: want an object", path)
		for _, name := range sortedNames(object) {
			v.shape(under(path, name), object[name], t.Elem())
		}
	default:
		v.need(isPlain(x, t.Kind()), "%s: want a %s", path, plainName(t.Kind()))
	}
}

// isPlain reports whether a value is of a kind that holds no others.
func isPlain(x any, kind reflect.Kind) bool {
	switch kind {
	case reflect.String:
		_, ok := x.(string)
		return ok
	case reflect.Bool:
		_, ok := x.(bool)
		return ok
	default:
		n, ok := x.(json.Number)
		if !ok {
			return false
		}
		_, err := n.Int64()
		return err == nil
	}
}

func plainName(kind reflect.Kind) string {
	switch kind {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "truth value"
	default:
		return "whole number"
	}
}

// fieldNamed finds the type of a field by the name it is written with.
func fieldNamed(t reflect.Type, name string) (reflect.Type, bool) {
	for f := range t.Fields() {
		written, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if written == name && name != "-" {
			return f.Type, true
		}
	}
	return nil, false
}

func under(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// entryPath names an entry of a list by its id, or by its place where it has none.
func entryPath(path string, entry any, i int) string {
	if id := idOf(entry); id != "" {
		return under(path, id)
	}
	return fmt.Sprintf("%s[%d]", path, i+1)
}

func sortedNames(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
