package ui

import (
	"fmt"
	"html/template"
	"maps"
	"strings"
	"time"

	"klankbord/internal/lang"
)

// langName is what a language calls itself, the same on every page.
func langName(l string) string {
	switch l {
	case "nl":
		return "Nederlands"
	case "fr":
		return "Français"
	case "en":
		return "English"
	case "de":
		return "Deutsch"
	default:
		return l
	}
}

// funcs are the template functions, bound to one language.
func (rd *Renderer) funcs(code string) template.FuncMap {
	w, l := rd.words, lang.Lang(code)
	m := template.FuncMap{
		"t":         func(key string, pairs ...any) string { return w.Text(code, key, args(pairs)) },
		"tn":        func(key string, n int, pairs ...any) string { return w.Plural(code, key, n, args(pairs)) },
		"lang":      func() string { return code },
		"date":      func(t time.Time) string { return lang.DateLong(l, t) },
		"datefull":  func(t time.Time) string { return lang.Date(l, t) },
		"dateshort": func(t time.Time) string { return lang.DateShort(l, t) },
		"datetime":  func(t time.Time) string { return lang.DateTime(l, t) },
		"iso":       func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"bytes":     func(n int64) string { return lang.Bytes(l, n) },
		"number":    func(n int) string { return lang.Number(l, int64(n)) },
		"lines":     func(s string) []string { return strings.Split(strings.TrimRight(s, "\n"), "\n") },
		"paras":     paragraphs,
		"asset":     rd.assets.URL,
		"id":        ID,
		"list":      func(v ...any) []any { return v },
		"errorfor":  func(e []FormError, name string) string { return ErrorFor(e, name) },
		"carry":     CarryTo,
		"public":    func(path string) string { return publicPath(code, path) },
		"dial":      telURL,
		"upper":     strings.ToUpper,
		"unbroken":  func(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") },
	}
	maps.Copy(m, fieldFuncs())
	return m
}

// publicPath is where a public page lies in a language.
func publicPath(lang, path string) string { return "/" + lang + path }

// args turns "name", value, … into placeholders. An odd count is a mistake in a
// template and panics, which the template reports as its error.
func args(pairs []any) map[string]string {
	if len(pairs)%2 != 0 {
		panic("ui: t takes a key and pairs of name and value")
	}
	m := make(map[string]string, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		m[fmt.Sprint(pairs[i])] = fmt.Sprint(pairs[i+1])
	}
	return m
}

// paragraphs splits text at its empty lines.
func paragraphs(s string) []string {
	var out []string
	for p := range strings.SplitSeq(s, "\n\n") {
		if p = strings.Trim(p, "\n"); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// telURL is the address that dials a number written for people. RFC 3966 5.1.5
// allows digits and a leading plus.
func telURL(number string) template.URL {
	return template.URL("tel:" + strings.Map(func(r rune) rune { //nolint:gosec // only digits and plus are left
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, number))
}
