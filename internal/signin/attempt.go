package signin

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"klankbord/internal/fault"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// How often something may be tried. No allowance is shared between strangers and
// the browsers that a member has signed in with, and none of an account is shared
// by all strangers, so that nobody can use up what the rightful member needs.
const (
	accountBurst, accountEvery = 10, time.Minute       // passwords for one account from one network, or one known browser
	networkBurst, networkEvery = 100, 3 * time.Second  // passwords from one network
	codeBurst, codeEvery       = 10, 2 * time.Minute   // second factors from one network or known browser
	guessBurst, guessEvery     = 30, 10 * time.Minute  // second factors for one account from all strangers who have its password
	proofBurst, proofEvery     = 10, time.Minute       // passwords once more, in one session
	refusalBurst, refusalEvery = 120, 10 * time.Second // refusals for one account that are logged
	warnEvery                  = 24 * time.Hour        // between two warnings by mail
	keepBurst, keepEvery       = 30, 2 * time.Minute   // texts kept for one known browser
)

// visitor is who tries to sign in, as the limits see it: hashes only.
type visitor struct {
	Account string `json:"account"`
	Device  string `json:"device,omitempty"`  // of a browser that the member has signed in with
	Network string `json:"network,omitempty"` // empty: unknown, as behind a proxy on this machine
}

func (s *SignIn) visitor(from Browser, email string, id staff.ID) visitor {
	v := visitor{Account: s.pepper().Blind("account", email)}
	if k := s.readKnown(from.Known); k.knows(id) {
		v.Device = s.pepper().Blind("device", k.Device, string(id))
		return v
	}
	if from.Network.IsValid() {
		v.Network = s.pepper().Blind("network", network(from.Network).String())
	}
	return v
}

// network is what one household, school or office has: an IPv4 /24, an IPv6 /64.
func network(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	bits := 64
	if a.Is4() {
		bits = 24
	}
	return netip.PrefixFrom(a, bits).Masked()
}

// password lists the allowances that a password uses up. Behind an unknown network
// there is none to count by: the queue of strangers is the limit.
func (v visitor) password() []store.Allowance {
	switch {
	case v.Device != "":
		return []store.Allowance{{ID: v.Device + ".password", Burst: accountBurst, Every: accountEvery}}
	case v.Network != "":
		return []store.Allowance{
			{ID: v.Account + "." + v.Network, Burst: accountBurst, Every: accountEvery},
			{ID: v.Network, Burst: networkBurst, Every: networkEvery},
		}
	default:
		return nil
	}
}

// second lists the allowances that a second factor uses up. Only who has shown the
// first one gets here.
func (v visitor) second() []store.Allowance {
	if v.Device != "" {
		return []store.Allowance{{ID: v.Device + ".second", Burst: codeBurst, Every: codeEvery}}
	}
	return []store.Allowance{
		{ID: v.Account + "." + v.Network + ".second", Burst: codeBurst, Every: codeEvery},
		{ID: v.Account + ".second", Burst: guessBurst, Every: guessEvery},
	}
}

// own lists the allowances that nobody else uses: what a sign-in that succeeded
// gives back.
func (v visitor) own() []store.Allowance {
	list := v.second()
	if p := v.password(); len(p) > 0 {
		list = append(list, p[0])
	}
	return list
}

func (s *SignIn) refusals(id staff.ID) store.Allowance {
	return store.Allowance{ID: s.pepper().Blind("refusal", string(id)), Burst: refusalBurst, Every: refusalEvery}
}

// turn takes a turn of each allowance, or of none. Fault: when there is one again.
func (s *SignIn) turn(ctx context.Context, list ...store.Allowance) error {
	if len(list) == 0 {
		return nil
	}
	if again, err := s.nextTurn(ctx, list); err != nil || again.After(s.store.Now()) {
		return errors.Join(err, tooOften(again))
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		for _, a := range list {
			if err := tx.TakeTurn(a); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, store.ErrStale) { // somebody was faster
		again, err := s.nextTurn(ctx, list)
		return errors.Join(err, tooOften(again))
	}
	if err != nil {
		return fmt.Errorf("count attempt: %w", err)
	}
	return nil
}

func (s *SignIn) nextTurn(ctx context.Context, list []store.Allowance) (again time.Time, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) error {
		for _, a := range list {
			at, err := tx.NextTurn(a)
			if err != nil {
				return err
			}
			if at.After(again) {
				again = at
			}
		}
		return nil
	})
	if err != nil {
		return again, fmt.Errorf("read attempts: %w", err)
	}
	return again, nil
}

// errTooOften is the fault of a try that came too early. Args["again"] is when to
// come back, RFC 3339.
var errTooOften = fault.New(fault.Limit, "error.signin-too-often")

func tooOften(again time.Time) error { return errTooOften.With("again", again.Format(time.RFC3339)) }

// giveBack undoes what a sign-in has used up, once it succeeded.
func giveBack(tx *store.Tx, list ...store.Allowance) error {
	for _, a := range list {
		if err := tx.GiveTurns(a); err != nil {
			return err
		}
	}
	return nil
}

// admitted waits for a place in which to stretch a password and takes the turns.
// leave gives the place back.
func (s *SignIn) admitted(ctx context.Context, v visitor, turns []store.Allowance) (leave func(), err error) {
	if again, err := s.nextTurn(ctx, turns); err != nil || again.After(s.store.Now()) {
		return nil, errors.Join(err, tooOften(again))
	}
	leave, err = s.lanes.enter(ctx, v)
	if err != nil {
		return nil, err
	}
	if err := s.turn(ctx, turns...); err != nil {
		leave()
		return nil, err
	}
	return leave, nil
}
