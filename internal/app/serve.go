package app

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
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

// makePages makes what answers the public pages and the desk, and the two together. Style
// sheets and pictures of the version before are still answered, for pages that were made
// with it.
func (a *App) makePages(x *parts, before *ui.Assets) error {
	assets, err := ui.NewAssets(lookOf(x.version.Profile))
	if err != nil {
		return fmt.Errorf("prepare assets: %w", err)
	}
	assets.Keep(before)
	deskPagesSet, err := desk.Templates()
	if err != nil {
		return fmt.Errorf("desk templates: %w", err)
	}
	sets := []ui.Set{public.Templates(), deskPagesSet}
	if a.demo != nil {
		sets = append(sets, a.demo.Set())
	}
	proxies, err := a.Config.Proxies()
	if err != nil {
		return err
	}
	words := ui.Catalogue(x.words)
	brand := brandOf(x.version.Profile, assets)
	rd, err := ui.NewRenderer(ui.Config{
		Words: words, Languages: languages(), Offered: x.version.Profile.Offered(), Brand: brand, Assets: assets, Log: a.log, Secure: a.Config.Secure(),
		Proxies: proxies, Tree: a.tree, Observe: a.requests.Observe,
	}, sets...)
	if err != nil {
		return err
	}
	if a.networks == nil {
		a.networks = public.NewNetworks(public.DefaultRates())
	}
	pub := public.New(public.Deps{
		Intake: x.intake, Dialogue: x.dialogue, Profile: x.version.Profile, Renderer: rd, Words: words, Assets: assets,
		Clock: a.clock, Secure: a.Config.Secure(), Address: a.Config.Public(), Networks: a.networks,
	})
	deskOnly := http.NewServeMux()
	deskOnly.Handle("/", desk.New(desk.Deps{
		Casework: x.casework, Intake: x.intake, SignIn: a.SignIn, Setup: x.setup, Settings: a.Settings, Renderer: rd, Words: words,
		Cookies: ui.Cookies{Secure: a.Config.Secure()}, Clock: a.clock, Brand: brand, Languages: languages(), Offered: x.version.Profile.Offered(),
		Public: a.Config.Public(), Example: a.mailExample,
		TextPage: func(p *profile.Profile, l, id string) (ui.Fragment, bool, error) { return public.Preview(rd, p, l, id) },
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
	x.assets = assets
	x.pages.public, x.pages.desk, x.pages.both = a.byName(rd, publicMux, deskMux, bothMux)
	return nil
}

func languages() []string {
	var list []string
	for _, l := range lang.All() {
		list = append(list, string(l))
	}
	return list
}

// lookOf is how an organisation wants its pages to look.
func lookOf(p *profile.Profile) ui.Look {
	logo, err := base64.StdEncoding.DecodeString(p.Organisation.Logo)
	if err != nil {
		logo = nil // the profile was validated
	}
	return ui.Look{Accent: p.Organisation.Accent, Logo: logo}
}

func brandOf(p *profile.Profile, assets *ui.Assets) func(l string) ui.Brand {
	phone, logo := "", ""
	for _, team := range p.Teams {
		for _, c := range team.Contacts {
			if c.Kind == "phone" && !c.Placeholder && phone == "" {
				phone = c.Value
			}
		}
	}
	if p.Organisation.Logo != "" {
		logo = assets.URL(ui.LogoName)
	}
	return func(l string) ui.Brand {
		return ui.Brand{Name: p.Organisation.Name.In(l), Service: p.Organisation.Desk.In(l), Phone: phone, Logo: logo}
	}
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
	seal.BeFrugal()
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
	return a.now().intake.KeepVisits(ctx)
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
