package promises_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/dialogue"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// scene is an instance in which two complaints on the same route went their way,
// and everything that people see of them. An attack on the database or the blobs
// may make something unreadable; it may never make anybody see something else.
type scene struct {
	*apptest.Instance
	team    apptest.Staff
	a, b    *intake.Receipt
	windows []window
	before  map[string]sight
}

// window is one look that somebody takes, and the tables that it is about. An attack
// on a table that no window is about is watched through all of them.
type window struct {
	name  string
	about []string
	look  func() (any, error)
}

func aboutCase() []string {
	return []string{
		"case_file", "case_key", "case_grant", "keyring", "entry", "summary", "opening", "desk_draft", "blob_ref", "read_mark",
	}
}

// sight is what a look showed.
type sight struct {
	text    string
	damaged bool            // it says itself that something is wrong
	words   map[string]bool // every planted word with the thing it stands in
	err     error
}

func aboutFiles() []string { return []string{"entry", "case_key", "case_grant", "mailbox_session"} }

// word plants a word that stands in one place only.
func word(place string) string { return "Woord" + place + "Xq" }

var planted = regexp.MustCompile(`Woord[A-Za-z0-9]+Xq`)

func newScene(t *testing.T) *scene {
	t.Helper()
	i, team := apptest.Staffed(t)
	s := &scene{Instance: i, team: team, before: map[string]sight{}}
	s.a, s.b = s.complaint("A"), s.complaint("B")
	s.watch()
	s.settle(t)
	return s
}

// settle keeps what is seen now as what is to be seen.
func (s *scene) settle(t *testing.T) {
	t.Helper()
	for _, w := range s.windows {
		if v := s.look(w); v.err != nil || v.damaged {
			t.Fatalf("%s: damaged %v, %v", w.name, v.damaged, v.err)
		}
	}
	for _, w := range s.windows {
		s.before[w.name] = s.look(w)
	}
	s.unchanged(t) // looking changes nothing
}

type receipt = intake.Receipt

// complaint plays a complaint up to where it holds something of every kind.
func (s *scene) complaint(name string) *intake.Receipt {
	a := apptest.StrictAnswers("theft")
	a["story"] = []string{word(name+"story") + " The same invoice was paid twice and nobody could tell me why."}
	a["first_name"] = []string{word(name + "first")}
	tok := s.Draft("nl", a, map[string]string{word(name+"filename") + ".txt": word(name + "content")})
	r, err := s.Intake.Submit(ctx, tok, "")
	s.must(err)
	s.see("receipt "+name, []string{"submission"}, func() (any, error) { return s.Intake.Receipt(ctx, tok) })
	s.DeliverMail()
	s.Move(s.team.Manager, r.Number, casefile.StateTriage)
	s.Write(s.team.Manager, r.Number, casework.DraftNote, word(name+"note"))
	s.Write(s.team.Manager, r.Number, casework.DraftMessage, word(name+"message"))
	s.must(s.Casework.OpenIdentity(ctx, s.team.Manager, r.Number, word(name+"purpose")))
	c := s.Case(s.team.Manager, r.Number)
	for _, kind := range []casework.DraftKind{casework.DraftNote, casework.DraftMessage} {
		_, err = s.Casework.SaveDraft(ctx, s.team.Manager, r.Number, casework.Writing{
			Kind: kind, Was: kind, Seen: c.Seen, Text: word(name + "draft" + string(kind)), Lang: lang.NL,
		})
		s.must(err)
	}
	box := s.Enter(r.Code)
	attached, err := s.Dialogue.AddFile(ctx, box, word(name+"second")+".txt", strings.NewReader(word(name+"attached")))
	s.must(err)
	s.must(s.Dialogue.Reply(ctx, box, dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}, lang.NL, word(name+"reply"), []string{attached.Ticket}))
	s.watchCase(name, r, box)
	return r
}

func (s *scene) must(err error) {
	s.T.Helper()
	must(s.T, err)
}

func (s *scene) see(name string, about []string, look func() (any, error)) {
	s.windows = append(s.windows, window{name, about, look})
}

// watching lists the windows to look through when something in a table was changed.
func (s *scene) watching(table string) []window {
	list := slices.DeleteFunc(slices.Clone(s.windows), func(w window) bool { return !slices.Contains(w.about, table) })
	if len(list) == 0 {
		return s.windows
	}
	return list
}

func (s *scene) watchCase(name string, r *intake.Receipt, box seal.Token) {
	s.see("case "+name+" by manager", aboutCase(), func() (any, error) { return s.Casework.Case(ctx, s.team.Manager, r.Number) })
	s.see("case "+name+" by hr", aboutCase(), func() (any, error) { return s.Casework.Case(ctx, s.team.HR, r.Number) })
	s.see("mailbox "+name, append(aboutCase(), "mailbox_session"), func() (any, error) { return s.Dialogue.Mailbox(ctx, box) })
	c := s.Case(s.team.HR, r.Number)
	told := c.Story.Files[0].ID
	s.see("file of "+name+" in the mailbox", aboutFiles(), func() (any, error) {
		d, err := s.Dialogue.File(ctx, box, told)
		if err != nil {
			return nil, err
		}
		return content(d.Name, d.Body)
	})
	attached := slices.IndexFunc(c.Timeline, func(x casework.Item) bool { return len(x.Files) > 0 })
	s.see("file of "+name+" by hr", aboutFiles(), func() (any, error) {
		return s.download(s.team.HR, r.Number, c.Timeline[attached].Files[0].ID)
	})
}

func (s *scene) download(actor access.Actor, n casefile.Number, id string) (any, error) {
	d, err := s.Casework.Open(ctx, actor, n, id, casework.Take{Original: true})
	if err != nil {
		return nil, err
	}
	return content(d.Name, d.Body)
}

