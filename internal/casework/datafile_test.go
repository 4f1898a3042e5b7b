package casework_test

import (
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/deadline"
	"klankbord/internal/figures"
	"klankbord/internal/ident"
	"klankbord/internal/lang"
)

func TestARequestAboutDataOfSomebodyWithoutACase(t *testing.T) {
	onBoth(t, func(t *testing.T, i *apptest.Instance, s apptest.Staff) {
		on := deadline.Date{Year: 2026, Month: time.February, Day: 27}
		asked := casework.DataAsked{
			ID: ident.New(), Right: casefile.RightAccess, Who: "Joris Peeters, Kerkstraat 1", On: on, Text: "Wat weten jullie van mij?", Lang: lang.NL, About: "Vraag over gegevens",
		}
		for key, wrong := range map[string]func(*casework.DataAsked){
			"error.data-who":   func(a *casework.DataAsked) { a.Who = " " },
			"error.choose-one": func(a *casework.DataAsked) { a.Right = "" },
			"error.data-on":    func(a *casework.DataAsked) { a.On = deadline.Date{Year: 2026, Month: time.March, Day: 9} },
		} {
			a := asked
			wrong(&a)
			_, err := i.Casework.NoteDataAlone(t.Context(), s.Service[0], a)
			wantFault(t, "a request without it", key, err)
		}
		n, err := i.Casework.NoteDataAlone(t.Context(), s.Service[0], asked)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := i.Casework.NoteDataAlone(t.Context(), s.Service[0], asked); err != nil || again != n {
			t.Errorf("sent twice it became %s and %s, %v", n, again, err)
		}
		if _, err := i.Casework.Case(t.Context(), s.Service[0], n); err == nil {
			t.Error("who only noted it reads it")
		}
		c := i.Case(s.Manager, n)
		if len(c.Data) != 1 || c.Data[0].Who != asked.Who || !c.Data[0].Waits() || c.Next.Key != "data" {
			t.Fatalf("the team reads %d requests, next step %q", len(c.Data), c.Next.Key)
		}
		if due := i.Casework.Calendar.Today(c.Data[0].Due); due != (deadline.Date{Year: 2026, Month: time.March, Day: 27}) {
			t.Errorf("it is due on %v", due)
		}
		if len(c.Moves) > 1 || len(c.Moves) == 1 && c.Moves[0].To != casefile.StateArchived {
			t.Errorf("it can be handled as a complaint: %+v", c.Moves)
		}
		list, err := i.Casework.DataRequests(t.Context(), s.Manager)
		if err != nil || len(list) != 1 || list[0].Number != n {
			t.Errorf("the register holds %+v, %v", list, err)
		}
		counted := figuresOf(t, i, s.Manager, casework.NumbersFilter{For: figures.Team})
		counted.is("received", "", 0, 0)
		if err := i.Casework.AnswerData(t.Context(), s.Manager, n, casefile.DataAnswer{Clock: c.Data[0].Clock, Result: casefile.DataGiven, Why: "Een kopie gestuurd."}); err != nil {
			t.Fatal(err)
		}
		counted = figuresOf(t, i, s.Manager, casework.NumbersFilter{For: figures.Team})
		counted.is("request", "", 1, 1)
		counted.is("received", "", 0, 0)
		counted.is("flow", "closed", 0, 0)
		if c = i.Case(s.Manager, n); c.Data[0].Waits() || c.Next.Key != "data-done" {
			t.Errorf("after the answer the next step is %q", c.Next.Key)
		}
		i.Clock.Set(time.Date(2031, time.April, 1, 9, 0, 0, 0, time.UTC))
		if c = i.Case(s.Manager, n); c.Erasure.Due != casefile.ScopeWhole {
			t.Errorf("after five years it may be erased: %+v", c.Erasure)
		}
	})
}
