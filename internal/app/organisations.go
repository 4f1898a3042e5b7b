package app

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"klankbord/internal/config"
	"klankbord/internal/door"
	"klankbord/internal/lang"
	"klankbord/internal/metrics"
)

// openAgain is how long an organisation that could not be opened waits for the next try.
const openAgain = time.Minute

// openAtOnce is how many are opened side by side.
const openAtOnce = 4

// Tenant names the settings of one organisation among several.
type Tenant struct {
	Name   string // of its folder
	Config config.Config
}

// Organisations are several instances that one process serves. Each has a database, keys
// and jobs of its own and is chosen by the host name of its pages; nothing that one
// organisation is asked reaches what belongs to another. One that cannot be opened
// answers 503 and is tried again; the others do not notice.
type Organisations struct {
	process config.Config
	list    []*organisation
	words   *lang.Catalogue
	log     *slog.Logger
	options Options // of each of them
	changed sync.RWMutex

	draining bool // told to stop; guarded by changed
}

// organisation is one of them.
type organisation struct {
	Tenant
	public, desk string // host names
	app          *App   // nil: not open; guarded by changed of all of them
	gauge        *gauge // made at the first look at figures; guarded likewise
	pages        pages
}

// pages are what answers for one organisation.
type pages struct{ public, desk, both http.Handler }

// The settings of organisations that cannot be served together.
var (
	errSameHost   = errors.New("two organisations have the same host name; neither is served")
	errSameStore  = errors.New("two organisations name the same database; neither is served")
	errSameBucket = errors.New("two organisations name the same bucket and prefix; neither is served")
	errPlain      = errors.New("the program serves over TLS: want base-url (and desk-url) to begin with https://")
	errNoTenant   = errors.New("there is no organisation to serve")
)

// OpenOrganisations opens what can be opened of the organisations in a folder. Addresses,
// certificates and proxies are those of the process. It fails when there is nothing to
// serve.
func OpenOrganisations(ctx context.Context, process config.Config, tenants []Tenant, options Options) (*Organisations, error) {
	if err := process.Check(); err != nil {
		return nil, err
	}
	o := &Organisations{process: process, log: options.Log, options: options}
	for _, t := range tenants {
		t.Config.Listen, t.Config.DeskOn, t.Config.TrustedProxies = process.Listen, process.DeskOn, process.TrustedProxies
		g := &organisation{Tenant: t, public: t.Config.PublicHost(), desk: t.Config.DeskHost()}
		o.list = append(o.list, g)
	}
	o.list = o.apart()
	if len(o.list) == 0 {
		return nil, errNoTenant
	}
	o.words = lang.New()
	var all sync.WaitGroup
	turns := make(chan struct{}, openAtOnce)
	for _, g := range o.list {
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			o.open(ctx, g)
		})
	}
	all.Wait()
	return o, nil
}

// apart leaves out organisations that another could be taken for: guessing which of two
// is meant would show one the complaints of the other.
func (o *Organisations) apart() (list []*organisation) {
	for _, g := range o.list {
		err := error(nil)
		for _, other := range o.list {
			switch {
			case other == g:
			case slices.Contains([]string{other.public, other.desk}, g.public), slices.Contains([]string{other.public, other.desk}, g.desk):
				err = errSameHost
			case other.Config.DSN() == g.Config.DSN():
				err = errSameStore
			case sameBucket(other.Config.Bucket, g.Config.Bucket):
				err = errSameBucket
			}
		}
		if o.process.TLS() && !(strings.HasPrefix(g.Config.Public(), "https://") && strings.HasPrefix(g.Config.Desk(), "https://")) {
			err = errPlain
		}
		if err != nil {
			o.log.Error("organisation is left out", "organisation", g.Name, "error", err)
			continue
		}
		list = append(list, g)
	}
	return list
}

// open opens one organisation, or logs why it cannot be.
func (o *Organisations) open(ctx context.Context, g *organisation) {
	a, p, err := openPages(ctx, g.Config, o.options.of(o.words, o.log.With("organisation", g.Name)))
	if err != nil {
		o.log.Error("organisation is not open", "organisation", g.Name, "error", err)
		return
	}
	o.changed.Lock()
	defer o.changed.Unlock()
	g.app, g.pages = a, p
}

// of is the options of one organisation: what makes copies is shared, so that there are never more processes
// than for one.
func (o Options) of(words *lang.Catalogue, log *slog.Logger) Options {
	o.Words, o.Log = words, log
	return o
}

