package house_test

import (
	"net/http"
	"strings"
	"testing"

	"klankbord/bench/fixture"
	"klankbord/internal/storetest"
)

// A disk that the kernel makes one to be read only while the program runs, as it does where it
// finds it damaged (F30): nobody is told that something was kept which was not, what is on the
// disk is shown where nothing has to be written for it, and once the disk is mended everything
// is there.
func TestADiskThatTurnsReadOnlyLosesNothing(t *testing.T) {
	disk := storetest.WornDisk(t, 256<<20)
	h := newHouseIn(t, disk.Dir, itself, "--min-free-mb", "16")
	sent, begun, later := ready(t, h), ready(t, h), ready(t, h)
	arrives(t, h, sent)
	desk, err := h.SignedIn(t.Context(), fixture.Reader)
	if err != nil {
		t.Fatal(err)
	}
	disk.Break()
	for n := range 3 {
		if status, text := send(t, begun); status != http.StatusServiceUnavailable || !strings.Contains(text, "Er is niets verstuurd") {
			t.Errorf("sending %d answers %d: %.300s", n, status, text)
		}
		if begun.At, err = begun.Open(t.Context(), "/nl/complaint/check"); err != nil || begun.At.Status != http.StatusOK {
			t.Fatalf("what was filled in is not shown any more: %v", err)
		}
	}
	if status, text := begins(t, h); status != http.StatusOK && status != http.StatusServiceUnavailable {
		t.Errorf("beginning answers %d: %.300s", status, text)
	}
	if page, err := desk.Open(t.Context(), "/desk"); err != nil || page.Status != http.StatusOK && page.Status != http.StatusServiceUnavailable {
		t.Errorf("the desk answers %v: %v", page, err)
	}
	if !h.Alive() {
		t.Fatal("the program ended: ", h.Said())
	}
	_ = h.Stop() // it tells of what it could not write
	disk.Mend()
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	arrives(t, h, begun)
	arrives(t, h, later)
	if list, err := desk.Cases(t.Context(), sent.Word); err != nil || len(list) != 1 {
		t.Errorf("what was sent before is %d cases: %v", len(list), err)
	}
	if err := h.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}
