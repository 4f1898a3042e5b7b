package ui

import (
	"net/http"
	"time"
)

// Cookies writes and reads the cookies of an instance. Over TLS they are
// __Host- cookies: no other host, subdomain or plain connection can set them.
// Over plain http, meant for loopback only, browsers refuse that prefix and the
// name stands bare.
type Cookies struct{ Secure bool }

func (c Cookies) name(name string) string {
	if c.Secure {
		return "__Host-" + name
	}
	return name
}

// Set writes a cookie that scripts cannot read and that other sites do not send
// along with forms. It ends after age, or with the browser when age is zero.
func (c Cookies) Set(w http.ResponseWriter, name, value string, age time.Duration) {
	http.SetCookie(w, c.cookie(name, value, int(age/time.Second)))
}

// Clear makes the browser forget a cookie.
func (c Cookies) Clear(w http.ResponseWriter, name string) {
	http.SetCookie(w, c.cookie(name, "", -1))
}

// Value returns the value of a cookie. A name that comes twice is refused: one of
// the two was not set by us.
func (c Cookies) Value(r *http.Request, name string) (string, bool) {
	found := r.CookiesNamed(c.name(name))
	if len(found) != 1 || found[0].Value == "" {
		return "", false
	}
	return found[0].Value, true
}

func (c Cookies) cookie(name, value string, age int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // not Secure only where pages are reached without TLS, as in the demo
		Name: c.name(name), Value: value, Path: "/", MaxAge: age,
		Secure: c.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}
