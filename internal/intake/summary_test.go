package intake_test

import (
	"strings"
	"testing"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/store"
)

// A member holds the key of the summary without any approval, so on the routes that
// seal the identity apart it holds nothing of who the complainant is.
func TestTheSummaryOfASealedCaseDoesNotTellWhoComplains(t *testing.T) {
	i, s := apptest.Staffed(t)
	folded := func(actor access.Actor, id casefile.ID) string {
		var rows []store.InboxRow
		err := i.Store.Read(t.Context(), func(tx *store.Tx) (err error) {
			rows, err = tx.Inbox(store.InboxFilter{Member: actor.Member, Cases: []casefile.ID{id}, Limit: 1})
			return err
		})
		if err != nil || len(rows) != 1 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		plain, _, err := i.Custody.OpenSummary(actor, rows[0])
		if err != nil {
			t.Fatal(err)
		}
		summary, err := casefile.DecodeSummary(plain)
		if err != nil {
			t.Fatal(err)
		}
		return summary.Words
	}
	sealed := folded(s.Manager, i.Complain("nl", apptest.StrictAnswers("theft"), nil).Case)
	if strings.Contains(sealed, "maes") || strings.Contains(sealed, "ingrid") || strings.Contains(sealed, "mail example") {
		t.Error("it holds the name or the address")
	}
	if !strings.Contains(sealed, casefile.FindForm("invoice")) {
		t.Error("it does not hold the story")
	}
	// A case of the general route may be handed to one that seals who complains apart.
	open := folded(s.Service[0], i.Complain("nl", apptest.Answers("communication"), nil).Case)
	if strings.Contains(open, "maes") || !strings.Contains(open, casefile.FindForm("invoice")) {
		t.Error("on the general route it holds the name, or not the story")
	}
}
