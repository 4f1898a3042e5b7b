package staff_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/ident"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

const instance = "test-instance"

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// founding is a directory under construction with every signing key at hand.
type founding struct {
	t        *testing.T
	instance *seal.Signer
	signers  map[staff.ID]*seal.Signer
	events   []staff.Event
	dir      *staff.Directory
}

func found(t *testing.T) *founding {
	t.Helper()
	f := &founding{t: t, instance: seal.NewInstanceKey().Signer(), signers: map[staff.ID]*seal.Signer{}}
	f.add(staff.Change{Type: staff.Genesis, Recovery: []staff.Recovery{{ID: "r", Key: seal.NewCode().Keys(instance).Public()}}}, staff.ByInstance)
	return f
}

func (f *founding) signer(by string) *seal.Signer {
	if by == staff.ByInstance {
		return f.instance
	}
	return f.signers[staff.ID(by)]
}

func (f *founding) event(c staff.Change, by string) staff.Event {
	f.t.Helper()
	body, err := staff.Compose(f.dir, instance, now, c)
	if err != nil {
		f.t.Fatal(err)
	}
	e, err := staff.Complete(body, []staff.Signature{{By: by, Value: f.signer(by).Sign(staff.SigningContext(instance), body)}})
	if err != nil {
		f.t.Fatal(err)
	}
	return e
}

func (f *founding) add(c staff.Change, by string) {
	f.t.Helper()
	f.events = append(f.events, f.event(c, by))
	dir, err := staff.Verify(instance, f.instance.Public(), f.events)
	if err != nil {
		f.t.Fatal(err)
	}
	f.dir = dir
}

func (f *founding) enrolment(id staff.ID) staff.Change {
	secret := seal.NewMemberSecret()
	f.signers[id] = secret.Signer()
	reading := secret.Keys().Public()
	return staff.Change{
		Type: staff.Enrol, Member: id, Reading: reading, Signing: secret.Signer().Public(),
		Proof:       secret.Signer().Sign(staff.ProofContext(instance, id), reading),
		Assignments: []staff.Assignment{{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam}},
	}
}

func TestMembersEnterByInstanceThenByVouch(t *testing.T) {
	f := found(t)
	f.add(f.enrolment("nele"), staff.ByInstance)
	f.add(f.enrolment("thomas"), "nele")
	if got := len(f.dir.Active()); got != 2 {
		t.Fatalf("%d active members, want 2", got)
	}
	if _, ok := f.dir.Recipient("thomas"); !ok {
		t.Error("a member who was vouched for is no recipient")
	}
	if _, ok := f.dir.RecoveryRecipient("r"); !ok {
		t.Error("the recovery key is no recipient")
	}
}

// AT2: a row of the directory without, with a wrong or with another instance's
// signature is refused.
func TestAT2UnsignedEntryIsRefused(t *testing.T) {
	f := found(t)
	f.add(f.enrolment("nele"), staff.ByInstance)
	ghost := f.enrolment("ghost")
	body, err := staff.Compose(f.dir, instance, now, ghost)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(s *seal.Signer, c seal.Context) []byte { return s.Sign(c, body) }
	own := staff.SigningContext(instance)
	for name, signatures := range map[string][]staff.Signature{
		"none":                        nil,
		"only their own":              {{By: "ghost", Value: sign(f.signers["ghost"], own)}},
		"the instance, a second time": {{By: staff.ByInstance, Value: sign(f.instance, own)}},
		"of another instance":         {{By: "nele", Value: sign(f.signers["nele"], staff.SigningContext("elsewhere"))}},
		"in nele's name by ghost":     {{By: "nele", Value: sign(f.signers["ghost"], own)}},
		"one good and one bad":        {{By: "nele", Value: sign(f.signers["nele"], own)}, {By: "nele", Value: []byte("no")}},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := staff.Complete(body, signatures)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.dir.Follow([]staff.Event{e}); !errors.Is(err, staff.ErrDirectory) {
				t.Errorf("Follow = %v, want ErrDirectory", err)
			}
		})
	}
}

func TestEntryNeedsProofOfTheSigningKey(t *testing.T) {
	f := found(t)
	f.add(f.enrolment("nele"), staff.ByInstance)
	stolen := f.enrolment("ghost")
	other := f.enrolment("other")
	stolen.Reading = other.Reading // the proof covers another reading key
	if _, err := f.dir.Follow([]staff.Event{f.event(stolen, "nele")}); !errors.Is(err, staff.ErrDirectory) {
		t.Errorf("Follow = %v, want ErrDirectory", err)
	}
}

// AT1: a public key that was swapped in a stored row is refused.
func TestAT1SwappedKeyIsRefused(t *testing.T) {
	f := found(t)
	f.add(f.enrolment("nele"), staff.ByInstance)
	events := append([]staff.Event{}, f.events...)
	var c staff.Change
	if err := json.Unmarshal(events[1].Body, &c); err != nil {
		t.Fatal(err)
	}
	c.Reading = seal.NewMemberSecret().Keys().Public()
	swapped, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	events[1].Body = swapped
	if _, err := staff.Verify(instance, f.instance.Public(), events); !errors.Is(err, staff.ErrDirectory) {
		t.Errorf("Verify = %v, want ErrDirectory", err)
	}
}

// AT3: a directory that was truncated in the middle, reordered, duplicated or
// forked does not verify.
func TestAT3AlteredChainIsRefused(t *testing.T) {
	f := found(t)
	f.add(f.enrolment("nele"), staff.ByInstance)
	f.add(f.enrolment("thomas"), "nele")
	e := f.events
	fork := f.event(f.enrolment("fork"), "nele")
	for name, events := range map[string][]staff.Event{
		"first one missing": {e[1], e[2]}, "middle missing": {e[0], e[2]}, "reordered": {e[0], e[2], e[1]},
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
}

func TestLeaverVouchesForNobody(t *testing.T) {
	f := found(t)
	f.add(f.enrolment("nele"), staff.ByInstance)
	f.add(f.enrolment("thomas"), "nele")
	f.add(staff.Change{Type: staff.Revoke, Member: "thomas"}, "nele")
	if _, ok := f.dir.Recipient("thomas"); ok {
		t.Error("a member who left still receives keys")
	}
	if _, err := f.dir.Follow([]staff.Event{f.event(f.enrolment("late"), "thomas")}); !errors.Is(err, staff.ErrDirectory) {
		t.Errorf("Follow = %v, want ErrDirectory", err)
	}
}

func TestEveryByteOfAnEventCounts(t *testing.T) {
	f := found(t)
	f.add(f.enrolment("nele"), staff.ByInstance)
	for i := range f.events[1].Body {
		e := f.events[1]
		e.Body = bytes.Clone(e.Body)
		e.Body[i] ^= 1
		if _, err := staff.Verify(instance, f.instance.Public(), []staff.Event{f.events[0], e}); err == nil {
			t.Fatalf("an event with byte %d flipped verifies", i)
		}
	}
}

func TestAssignmentsRoundTrip(t *testing.T) {
	list := []staff.Assignment{
		{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam, Function: staff.HumanResources}, {Role: staff.RoleAuditor},
	}
	got, err := staff.ParseAssignments(staff.FormatAssignments(list))
	if err != nil || len(got) != 2 || got[0] != list[0] || got[1] != list[1] {
		t.Fatalf("got %v, %v", got, err)
	}
	for _, bad := range []string{"", "handler//", "king/complaints/", "auditor/complaints/", "handler/complaints", ident.New()} {
		if _, err := staff.ParseAssignments(bad); err == nil {
			t.Errorf("ParseAssignments(%q) accepted", bad)
		}
	}
}
