package ui

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// carry is the word in an address that asks for a page with what was typed into it.
const carry = "carry"

type carriedInContext struct{}

// Carry answers the languages of a page on which something can be typed. There they
// are buttons that send the form to the address of the page itself, in the other
// language; Carry takes what was typed out of the request and asks next for that
// page, and Render writes it back into the form. So nothing that stands on a page is
// kept on the server, and every page has this without knowing it.
//
// Such a request reads as a GET and changes nothing but, on the desk, the language of
// the member. A password is never written into a page. Of a file only the name
// arrives; the page says that it has to be chosen again.
func (rd *Renderer) Carry(limits Limits, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		if r.Method != http.MethodPost || !query.Has(carry) {
			next.ServeHTTP(w, r)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, 2*limits.TextBytes)
		values, err := ReadForm(r, limits, nil)
		if err != nil {
			rd.WriteError(w, r, err)
			return
		}
		query.Del(carry)
		again := r.Clone(context.WithValue(r.Context(), carriedInContext{}, values))
		again.Method, again.Body, again.ContentLength = http.MethodGet, http.NoBody, 0
		again.URL.RawQuery = query.Encode()
		next.ServeHTTP(w, again)
		r.Pattern = again.Pattern // for the log
	})
}

// Carried is what was typed into the page that this request asks for, with ok false
// where it asks for the page as it is.
func Carried(r *http.Request) (values map[string][]string, ok bool) {
	values, ok = r.Context().Value(carriedInContext{}).(map[string][]string)
	return maps.Clone(values), ok
}

// CarryTo is the address of a page with what is typed, for a form that is sent to it
// once more.
func CarryTo(path string) string { return withQuery(path, carry, "1") }

// withQuery adds a value to the query of a path, in place of one it has.
func withQuery(path, name, value string) string {
	path, raw, _ := strings.Cut(path, "?")
	query, err := url.ParseQuery(raw)
	if err != nil {
		query = url.Values{}
	}
	query.Set(name, value)
	return path + "?" + query.Encode()
}
