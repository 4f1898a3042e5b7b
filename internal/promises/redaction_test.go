package promises_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/config"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/store"
	"klankbord/internal/storetest"
)

// redacted is an instance in which a case of the integrity route lost a passage that stood
// in every place where words stand, and a file.
type redacted struct {
	*apptest.Instance
	t        *testing.T
	team     apptest.Staff
	gone     *intake.Receipt
	secret   string   // a word of the passage
	sealed   [][]byte // what lay sealed of it
	burglars map[string]*burglar
}

func newRedacted(t *testing.T, database string) *redacted {
	t.Helper()
	i, team := apptest.Staffed(t, func(c *config.Config, _ *app.Options) { c.Database = database })
	r := &redacted{Instance: i, t: t, team: team, secret: "kanariezwangerschap", burglars: map[string]*burglar{}}
	r.lives()
	r.remembers()
	r.isRemoved()
	return r
}

// passage is what must go, as a member copies it: with other white space.
func (r *redacted) passage() string { return "zij was  " + r.secret + " van\nhaar buurman" }

func (r *redacted) in(before, after string) string {
	return before + " zij was " + r.secret + " van haar buurman " + after
}

func (r *redacted) lives() {
	a := apptest.With(apptest.StrictAnswers("theft"), profile.FieldStory, r.in("Zij nam geld, en", "zei men."))
	r.gone = r.Complain("nl", a, map[string]string{"dossier.txt": "alles over " + r.secret + strings.Repeat(" tekst", 9_000)})
	n, m := r.gone.Number, r.team.Manager
	r.DeliverMail()
	r.Write(m, n, casework.DraftNote, r.in("Gehoord:", "klopt dat?"))
	r.Write(m, n, casework.DraftMessage, r.in("U schreef dat", "waarom?"))
	must(r.t, r.Dialogue.Reply(ctx, r.Enter(r.gone.Code), dialogue.Sending{Key: dialogue.NewKey(), Number: n}, lang.NL, r.in("Omdat", "."), nil))
	r.Keep(m, n, casefile.SheetInterview, map[string][]string{"who": {"An"}, "on": {"2026-03-02"}, "way": {"phone"}, "minutes": {r.in("An zegt:", ".")}})
	r.Amend(m, n, r.Case(m, n).Work.Single(casefile.SheetInterview), map[string][]string{"present": {"Nele"}})
	if hits, err := r.Casework.Search(ctx, r.team.HR, r.secret, 1); err != nil || hits.Total != 1 {
		r.t.Fatalf("search finds it %d times before, %v", hits.Total, err)
	}
}

// remembers keeps what lies sealed, and the keys of everybody who has any.
func (r *redacted) remembers() {
	code, err := seal.ParseCode(r.gone.Code)
	must(r.t, err)
	for who, keys := range map[string]*seal.Keys{
		"a member": r.team.Manager.Keys, "another member": r.team.HR.Keys,
		"the recovery key": r.Founded.Recovery.Keys(r.Instance.Instance()), "the code": code.Keys(r.Instance.Instance()),
	} {
		r.burglars[who] = &burglar{keys: keys, loot: map[place]*seal.CaseKeys{}}
	}
	before, err := copyOf(r.Instance)
	must(r.t, err)
	for who, b := range r.burglars {
		if !r.held(before.read(b.open(before))) {
			r.t.Errorf("%s finds nothing before: the test could not fail", who)
		}
	}
	for _, e := range before.entries {
		for _, b := range r.burglars {
			if r.held(copied{instance: before.instance, entries: []store.Entry{e}}.read(b.loot)) {
				r.sealed = append(r.sealed, bytes.Clone(e.Box[:min(len(e.Box), 48)]))
				break
			}
		}
	}
	if len(r.sealed) < 6 {
		r.t.Errorf("%d sealed entries hold the words, want story, note, message, reply and two versions of a sheet", len(r.sealed))
	}
	if r.Config.Database == "" && len(r.found()) == 0 {
		r.t.Error("what lies sealed is not found before: the test could not fail")
	}
}

func (r *redacted) held(texts map[string]string) bool {
	for _, text := range texts {
		if strings.Contains(text, r.secret) {
			return true
		}
	}
	return false
}

// found lists the files of the instance in which something of what lay sealed is left.
func (r *redacted) found() []string { return sealedLeft(r.Instance, r.sealed) }

