package casework_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/store"
)

func TestALinkIsSeenFromBothEndsByWhoMayReadBothAndByNobodyElse(t *testing.T) {
	i, s := apptest.Staffed(t)
	me, other := s.Manager, s.Alternative
	one := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	two := i.Complain("nl", apptest.StrictAnswers("corruption"), nil)
	service := i.Complain("nl", apptest.Answers("communication"), nil)
	if err := i.AddReader(me, one.Number, other.Member); err != nil {
		t.Fatal(err)
	}
	i.Case(other, one.Number)
	for name, x := range map[string]struct {
		to   casefile.Number
		kind casefile.LinkKind
		want string
	}{
		"a case that is not there":    {"KB-0000-00", casefile.LinkRelated, "error.link-missing"},
		"a case of another team":      {service.Number, casefile.LinkRelated, "error.link-missing"},
		"itself":                      {one.Number, casefile.LinkRelated, "error.link-same"},
		"something that has no words": {two.Number, "sister", "error.choose-one"},
	} {
		if err := i.Casework.LinkCases(t.Context(), me, one.Number, x.to, x.kind); !isFault(err, x.want) {
			t.Errorf("a link with %s gives %v", name, err)
		}
	}
	if err := i.Casework.LinkCases(t.Context(), other, one.Number, two.Number, casefile.LinkRelated); !isFault(err, "error.link-missing") {
		t.Errorf("whoever may not read the other case gets %v", err)
	}
	heads := func() (n [2]int64) { n[0], n[1] = i.Case(me, one.Number).Seen, i.Case(me, two.Number).Seen; return n }
	before := heads()
	for range 2 {
		if err := i.Casework.LinkCases(t.Context(), me, one.Number, two.Number, casefile.LinkDuplicate); err != nil {
			t.Fatal(err)
		}
	}
	if now := heads(); now[0] != before[0]+1 || now[1] != before[1]+1 {
		t.Errorf("linking twice took the cases from %v to %v", before, now)
	}
	a, b := i.Case(me, one.Number), i.Case(me, two.Number)
	if len(a.Links) != 1 || a.Links[0].Number != two.Number || len(b.Links) != 1 || b.Links[0].Number != one.Number || b.Links[0].Kind != casefile.LinkDuplicate {
		t.Fatalf("the ends show %+v and %+v", len(a.Links), len(b.Links))
	}
	if got := numbersIn(t, i, other, casework.ViewUnread); len(got) != 0 {
		t.Errorf("to a colleague who may read one of them it is news: %v", got)
	}
	c := i.Case(other, one.Number)
	if len(c.Links) != 0 {
		t.Error("whoever may read one only sees the link in it")
	}
	for _, it := range c.Timeline {
		if it.Link != nil {
			t.Error("whoever may read one only sees an event of the other in it")
		}
	}
	for _, id := range []casefile.ID{one.Case, two.Case} {
		told := 0
		for _, l := range leavesOf(t, i, id) {
			if r, err := audit.DecodeRecord(l.Record); err == nil && r.Detail["kind"] == string(casefile.EntryLink) && r.Object == "" {
				told++
			}
		}
		if told != 1 {
			t.Errorf("%d lines of the log tell of the link at one end", told)
		}
	}
	if err := i.Casework.UnlinkCases(t.Context(), me, two.Number, one.Number); err != nil {
		t.Fatal(err)
	}
	if a, b := i.Case(me, one.Number), i.Case(me, two.Number); len(a.Links)+len(b.Links) != 0 {
		t.Error("after unlinking a link stands")
	}
}

func TestCasesAreNotLinkedAroundSomebodyWhoWasLeftOutOfOne(t *testing.T) {
	i, s := apptest.Staffed(t)
	me := s.Manager
	one := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	two := i.Complain("nl", apptest.StrictAnswers("corruption"), nil).Number
	if err := i.Exclude(me, two, s.HR.Member); err != nil {
		t.Fatal(err)
	}
	for _, ends := range [][2]casefile.Number{{one, two}, {two, one}} {
		if err := i.Casework.LinkCases(t.Context(), me, ends[0], ends[1], casefile.LinkRelated); !isFault(err, "error.link-apart") {
			t.Errorf("a link under keys of somebody who must not know of the other case gives %v", err)
		}
	}
	if err := i.Exclude(me, one, s.HR.Member); err != nil {
		t.Fatal(err)
	}
	if err := i.Casework.LinkCases(t.Context(), me, one, two, casefile.LinkRelated); err != nil {
		t.Errorf("left out of both: %v", err)
	}
}

