package config

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"

	"klankbord/internal/letter"
)

var (
	errPairs  = errors.New("tls-cert, tls-key: want as many keys as certificates, in the same order")
	errTwice  = errors.New("tls-cert, acme: want certificates of your own or those of an authority, not both")
	errACME   = errors.New("acme: want https://… of its directory, and acme-email, if any, one plain address")
	errNotTLS = errors.New("tls-cert, acme: want base-url (and desk-url) to begin with https://")
	errHTTP   = errors.New("http-listen: want tls-cert or acme with it; without TLS the pages have one address only")
)

// TLS reports whether the program itself serves over TLS, and no proxy before it.
func (c Config) TLS() bool { return len(c.TLSCert) > 0 || c.ACME != "" }

// PublicHost is the name in the address of the public pages, in small letters.
func (c Config) PublicHost() string { return hostOf(c.Public()) }

// DeskHost is the name in the address of the desk, in small letters.
func (c Config) DeskHost() string { return hostOf(c.Desk()) }

// TwoNames reports whether the desk is reached by another name than the public pages.
func (c Config) TwoNames() bool { return c.BaseURL != "" && c.DeskHost() != c.PublicHost() }

// Names are the names under which the pages are reached.
func (c Config) Names() []string {
	if c.DeskHost() == c.PublicHost() {
		return []string{c.PublicHost()}
	}
	return []string{c.PublicHost(), c.DeskHost()}
}

// Addresses are the addresses of the pages by their names.
func (c Config) Addresses() map[string]string {
	return map[string]string{c.DeskHost(): c.Desk(), c.PublicHost(): c.Public()}
}

var errMetrics = errors.New("metrics-listen: want the number of an address of this machine (127.0.0.1) or of its own network (10.…, 192.168.…) and a port of its own")

// checkMetrics keeps figures from everybody: they are served on an address that only this
// machine or its own network reaches.
func (c Config) checkMetrics() error {
	if c.MetricsOn == "" {
		return nil
	}
	at, err := netip.ParseAddrPort(c.MetricsOn)
	if err != nil || !at.Addr().IsLoopback() && !at.Addr().IsPrivate() || c.MetricsOn == c.Listen || c.MetricsOn == c.DeskOn {
		return errMetrics
	}
	return nil
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
}

func (c Config) checkTLS() error {
	if len(c.TLSCert) != len(c.TLSKey) {
		return errPairs
	}
	if len(c.TLSCert) > 0 && c.ACME != "" {
		return errTwice
	}
	if c.ACME != "" {
		u, err := url.Parse(c.ACME)
		if err != nil || u.Scheme != "https" || u.Host == "" {
			return errACME
		}
		if _, err := letter.Address(c.ACMEEmail); c.ACMEEmail != "" && err != nil {
			return errACME
		}
	}
	if c.TLS() && c.Organisations == "" && (!strings.HasPrefix(c.Public(), "https://") || !strings.HasPrefix(c.Desk(), "https://")) {
		return errNotTLS
	}
	if c.HTTPListen != "" && !c.TLS() {
		return errHTTP
	}
	return nil
}