// content is what left before a reading failed, which counts as seen, or all of it.
func content(name string, body io.Reader) (any, error) {
	b, err := io.ReadAll(body)
	if err != nil && len(b) > 0 {
		return nil, fmt.Errorf("%w: %d of them: %w", errLeak, len(b), err)
	}
	return map[string]string{"ID": name, "body": string(b)}, err
}

var errLeak = errors.New("bytes of an unchecked part left")

// watch adds the looks that are not about one case.
func (s *scene) watch() {
	for who, actor := range map[string]access.Actor{"manager": s.team.Manager, "service": s.team.Service[0]} {
		s.see("inbox of "+who, aboutCase(), func() (any, error) {
			return s.Casework.Inbox(ctx, actor, casework.Filter{View: casework.ViewAll, Page: 1})
		})
	}
	for _, name := range []string{"A", "B"} {
		a := apptest.StrictAnswers("theft")
		a["story"] = []string{word(name + "unsent")}
		tok := s.Draft("nl", a, map[string]string{word(name+"unsentfile") + ".txt": "x"})
		code, _, err := s.Intake.KeepForLater(ctx, tok)
		s.must(err)
		s.see("draft "+name, []string{"draft", "draft_file"}, func() (any, error) { return s.Intake.Draft(ctx, tok) })
		s.see("draft resumed "+name, []string{"draft", "draft_file"}, func() (any, error) {
			if err := s.Intake.Resume(ctx, tok, code); err != nil {
				return nil, err
			}
			return s.Intake.Draft(ctx, tok)
		})
		arriving, err := s.Intake.BeginFile(ctx, tok, "nl", word(name+"arriving")+".m4a", 100)
		s.must(err)
		_, err = s.Intake.AppendFile(ctx, tok, arriving.ID, 0, strings.NewReader("the first words"))
		s.must(err)
		s.see("upload "+name, []string{"upload"}, func() (any, error) { return s.Intake.ArrivingFile(ctx, tok, arriving.ID) })
		s.watchMember(name)
	}
}

// watchMember enrols a member as people do, with a session.
func (s *scene) watchMember(name string) {
	m := s.Enrol(s.team.Manager, "Person "+name, staff.Assignment{Role: staff.RoleAuditor})
	s.see("session of "+name, []string{"session"}, func() (any, error) {
		actor, err := s.SignIn.Session(ctx, m.Session)
		if err != nil {
			return nil, err
		}
		return map[string]string{"ID": string(actor.Member), "key": actor.Keys.Public().Fingerprint()}, nil
	})
}

func (s *scene) look(w window) (v sight) {
	shown, err := w.look()
	v.words = map[string]bool{}
	if err != nil {
		v.err = err
		return v
	}
	text, err := json.Marshal(shown)
	if err != nil {
		v.err = err
		return v
	}
	v.text = string(text)
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		v.err = err
		return v
	}
	v.walk(tree, "")
	return v
}

// walk notes every planted word under the nearest id above it and what kind of thing
// that is, and every sign of damage.
func (v *sight) walk(node any, id string) {
	switch n := node.(type) {
	case map[string]any:
		for _, key := range []string{"ID", "Number"} {
			if own, ok := n[key].(string); ok {
				id = own
				break
			}
		}
		if kind, ok := n["Kind"].(string); ok {
			id += "/" + kind
		}
		if n["Damaged"] == true {
			v.damaged = true
		}
		for key, child := range n {
			v.walk(child, id+"."+key)
		}
	case []any:
		for _, child := range n {
			v.walk(child, id)
		}
	case string:
		for _, w := range planted.FindAllString(n, -1) {
			v.words[id+"="+w] = true
		}
	}
}

// leftOut lists the tables of which a row that does not open may be left out without
// a word.
func leftOut() map[string]string {
	return map[string]string{
		"desk_draft": "an unfinished text of one's own",
		"summary":    "the subject in lists and headings; everything it was made from stands in entries",
		"keyring":    "the same, until the grant is opened again",
	}
}

// holds compares what is seen after an attack on a table with what was seen before.
func (s *scene) holds(t *testing.T, attack, table string) {
	t.Helper()
	for _, w := range s.watching(table) {
		was, now := s.before[w.name], s.look(w)
		switch {
		case now.err != nil:
			if errors.Is(now.err, errLeak) {
				t.Errorf("%s: %s: %v", attack, w.name, now.err)
			}
		case now.text == was.text:
		case !now.damaged && leftOut()[table] == "":
			t.Errorf("%s: %s shows something else as if it were genuine:\n%s", attack, w.name, cmp.Diff(was.text, now.text))
		default:
			for _, moved := range slices.Sorted(maps.Keys(now.words)) {
				if !was.words[moved] {
					t.Errorf("%s: %s shows %s, which was not there", attack, w.name, moved)
				}
			}
		}
	}
}

// differs reports whether anybody sees anything else than before.
func (s *scene) differs(table string) bool {
	return slices.ContainsFunc(s.watching(table), func(w window) bool {
		now := s.look(w)
		return now.err != nil || now.text != s.before[w.name].text
	})
}

// unchanged makes sure that every attack was undone.
func (s *scene) unchanged(t *testing.T) {
	t.Helper()
	for _, w := range s.windows {
		if now := s.look(w); now.err != nil || now.text != s.before[w.name].text {
			t.Errorf("after everything was put back %s differs: %v", w.name, now.err)
		}
	}
}

// behind runs one statement on the database behind everybody's back.
func behind(t testing.TB, s *store.Store, sql string, args ...any) (touched int64) {
	t.Helper()
	err := s.Write(context.Background(), func(tx *store.Tx) (err error) { //nolint:usetesting // outlives the test that started it
		touched, err = tx.Exec(sql, args...)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return touched
}
