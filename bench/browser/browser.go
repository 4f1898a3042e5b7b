// Package browser is a person at a browser, as far as a server can tell: it follows
// links and redirects, keeps cookies, reads the forms of a page and sends them as
// they stand there. It knows no address of the program but those it finds on pages,
// and it cannot fill in what a page does not ask. It runs no script and keeps no
// cache. It fails when a page is not what the person expected.
package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"time"
)

// maxPage bounds what is read of one answer.
const maxPage = 8 << 20

// Network is where people sit behind one address. Connections are kept and shared
// by those behind it.
type Network struct{ transport *http.Transport }

// NewNetwork is the n-th network: an address 127.x.y.1 of its own, which servers
// cannot tell from a network elsewhere.
func NewNetwork(n int) *Network {
	from := &net.TCPAddr{IP: net.IPv4(127, byte(1+n>>8), byte(n), 1)}
	dialer := &net.Dialer{LocalAddr: from, Timeout: 10 * time.Second}
	return &Network{&http.Transport{
		DialContext: dialer.DialContext, MaxIdleConns: 64, MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute,
		WriteBufferSize: 256 << 10,
	}}
}

// Close closes the connections that are kept.
func (n *Network) Close() { n.transport.CloseIdleConnections() }

// Browser is one person's. It is used by one goroutine at a time.
type Browser struct {
	home   *url.URL
	client *http.Client
}

// New opens a browser in a network, for the site at home.
func New(n *Network, home string) (*Browser, error) {
	u, err := url.Parse(home)
	if err != nil {
		return nil, fmt.Errorf("address of the site: %w", err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("cookies: %w", err)
	}
	return &Browser{u, &http.Client{Transport: n.transport, Jar: jar, Timeout: 5 * time.Minute}}, nil
}

// Cookie is the value of a cookie that the site has set; empty when there is none.
func (b *Browser) Cookie(name string) string {
	for _, c := range b.client.Jar.Cookies(b.home) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// Open types an address of the site.
func (b *Browser) Open(ctx context.Context, path string) (*Page, error) {
	u, err := b.home.Parse(path)
	if err != nil {
		return nil, fmt.Errorf("address %q: %w", path, err)
	}
	return b.load(ctx, u)
}

func (b *Browser) load(ctx context.Context, u *url.URL) (*Page, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("ask for page: %w", err)
	}
	return b.page(req)
}

// Press fills nothing more in and presses a button of the form; the page it leads
// to comes back, whatever its status.
func (b *Browser) Press(ctx context.Context, f *Form, button string) (*Page, error) {
	req, err := f.request(ctx, button)
	if err != nil {
		return nil, err
	}
	return b.page(req)
}

// Send presses a button and takes the first answer, without following it: what a
// person waits for is over when the browser knows where to go.
func (b *Browser) Send(ctx context.Context, f *Form, button string) (status int, to string, err error) {
	req, err := f.request(ctx, button)
	if err != nil {
		return 0, "", err
	}
	once := *b.client
	once.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := once.Do(req)
	if err != nil {
		return 0, "", err
	}
	_, err = io.Copy(io.Discard, io.LimitReader(res.Body, maxPage))
	return res.StatusCode, res.Header.Get("Location"), errors.Join(err, res.Body.Close())
}

// Stream reads a file to its end and returns its size in bytes.
func (b *Browser) Stream(ctx context.Context, u *url.URL) (n int64, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return 0, fmt.Errorf("ask for file: %w", err)
	}
	res, err := b.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	if res.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("%s answers %s: %w", u.Path, res.Status, ErrUnexpected)
	}
	return io.Copy(io.Discard, res.Body)
}

// ErrUnexpected tells that a page is not what should be there.
var ErrUnexpected = errors.New("not the page that was expected")

func (b *Browser) page(req *http.Request) (*Page, error) {
	began := time.Now()
	res, err := b.client.Do(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxPage))
	took := time.Since(began)
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return nil, fmt.Errorf("read page: %w", err)
	}
	p, err := parse(res.Request.URL, res.StatusCode, body)
	if err != nil {
		return nil, err
	}
	p.Took = took
	return p, nil
}
