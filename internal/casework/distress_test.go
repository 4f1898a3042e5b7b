package casework_test

import (
	"errors"
	"strings"
	"testing"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/store"
)

// warned reports whether a member's list says that a case is distressing.
func warned(t *testing.T, i *apptest.Instance, who access.Actor, n casefile.Number) bool {
	t.Helper()
	in, err := i.Casework.Inbox(t.Context(), who, casework.Filter{View: casework.ViewAll})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range in.Rows {
		if r.Number == n {
			return r.Distress
		}
	}
	t.Fatalf("%s is not in the list of %s", n, who.Name)
	return false
}

func TestTheNextReaderIsWarnedOfSomethingDistressing(t *testing.T) {
	i, s := apptest.Staffed(t)
	one, two := s.Service[0], s.Service[1]
	r := i.Complain("en", apptest.Answers("communication"), map[string]string{"wound.jpg": "\xff\xd8\xff\xe0 picture"})
	n, file := r.Number, i.Case(one, r.Number).Story.Files[0].ID
	mark := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	mark("the file", i.Casework.MarkDistress(t.Context(), one, n, casefile.EntryID(file), "  A photo of\n a wound "))
	c := i.Case(two, n)
	if len(c.Distress) != 1 || c.Distress[0].What != "A photo of a wound" || c.Distress[0].Name != "wound.jpg" || c.Distress[0].By.ID != one.Member {
		t.Fatalf("a colleague reads %+v", c.Distress)
	}
	if got := c.Story.Files[0].Distress; got != "A photo of a wound" {
		t.Errorf("the file says %q", got)
	}
	if !warned(t, i, two, n) {
		t.Error("the list of a colleague does not warn")
	}
	mark("the story", i.Casework.MarkDistress(t.Context(), two, n, "", "She tells how it happened"))
	mark("the story once more", i.Casework.MarkDistress(t.Context(), two, n, "", "She tells all of it"))
	if c = i.Case(one, n); len(c.Distress) != 2 || c.Distress[1].What != "She tells all of it" {
		t.Errorf("two warnings read %+v", c.Distress)
	}
	mark("no file", i.Casework.UnmarkDistress(t.Context(), one, n, casefile.EntryID(file)))
	if !warned(t, i, one, n) {
		t.Error("one warning is left, and the list does not warn")
	}
	mark("nothing", i.Casework.UnmarkDistress(t.Context(), one, n, ""))
	if warned(t, i, one, n) || len(i.Case(one, n).Distress) != 0 {
		t.Error("nothing is marked, and somebody is warned")
	}
}

// What a warning says is content: it lies sealed, what stands in the clear is that of a tag,
// and the complainant sees nothing of it.
func TestAWarningTellsNothingInTheClear(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := i.Complain("en", apptest.Answers("communication"), nil)
	if err := i.Casework.MarkDistress(t.Context(), s.Service[0], r.Number, "", "She tells how it happened"); err != nil {
		t.Fatal(err)
	}
	if err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
		list, err := tx.Entries(r.Case)
		for _, e := range list {
			if strings.Contains(string(e.Kind), "distress") {
				t.Errorf("an entry of kind %s", e.Kind)
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	m, err := i.Dialogue.Mailbox(t.Context(), i.Enter(r.Code))
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Thread) != 0 {
		t.Errorf("the complainant sees %d items", len(m.Thread))
	}
}

func TestAWarningNeedsASentenceAndAFileOfTheCase(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("en", apptest.Answers("communication"), nil).Number
	for name, try := range map[string]struct {
		file casefile.EntryID
		what string
		want string
	}{
		"no sentence":  {"", " \n ", "error.distress-missing"},
		"a long one":   {"", strings.Repeat("a", casefile.DistressLongest+1), "error.text-too-long"},
		"another file": {"nowhere", "A photo", "error.not-found"},
	} {
		err := i.Casework.MarkDistress(t.Context(), s.Service[0], n, try.file, try.what)
		if f, ok := fault.As(err); !ok || f.Key != try.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := i.Casework.MarkDistress(t.Context(), s.HR, n, "", "not theirs"); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("a member without a key: %v", err)
	}
}
