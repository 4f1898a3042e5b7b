package ui

import (
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestTheAddressAtTheOtherEnd(t *testing.T) {
	plain, behind := &Renderer{}, &Renderer{proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")}}
	for name, c := range map[string]struct {
		rd        *Renderer
		from, hop string
		want      string // empty: nobody's
	}{
		"a connection":                     {plain, "192.0.2.1:80", "", "192.0.2.1"},
		"one that claims to be another":    {plain, "192.0.2.1:80", "198.51.100.7", "192.0.2.1"},
		"IPv6":                             {plain, "[2001:db8::1]:80", "", "2001:db8::1"},
		"IPv4 in IPv6":                     {plain, "[::ffff:192.0.2.1]:80", "", "192.0.2.1"},
		"a proxy here that was not named":  {plain, "127.0.0.1:80", "198.51.100.7", ""},
		"the same by IPv6":                 {plain, "[::1]:80", "", ""},
		"no address":                       {plain, "@", "", ""},
		"our proxy":                        {behind, "127.0.0.1:80", "198.51.100.7", "198.51.100.7"},
		"our proxy, and a claim before it": {behind, "127.0.0.1:80", "203.0.113.9, 198.51.100.7", "198.51.100.7"},
		"two of our proxies":               {behind, "10.1.2.3:80", "203.0.113.9, 198.51.100.7, 10.9.9.9", "198.51.100.7"},
		"our proxy that tells nothing":     {behind, "127.0.0.1:80", "", ""},
		"our proxy that tells nonsense":    {behind, "127.0.0.1:80", "198.51.100.7, unknown", ""},
		"somebody who is no proxy of ours": {behind, "192.0.2.1:80", "198.51.100.7", "192.0.2.1"},
		"nothing but proxies of ours":      {behind, "127.0.0.1:80", "10.0.0.1", ""},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.from
		if c.hop != "" {
			r.Header.Set("X-Forwarded-For", c.hop)
		}
		got := c.rd.Connection(r)
		if got.IsValid() != (c.want != "") || got.IsValid() && got.String() != c.want {
			t.Errorf("%s: %v, want %q", name, got, c.want)
		}
	}
}