func TestSeveralCasesAreChangedEachByItselfAndThoseThatFailAreNamed(t *testing.T) {
	i, s := apptest.Staffed(t)
	me := s.Service[0]
	one := i.Complain("nl", apptest.Answers("communication"), nil).Number
	two := i.Complain("nl", apptest.Answers("communication"), nil).Number
	strict := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	list, err := i.Casework.AssignAll(t.Context(), me, []casefile.Number{one, strict, two, "KB-0000-00"}, s.Service[1].Member)
	if err != nil || len(list) != 4 {
		t.Fatal(list, err)
	}
	for k, want := range []string{"", "error.bulk-gone", "", "error.bulk-gone"} {
		got := ""
		if list[k].Failed != nil {
			got = list[k].Failed.Key
		}
		if got != want {
			t.Errorf("%s: %q, want %q", list[k].Number, got, want)
		}
	}
	for _, n := range []casefile.Number{one, two} {
		if c := i.Case(me, n); c.Charge.ID != s.Service[1].Member {
			t.Errorf("%s is with %v", n, c.Charge)
		}
	}
	list, err = i.Casework.AssignAll(t.Context(), me, []casefile.Number{one}, s.Manager.Member)
	if err != nil || list[0].Failed == nil || list[0].Failed.Key != "error.member-missing" {
		t.Errorf("somebody without access gets %+v, %v", list, err)
	}
	if _, err := i.Casework.AssignAll(t.Context(), me, nil, ""); !isFault(err, "error.bulk-none") {
		t.Errorf("no case gives %v", err)
	}
}

