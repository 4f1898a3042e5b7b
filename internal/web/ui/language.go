package ui

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"klankbord/internal/lang"
)

type langInContext struct{}

// WithLang fixes the language of what follows, such as the one a member chose.
func WithLang(ctx context.Context, l string) context.Context {
	return context.WithValue(ctx, langInContext{}, l)
}

// Lang is the language of a request: the first segment of its path, else ?lang=,
// else the one fixed by WithLang, else the one the browser asks for, else the
// first of the instance.
func (rd *Renderer) Lang(r *http.Request) string {
	segment, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if slices.Contains(rd.languages, segment) {
		return segment
	}
	if l := r.URL.Query().Get("lang"); slices.Contains(rd.languages, l) {
		return l
	}
	if l, ok := r.Context().Value(langInContext{}).(string); ok && slices.Contains(rd.languages, l) {
		return l
	}
	offered := make([]lang.Lang, len(rd.languages))
	for i, l := range rd.languages {
		offered[i] = lang.Lang(l)
	}
	return string(lang.Match(r.Header.Get("Accept-Language"), offered))
}

// Text is a catalogue text in the language of the request, for what is put into
// a page by Go: titles and errors.
func (rd *Renderer) Text(r *http.Request, key string, pairs ...any) string {
	return rd.words.Text(rd.Lang(r), key, args(pairs))
}
