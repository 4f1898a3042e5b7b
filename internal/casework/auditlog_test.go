package casework_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

func logOf(t *testing.T, i *apptest.Instance, actor access.Actor, f casework.LogFilter) *casework.LogPage {
	t.Helper()
	p, err := i.Casework.Log(t.Context(), actor, f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func kinds(p *casework.LogPage) (list []audit.Kind) {
	for _, l := range p.Lines {
		list = append(list, l.Kind)
	}
	return list
}

func TestTheLogIsNarrowedByKindPersonCaseAndDate(t *testing.T) {
	i, s := apptest.Staffed(t)
	one := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	i.Clock.Add(48 * time.Hour)
	two := i.Complain("nl", apptest.Answers("communication"), nil).Number
	i.Case(s.HR, one)
	i.Case(s.Service[0], two)
	i.Sequence()
	for name, c := range map[string]struct {
		filter casework.LogFilter
		want   []audit.Kind
	}{
		"kind":            {casework.LogFilter{Kind: audit.Submission}, []audit.Kind{audit.Submission, audit.Submission}},
		"member":          {casework.LogFilter{Who: s.HR.Member, Kind: audit.CaseRead}, []audit.Kind{audit.CaseRead}},
		"kind of actor":   {casework.LogFilter{Who: staff.ID(audit.Complainant)}, []audit.Kind{audit.Submission, audit.Submission}},
		"case":            {casework.LogFilter{Number: one}, []audit.Kind{audit.CaseRead, audit.Submission, audit.Receipt, audit.GrantMade}},
		"number of none":  {casework.LogFilter{Number: "KB-0000-00"}, nil},
		"since":           {casework.LogFilter{Kind: audit.Submission, Since: i.Clock.Now().Add(-time.Hour)}, []audit.Kind{audit.Submission}},
		"before":          {casework.LogFilter{Kind: audit.Submission, Before: i.Clock.Now().Add(-time.Hour)}, []audit.Kind{audit.Submission}},
		"nothing of that": {casework.LogFilter{Kind: audit.Erased}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := kinds(logOf(t, i, s.Auditor, c.filter))
			slices.Sort(got)
			slices.Sort(c.want)
			if !slices.Equal(got, c.want) {
				t.Errorf("lists %v, want %v", got, c.want)
			}
		})
	}
}

func TestALongLogIsReadPageByPage(t *testing.T) {
	i, s := apptest.Staffed(t)
	for range 260 {
		if err := i.Store.Write(t.Context(), func(tx *store.Tx) error { return tx.InsertLeaf(leafOf(i, audit.SignOut)) }); err != nil {
			t.Fatal(err)
		}
	}
	i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.Sequence()
	seen, pages := map[int64]bool{}, 0
	for f := (casework.LogFilter{}); ; pages++ {
		p := logOf(t, i, s.Auditor, f)
		if p.Altered > 0 {
			t.Errorf("%d lines of an honest log are told as altered", p.Altered)
		}
		for _, l := range p.Lines {
			if seen[l.Position] {
				t.Errorf("line %d stands on two pages", l.Position)
			}
			seen[l.Position] = true
		}
		if f.Older = p.Older; f.Older == 0 {
			break
		}
	}
	if size := logOf(t, i, s.Auditor, casework.LogFilter{}).Standing.Size; int64(len(seen)) != size || pages != 2 {
		t.Errorf("%d of %d lines on %d pages", len(seen), size, pages+1)
	}
	if p := logOf(t, i, s.Auditor, casework.LogFilter{Kind: audit.DirectoryEvent}); len(p.Lines) == 0 {
		t.Error("a kind that stands far back is not found")
	}
}

func TestReadingTheLogIsLoggedFirst(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	i.Sequence()
	for range 3 {
		logOf(t, i, s.Auditor, casework.LogFilter{})
		logOf(t, i, s.Auditor, casework.LogFilter{Number: n})
	}
	i.Sequence()
	p := logOf(t, i, s.Auditor, casework.LogFilter{Kind: audit.LogRead})
	if len(p.Lines) != 2 || p.Lines[0].Name != "Anke Schmitz" || p.Lines[0].Number == p.Lines[1].Number {
		t.Errorf("%d lines tell that the log was read: %+v", len(p.Lines), p.Lines)
	}
}

func TestALineThatWasAlteredIsTold(t *testing.T) {
	for name, sql := range map[string]string{
		"its record":       "UPDATE log_leaf SET record = (SELECT record FROM log_leaf WHERE position = 1) WHERE position = 2",
		"record and hash":  "UPDATE log_leaf SET record = o.record, salt = o.salt, hash = o.hash FROM (SELECT record, salt, hash FROM log_leaf WHERE position = 1) AS o WHERE position = 2",
		"its hash":         "UPDATE log_leaf SET hash = (SELECT hash FROM log_leaf WHERE position = 1) WHERE position = 2",
		"hash in the tree": "UPDATE log_node SET hash = (SELECT hash FROM log_node WHERE id = 0) WHERE id = 3",
	} {
		t.Run(name, func(t *testing.T) {
			i, s := apptest.Staffed(t)
			i.Complain("nl", apptest.StrictAnswers("theft"), nil)
			i.Sequence()
			if p := logOf(t, i, s.Auditor, casework.LogFilter{}); p.Altered != 0 || p.Standing.Trouble != "" {
				t.Fatalf("an honest log: %d altered, %s", p.Altered, p.Standing.Trouble)
			}
			if err := i.Store.Write(t.Context(), func(tx *store.Tx) error { _, err := tx.Exec(sql); return err }); err != nil {
				t.Fatal(err)
			}
			p := logOf(t, i, s.Auditor, casework.LogFilter{})
			if p.Altered == 0 {
				t.Error("goes unnoticed")
			}
			for _, l := range p.Lines {
				if name != "hash in the tree" && l.Altered != (l.Position == 2) {
					t.Errorf("line %d: altered %v", l.Position, l.Altered)
				}
			}
		})
	}
}

func TestWhoAndWhenIsForThoseWhoMayOpenTheCase(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	i.Case(s.HR, n)
	i.Sequence()
	i.Write(s.HR, n, casework.DraftNote, "Kanarie")
	i.Clock.Add(time.Minute)
	v, err := i.Casework.CaseLog(t.Context(), s.Manager, n)
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Lines) < 5 || v.Altered != 0 || v.Lines[0].Position >= 0 || v.Lines[len(v.Lines)-1].Position < 0 {
		t.Errorf("%d lines, %d altered", len(v.Lines), v.Altered)
	}
	if !slices.ContainsFunc(v.Lines, func(l casework.LogLine) bool { return l.Kind == audit.CaseRead && l.Name == "Thomas Dubois" }) {
		t.Error("who opened the case is not told")
	}
	if v.Lines[0].Kind != audit.LogRead || v.Lines[0].Name != "Nele Janssens" {
		t.Errorf("the newest line is %s by %s, want that this was read", v.Lines[0].Kind, v.Lines[0].Name)
	}
	_, missing := i.Casework.CaseLog(t.Context(), s.Manager, "KB-0000-00")
	for name, actor := range map[string]access.Actor{"service": s.Service[0], "auditor": s.Auditor, "alternative": s.Alternative} {
		if _, err := i.Casework.CaseLog(t.Context(), actor, n); !errors.Is(err, fault.ErrNotFound) || err.Error() != missing.Error() {
			t.Errorf("%s: %v, and %v for a case that does not exist", name, err, missing)
		}
	}
}

