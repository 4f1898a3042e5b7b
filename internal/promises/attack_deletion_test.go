package promises_test

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/store"
)

// AT14: the row of a message or a file is deleted. Whoever looks at the case is told,
// and the check of the log names it.
func TestAT14_DeletedWordsAreMissed(t *testing.T) {
	s := newScene(t)
	f := s.forger(t)
	s.Sequence()
	kinds := map[string]string{}
	must(t, s.Store.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.Entries(s.a.Case)
		for _, e := range list {
			kinds[string(e.Kind)] = e.ID
		}
		return err
	}))
	for _, kind := range []casefile.EntryKind{casefile.EntryStory, casefile.EntryMessageIn, casefile.EntryMessageOut, casefile.EntryFile, casefile.EntryNote} {
		if kinds[string(kind)] == "" {
			t.Errorf("there is no %s to be deleted", kind)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		for name, more := range map[string]func(){
			"":                    func() {},
			", and the head fits": func() { f.head(s.a.Case) },
			", and a line tells":  func() { f.head(s.a.Case); f.line(s.a.Case, kinds[kind]) },
			", and no line tells": func() {
				f.head(s.a.Case)
				behind(t, s.Store, "UPDATE log_leaf SET record = NULL, salt = NULL WHERE case_id = $1", string(s.a.Case))
			},
		} {
			attack := "deleted " + kind + name
			restore := f.kept()
			if behind(t, s.Store, "DELETE FROM entry WHERE case_id = $1 AND id = $2", string(s.a.Case), kinds[kind]) != 1 {
				t.Errorf("%s: not one row", attack)
			}
			more()
			s.holdsInside(t, attack)
			s.warned(t, attack)
			if !found(t, s.Instance, "case "+string(s.a.Number)) {
				t.Errorf("%s: the check of the log does not name the case", attack)
			}
			// A line that waits is told from ours by its stamp, which not everybody can check;
			// it is never signed.
			if name != ", and a line tells" && !foundByAnybody(t, s.Instance, "case "+string(s.a.Number)) {
				t.Errorf("%s: the check of the log by anybody does not name the case", attack)
			}
			restore()
		}
	}
	s.unchanged(t)
}

// AT14: a case is put back to how it was before a message came, with all that belongs
// to it, as a whole and well stamped. The log goes on: whoever looks at the case is
// told, and the check of the log names it.
func TestAT14_CaseOfBeforeIsNamed(t *testing.T) {
	s := newScene(t)
	f := s.forger(t)
	putBack := f.keeping(f.ofCases())
	s.Write(s.team.HR, s.a.Number, casework.DraftMessage, word("later"))
	s.Sequence()
	putBack()
	s.warned(t, "put back")
	for who, names := range map[string]func(*testing.T, *apptest.Instance, string) bool{"this installation": found, "anybody": foundByAnybody} {
		if !names(t, s.Instance, "case "+string(s.a.Number)) {
			t.Errorf("the check of the log by %s does not name the case", who)
		}
	}
}

// AT14: a whole case is deleted, with what tells of it as far as somebody can write
// there. The check of the log, by anybody who holds its key, tells.
func TestAT14_DeletedCaseIsMissed(t *testing.T) {
	s := newScene(t)
	f := s.forger(t)
	s.Sequence()
	id := string(s.a.Case)
	blank := "UPDATE log_leaf SET record = NULL, salt = NULL WHERE case_id = $1"
	for name, attack := range map[string]struct {
		sql  []string
		more func()
	}{
		"alone":                      {},
		"as if erased":               {sql: []string{blank, "UPDATE log_leaf SET kind = 'erased' WHERE id = (SELECT max(id) FROM log_leaf WHERE case_id = $1)"}},
		"as if erased, records left": {sql: []string{"UPDATE log_leaf SET kind = 'erased' WHERE case_id = $1"}},
		"as if just erased": {sql: []string{blank}, more: func() {
			f.write(f.Clock.Now(), custody.Event{Kind: audit.Erased, Actor: custody.BySystem(), Case: s.a.Case})
		}},
		"with its lines about nothing": {sql: []string{"UPDATE log_leaf SET case_id = '' WHERE case_id = $1"}},
		"and nobody says about what":   {sql: []string{blank, "UPDATE log_leaf SET case_id = '' WHERE case_id = $1"}},
		"with its lines":               {sql: []string{"DELETE FROM log_leaf WHERE case_id = $1"}},
	} {
		restore := f.kept()
		// What would stand for nothing goes as well.
		for _, sql := range append([]string{
			"DELETE FROM case_file WHERE id = $1", "DELETE FROM blob_ref WHERE owner_id = $1",
			"DELETE FROM mail WHERE case_id = $1",
		}, attack.sql...) {
			if behind(t, s.Store, sql, id) == 0 {
				t.Errorf("%s: touched nothing: %s", name, sql)
			}
		}
		if attack.more != nil {
			attack.more()
		}
		for _, actor := range []access.Actor{s.team.Manager, s.team.HR} {
			if _, err := s.Casework.Case(ctx, actor, s.a.Number); !errors.Is(err, fault.ErrNotFound) {
				t.Errorf("%s: it opens: %v", name, err)
			}
		}
		for who, names := range map[string]func(*testing.T, *apptest.Instance, string) bool{"this installation": found, "anybody": foundByAnybody} {
			if !names(t, s.Instance, "") {
				t.Errorf("%s: the check of the log by %s finds nothing", name, who)
			}
		}
		restore()
	}
	s.unchanged(t)
	if found(t, s.Instance, "") || foundByAnybody(t, s.Instance, "") {
		t.Error("after everything was put back something is found")
	}
}

// foundByAnybody is found without any secret.
func foundByAnybody(t *testing.T, i *apptest.Instance, about string) bool {
	t.Helper()
	e := custody.Examination{Verifier: i.Oversight.Verifier}
	var r *custody.Examined
	must(t, i.Store.Read(ctx, func(tx *store.Tx) (err error) {
		r, err = e.Run(tx)
		return err
	}))
	return names(r, about)
}
