package casework_test

import (
	"slices"
	"testing"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/profile"
	"klankbord/internal/staff"
)

func TestACaseGoesToTheStricterTeamAndBack(t *testing.T) {
	onBoth(t, func(t *testing.T, i *apptest.Instance, s apptest.Staff) {
		r := i.Complain("nl", apptest.Answers("response-time"), nil)
		n := r.Number
		i.DeliverMail()
		i.Move(s.Service[0], n, casefile.StateHandling)
		i.Write(s.Service[0], n, casework.DraftMessage, "Wij bekijken het.")
		if err := i.Hand(s.Service[0], n, casefile.Integrity); err != nil {
			t.Fatal(err)
		}
		for _, actor := range s.Service {
			unknown(t, i, actor, n)
		}
		c := i.Case(s.Manager, n)
		if c.Route != casefile.Integrity || c.Team != casefile.ComplaintsTeam || c.State != casefile.StateTriage || c.Damaged || !c.Identity.Sealed {
			t.Errorf("route %s, team %s, state %s, damaged %v, identity sealed %v", c.Route, c.Team, c.State, c.Damaged, c.Identity.Sealed)
		}
		var kinds []string
		for _, k := range c.Clocks {
			kinds = append(kinds, k.ID)
			if k.ID == "D2" && k.Open() {
				t.Error("the receipt that was confirmed is due again")
			}
		}
		for _, id := range []string{"D2", "D3", "D8"} {
			if !slices.Contains(kinds, id) {
				t.Errorf("clocks %v, want %s as well", kinds, id)
			}
		}
		m, err := i.Dialogue.Mailbox(t.Context(), i.Enter(r.Code))
		if err != nil || m.Team != casefile.ComplaintsTeam || m.Damaged {
			t.Errorf("the complainant sees team %s, %v", m.Team, err)
		}
		if err := i.Hand(s.Manager, n, casefile.General); err != nil {
			t.Fatal(err)
		}
		unknown(t, i, s.Manager, n)
		c = i.Case(s.Service[1], n)
		if c.Team != casefile.SupportersService || c.Damaged || len(c.Timeline) < 3 {
			t.Errorf("team %s, damaged %v", c.Team, c.Damaged)
		}
		if !c.Identity.Sealed || !c.Identity.Apart {
			t.Error("an identity that was sealed apart lies open again")
		}
	})
}

func TestACaseNeverGoesBelowWhatWasTicked(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft", "response-time"), nil).Number
	if err := i.Hand(s.Manager, n, casefile.General); !says(err, "error.choose-one") {
		t.Errorf("to Supporters Service: %v", err)
	}
	if err := i.Hand(s.Manager, n, casefile.Privacy); !says(err, "error.choose-one") {
		t.Errorf("to a milder route: %v", err)
	}
}

// Whoever is named in a case is asked about before the case goes to their team, and
// nobody who is left out gains it there.
func TestAMoveGoesAroundWhomItIsAbout(t *testing.T) {
	i, s := apptest.Staffed(t)
	a := apptest.With(apptest.Answers("response-time"), profile.FieldStory, "Thomas Dubois van personeelszaken antwoordde mij niet en lachte mij uit aan de telefoon.")
	n := i.Complain("nl", a, nil).Number
	m, err := i.Casework.PreviewMove(t.Context(), s.Service[0], n, casefile.Integrity)
	if err != nil || len(m.Asked) != 1 || m.Asked[0].ID != s.HR.Member {
		t.Fatalf("asked about %v, %v", m.Asked, err)
	}
	w := casework.Moving{Route: casefile.Integrity, Why: "een lid van een team", Revision: i.Case(s.Service[0], n).Revision}
	if err := i.Casework.Move(t.Context(), s.Service[0], n, w); !says(err, "error.name-unanswered") {
		t.Errorf("without an answer: %v", err)
	}
	w.Answers = map[staff.ID]string{s.HR.Member: "yes"}
	if err := i.Casework.Move(t.Context(), s.Service[0], n, w); err != nil {
		t.Fatal(err)
	}
	unknown(t, i, s.HR, n)
	if got := readers(t, i, s.Manager, n); !slices.Equal(got, []string{s.Alternative.Name, s.Manager.Name}) {
		t.Errorf("%v can read it", got)
	}
	if err := i.AddReader(s.Manager, n, s.HR.Member); !says(err, "error.member-missing") {
		t.Errorf("whom it is about can be added: %v", err)
	}
}
