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
// first; on public pages of those that are offered.
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
	if segment == "desk" {
		return match(r, rd.languages)
	}
	return match(r, rd.offered)
}

// Offered is the language of the public pages that suits a request best: its own where that
// is offered, else the one that the browser asks for, else the first.
func (rd *Renderer) Offered(r *http.Request) string {
	if l := rd.Lang(r); slices.Contains(rd.offered, l) {
		return l
	}
	return match(r, rd.offered)
}

func match(r *http.Request, list []string) string {
	offered := make([]lang.Lang, len(list))
	for i, l := range list {
		offered[i] = lang.Lang(l)
	}
	return string(lang.Match(r.Header.Get("Accept-Language"), offered))
}

// Text is a catalogue text in the language of the request, for what is put into
// a page by Go: titles and errors.
func (rd *Renderer) Text(r *http.Request, key string, pairs ...any) string {
	return rd.TextIn(rd.Lang(r), key, pairs...)
}

// TextIn is Text in another language than that of the request.
func (rd *Renderer) TextIn(lang, key string, pairs ...any) string {
	return rd.words.Text(lang, key, args(pairs))
}
