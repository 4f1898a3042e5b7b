package public

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate is how often one network may do something: Burst at once, then one more
// every Every.
type Rate struct {
	Every time.Duration
	Burst int
}

// Rates bound what one network may write. They keep a flood from filling the disk;
// they must stay far above what an office behind one address does.
type Rates struct {
	Begin, Upload, Submit Rate
}

// DefaultRates are the rates of a fresh instance.
func DefaultRates() Rates {
	return Rates{
		Begin:  Rate{2 * time.Second, 120},
		Upload: Rate{time.Second, 300},
		Submit: Rate{5 * time.Second, 60},
	}
}

// Networks counts how often each network wrote, in memory only.
type Networks struct{ begins, uploads, submits, guesses *limiter }

// NewNetworks counts by rates.
func NewNetworks(r Rates) *Networks {
	return &Networks{newLimiter(r.Begin), newLimiter(r.Upload), newLimiter(r.Submit), newLimiter(guesses())}
}

// mostNetworks is how many networks are remembered before those that have been
// quiet are forgotten.
const mostNetworks = 4096

// limiter counts per network, in memory only. A network is an IPv4 /24 or an IPv6
// /64: what one household, school or office has.
type limiter struct {
	rate Rate

	mu       sync.Mutex
	networks map[netip.Prefix]*rate.Limiter // guarded by mu
}

func newLimiter(r Rate) *limiter {
	return &limiter{rate: r, networks: map[netip.Prefix]*rate.Limiter{}}
}

// allow takes one turn at now. Without a turn left it says from when there is one;
// nothing is counted then, so trying again never makes the wait longer.
func (l *limiter) allow(now time.Time, from netip.Addr) (again time.Time, ok bool) {
	if !from.IsValid() {
		return now, true // nobody is shut out because we cannot tell who it is
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	turn := l.of(now, network(from)).ReserveN(now, 1)
	if !turn.OK() {
		return now.Add(l.rate.Every), false
	}
	if wait := turn.DelayFrom(now); wait > 0 {
		turn.CancelAt(now)
		return now.Add(wait), false
	}
	return now, true
}

func (l *limiter) of(now time.Time, n netip.Prefix) *rate.Limiter {
	if x, ok := l.networks[n]; ok {
		return x
	}
	if len(l.networks) >= mostNetworks {
		l.forget(now)
	}
	x := rate.NewLimiter(rate.Every(l.rate.Every), l.rate.Burst)
	l.networks[n] = x
	return x
}

// forget drops the networks that have all their turns back; when none has, all of
// them, because a flood from everywhere must not shut anyone out.
func (l *limiter) forget(now time.Time) {
	for n, x := range l.networks {
		if x.TokensAt(now) >= float64(l.rate.Burst) {
			delete(l.networks, n)
		}
	}
	if len(l.networks) >= mostNetworks {
		clear(l.networks)
	}
}

func network(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	bits := 64
	if a.Is4() {
		bits = 24
	}
	return netip.PrefixFrom(a, bits).Masked()
}