// isRemoved removes the passage and the file, each after a second member agreed.
func (r *redacted) isRemoved() {
	n, m := r.gone.Number, r.team.Manager
	file := r.Case(m, n).Story.Files[0].ID
	names := columnOf[string](r.Instance, "SELECT name FROM blob_ref WHERE object_id = $1", file)
	if len(names) == 0 {
		r.t.Fatal("the file has no sealed parts")
	}
	for _, what := range []casework.Removing{{Passage: r.passage(), Reason: casefile.RedactPrivate}, {File: file, Reason: casefile.RedactOther}} {
		view, err := r.Casework.LookForRemoval(ctx, m, n, what)
		must(r.t, err)
		if err := r.Casework.AskRemoval(ctx, m, n, what, "Dit hoort hier niet thuis."); !errors.Is(err, casework.ErrLook) {
			r.t.Errorf("asked for without looking: %v", err)
		}
		what.Shown = view.Shown
		if err := r.Casework.Remove(ctx, m, n, what, r.Password(m)); !errors.Is(err, casework.ErrNeedsApproval) {
			r.t.Fatalf("one member removes something on the integrity route alone: %v", err)
		}
		if what.File == "" {
			if err := r.Casework.AskRemoval(ctx, m, n, what, "Er staat: "+r.in("", "")); !conflictOf(err, "redact.why-repeats") {
				r.t.Errorf("a reason that repeats the words: %v", err)
			}
		}
		must(r.t, r.Casework.AskRemoval(ctx, m, n, what, "Dit hoort hier niet thuis."))
		asked := r.Case(r.team.HR, n).Requests
		last := asked[len(asked)-1]
		if last.Removal == nil || what.File == "" && !strings.Contains(last.Removal.Passage, r.secret) {
			r.t.Fatal("whoever has to agree does not see what would go")
		}
		must(r.t, r.Decide(r.team.HR, n, last.ID, casefile.VerdictApproved))
		what.Shown = r.Case(m, n).Removal.View.Shown
		if err := r.Casework.Remove(ctx, m, n, what, "not the password at all"); err == nil {
			r.t.Fatal("removed without the password")
		}
		must(r.t, r.Casework.Remove(ctx, m, n, what, r.Password(m)))
	}
	r.DeliverMail()
	r.Sequence()
	for _, name := range names {
		if _, err := r.Blobs.Size(ctx, name); err == nil {
			r.t.Error("a sealed part of the file is left")
		}
	}
}

func conflictOf(err error, key string) bool {
	why, ok := fault.As(err)
	return ok && why.Key == key
}

// leavesNothing looks for the words everywhere, also with the keys of before.
func (r *redacted) leavesNothing() {
	n := r.gone.Number
	for _, who := range []string{"manager", "hr"} {
		actor := r.team.Manager
		if who == "hr" {
			actor = r.team.HR
		}
		c := r.Case(actor, n)
		if text := deepText(c); strings.Contains(text, r.secret) || !strings.Contains(text, casefile.RedactedMark) || c.Damaged {
			r.t.Errorf("%s: the case holds the words, or is damaged (%v)", who, c.Damaged)
		}
		if c.Story.Redacted.IsZero() || len(c.Story.Files) != 1 || !c.Story.Files[0].Removed {
			r.t.Errorf("%s: the case does not say what was removed", who)
		}
		if hits, err := r.Casework.Search(ctx, actor, r.secret, 1); err != nil || hits.Total != 0 {
			r.t.Errorf("%s: search finds it %d times, %v", who, hits.Total, err)
		}
		if hits, err := r.Casework.Search(ctx, actor, "Gehoord", 1); err != nil || hits.Total != 1 {
			r.t.Errorf("%s: search lost what stays: %d, %v", who, hits.Total, err)
		}
		if _, err := r.Casework.Open(ctx, actor, n, c.Story.Files[0].ID, casework.Take{Original: true}); !errors.Is(err, fault.ErrNotFound) {
			r.t.Errorf("%s: the file opens: %v", who, err)
		}
	}
	box, err := r.Dialogue.Mailbox(ctx, r.Enter(r.gone.Code))
	must(r.t, err)
	if text := deepText(box); strings.Contains(text, r.secret) || box.Damaged || box.Story.Redacted.IsZero() || !box.Story.Files[0].Removed {
		r.t.Error("the mailbox holds the words, is damaged, or does not say that something went")
	}
	if r.Config.Database == "" {
		if found := r.found(); len(found) > 0 {
			r.t.Errorf("what lay sealed is left in %v", found)
		}
		searchFolder(r.t, r.State, []string{r.secret})
	}
	now, err := copyOf(r.Instance)
	must(r.t, err)
	for who, b := range r.burglars {
		b.open(now)
		if r.held(now.read(b.loot)) {
			r.t.Errorf("%s, with a copy taken now, reads the words", who)
		}
	}
	lines := columnOf[string](r.Instance, "SELECT kind FROM log_leaf WHERE kind = $1", string(audit.Redacted))
	if len(lines) != 2 {
		r.t.Errorf("the log tells of %d removals, want 2", len(lines))
	}
	wantSound(r.t, r.Instance)
	if foundByAnybody(r.t, r.Instance, "") {
		r.t.Error("whoever checks the log from outside finds something wrong")
	}
	r.Reopen()
	wantSound(r.t, r.Instance)
}

