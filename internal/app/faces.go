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

// faces are the addresses that are served, and what keeps their certificates fresh; nil
// when nothing must.
func (a *App) faces() (list []face, fresh func(context.Context), err error) {
	pub, dsk, both, err := a.Handlers()
	if err != nil {
		return nil, nil, err
	}
	list, fresh, err = a.pageFaces(pub, dsk, both)
	if a.Config.MetricsOn != "" {
		list = append(list, face{address: a.Config.MetricsOn, handler: metrics.Handler(a.newGauge().figures)})
	}
	return list, fresh, err
}

func (a *App) pageFaces(pub, dsk, both http.Handler) (list []face, fresh func(context.Context), err error) {
	list = []face{{address: a.Config.Listen, handler: both}}
	if a.Config.DeskOn != "" {
		list = []face{{address: a.Config.Listen, handler: pub}, {address: a.Config.DeskOn, handler: dsk}}
	}
	if !a.Config.TLS() {
		return list, nil, nil
	}
	plain := door.ToTLS(map[string]string{a.Config.DeskHost(): a.Config.Desk(), a.Config.PublicHost(): a.Config.Public()})
	var config *tls.Config
	if a.Config.ACME != "" {
		manager, err := door.Authority{
			Directory: a.Config.ACME, Email: a.Config.ACMEEmail, CAFile: a.Config.ACMECAFile,
			Folder: a.given(), Names: a.Config.Names(),
		}.Manager()
		if err != nil {
			return nil, nil, err
		}
		config = door.Config(manager.GetCertificate, acme.ALPNProto)
		if a.Config.HTTPListen != "" { // offering HTTP-01 where nothing answers it would only lose time
			plain = manager.HTTPHandler(plain)
		}
	} else {
		certificates, err := door.ReadCertificates(a.pairs(), a.log)
		if err != nil {
			return nil, nil, err
		}
		config = door.Config(certificates.Pick)
		fresh = func(ctx context.Context) { certificates.Watch(ctx, door.LookEvery) }
	}
	for i := range list {
		list[i].tls = config
	}
	if a.Config.HTTPListen != "" {
		list = append(list, face{address: a.Config.HTTPListen, handler: plain})
	}
	return list, fresh, nil
}

// given is where what an authority gave is kept.
func (a *App) given() string { return filepath.Join(a.Config.State, "acme") }

func (a *App) pairs() (list []door.Pair) {
	for i, name := range a.Config.TLSCert {
		list = append(list, door.Pair{Certificate: name, Key: a.Config.TLSKey[i]})
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
func (f face) serve(ctx context.Context, a *App) (server *http.Server, address string, run func() error, err error) {
	listener, err := listen(ctx, f.address)
	if err != nil {
		return nil, "", nil, err
	}
	server = &http.Server{
		Handler: f.handler, ReadHeaderTimeout: headerTime, ReadTimeout: bodyTime, WriteTimeout: bodyTime,
		IdleTimeout: idleTime, MaxHeaderBytes: headerSize, TLSConfig: f.tls,
		ErrorLog: slog.NewLogLogger(door.Quiet(a.log), slog.LevelError),
	}
	if f.tls != nil {
		return server, "https://" + listener.Addr().String(), func() error { return server.ServeTLS(listener, "", "") }, nil
	}
	return server, "http://" + listener.Addr().String(), func() error { return server.Serve(listener) }, nil
}
