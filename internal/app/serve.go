package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"klankbord/internal/lang"
	"klankbord/internal/web/desk"
	"klankbord/internal/web/public"
	"klankbord/internal/web/ui"
)

// Demo adds what only the demo has.
type Demo interface {
	// Mount adds the demo's own pages.
	Mount(mux *http.ServeMux, rd *ui.Renderer)
	// Set is the templates of those pages.
	Set() ui.Set
}

// Time-outs that no visitor needs more of: headers must come at once, a large file
// over a slow line may take an hour.
const (
	headerTime = 10 * time.Second
	bodyTime   = time.Hour
	idleTime   = 2 * time.Minute
	headerSize = 32 << 10
	stopTime   = 15 * time.Second
)

// collectAt is how much the heap grows between two collections, in percent. Requests
// make much garbage beside little that lives: collecting at the usual 100 took a
// seventh of the processor.
const collectAt = 300

// jobsAtOnce is how many mails leave side by side: few enough for any mail server.
const jobsAtOnce = 4

// Handlers returns what answers the public pages and the desk, and the two
// together.
func (a *App) Handlers() (publicPages, deskPages, both http.Handler, err error) {
	assets, err := ui.NewAssets(ui.Look{})
	if err != nil {
		return nil, nil, nil, fmt.Errorf("prepare assets: %w", err)
	}
	deskPagesSet, err := desk.Templates()
	if err != nil {
		return nil, nil, nil, fmt.Errorf("desk templates: %w", err)
	}
	sets := []ui.Set{public.Templates(), deskPagesSet}
	if a.demo != nil {
		sets = append(sets, a.demo.Set())
	}
	proxies, err := a.Config.Proxies()
	if err != nil {
		return nil, nil, nil, err
	}
	rd, err := ui.NewRenderer(ui.Config{
		Words: ui.Catalogue(a.Words), Languages: languages(), Brand: a.brand, Assets: assets, Log: a.log, Secure: a.Config.Secure(),
		Proxies: proxies, Tree: a.tree, Observe: a.requests.Observe,
	}, sets...)
	if err != nil {
		return nil, nil, nil, err
	}
	pub := public.New(public.Deps{
		Intake: a.Intake, Dialogue: a.Dialogue, Profile: a.Profile, Renderer: rd, Words: ui.Catalogue(a.Words), Assets: assets,
		Clock: a.clock, Secure: a.Config.Secure(), Address: a.Config.Public(),
	})
	deskOnly := http.NewServeMux()
	deskOnly.Handle("/", desk.New(desk.Deps{
		Casework: a.Casework, Intake: a.Intake, SignIn: a.SignIn, Setup: a.Setup, Renderer: rd, Words: ui.Catalogue(a.Words),
		Cookies: ui.Cookies{Secure: a.Config.Secure()}, Clock: a.clock, Brand: a.brand, Languages: languages(),
		Public: a.Config.Public(),
	}))
	deskOnly.Handle("GET /assets/", assets)
	deskOnly.Handle("GET /{$}", http.RedirectHandler("/desk", http.StatusSeeOther))
	dsk := rd.Wrap(a.clock, deskOnly)
	publicMux, deskMux, bothMux := a.health(), a.health(), a.health()
	publicMux.Handle("/", pub)
	deskMux.Handle("/", dsk)
	bothMux.Handle("/", pub)
	bothMux.Handle("/desk", dsk)
	bothMux.Handle("/desk/", dsk)
	if a.demo != nil {
		a.demo.Mount(bothMux, rd)
	}
	// Once more around all of it: also what the muxes answer themselves has the headers.
	publicPages, deskPages, both = a.byName(rd, publicMux, deskMux, bothMux)
	return publicPages, deskPages, both, nil
}

func languages() []string {
	var list []string
	for _, l := range lang.All() {
		list = append(list, string(l))
	}
	return list
}

func (a *App) brand(l string) ui.Brand {
	o := a.Profile.Organisation
	b := ui.Brand{Name: o.Name.In(l), Service: o.Desk.In(l)}
	for _, team := range a.Profile.Teams {
		for _, c := range team.Contacts {
			if c.Kind == "phone" && !c.Placeholder && b.Phone == "" {
				b.Phone = c.Value
			}
		}
	}
	return b
}

// health answers whether the process lives and whether it can take a complaint.
func (a *App) health() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if a.draining.Load() || a.Store.Ping(ctx) != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

// Serve serves the pages and works in the background until ctx ends; then it lets
// requests that have begun finish. ready is called with the addresses once they
// answer.
func (a *App) Serve(ctx context.Context, ready func(addresses []string)) error {
	pub, dsk, both, err := a.Handlers()
	if err != nil {
		return err
	}
	if err := tryBlobs(ctx, a.Blobs); err != nil {
		return err
	}
	if err := Shown(a.Config.State); err != nil { // who serves it has seen the link
		return err
	}
	f := front{config: a.Config, given: a.given(), log: a.log, work: a.work, unready: func() { a.draining.Store(true) }, names: a.Config.Names(), addresses: a.Config.Addresses(), figures: a.newGauge().figures}
	f.rooms = []face{{address: a.Config.Listen, handler: both}}
	if a.Config.DeskOn != "" {
		f.rooms = []face{{address: a.Config.Listen, handler: pub}, {address: a.Config.DeskOn, handler: dsk}}
	}
	return f.serve(ctx, ready)
}

// work is what goes on in the background until ctx ends, and what is written down then.
func (a *App) work(ctx context.Context) error {
	a.Work.AtOnce = jobsAtOnce
	a.Work.Run(ctx)
	return a.lastCount() //nolint:contextcheck // the context has ended; stopping has a time of its own
}

// serve answers on the addresses of a front and works in the background until ctx ends;
// then it lets requests that have begun finish.
func (f front) serve(ctx context.Context, ready func(addresses []string)) error {
	faces, fresh, err := f.faces()
	if err != nil {
		return err
	}
	var servers []*http.Server
	var addresses []string
	failed := make(chan error, len(faces))
	for _, page := range faces {
		server, address, run, err := page.serve(ctx, f.log)
		if err != nil {
			return errors.Join(err, stop(servers)) //nolint:contextcheck // the context has ended; stopping has a time of its own
		}
		servers, addresses = append(servers, server), append(addresses, address)
		go func() { failed <- run() }()
	}
	background, endBackground := context.WithCancel(context.WithoutCancel(ctx)) // ends after the last request
	defer endBackground()
	var working sync.WaitGroup
	debug.SetGCPercent(collectAt)
	var last error
	working.Go(func() { last = f.work(background) })
	if fresh != nil {
		working.Go(func() { fresh(background) })
	}
	if ready != nil {
		ready(addresses)
	}
	select {
	case <-ctx.Done():
		err = f.drain(failed)
	case err = <-failed:
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	err = errors.Join(err, stop(servers)) //nolint:contextcheck // the context has ended; stopping has a time of its own
	endBackground()
	working.Wait()
	return errors.Join(err, last)
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return listener, nil
}

// drain serves on for a while, not ready any more, so that what stands before this process
// sends new requests elsewhere before it stops.
func (f front) drain(failed <-chan error) error {
	f.unready()
	over := time.NewTimer(f.config.Drain)
	defer over.Stop()
	select {
	case <-over.C:
		return nil
	case err := <-failed:
		return err
	}
}

// lastCount writes down what was counted since the last minute.
func (a *App) lastCount() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	return a.Intake.KeepVisits(ctx)
}

func stop(servers []*http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	var errs []error
	for _, s := range servers {
		errs = append(errs, s.Shutdown(ctx))
	}
	return errors.Join(errs...)
}