// deepText is every text that a view holds, whatever it says of itself when printed.
func deepText(v any) string {
	var b strings.Builder
	var walk func(reflect.Value, int)
	walk = func(v reflect.Value, deep int) {
		if deep > 12 {
			return
		}
		switch v.Kind() { //nolint:exhaustive // what holds no text holds none
		case reflect.String:
			b.WriteString(v.String() + "\n")
		case reflect.Pointer, reflect.Interface:
			if !v.IsNil() {
				walk(v.Elem(), deep+1)
			}
		case reflect.Struct:
			for _, field := range v.Fields() {
				walk(field, deep+1)
			}
		case reflect.Slice, reflect.Array:
			for i := range v.Len() {
				walk(v.Index(i), deep+1)
			}
		case reflect.Map:
			for _, key := range v.MapKeys() {
				walk(v.MapIndex(key), deep+1)
			}
		}
	}
	walk(reflect.ValueOf(v), 0)
	return b.String()
}

func TestWhatIsRemovedForGoodIsNowhereAnyMore(t *testing.T) {
	newRedacted(t, "").leavesNothing()
}

func TestWhatIsRemovedForGoodIsNowhereAnyMoreOnPostgreSQL(t *testing.T) {
	newRedacted(t, storetest.PostgreSQL(t)).leavesNothing()
}

func TestNobodyEmptiesAnEntryOrPutsItBackUnseen(t *testing.T) {
	for name, sql := range map[string]string{
		"emptied":                 "UPDATE entry SET box = x'', gone = x'00' WHERE kind = 'note'",
		"emptied with its sum":    "UPDATE entry SET box = x'', gone = (SELECT gone FROM entry WHERE gone IS NOT NULL LIMIT 1) WHERE kind = 'outcome' OR kind = 'routing'",
		"another sum":             "UPDATE entry SET gone = x'11' WHERE gone IS NOT NULL AND kind = 'story'",
		"the redaction taken off": "DELETE FROM entry WHERE kind = 'redaction'",
		"told of by another":      "UPDATE entry SET parent = 'x' WHERE kind = 'redaction'",
	} {
		t.Run(name, func(t *testing.T) {
			r := newRedacted(t, "")
			behind(t, r.Store, sql)
			if r := examined(t, r.Instance); r.Sound() {
				t.Error("the check of the log finds nothing")
			}
			if c, err := r.Casework.Case(ctx, r.team.HR, r.gone.Number); err == nil && !c.Damaged {
				t.Error("the case is shown as whole")
			}
		})
	}
	r := &redacted{t: t, secret: "kanariezwangerschap", burglars: map[string]*burglar{}}
	r.Instance, r.team = apptest.Staffed(t)
	r.lives()
	r.remembers()
	restore := keep(t, r.Instance, "entry")
	r.isRemoved()
	newer := columnOf[string](r.Instance, "SELECT id FROM entry WHERE kind = 'redaction' LIMIT 1")
	behind(t, r.Store, "CREATE TABLE later AS SELECT * FROM entry WHERE gone IS NULL")
	restore()
	behind(t, r.Store, "INSERT INTO entry SELECT * FROM later l WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.id = l.id)")
	behind(t, r.Store, "DROP TABLE later")
	if c, err := r.Casework.Case(ctx, r.team.HR, r.gone.Number); err != nil || !c.Damaged || len(newer) == 0 {
		t.Errorf("what was removed is put back and the case is shown as whole: %v", err)
	} else if strings.Contains(deepText(c), r.secret) {
		t.Error("what was put back is shown")
	}
	if examined(t, r.Instance).Sound() {
		t.Error("the check of the log does not find what was put back")
	}
}