func openPages(ctx context.Context, c config.Config, options Options) (a *App, p pages, err error) {
	if a, err = Open(ctx, c, options); err != nil {
		return nil, p, err
	}
	// A folder whose keys do not fit its database is somebody's mistake among many
	// organisations: it must not take in complaints there.
	if _, err = a.Custody.Directory(ctx); err == nil {
		p.public, p.desk, p.both, err = a.Handlers()
	}
	if err == nil {
		err = tryBlobs(ctx, a.Blobs)
	}
	if err == nil {
		err = Shown(c.State) // who serves it has seen the link
	}
	if err != nil {
		return nil, p, errors.Join(err, a.Close())
	}
	return a, p, nil
}

// Serve serves the pages of all and works for each in the background until ctx ends.
func (o *Organisations) Serve(ctx context.Context, ready func(addresses []string)) error {
	f := front{config: o.process, given: filepath.Join(o.process.Organisations, ".acme"), log: o.log, work: o.work, unready: o.unready, addresses: map[string]string{}, figures: o.figures}
	for _, g := range o.list {
		f.names = append(f.names, g.Config.Names()...)
		maps.Copy(f.addresses, g.Config.Addresses())
	}
	f.rooms = []face{{address: o.process.Listen, handler: o.face(func(g *organisation, _ string) http.Handler { return g.pages.both })}}
	if o.process.DeskOn != "" {
		f.rooms = []face{{address: o.process.Listen, handler: o.face((*organisation).publicPage)}, {address: o.process.DeskOn, handler: o.face((*organisation).deskPage)}}
	}
	return f.serve(ctx, ready)
}

// figures are those of each organisation that is open, under its name.
func (o *Organisations) figures(ctx context.Context) (list []metrics.Figure) {
	o.changed.Lock()
	gauges := map[string]*gauge{}
	for _, g := range o.list {
		if g.app != nil && g.gauge == nil {
			g.gauge = g.app.newGauge()
		}
		if g.gauge != nil {
			gauges[g.Name] = g.gauge
		}
	}
	o.changed.Unlock()
	for name, g := range gauges {
		for _, f := range g.figures(ctx) {
			f.Labels = maps.Clone(f.Labels)
			if f.Labels == nil {
				f.Labels = map[string]string{}
			}
			f.Labels["organisation"] = name
			list = append(list, f)
		}
	}
	return list
}

func (g *organisation) publicPage(host string) http.Handler {
	if host != g.public {
		return nil
	}
	return g.pages.public
}

func (g *organisation) deskPage(host string) http.Handler {
	if host != g.desk {
		return nil
	}
	return g.pages.desk
}

// face finds by host name who is asked. A name that is nobody's gets 421 (RFC 9110
// 15.5.20), which names no organisation; one that is not open 503.
func (o *Organisations) face(page func(g *organisation, host string) http.Handler) http.Handler {
	whole := o.health()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g, answers := o.asked(door.NameOf(r.Host), page)
		switch {
		case answers != nil:
			answers.ServeHTTP(w, r)
		case g != nil:
			w.Header().Set("Retry-After", "60")
			http.Error(w, "not open at the moment", http.StatusServiceUnavailable)
		default:
			whole.ServeHTTP(w, r)
		}
	})
}

// asked is the organisation of a host name, nil if there is none, and what answers
// there, nil if it is not open.
func (o *Organisations) asked(host string, page func(g *organisation, host string) http.Handler) (*organisation, http.Handler) {
	o.changed.RLock()
	defer o.changed.RUnlock()
	i := slices.IndexFunc(o.list, func(g *organisation) bool { return host == g.public || host == g.desk })
	if i < 0 {
		return nil, nil
	}
	g := o.list[i]
	if g.app == nil {
		return g, nil
	}
	if h := page(g, host); h != nil {
		return g, h
	}
	return nil, nil
}

// work works for each organisation, opening first what is not open.
func (o *Organisations) work(ctx context.Context) error {
	errs := make([]error, len(o.list))
	var all sync.WaitGroup
	for i, g := range o.list {
		all.Go(func() {
			if a := o.opened(ctx, g); a != nil {
				errs[i] = a.work(ctx)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// opened waits until an organisation is open; nil when ctx ends before.
func (o *Organisations) opened(ctx context.Context, g *organisation) *App {
	again := time.NewTicker(openAgain)
	defer again.Stop()
	for {
		o.changed.RLock()
		a := g.app
		o.changed.RUnlock()
		if a != nil {
			return a
		}
		select {
		case <-ctx.Done():
			return nil
		case <-again.C:
			o.open(ctx, g)
		}
	}
}

// Close closes all of them.
func (o *Organisations) Close() error {
	o.changed.Lock()
	defer o.changed.Unlock()
	var errs []error
	for _, g := range o.list {
		if g.app != nil {
			errs = append(errs, g.app.Close())
		}
	}
	return errors.Join(errs...)
}
