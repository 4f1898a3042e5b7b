package ui

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Connection is the address at the other end: of the connection, or, where that is
// one of our own proxies, the last one before them that they tell. It is the zero
// address when it tells nothing, as with a proxy on this machine that was not named:
// behind it anyone may be. It is for counting only and is written nowhere.
func (rd *Renderer) Connection(r *http.Request) netip.Addr {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	at := from.Addr().Unmap().WithZone("")
	if !rd.proxy(at) {
		if at.IsLoopback() {
			return netip.Addr{}
		}
		return at
	}
	// The right end is what our own proxy wrote; what stands left of it anyone can.
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		a, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return netip.Addr{}
		}
		if a = a.Unmap().WithZone(""); !rd.proxy(a) {
			return a
		}
	}
	return netip.Addr{}
}

func (rd *Renderer) proxy(a netip.Addr) bool {
	return slices.ContainsFunc(rd.proxies, func(p netip.Prefix) bool { return p.Contains(a) })
}
