package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/crypto/acme"

	"klankbord/internal/config"
	"klankbord/internal/door"
	"klankbord/internal/metrics"
	"klankbord/internal/web/ui"
)

// face is what one address answers with.
type face struct {
	address string
	handler http.Handler
	tls     *tls.Config // nil: plain HTTP
}

// byName keeps public pages and desk apart where each has a name of its own: neither
// answers for the other's.
func (a *App) byName(rd *ui.Renderer, public, desk, both http.Handler) (publicOnly, deskOnly, together http.Handler) {
	if !a.Config.TwoNames() {
		return rd.Headers(public), rd.Headers(desk), rd.Headers(both)
	}
	names := map[string]http.Handler{a.Config.PublicHost(): public, a.Config.DeskHost(): desk}
	return rd.Headers(door.Except(a.Config.DeskHost(), public)), rd.Headers(door.Except(a.Config.PublicHost(), desk)),
		rd.Headers(door.ByName(names, a.health()))
}

// front is what a process shows: pages on addresses, the certificates for them, and the
// work that goes on behind.
type front struct {
	config    config.Config     // of the process: addresses and certificates
	rooms     []face            // pages, as if there were no TLS
	names     []string          // of all pages
	addresses map[string]string // of all pages, by name
	given     string            // where what an authority gave is kept
	log       *slog.Logger
	work      func(context.Context) error // until its context ends
	unready   func()                      // lets /readyz say no from now on
	figures   func(context.Context) []metrics.Figure
}

// faces are the addresses that are served, and what keeps their certificates fresh; nil
// when nothing must.
func (f front) faces() (list []face, fresh func(context.Context), err error) {
	list, fresh, err = f.pageFaces()
	if f.config.MetricsOn != "" {
		list = append(list, face{address: f.config.MetricsOn, handler: metrics.Handler(f.figures)})
	}
	return list, fresh, err
}

func (f front) pageFaces() (list []face, fresh func(context.Context), err error) {
	list = slices.Clone(f.rooms)
	if !f.config.TLS() {
		return list, nil, nil
	}
	plain := door.ToTLS(f.addresses)
	var config *tls.Config
	if f.config.ACME != "" {
		manager, err := door.Authority{
			Directory: f.config.ACME, Email: f.config.ACMEEmail, CAFile: f.config.ACMECAFile,
			Folder: f.given, Names: f.names,
		}.Manager()
		if err != nil {
			return nil, nil, err
		}
		config = door.Config(manager.GetCertificate, acme.ALPNProto)
		if f.config.HTTPListen != "" { // offering HTTP-01 where nothing answers it would only lose time
			plain = manager.HTTPHandler(plain)
		}
	} else {
		certificates, err := door.ReadCertificates(pairs(f.config), f.log)
		if err != nil {
			return nil, nil, err
		}
		config = door.Config(certificates.Pick)
		fresh = func(ctx context.Context) { certificates.Watch(ctx, door.LookEvery) }
	}
	for i := range list {
		list[i].tls = config
	}
	if f.config.HTTPListen != "" {
		list = append(list, face{address: f.config.HTTPListen, handler: plain})
	}
	return list, fresh, nil
}

// given is where what an authority gave is kept.
func (a *App) given() string { return filepath.Join(a.Config.State, "acme") }

func pairs(c config.Config) (list []door.Pair) {
	for i, name := range c.TLSCert {
		list = append(list, door.Pair{Certificate: name, Key: c.TLSKey[i]})
	}
	return list
}

// certificates are when those end that the program serves with. An authority's are
// missing until somebody first asks for a page.
func (a *App) certificates() (ends map[string]time.Time, err error) {
	ends = map[string]time.Time{}
	for _, name := range a.Config.TLSCert {
		if ends[name], err = door.CertificateEnd(name); err != nil {
			return nil, err
		}
	}
	if a.Config.ACME == "" {
		return ends, nil
	}
	for _, name := range a.Config.Names() {
		end, err := door.CertificateEnd(filepath.Join(a.given(), name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		ends[name] = end
	}
	return ends, nil
}

// soon is when a certificate that should have been renewed is told of.
const soon = 14 * 24 * time.Hour

func (a *App) examineCertificates() []Finding {
	if !a.Config.TLS() {
		return nil
	}
	do := "put a new one in its place; it is read again within seconds"
	if a.Config.ACME != "" {
		do = "see to it that the authority reaches this machine on port 443 or 80 by each name, and look in the log"
	}
	ends, err := a.certificates()
	if err != nil {
		return []Finding{{true, "certificate: " + err.Error(), do}}
	}
	list := []Finding{}
	for _, name := range slices.Sorted(maps.Keys(ends)) {
		what := fmt.Sprintf("certificate %s ends on %s", name, ends[name].Format(time.DateOnly))
		list = append(list, Finding{ends[name].Before(a.Now().Add(soon)), what, do})
	}
	if a.Config.ACME != "" && len(ends) < len(a.Config.Names()) {
		list = append(list, Finding{What: "certificate: not every name has one yet; it is asked for at the first visit"})
	}
	return list
}

// serve answers on a listener until the server is shut down.
func (f face) serve(ctx context.Context, log *slog.Logger) (server *http.Server, address string, run func() error, err error) {
	listener, err := listen(ctx, f.address)
	if err != nil {
		return nil, "", nil, err
	}
	server = &http.Server{
		Handler: ui.Paced(ui.DefaultPace(), f.handler), ReadHeaderTimeout: headerTime, ReadTimeout: bodyTime, WriteTimeout: bodyTime,
		IdleTimeout: idleTime, MaxHeaderBytes: headerSize, TLSConfig: f.tls,
		ErrorLog: slog.NewLogLogger(door.Quiet(log), slog.LevelError),
	}
	if f.tls != nil {
		return server, "https://" + listener.Addr().String(), func() error { return server.ServeTLS(listener, "", "") }, nil
	}
	return server, "http://" + listener.Addr().String(), func() error { return server.Serve(listener) }, nil
}
