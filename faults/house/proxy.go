package house

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// asking is how often a proxy asks each process whether it is ready.
const asking = 50 * time.Millisecond

// Proxy gives each request to the next process that says it is ready. It asks another one
// where a connection was refused, and sends only what changes nothing (GET, HEAD) a second
// time after it left, as the proxies that people use do.
type Proxy struct {
	Site string

	server  *http.Server
	backs   []*back
	next    atomic.Int64
	end     context.CancelFunc
	working sync.WaitGroup

	mu       sync.Mutex
	statuses map[int]int // answers, by status; guarded by mu
	served   []int       // requests, by process; guarded by mu
}

// back is a process behind the proxy.
type back struct {
	at    *url.URL
	ready atomic.Bool
}

func newProxy(ctx context.Context, at []string) (*Proxy, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	ctx, end := context.WithCancel(context.WithoutCancel(ctx))
	p := &Proxy{Site: "http://" + l.Addr().String(), end: end, statuses: map[int]int{}, served: make([]int, len(at))}
	for _, host := range at {
		b := &back{at: &url.URL{Scheme: "http", Host: host}}
		p.backs = append(p.backs, b)
		p.working.Go(func() { b.ask(ctx) })
	}
	through := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.Host = "http", r.In.Host
			r.SetXForwarded()
		},
		Transport:      p,
		ModifyResponse: func(r *http.Response) error { p.count(r.StatusCode); return nil },
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			p.count(http.StatusBadGateway)
			http.Error(w, "no process answers: "+err.Error(), http.StatusBadGateway)
		},
	}
	p.server = &http.Server{Handler: through, ReadHeaderTimeout: time.Minute}
	p.working.Go(func() { _ = p.server.Serve(l) }) // ends when closed
	return p, nil
}

func (p *Proxy) close() error {
	p.end()
	err := p.server.Close()
	p.working.Wait()
	return err
}

// ask follows whether a process is ready.
func (b *back) ask(ctx context.Context) {
	client := &http.Client{Timeout: time.Second}
	tick := time.NewTicker(asking)
	defer tick.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.at.String()+"/readyz", http.NoBody)
		if err != nil {
			return
		}
		res, err := client.Do(req)
		b.ready.Store(err == nil && res.StatusCode == http.StatusNoContent)
		if err == nil {
			_ = res.Body.Close() // has none
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Ready reports whether a process said so when it was asked last.
func (p *Proxy) Ready(i int) bool { return p.backs[i].ready.Load() }

// await waits until a process is ready.
func (p *Proxy) await(ctx context.Context, i int) error {
	for begun := time.Now(); !p.Ready(i); time.Sleep(asking / 2) {
		if time.Since(begun) > patience || ctx.Err() != nil {
			return fmt.Errorf("%w: %s is not ready", errProgram, p.backs[i].at)
		}
	}
	return nil
}

var errNoneReady = errors.New("no process is ready")

// RoundTrip sends a request to the next process that is ready.
func (p *Proxy) RoundTrip(r *http.Request) (*http.Response, error) {
	failed := errNoneReady
	for range p.backs {
		i := int(p.next.Add(1)) % len(p.backs)
		b := p.backs[i]
		if !b.ready.Load() {
			continue
		}
		r.URL.Host = b.at.Host
		res, err := http.DefaultTransport.RoundTrip(r)
		if err == nil {
			p.mu.Lock()
			p.served[i]++
			p.mu.Unlock()
			return res, nil
		}
		failed = err
		var refused *net.OpError
		if !errors.As(err, &refused) || refused.Op != "dial" {
			if r.Method != http.MethodGet && r.Method != http.MethodHead {
				break
			}
		}
	}
	return nil, failed
}

func (p *Proxy) count(status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.statuses[status]++
}

// Counts tells how many answers there were of each status, and how many requests each
// process had, since it was asked before.
func (p *Proxy) Counts() (statuses map[int]int, served []int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	statuses, served = p.statuses, slices.Clone(p.served)
	p.statuses = map[int]int{}
	clear(p.served)
	return statuses, served
}
