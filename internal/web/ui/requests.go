package ui

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"klankbord/internal/clock"
)

// Wrap puts around a mux what every face has: the log line, recovery from
// panics, security headers and the refusal of requests from other sites.
//
// The log line holds method, route pattern, status and milliseconds, and never a
// path value, an address or an agent. The pattern is the one the mux set on this
// very request, so no middleware between may copy the request; wrap handlers
// inside the mux instead.
func (rd *Renderer) Wrap(c clock.Clock, mux http.Handler) http.Handler {
	inner := rd.Headers(rd.SameOrigin(mux))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := c.Now()
		rec := &recorder{ResponseWriter: w}
		defer func() { //nolint:contextcheck // answers with the request it has
			if p := recover(); p != nil {
				rd.recovered(rec, r, p)
			}
			now := c.Now()
			rd.log.LogAttrs(r.Context(), slog.LevelInfo, "request",
				slog.String("method", knownMethod(r.Method)), slog.String("route", r.Pattern),
				slog.Int("status", rec.status), slog.Int64("ms", now.Sub(start).Milliseconds()))
			if rd.observe != nil {
				rd.observe(now, r.Pattern, rec.status, now.Sub(start))
			}
		}()
		inner.ServeHTTP(rec, r)
	})
}

// recovered answers a request whose handler panicked. http.ErrAbortHandler means
// what it means in net/http and goes on.
func (rd *Renderer) recovered(w *recorder, r *http.Request, p any) {
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	}
	rd.log.LogAttrs(r.Context(), slog.LevelError, "handler panicked", slog.String("stack", string(debug.Stack())))
	rd.WriteError(w, r, fmt.Errorf("panic of type %T", p))
}

// Handle turns a handler that returns its error into an http.Handler.
func (rd *Renderer) Handle(h func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			rd.WriteError(w, r, err)
		}
	})
}

// knownMethod keeps a made-up method out of the log.
func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	default:
		return "other"
	}
}

// recorder remembers the status that was sent; zero means that nothing was.
type recorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status and passes it on; an informational one is not the answer.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write notes that an answer has begun.
func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
