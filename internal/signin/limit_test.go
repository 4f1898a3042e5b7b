package signin_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/signin"
	"klankbord/internal/store"
)

func from(network string) signin.Browser {
	return signin.Browser{Network: netip.MustParseAddr(network)}
}

// flood uses up what one network may try, without a password being stretched each
// time: the counters stand in the database.
func (d *desk) flood(email string, b signin.Browser) (tries int) {
	d.t.Helper()
	for tries = 0; tries < 200; tries++ { //nolint:intrange // counts by hand
		_, err := d.SignIn.Password(ctx, b, email, "guess number one of many")
		if f, ok := fault.As(err); ok && f.Kind == fault.Limit {
			return tries
		}
		refused(d.t, "a guess", err)
	}
	return tries
}

// A flood of wrong passwords from many networks keeps the rightful member out of
// nothing: from a browser that is known the first try comes in.
func TestAFloodFromManyNetworksLocksNobodyOut(t *testing.T) {
	d := newDesk(t)
	cookie, err := d.SignIn.Remember(ctx, d.me.Session, "")
	if err != nil {
		t.Fatal(err)
	}
	known := signin.Browser{Network: netip.MustParseAddr("198.51.100.7"), Known: cookie}
	if tries := d.flood(d.me.Email, from("203.0.1.1")); tries != 10 {
		t.Errorf("another network tries %d times", tries)
	}
	if tries := d.flood(d.me.Email, from("198.51.100.9")); tries != 10 { // from the member's own network
		t.Errorf("the own network tries %d times", tries)
	}
	d.Reopen() // the counters survive a restart
	_, err = d.SignIn.Password(ctx, from("203.0.1.1"), d.me.Email, apptest.Password)
	limited(t, "a network after the restart", err)
	var stop atomic.Bool
	var strangers sync.WaitGroup
	for n := range 8 { // and while they go on, all at once
		strangers.Go(func() {
			for i := 0; !stop.Load(); i++ {
				_, _ = d.SignIn.Password(ctx, from(fmt.Sprintf("2001:db8:%x:%x::1", n, i&0xffff)), d.me.Email, "guess number one of many")
			}
		})
	}
	pending, err := d.SignIn.Password(ctx, known, d.me.Email, apptest.Password)
	if err != nil {
		t.Fatalf("the first try of the member: %v", err)
	}
	stop.Store(true)
	strangers.Wait()
	if _, err := d.SignIn.TOTP(ctx, pending, d.Digits(d.me)); err != nil {
		t.Fatalf("the second factor of the member: %v", err)
	}
	_, err = d.SignIn.Password(ctx, from("198.51.100.9"), d.me.Email, apptest.Password)
	limited(t, "the right password from where all tries are used up", err)
	if _, err := d.SignIn.Password(ctx, from("192.0.2.1"), d.me.Email, apptest.Password); err != nil {
		t.Errorf("the member from a network that nobody used: %v", err)
	}
	d.Clock.Add(time.Minute)
	_, err = d.SignIn.Password(ctx, from("198.51.100.9"), d.me.Email, "guess number one of many")
	refused(t, "one more try after a minute", err)
}

func TestAnUnknownAddressIsLimitedLikeAKnownOne(t *testing.T) {
	d := newDesk(t)
	if tries := d.flood("nobody@desk.example", from("203.0.2.1")); tries != 10 {
		t.Errorf("%d tries for nobody's address", tries)
	}
}

func TestAKnownBrowserHasTriesOfItsOwnAndNoMore(t *testing.T) {
	d := newDesk(t)
	cookie, err := d.SignIn.Remember(ctx, d.me.Session, "")
	if err != nil {
		t.Fatal(err)
	}
	if tries := d.flood(d.me.Email, signin.Browser{Known: cookie}); tries != 10 {
		t.Errorf("whoever sits down at it tries %d times", tries)
	}
}

func TestASignInGivesItsTriesBack(t *testing.T) {
	d := newDesk(t)
	here := from("203.0.1.1")
	for range 9 {
		_, err := d.SignIn.Password(ctx, here, d.me.Email, "guess number one of many")
		refused(t, "a slip", err)
	}
	pending, err := d.SignIn.Password(ctx, here, d.me.Email, apptest.Password)
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.SignIn.Password(ctx, here, d.me.Email, apptest.Password)
	limited(t, "before the sign-in is complete", err)
	if _, err := d.SignIn.TOTP(ctx, pending, d.Digits(d.me)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.SignIn.Password(ctx, here, d.me.Email, apptest.Password); err != nil {
		t.Errorf("after it: %v", err)
	}
}

// Who has the password guesses digits: few, and the member is told.
func TestGuessingDigitsEndsAndIsTold(t *testing.T) {
	d := newDesk(t)
	guesses, stopped := 0, false
	for n := 0; !stopped && n < 20; n++ {
		pending, err := d.SignIn.Password(ctx, from(fmt.Sprintf("203.0.%d.1", n)), d.me.Email, apptest.Password)
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			_, err := d.SignIn.TOTP(ctx, pending, "000000")
			if f, ok := fault.As(err); ok && f.Kind == fault.Limit {
				_, err := d.SignIn.Second(ctx, pending)
				if !errors.Is(err, signin.ErrSession) {
					t.Errorf("the sign-in goes on: %v", err)
				}
				break
			}
			refused(t, "a guess", err)
			guesses++
		}
		stopped = guesses >= 30
	}
	pending, err := d.SignIn.Password(ctx, from("203.0.200.1"), d.me.Email, apptest.Password)
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.SignIn.TOTP(ctx, pending, "000000")
	limited(t, "the 31st guess, from a network that nobody used", err)
	if mails := d.told()[d.me.Email]; len(mails) != 1 || !strings.Contains(mails[0], "juiste wachtwoord") {
		t.Errorf("the member is told %q", mails)
	}
	cookie, err := d.SignIn.Remember(ctx, d.me.Session, "")
	if err != nil {
		t.Fatal(err)
	}
	pending, err = d.SignIn.Password(ctx, signin.Browser{Known: cookie}, d.me.Email, apptest.Password)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.SignIn.TOTP(ctx, pending, d.Digits(d.me)); err != nil {
		t.Errorf("the member in their own browser: %v", err)
	}
}

func TestAThiefOfASessionGuessesThePasswordTenTimes(t *testing.T) {
	d := newDesk(t)
	for range 10 {
		_, err := d.SignIn.Unlock(ctx, d.me.Actor, "guess number one of many")
		refused(t, "a guess", err)
	}
	_, err := d.SignIn.Unlock(ctx, d.me.Actor, apptest.Password)
	limited(t, "the eleventh", err)
	if _, err := d.SignIn.Unlock(ctx, d.enter(), apptest.Password); err != nil {
		t.Errorf("the member in another session: %v", err)
	}
}

func TestNobodyFillsTheLogFromOutside(t *testing.T) {
	d := newDesk(t)
	wrong := seal.NewCode().Text()
	for range 130 {
		_, err := d.SignIn.Recover(ctx, signin.Browser{}, d.me.Email, wrong, another)
		refused(t, "a code", err)
	}
	var lines int
	err := d.Store.Read(ctx, func(tx *store.Tx) error {
		return tx.QueryRow(`SELECT count(*) FROM log_leaf WHERE kind = $1`, string(audit.SignInRefused)).Scan(&lines)
	})
	if err != nil || lines != 120 {
		t.Errorf("%d refusals are logged, %v", lines, err)
	}
}
