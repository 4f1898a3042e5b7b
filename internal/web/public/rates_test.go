package public

import (
	"fmt"
	"net/netip"
	"testing"
	"time"
)

func TestALimiterCountsNetworksAndTellsWhenToComeBack(t *testing.T) {
	now := time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC)
	l := newLimiter(Rate{Every: time.Minute, Burst: 2})
	at := func(s string) netip.Addr { return netip.MustParseAddr(s) }
	for _, from := range []string{"192.0.2.1", "192.0.2.200"} {
		if _, ok := l.allow(now, at(from)); !ok {
			t.Fatalf("%s is refused", from)
		}
	}
	again, ok := l.allow(now, at("::ffff:192.0.2.3"))
	if ok || !again.Equal(now.Add(time.Minute)) {
		t.Errorf("a third of one network: %v, %v", again, ok)
	}
	for range 100 { // asking again makes the wait no longer
		again, _ = l.allow(now, at("192.0.2.3"))
	}
	if !again.Equal(now.Add(time.Minute)) {
		t.Errorf("the wait has grown to %v", again)
	}
	for _, other := range []string{"192.0.3.1", "2001:db8:0:1::1", "2001:db8:0:2::1"} {
		if _, ok := l.allow(now, at(other)); !ok {
			t.Errorf("%s is refused for another network", other)
		}
	}
	if _, ok := l.allow(now.Add(time.Minute), at("192.0.2.3")); !ok {
		t.Error("after the wait it is refused still")
	}
	if _, ok := l.allow(now, netip.Addr{}); !ok {
		t.Error("nobody's address is refused")
	}
}

func TestALimiterForgetsNetworksAndStaysSmall(t *testing.T) {
	now := time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC)
	l := newLimiter(Rate{Every: time.Hour, Burst: 1})
	for i := range 3 * mostNetworks {
		if _, ok := l.allow(now, netip.MustParseAddr(fmt.Sprintf("10.%d.%d.1", i>>8&255, i&255)).Next()); !ok && i < mostNetworks {
			t.Fatalf("network %d is refused", i)
		}
		if len(l.networks) > mostNetworks {
			t.Fatalf("%d networks are remembered", len(l.networks))
		}
	}
}
