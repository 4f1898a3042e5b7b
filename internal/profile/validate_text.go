package profile

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// texts checks every text anywhere in the profile: all languages, none blank, none
// besides, and the same placeholders in each.
func (v *findings) texts(p *Profile) { v.walk(p.Name, reflect.ValueOf(*p)) }

// walk visits every Text below x. It reads the shape of the types, so that a text
// added later is checked without being listed.
func (v *findings) walk(where string, x reflect.Value) {
	if t, ok := x.Interface().(Text); ok {
		v.text(where, t)
		return
	}
	switch x.Kind() {
	case reflect.Struct:
		for i := range x.NumField() {
			v.walk(where+"."+x.Type().Field(i).Name, x.Field(i))
		}
	case reflect.Slice:
		for i := range x.Len() {
			v.walk(fmt.Sprintf("%s[%s]", where, name(x.Index(i), i)), x.Index(i))
		}
	case reflect.Map:
		for _, key := range x.MapKeys() {
			v.walk(where+"."+key.String(), x.MapIndex(key))
		}
	case reflect.Pointer:
		if !x.IsNil() {
			v.walk(where, x.Elem())
		}
	default: // numbers, words and truth values hold no text
	}
}

// name says which element it is: by its id where it has one.
func name(x reflect.Value, i int) string {
	if x.Kind() == reflect.Struct {
		if id := x.FieldByName("ID"); id.IsValid() {
			return id.String()
		}
	}
	return fmt.Sprint(i)
}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

func (v *findings) text(where string, t Text) {
	if t.Empty() {
		return // whether it may be absent is decided where it stands
	}
	for lang := range t {
		v.need(slices.Contains(Languages(), lang), "%s: no language is called %q", where, lang)
	}
	wanted := placeholders(t["en"])
	for _, lang := range Languages() {
		v.need(strings.TrimSpace(t[lang]) != "", "%s: the text in %q is missing", where, lang)
		v.need(slices.Equal(placeholders(t[lang]), wanted), "%s: other placeholders in %q than in English", where, lang)
	}
}

func placeholders(s string) []string {
	found := placeholder.FindAllString(s, -1)
	slices.Sort(found)
	return found
}
