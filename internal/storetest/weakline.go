package storetest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// WeakLine stands before an S3 server and does to a request, or to its answer, what a
// test asks for. It is safe for concurrent use.
type WeakLine struct {
	Host string // and port

	mu    sync.Mutex
	fault Fault // guarded by mu
	met   int   // guarded by mu
}

// Fault is what happens to the requests that Hits is true of. A number of times; 0: to all.
type Fault struct {
	Hits   func(*http.Request) bool
	Times  int
	Before func(http.ResponseWriter, *http.Request) // answers in the place of the server
	After  func(*http.Response) error               // changes what the server answered
}

// NewWeakLine stands before a server until the test ends.
func NewWeakLine(t testing.TB, s *S3) *WeakLine {
	t.Helper()
	l := &WeakLine{}
	to := &url.URL{Scheme: "http", Host: s.Host}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host // it is signed
		},
		ModifyResponse: func(r *http.Response) error {
			if f := l.strikes(r.Request, false); f.After != nil {
				return f.After(r)
			}
			return nil
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
		ErrorLog:     nil,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f := l.strikes(r, true); f.Before != nil {
			f.Before(w, r)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	l.Host = strings.TrimPrefix(server.URL, "http://")
	return l
}

// strikes tells what happens to a request; only what answers it is counted.
func (l *WeakLine) strikes(r *http.Request, before bool) Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fault.Hits == nil || !l.fault.Hits(r) || l.fault.Times > 0 && l.met >= l.fault.Times || (l.fault.Before != nil) != before {
		return Fault{}
	}
	l.met++
	return l.fault
}

// Set begins a fault in the place of the one before.
func (l *WeakLine) Set(f Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fault, l.met = f, 0
}

// Met is how often it fell.
func (l *WeakLine) Met() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.met
}

// Method hits the requests of a method for an object.
func Method(method string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		return r.Method == method && strings.Count(strings.Trim(r.URL.Path, "/"), "/") > 0
	}
}

// Status answers with a status and the code of an error.
func Status(status int, code string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<Error><Code>"+code+"</Code><Message>as the test asks</Message></Error>")
	}
}

// Hang answers nothing until the client gives up.
func Hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// Reset breaks the connection off.
func Reset(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// Unheard lets the server do it and loses its answer.
func Unheard(*http.Response) error { return io.ErrUnexpectedEOF }

// Half gives half of what was announced.
func Half(r *http.Response) error {
	whole, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(whole[:len(whole)/2]))
	return err
}

// Lying announces only half, and gives that.
func Lying(r *http.Response) error {
	whole, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(whole[:len(whole)/2]))
	r.ContentLength = int64(len(whole) / 2)
	r.Header.Del("Content-Length")
	return err
}

// Still gives half and then nothing more until the client gives up.
func Still(r *http.Response) error {
	whole, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(whole[:len(whole)/2]), until{r.Request.Context().Done()}))
	return err
}

type until struct{ done <-chan struct{} }

// Read waits.
func (u until) Read([]byte) (int, error) {
	<-u.done
	return 0, io.ErrUnexpectedEOF
}
