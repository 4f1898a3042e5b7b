package ui

import (
	"mime"
	"net/http"
)

// The content security policies. Forms and links are all a page needs; a desk
// page with a script names it, and its script may ask this host for news.
const (
	policy           = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	policyWithScript = policy + "; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'"
	policyOfSound    = "; media-src 'self'"
	policyOfFiles    = "sandbox; default-src 'none'; frame-ancestors 'none'"
)

// Headers puts the security headers on every answer. Pages are kept by no cache,
// so that going back after leaving asks the server again and finds no session.
func (rd *Renderer) Headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY") // for browsers that do not know frame-ancestors
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=(), interest-cohort=()")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		if rd.secure {
			h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}

// PlayHeaders prepares w for sending a recording to the player of a page that Plays:
// shown by nothing else, whatever it claims to be.
func PlayHeaders(w http.ResponseWriter, media string) {
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Security-Policy", policyOfFiles)
	h.Set("Content-Disposition", "attachment")
}

// FileHeaders prepares w for sending a file that a person attached: always as a
// download, never shown inside the site, whatever it claims to be.
func FileHeaders(w http.ResponseWriter, name string) {
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Security-Policy", policyOfFiles)
	d := mime.FormatMediaType("attachment", map[string]string{"filename": name})
	if d == "" { // the name holds what no header can
		d = "attachment"
	}
	h.Set("Content-Disposition", d)
}
