package ui

import (
	"net/http"
	"net/url"
	"strings"
)

// Redirect answers a POST with 303 See Other to a path of this site. A path that
// could lead elsewhere leads to "/" instead.
func Redirect(w http.ResponseWriter, r *http.Request, path string) {
	if !LocalPath(path) {
		path = "/"
	}
	w.Header().Set("Location", path)
	w.WriteHeader(http.StatusSeeOther)
}

// LocalPath reports whether path stays on this site: one slash at its start, no
// host, no backslash that a browser would read as a slash, no control symbol.
func LocalPath(path string) bool {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
		return false
	}
	if strings.ContainsFunc(path, func(c rune) bool { return c == '\\' || c < ' ' || c == 0x7f }) {
		return false
	}
	u, err := url.Parse(path)
	return err == nil && u.Host == "" && u.Scheme == ""
}
