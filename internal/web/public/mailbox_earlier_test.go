package public_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"klankbord/internal/casefile"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
)

// TestEarlierMailsStandInTheMailboxWithTheDateOfThen brings a correspondence, whose complainant then
// gets a code.
func TestEarlierMailsStandInTheMailboxWithTheDateOfThen(t *testing.T) {
	h := newHouse(t)
	in, b := &intake.Correspondence{}, &intake.Bringing{From: casefile.FromMbox, Do: true, Own: []string{"klachten@desk.example"}}
	box := intake.Mailbox{ID: "import/integrity", Name: "klachten", Route: casefile.Integrity, Lang: lang.NL}
	var n casefile.Number
	for k, m := range [][2]string{{"jan@example.org", "klachten@desk.example"}, {"klachten@desk.example", "jan@example.org"}, {"jan@example.org", "klachten@desk.example"}, {"piet@example.org", "klachten@desk.example"}} {
		raw := fmt.Sprintf("From: %s\nTo: %s\nSubject: Kas\nDate: Mon, %d Mar 2021 10:00:00 +0000\nMessage-ID: <%d@x>\nReferences: <%d@x>\n\nBericht nummer %d.", m[0], m[1], k+1, k, k-1, k)
		got, err := h.Intake.BringMail(t.Context(), box, intake.Arrived{Body: strings.NewReader(strings.ReplaceAll(raw, "\n", "\r\n"))}, in, b)
		if err != nil || got.Fate != intake.BringTaken {
			t.Fatal(got.Reason, err)
		}
		n = got.Number
	}
	code, err := h.Casework.HandCode(t.Context(), h.team.Manager, n, "De klager kwam langs", h.Password(h.team.Manager))
	if err != nil {
		t.Fatal(err)
	}
	p := h.front.visitor().get("/nl/mailbox").typeCode("nl", code).submit("/nl/mailbox/code", nil).submit("/nl/mailbox/code/kept", url.Values{"kept": {"yes"}})
	for _, want := range []string{"Bericht nummer 1.", "Bericht nummer 2.", "2 maart 2021", "3 maart 2021", "Dit is een e-mail van vroeger."} {
		if !p.says(want) {
			t.Errorf("the mailbox does not say %q", want)
		}
	}
	for _, no := range []string{"Bericht nummer 3.", "piet@", "Nog niet gelezen", "Gelezen op"} {
		if p.says(no) {
			t.Errorf("the mailbox says %q", no)
		}
	}
}
