package app

import (
	"net/http"
	"slices"
)

// health answers a proxy that asks for the process: it is ready when anybody is served.
func (o *Organisations) health() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		o.changed.RLock()
		defer o.changed.RUnlock()
		if o.draining || !slices.ContainsFunc(o.list, func(g *organisation) bool { return g.app != nil }) {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no organisation has this address", http.StatusMisdirectedRequest)
	})
	return mux
}

// unready lets /readyz say no, of the process and of each organisation.
func (o *Organisations) unready() {
	o.changed.Lock()
	defer o.changed.Unlock()
	o.draining = true
	for _, g := range o.list {
		if g.app != nil {
			g.app.draining.Store(true)
		}
	}
}
