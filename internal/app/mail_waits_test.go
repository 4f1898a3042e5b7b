package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/intake"
)

// TestAReplyThatBelongsToACaseWaitsAsLongAsThatIsThere lets two months pass over replies that
// nobody decided about.
func TestAReplyThatBelongsToACaseWaitsAsLongAsThatIsThere(t *testing.T) {
	d := newMailDesk(t)
	sofie := d.team.Service[0]
	n, first := d.mailed(d.general, "Brief kwijt")
	other := d.take(d.general, "From: Piet <piet@example.org>\n"+answers(first), "Ik ben de buurman.")
	forged := d.take(d.general, from(jan)+"To: klachten+t-"+strings.Repeat("0", 32)+"@desk.example", "Nog iets over de brief.")
	program := d.take(d.general, from(jan)+"Auto-Submitted: auto-replied\n"+answers(first), "Ik ben met verlof.")
	for _, got := range []intake.Taken{other, forged, program} {
		if !got.Unsorted {
			t.Fatal("a reply is taken for the complainant's")
		}
	}
	list, err := d.Casework.UnsortedMails(t.Context(), sofie)
	if err != nil || len(list) != 3 {
		t.Fatalf("%d wait: %v", len(list), err)
	}
	for _, m := range list {
		if stays := m.Number == other.Number; stays != m.Until.IsZero() {
			t.Errorf("of %s members are told that it is erased after %v", m.Thread, m.Until)
		}
	}
	d.Clock.Add(60 * 24 * time.Hour)
	if gone, err := d.Casework.ForgetUnsorted(t.Context()); err != nil || gone != 2 {
		t.Fatalf("%d erased: %v", gone, err)
	}
	if c := d.Case(sofie, other.Number); c.State != casefile.StateUnsorted {
		t.Error("the reply of somebody else is gone although its case is there")
	}
	d.erase(n)
	if gone, err := d.Casework.ForgetUnsorted(t.Context()); err != nil || gone != 1 {
		t.Errorf("%d erased once the case is: %v", gone, err)
	}
}

// TestManyRepliesThatStayKeepNoMailFromBeingErased has more of them than are looked at in one go.
func TestManyRepliesThatStayKeepNoMailFromBeingErased(t *testing.T) {
	d := newMailDesk(t)
	_, first := d.mailed(d.general, "Brief kwijt")
	for k := range 120 {
		d.take(d.general, fmt.Sprintf("From: Piet <piet@example.org>\nMessage-ID: <%d@x>\n%s", k, answers(first)), "Ik ben de buurman.")
	}
	d.Clock.Add(time.Hour)
	d.take(d.general, from(jan)+"Precedence: bulk", "nieuws")
	d.Clock.Add(60 * 24 * time.Hour)
	if gone, err := d.Casework.ForgetUnsorted(t.Context()); err != nil || gone != 1 {
		t.Errorf("%d erased: %v", gone, err)
	}
}