func TestTagsLieInTheSealedSummaryAndNarrowTheList(t *testing.T) {
	i, s := apptest.Staffed(t)
	me, other := s.Service[0], s.Service[1]
	one := i.Complain("nl", apptest.Answers("communication"), nil)
	two := i.Complain("nl", apptest.Answers("communication"), nil)
	i.Case(other, one.Number)
	i.Case(other, two.Number)
	if list, err := i.Casework.TagAll(t.Context(), me, []casefile.Number{one.Number}, "  Zomer,actie "); err != nil || list[0].Failed != nil {
		t.Fatal(list, err)
	}
	if err := i.Casework.Tag(t.Context(), me, one.Number, "zomer ACTIE"); err != nil {
		t.Fatal(err)
	}
	if got := i.Case(other, one.Number).Tags; !slices.Equal(got, []string{"zomer ACTIE"}) {
		t.Errorf("the tags are %q", got)
	}
	if got := numbersIn(t, i, other, casework.ViewUnread); len(got) != 0 {
		t.Errorf("a tag is news: %v", got)
	}
	in, err := i.Casework.Inbox(t.Context(), other, casework.Filter{View: casework.ViewAll, Tag: "zomer actie"})
	if err != nil || len(in.Rows) != 1 || in.Rows[0].Number != one.Number || len(in.Rows[0].Tags) != 1 {
		t.Errorf("the tag finds %d rows, %v", len(in.Rows), err)
	}
	err = i.Store.Read(t.Context(), func(tx *store.Tx) error {
		sum, err := tx.Summary(one.Case)
		if strings.Contains(string(sum.Box), "ACTIE") {
			t.Error("the tag stands in the clear")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for k := range casefile.TagsMost {
		err = i.Casework.Tag(t.Context(), me, one.Number, "tag "+string(rune('a'+k)))
	}
	if !isFault(err, "error.tag-too-many") {
		t.Errorf("the eleventh tag gives %v", err)
	}
	if err := i.Casework.Untag(t.Context(), me, one.Number, "Zomer actie"); err != nil {
		t.Fatal(err)
	}
	if got := i.Case(me, one.Number).Tags; len(got) != casefile.TagsMost-1 {
		t.Errorf("after taking one off there are %d", len(got))
	}
	if err := i.Casework.Tag(t.Context(), s.Manager, one.Number, "x"); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("somebody without access gets %v", err)
	}
}

func TestASavedListIsAFilterInWhichEachSeesTheirOwnCases(t *testing.T) {
	i, s := apptest.Staffed(t)
	me, other := s.Service[0], s.Manager
	save := func(a access.Actor, name string, shared bool) {
		t.Helper()
		err := i.Casework.SaveList(t.Context(), a, casework.Saved{Name: name, Filter: casework.Filter{View: casework.ViewDue, Tag: "geheim"}, Shared: shared})
		if err != nil {
			t.Fatal(err)
		}
	}
	save(me, " Zomer  lijst ", false)
	save(me, "Voor allen", true)
	if err := i.Casework.SaveList(t.Context(), me, casework.Saved{Name: " "}); !isFault(err, "error.saved-name") {
		t.Errorf("no name gives %v", err)
	}
	if err := i.Casework.SaveList(t.Context(), s.Auditor, casework.Saved{Name: "x"}); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("somebody who handles no cases gets %v", err)
	}
	names := func(a access.Actor) (list []string, ids []string) {
		t.Helper()
		saved, err := i.Casework.SavedLists(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range saved {
			list, ids = append(list, v.Name), append(ids, v.ID)
		}
		return list, ids
	}
	mine, ids := names(me)
	theirs, _ := names(other)
	if !slices.Equal(mine, []string{"Voor allen", "Zomer lijst"}) || !slices.Equal(theirs, []string{"Voor allen"}) {
		t.Fatalf("the lists are %q and %q", mine, theirs)
	}
	err := i.Store.Write(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.SavedViews(me.Member)
		for _, v := range rows {
			if strings.Contains(string(v.Box), "geheim") || strings.Contains(string(v.Box), "Zomer") {
				t.Error("name or filter stand in the clear")
			}
		}
		_, moved := tx.Exec("UPDATE saved_view SET shared = 1 WHERE id = $1", ids[1])
		return errors.Join(err, moved)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := names(other); !slices.Equal(got, []string{"Voor allen"}) {
		t.Errorf("a list that was shared behind its back is shown: %q", got)
	}
	if err := i.Casework.RemoveList(t.Context(), other, "nothing"); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("removing nothing gives %v", err)
	}
	if err := i.Casework.RemoveList(t.Context(), other, ids[0]); err != nil {
		t.Fatal(err)
	}
	if got, _ := names(me); slices.Contains(got, "Voor allen") {
		t.Error("a shared list that was removed is still there")
	}
}

func TestATemplateIsFilledInTheLanguageThatIsAskedFor(t *testing.T) {
	i, s := apptest.Staffed(t)
	me := s.Service[0]
	r := i.Complain("fr", apptest.With(apptest.Answers("communication"), profile.FieldLanguage, "fr"), nil)
	c := i.Case(me, r.Number)
	if len(i.Casework.Templates(c)) != len(i.Profile.Templates) {
		t.Errorf("%d of %d templates are offered", len(i.Casework.Templates(c)), len(i.Profile.Templates))
	}
	for l, want := range map[lang.Lang]string{lang.DE: "Guten Tag", lang.FR: "Bonjour", "": "Bonjour"} {
		text, err := i.Casework.FillTemplate(t.Context(), me, r.Number, "receipt", l)
		if err != nil || !strings.HasPrefix(text, want) || !strings.Contains(text, string(r.Number)) || strings.ContainsAny(text, "{}") {
			t.Errorf("in %q it is %q, %v", l, text, err)
		}
	}
	if _, err := i.Casework.FillTemplate(t.Context(), me, r.Number, "nothing", lang.NL); !isFault(err, "error.template-missing") {
		t.Errorf("a template that is not there gives %v", err)
	}
	if _, err := i.Casework.FillTemplate(t.Context(), s.Manager, r.Number, "receipt", lang.NL); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("somebody without access gets %v", err)
	}
	i.DeliverMail()
	i.Close(me, r.Number, "Gedaan.", "Daarom.")
	for _, one := range i.Casework.Templates(i.Case(me, r.Number)) {
		if one.Needs(profile.PlaceAnswer) {
			t.Errorf("%s is offered though no answer is promised", one.ID)
		}
	}
}
