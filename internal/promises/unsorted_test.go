package promises_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/fault"
	"klankbord/internal/intake"
)

// Whoever holds the database cannot have a complaint erased as mail that nobody took for
// one: neither by itself after its thirty days, nor at once by a member.
func TestARealComplaintNeverGoesAsMailThatWaits(t *testing.T) {
	i, s := apptest.Staffed(t)
	byForm := i.Complain("nl", apptest.Answers("communication"), nil)
	box := intake.Mailbox{ID: "imap.example/complaints/INBOX", Name: "complaints@desk.example", Route: casefile.General, Lang: "nl"}
	take := func(header string) intake.Taken {
		t.Helper()
		raw := "From: Jan Maes <jan@person.example>\r\nSubject: Mijn klacht\r\n" + header + "\r\nIk wacht al drie weken op antwoord.\r\n"
		taken, err := i.Intake.TakeMail(ctx, box, intake.Arrived{At: i.Clock.Now(), Body: strings.NewReader(raw)})
		must(t, err)
		return taken
	}
	byMail, waiting := take("Message-ID: <1@person.example>\r\n"), take("Precedence: bulk\r\n")
	if byMail.Unsorted || !waiting.Unsorted {
		t.Fatalf("a person's mail %t, a list's %t", byMail.Unsorted, waiting.Unsorted)
	}
	behind(t, i.Store, "UPDATE case_file SET state = 'unsorted', channel = 'email'")
	for _, n := range []casefile.Number{byForm.Number, byMail.Number} {
		if err := i.Casework.Discard(ctx, s.Service[0], n); err == nil || errors.Is(err, fault.ErrNotFound) {
			t.Errorf("a member throws away %s: %v", n, err)
		}
	}
	i.Clock.Add(40 * 24 * time.Hour)
	gone, err := i.Casework.ForgetUnsorted(ctx)
	must(t, err)
	if gone != 1 || rows(t, i, "case_file") != 2 {
		t.Errorf("%d went, %d cases are left", gone, rows(t, i, "case_file"))
	}
}
