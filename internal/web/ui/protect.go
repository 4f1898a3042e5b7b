package ui

import (
	"errors"
	"net/http"

	"klankbord/internal/fault"
)

var errCrossOrigin = fault.New(fault.Denied, "error.cross-origin")

// SameOrigin refuses requests that change something and come from another site
// (net/http.CrossOriginProtection, beside SameSite cookies).
//
// Our own Referrer-Policy makes browsers send "Origin: null" with the forms of
// our own pages (Fetch, "append a request Origin header"). Browsers without
// Sec-Fetch-Site, and all browsers over plain http off loopback, leave nothing
// else to judge by; there the SameSite attribute of the cookies is the protection.
func (rd *Renderer) SameOrigin(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		silent := r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "null"
		if err := guard.Check(r); err != nil && !silent {
			rd.WriteError(w, r, errCrossOrigin)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// LimitBody refuses to read more than n bytes of a request. Reading further
// fails with an error that WriteError shows as "too large".
func LimitBody(n int64, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, n)
		next.ServeHTTP(w, r)
	})
}

// tooLarge reports whether err comes from a body above its limit.
func tooLarge(err error) bool {
	var m *http.MaxBytesError
	return errors.As(err, &m) || errors.Is(err, ErrTooLarge)
}
