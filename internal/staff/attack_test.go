package staff_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

func TestEntryNeedsProofOfTheSigningKey(t *testing.T) {
	f := desk(t)
	stolen, other := f.enrolment("ghost", casefile.SupportersService), f.enrolment("other", casefile.SupportersService)
	stolen.Reading = other.Reading // the proof covers another reading key
	f.refuses(stolen, "nele")
	rekey := staff.Change{Type: staff.Rekey, Member: "sofie", Reading: other.Reading, Signing: other.Signing, Proof: other.Proof}
	f.refuses(rekey, "nele") // a proof that another member gave
}

// AT2: a row of the directory without, with a wrong or with another instance's
// signature is refused.
func TestAT2UnsignedEntryIsRefused(t *testing.T) {
	f := found(t)
	f.add(f.enrolment("nele", casefile.ComplaintsTeam), staff.ByInstance)
	statement := f.compose(f.enrolment("ghost", casefile.SupportersService))
	elsewhere := staff.Sign("elsewhere", "nele", f.signers["nele"], statement)
	for name, signatures := range map[string][]staff.Signature{
		"none":                        nil,
		"only their own":              f.sign(statement, "ghost"),
		"the instance, a second time": f.sign(statement, staff.ByInstance),
		"of another instance":         {elsewhere},
		"in nele's name by ghost":     {{By: "nele", Value: f.sign(statement, "ghost")[0].Value}},
		"one good and one bad":        append(f.sign(statement, "nele"), staff.Signature{By: "nele", Value: []byte("no")}),
	} {
		t.Run(name, func(t *testing.T) {
			e, err := f.chain.Place(statement, signatures, f.now, f.instance)
			if !errors.Is(err, staff.ErrDirectory) {
				t.Errorf("Place = %v, want ErrDirectory", err)
			}
			if _, err := f.chain.Follow([]staff.Event{e}); !errors.Is(err, staff.ErrDirectory) {
				t.Errorf("Follow = %v, want ErrDirectory", err)
			}
		})
	}
}

// AT1: a public key that was swapped in a stored row is refused.
func TestAT1SwappedKeyIsRefused(t *testing.T) {
	f := desk(t)
	events := slices.Clone(f.events)
	old, _ := f.dir().Entry("thomas")
	was, err := json.Marshal(old.Reading)
	f.check(err)
	is, err := json.Marshal(seal.NewMemberSecret().Keys().Public())
	f.check(err)
	events[2].Body = bytes.Replace(events[2].Body, was, is, 1)
	if bytes.Equal(events[2].Body, f.events[2].Body) {
		t.Fatal("nothing was swapped")
	}
	if _, err := staff.Verify(instance, f.instance.Public(), events); !errors.Is(err, staff.ErrDirectory) {
		t.Errorf("Verify = %v, want ErrDirectory", err)
	}
}

// AT3: a directory that was truncated in the middle, reordered, duplicated or
// forked does not verify.
func TestAT3AlteredChainIsRefused(t *testing.T) {
	f := desk(t)
	e := f.events
	fork, err := f.try(f.enrolment("fork", casefile.SupportersService), "nele")
	f.check(err)
	for name, events := range map[string][]staff.Event{
		"first one missing": e[1:], "middle missing": {e[0], e[2]}, "reordered": {e[0], e[2], e[1]},
		"duplicated": {e[0], e[1], e[1], e[2]}, "forked": {e[0], e[1], fork},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := staff.Verify(instance, f.instance.Public(), events); !errors.Is(err, staff.ErrDirectory) {
				t.Errorf("Verify = %v, want ErrDirectory", err)
			}
		})
	}
	t.Run("another instance's key", func(t *testing.T) {
		if _, err := staff.Verify(instance, seal.NewInstanceKey().Signer().Public(), e); !errors.Is(err, staff.ErrDirectory) {
			t.Errorf("Verify = %v, want ErrDirectory", err)
		}
	})
	t.Run("what was seen before", func(t *testing.T) {
		short, err := staff.Verify(instance, f.instance.Public(), e[:3])
		f.check(err)
		count, hash := f.chain.Head()
		if !f.chain.Holds(count, hash) || short.Holds(count, hash) {
			t.Error("an older directory passes for the one that was seen")
		}
		if count, hash = short.Head(); !f.chain.Holds(count, hash) {
			t.Error("a newer directory does not pass for one that goes on from it")
		}
	})
}

func TestEveryByteOfAnEventCounts(t *testing.T) {
	f := found(t)
	f.add(f.enrolment("nele", casefile.ComplaintsTeam), staff.ByInstance)
	for name, part := range map[string]func(*staff.Event) *[]byte{
		"body":       func(e *staff.Event) *[]byte { return &e.Body },
		"signatures": func(e *staff.Event) *[]byte { return &e.Signatures },
		"hash":       func(e *staff.Event) *[]byte { return &e.Hash },
		"place":      func(e *staff.Event) *[]byte { return &e.Place },
	} {
		whole := *part(&f.events[1])
		for i := range whole {
			e := f.events[1]
			*part(&e) = bytes.Clone(whole)
			(*part(&e))[i] ^= 1
			if _, err := staff.Verify(instance, f.instance.Public(), []staff.Event{f.events[0], e}); err == nil {
				t.Fatalf("an event with byte %d of its %s flipped verifies", i, name)
			}
		}
	}
}

// Neither a database writer nor somebody with members' signatures decides where in
// the chain a change stands, or from when it holds.
func TestPlaceIsSignedByTheInstallation(t *testing.T) {
	f := desk(t)
	statement := f.compose(f.enrolment("new", casefile.ComplaintsTeam))
	e, err := f.chain.Place(statement, f.sign(statement, "nele", "thomas"), f.now, seal.NewInstanceKey().Signer())
	if !errors.Is(err, staff.ErrDirectory) {
		t.Errorf("placed by another installation: %v", err)
	}
	if _, err := f.chain.Follow([]staff.Event{e}); !errors.Is(err, staff.ErrDirectory) {
		t.Errorf("Follow = %v, want ErrDirectory", err)
	}
}

func TestKeysThatWereEverVouchedForAreKnown(t *testing.T) {
	f := desk(t)
	old, _ := f.dir().Recipient("sofie")
	c, _ := keys("sofie")
	c.Type = staff.Rekey
	f.add(c, "nele")
	for _, fingerprint := range []string{old.Fingerprint(), c.Reading.Fingerprint()} {
		if !f.chain.Vouched(seal.RecipientMember, "sofie", fingerprint) {
			t.Error("a key of a member is not known")
		}
	}
	if f.chain.Vouched(seal.RecipientMember, "sofie", seal.NewMemberSecret().Keys().Public().Fingerprint()) ||
		f.chain.Vouched(seal.RecipientMember, "thomas", old.Fingerprint()) {
		t.Error("a key is known that nobody vouched for")
	}
}