func TestAnExportHoldsWhatTheAuditorMaySee(t *testing.T) {
	i, s := apptest.Staffed(t)
	both := i.Join("Both Ways", staff.Assignment{Role: staff.RoleAuditor}, staff.Assignment{Role: staff.RoleHandler, Team: casefile.SupportersService})
	theirs := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	own := i.Complain("nl", apptest.Answers("communication"), nil)
	i.Sequence()
	until := i.Clock.Now().Add(time.Minute)
	export := func(actor access.Actor, scope casework.ExportScope) string {
		t.Helper()
		var b bytes.Buffer
		if err := i.Casework.ExportLog(t.Context(), actor, casework.ExportTicket{Scope: scope, Until: until}, &b); err != nil {
			t.Fatal(err)
		}
		_, entries, err := audit.ReadExport(&b)
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for e, err := range entries {
			if err != nil {
				t.Fatal(err)
			}
			text.Write(e.Record)
		}
		return text.String()
	}
	if got := export(s.Auditor, casework.ExportLeaves); got != "" {
		t.Errorf("an export of leaves reveals %q", got)
	}
	if got := export(s.Auditor, casework.ExportRecords); !strings.Contains(got, string(theirs.Case)) || !strings.Contains(got, string(own.Number)) {
		t.Error("an export with records lacks some")
	}
	if got := export(both, casework.ExportRecords); strings.Contains(got, string(theirs.Case)) || strings.Contains(got, string(theirs.Number)) || !strings.Contains(got, string(own.Case)) {
		t.Error("an auditor who handles cases exports lines about a case that is not theirs")
	}
	i.Sequence()
	if p := logOf(t, i, s.Auditor, casework.LogFilter{Kind: audit.LogExported}); len(p.Lines) != 3 {
		t.Errorf("%d lines tell of three exports", len(p.Lines))
	}
	var b bytes.Buffer
	if err := i.Casework.ExportLog(t.Context(), s.HR, casework.ExportTicket{Until: until}, &b); err == nil || b.Len() > 0 {
		t.Errorf("a member who is no auditor exports the log: %v", err)
	}
	i.Clock.Add(time.Hour)
	if err := i.Casework.ExportLog(t.Context(), s.Auditor, casework.ExportTicket{Until: until}, &b); !errors.Is(err, fault.ErrNotFound) || b.Len() > 0 {
		t.Errorf("with a ticket that is over: %v", err)
	}
}

func leafOf(i *apptest.Instance, kind audit.Kind) store.Leaf {
	return custody.Leaf(i.Clock.Now(), custody.Event{Kind: kind, Actor: custody.BySystem()})
}
