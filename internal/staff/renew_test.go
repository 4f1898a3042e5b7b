package staff_test

import (
	"errors"
	"testing"
	"time"

	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

func TestADirectoryGoesOnUnderANewKeyOfTheInstallation(t *testing.T) {
	at := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	key := func() *seal.Signer { return seal.NewInstanceKey().Signer() }
	first, second, third := key(), key(), key()
	code := seal.NewCode().Recipient("i")
	rules := staff.Rules{Profile: "wwf-belgium", Delay: 0}
	genesis, err := staff.Found("i", at, rules, []staff.Recovery{{ID: "r", Key: code.Public()}}, first)
	if err != nil {
		t.Fatal(err)
	}
	before := []staff.Event{genesis}
	seen, err := staff.Verify("i", first.Public(), before)
	if err != nil {
		t.Fatal(err)
	}
	count, head := seen.Head()
	once, err := staff.RenewKey("i", before, at.Add(time.Hour), first, second)
	if err != nil {
		t.Fatal(err)
	}
	twice, err := staff.RenewKey("i", once, at.Add(2*time.Hour), second, third)
	if err != nil {
		t.Fatal(err)
	}
	c, err := staff.Verify("i", third.Public(), twice)
	if err != nil || !c.Holds(count, head) || len(twice) != 3 {
		t.Fatalf("what was seen is not found again: %v", err)
	}
	if string(genesis.Place) != string(before[0].Place) || !twice[0].PlacedBy("i", third.Public()) || twice[0].PlacedBy("i", first.Public()) {
		t.Error("places are not by the newest key alone")
	}
	refused := map[string]func() error{
		"by the key of before":         func() error { _, err := staff.Verify("i", second.Public(), twice); return err },
		"without what hands over":      func() error { _, err := staff.Verify("i", third.Public(), twice[:1]); return err },
		"renewed from another key":     func() error { _, err := staff.RenewKey("i", twice, at.Add(3*time.Hour), second, key()); return err },
		"renewed to the same key":      func() error { _, err := staff.RenewKey("i", twice, at.Add(3*time.Hour), third, third); return err },
		"with a place of an older key": func() error { return withPlace(twice, once[1].Place, third) },
	}
	for name, try := range refused {
		if err := try(); !errors.Is(err, staff.ErrDirectory) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// withPlace verifies a directory in which one event has the place that a key of before gave.
func withPlace(events []staff.Event, place []byte, now *seal.Signer) error {
	changed := append([]staff.Event(nil), events...)
	changed[1].Place = place
	_, err := staff.Verify("i", now.Public(), changed)
	return err
}
