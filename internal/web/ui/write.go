package ui

import (
	"net/http"
	"strconv"
	"strings"
)

// Render makes the page called name ("set/page") and writes it with status. The
// page is complete before its first byte leaves; on error nothing has been
// written.
func (rd *Renderer) Render(w http.ResponseWriter, r *http.Request, status int, name string, p Viewed) error {
	v := p.view()
	if v.Lang == "" {
		v.Lang = rd.Lang(r)
	}
	typed, carried := Carried(r)
	body, err := rd.render(name, rd.complete(v), typed)
	if err != nil {
		return err
	}
	h := w.Header()
	if carried { // the page holds what somebody typed, whatever it is otherwise
		h.Set("Cache-Control", "no-store")
		v.Compress = false
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", v.Lang)
	if v.Index {
		h.Del("X-Robots-Tag")
	}
	if v.Script != "" || v.Sends {
		h.Set("Content-Security-Policy", policyWithScript)
	}
	if v.Plays {
		h.Set("Content-Security-Policy", h.Get("Content-Security-Policy")+policyOfSound)
	}
	return rd.send(w, r, status, body, v.Compress)
}

// send writes body, compressed where the page allows it and the browser can read
// it. Compressed length tells what a page holds when a stranger can choose part
// of it (BREACH), so the default is plain.
func (rd *Renderer) send(w http.ResponseWriter, r *http.Request, status int, body []byte, compress bool) error {
	h := w.Header()
	if compress {
		h.Add("Vary", "Accept-Encoding")
		if accepts(r, "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = rd.squeezed.of(body)
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	// A visitor who went away is no error of ours, and there is no page left to
	// show it on.
	_, _ = w.Write(body)
	return nil
}

// accepts reports whether the request takes an encoding, RFC 9110 12.5.3.
func accepts(r *http.Request, encoding string) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), encoding) {
			q := strings.TrimSpace(params)
			return q != "q=0" && !strings.HasPrefix(q, "q=0.000")
		}
	}
	return false
}
