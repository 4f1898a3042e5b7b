package promises_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/access"
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
	"klankbord/internal/seal"
	"klankbord/internal/store"
	"klankbord/internal/storetest"
)

// erased is an instance in which a complaint had everything that a case can have, was
// closed, and was erased when its time had come; another one is there still.
type erased struct {
	*apptest.Instance
	t        *testing.T
	team     apptest.Staff
	gone     *intake.Receipt
	stays    *intake.Receipt
	canaries []string
	burglars map[string]*burglar
	sealed   [][]byte // what lay sealed in the rows of the case
	files    []string // its blobs
}

func newErased(t *testing.T, options ...apptest.Option) *erased {
	t.Helper()
	i, team := apptest.Staffed(t, options...)
	e := &erased{Instance: i, t: t, team: team, burglars: map[string]*burglar{}}
	e.lives()
	e.isKept()
	e.isErased()
	return e
}

// lives fills a case with words in every place that a case has.
func (e *erased) lives() {
	a, canaries := canaryAnswers(e.Instance, apptest.StrictAnswers("theft"))
	e.canaries = canaries
	file := func(what string) (string, string) {
		return canary(&e.canaries, what+"filename") + ".txt", canary(&e.canaries, what+"content") + strings.Repeat(" text", 10_000)
	}
	name, content := file("told")
	e.gone = e.Complain("nl", a, map[string]string{name: content})
	e.stays = e.Complain("nl", apptest.StrictAnswers("theft"), map[string]string{"stays.txt": "stays"})
	n, m := e.gone.Number, e.team.Manager
	e.Clock.Add(time.Minute) // lines of one moment have no order among each other
	e.DeliverMail()
	for _, to := range []casefile.State{casefile.StateTriage, casefile.StateDecision} {
		e.Move(m, n, to)
	}
	e.Write(m, n, casework.DraftNote, canary(&e.canaries, "note"))
	e.Write(m, n, casework.DraftMessage, canary(&e.canaries, "message"))
	must(e.t, e.Casework.OpenIdentity(ctx, m, n, canary(&e.canaries, "purpose")))
	e.Close(m, n, canary(&e.canaries, "feedback"), canary(&e.canaries, "why"))
	name, content = file("desk")
	in, err := e.Casework.Receive(ctx, e.team.HR, n, name, strings.NewReader(content))
	must(e.t, err)
	_, err = e.Casework.SaveDraft(ctx, e.team.HR, n, casework.Writing{
		Kind: casework.DraftNote, Was: casework.DraftNote, Seen: e.Case(e.team.HR, n).Seen, Text: canary(&e.canaries, "draft"), Lang: lang.NL,
		Add: []*casework.Incoming{in},
	})
	must(e.t, err)
	box := e.Enter(e.gone.Code)
	for _, what := range []string{"sent", "unsent"} {
		name, content = file(what)
		attached, err := e.Dialogue.AddFile(ctx, box, name, strings.NewReader(content))
		must(e.t, err)
		if what == "sent" {
			s := dialogue.Sending{Key: dialogue.NewKey(), Number: n}
			must(e.t, e.Dialogue.Reply(ctx, box, s, lang.NL, canary(&e.canaries, "reply"), []string{attached.Ticket}))
		}
	}
	e.canaries = append(e.canaries, e.gone.Code, strings.ReplaceAll(e.gone.Code, "-", ""), "ingrid.maes@mail.example")
}

// isKept checks that nobody erases a case whose time has not come, and then lets it
// come.
func (e *erased) isKept() {
	n, m := e.gone.Number, e.team.Manager
	err := e.Casework.Erase(ctx, m, n, e.Password(m))
	if f, ok := fault.As(err); !ok || f.Key != "error.erase-early" {
		e.t.Errorf("a case is erased before its time: %v", err)
	}
	until := e.Case(m, n).Erasure.After
	if m, err := e.Dialogue.Mailbox(ctx, e.Enter(e.gone.Code)); err != nil || !m.EraseAfter.Equal(until) {
		e.t.Errorf("the complainant does not see that the case is kept until %v: %v", until, err)
	}
	e.Clock.Set(until)
	e.code("a member", e.team.Manager.Keys)
	e.code("another member", e.team.HR.Keys)
	e.code("the recovery key", e.Founded.Recovery.Keys(e.Instance.Instance()))
	code, err := seal.ParseCode(e.gone.Code)
	must(e.t, err)
	e.code("the code", code.Keys(e.Instance.Instance()))
	before, err := copyOf(e.Instance)
	must(e.t, err)
	for who, b := range e.burglars {
		if opened := before.read(b.open(before)); len(opened) == 0 {
			e.t.Errorf("%s opens nothing before: the test could not fail", who)
		}
	}
}

func (e *erased) code(who string, keys *seal.Keys) {
	e.burglars[who] = &burglar{keys: keys, loot: map[place]*seal.CaseKeys{}}
}

// isErased erases the case with the agreement of a second member. Between the erasure
// and the removal of its files the process is killed.
func (e *erased) isErased() {
	n, m := e.gone.Number, e.team.Manager
	if err := e.Casework.Erase(ctx, m, n, apptest.Password); err == nil {
		e.t.Fatal("it is erased before its time")
	}
	e.Clock.Add(time.Microsecond)
	if err := e.Casework.Erase(ctx, m, n, apptest.Password); !errors.Is(err, casework.ErrNeedsApproval) {
		e.t.Fatalf("one member erases a case of the integrity route alone: %v", err)
	}
	id, err := e.Casework.Ask(ctx, m, n, casework.Question{Matter: casefile.MatterErasure, Reason: canary(&e.canaries, "erasing")})
	must(e.t, err)
	e.Clock.Add(time.Minute)
	must(e.t, e.Decide(e.team.HR, n, id, casefile.VerdictApproved))
	e.Clock.Add(time.Minute)
	e.Sequence()
	arriving, err := e.Casework.BeginFile(ctx, e.team.HR, n, canary(&e.canaries, "arrivingfilename")+".txt", 1000)
	must(e.t, err)
	_, err = e.Casework.AppendFile(ctx, e.team.HR, n, arriving.ID, 0, strings.NewReader(canary(&e.canaries, "arriving")))
	must(e.t, err)
	e.remember()
	if err := e.Casework.Erase(ctx, m, n, "not the password at all"); err == nil {
		e.t.Fatal("it is erased without the password")
	}
	must(e.t, e.Casework.Erase(ctx, m, n, apptest.Password))
	if len(e.left(e.files)) == 0 {
		e.t.Error("files go in the transaction: the kill below proves nothing")
	}
	wantSound(e.t, e.Instance)
	e.Reopen()
	e.DeliverMail()
	if left := e.left(e.files); len(left) > 0 {
		e.t.Errorf("%d of %d sealed files are left after a restart", len(left), len(e.files))
	}
	e.Sequence()
}

// remember keeps what lies sealed in the rows of the case, and its files.
func (e *erased) remember() {
	for table, column := range map[string]string{
		"entry": "box", "case_grant": "box", "keyring": "box", "summary": "box", "case_key": "gate_box", "notice_address": "box",
		"desk_draft": "box", "mailbox_session": "box", "mail": "box", "log_leaf": "salt", "code": "public_key", "opening": "purpose",
	} {
		found := columnOf[[]byte](e.Instance, "SELECT "+column+" FROM "+table+" WHERE length("+column+") > 0 AND case_id = $1", string(e.gone.Case))
		if len(found) == 0 {
			e.t.Errorf("the case has nothing in %s.%s", table, column)
		}
		for _, b := range found {
			e.sealed = append(e.sealed, b[:min(len(b), 48)])
		}
	}
	coming := columnOf[[]byte](e.Instance, "SELECT box FROM upload WHERE owner_id LIKE $1", string(e.gone.Case)+"%")
	if len(coming) == 0 {
		e.t.Error("no file was coming in")
	}
	for _, b := range coming {
		e.sealed = append(e.sealed, b[:48])
	}
	e.files = columnOf[string](e.Instance, "SELECT name FROM blob_ref WHERE owner_id LIKE $1", string(e.gone.Case)+"%")
	if len(e.files) < 4 {
		e.t.Errorf("the case has %d files, want those of both sides, sent and unsent", len(e.files))
	}
	if e.Config.Database == "" && len(e.found()) == 0 {
		e.t.Error("what lies sealed is not found in the folder before: the test could not fail")
	}
}

// columnOf reads a query of one column.
func columnOf[T any](i *apptest.Instance, query string, args ...any) (list []T) {
	must(i.T, i.Store.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.Query(query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var v T
			if err := rows.Scan(&v); err != nil {
				return err
			}
			list = append(list, v)
		}
		return rows.Err()
	}))
	return list
}

// left lists the blobs that are still there.
func (e *erased) left(names []string) (there []string) {
	for _, name := range names {
		if _, err := e.Blobs.Size(ctx, name); err == nil {
			there = append(there, name)
		}
	}
	return there
}

// found lists what lay sealed in the rows of the case and is somewhere in the folder.
func (e *erased) found() []string { return sealedLeft(e.Instance, e.sealed) }

// sealedLeft lists the files of an instance in which something of what lay sealed is left.
func sealedLeft(i *apptest.Instance, sealed [][]byte) (list []string) {
	must(i.T, filepath.WalkDir(i.State, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		for _, s := range sealed {
			if bytes.Contains(b, s) {
				list = append(list, filepath.Base(path))
			}
		}
		return err
	}))
	return list
}

// leavesNothing looks for anything of the case, and for anybody whose keys open any of
// it, in a copy that is taken now.
func (e *erased) leavesNothing() {
	if e.Config.Database == "" {
		if found := e.found(); len(found) > 0 {
			e.t.Errorf("%d pieces that lay sealed in the case are left, in %v", len(found), found)
		}
		searchFolder(e.t, e.State, e.canaries)
	}
	now, err := copyOf(e.Instance)
	must(e.t, err)
	for who, b := range e.burglars {
		for at := range b.open(now) {
			if at.id == string(e.gone.Case) {
				e.t.Errorf("%s holds a key of the case", who)
			}
		}
		for what := range now.read(b.loot) {
			if strings.HasPrefix(what, string(e.gone.Case)) {
				e.t.Errorf("%s, who had the keys before, opens %s", who, what)
			}
		}
	}
	e.standsNowhere()
	for _, a := range append(e.team.Service, e.team.Manager, e.team.HR, e.team.Alternative) {
		if _, err := e.Casework.Case(ctx, a, e.gone.Number); !errors.Is(err, fault.ErrNotFound) {
			e.t.Errorf("%s: the case opens: %v", a.Name, err)
		}
	}
	_, gone := e.Dialogue.Enter(ctx, e.gone.Code)
	_, never := e.Dialogue.Enter(ctx, seal.NewCode().Text())
	if gone == nil || never == nil || gone.Error() != never.Error() {
		e.t.Errorf("its code answers %v, and one that never was %v", gone, never)
	}
	if c := e.Case(e.team.HR, e.stays.Number); c.Damaged || c.Story == nil {
		e.t.Error("the other case suffered")
	}
	wantSound(e.t, e.Instance)
	if r := examined(e.t, e.Instance); r.Erased != 1 || foundByAnybody(e.t, e.Instance, "") {
		e.t.Errorf("the check of the log tells of %d erased cases, want 1", r.Erased)
	}
}

// standsNowhere checks that no row names the case but the log, the register, and the signs
// by which a late reply goes to the team that had it.
func (e *erased) standsNowhere() {
	for table, columns := range schema(e.t) {
		for _, c := range columns {
			may := table == "erased_case" || table == "mail_thread" && c.name == "case_id" || table == "log_leaf" && c.name != "record" && c.name != "salt"
			if c.kind != "text" || may {
				continue
			}
			var n int
			must(e.t, e.Store.Read(ctx, func(tx *store.Tx) error {
				return tx.QueryRow("SELECT count(*) FROM "+table+" WHERE "+c.name+" LIKE $1", "%"+string(e.gone.Case)+"%").Scan(&n)
			}))
			if n > 0 {
				e.t.Errorf("%s.%s names the case", table, c.name)
			}
		}
	}
	must(e.t, e.Store.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.LeavesOf(e.gone.Case)
		for _, l := range list {
			if (len(l.Record) > 0 || len(l.Salt) > 0) != (l.Kind == string(audit.Erased)) || len(l.Hash) != 32 {
				e.t.Errorf("the line %s of the case: record %d bytes, salt %d, hash %d", l.Kind, len(l.Record), len(l.Salt), len(l.Hash))
			}
		}
		return err
	}))
}

// isCertified checks what is left, and who may see it.
func (e *erased) isCertified() {
	for _, a := range []access.Actor{e.team.Manager, e.team.HR, e.team.Auditor} {
		k, err := e.Casework.Certificate(ctx, a, e.gone.Number)
		must(e.t, err)
		if k.Route != casefile.Integrity || !k.Two || k.Received != "2026-03" || k.Outcome != casefile.OutcomeUpheld || k.Files != 0 || k.Position < 0 {
			e.t.Errorf("%s reads a certificate that says %+v", a.Name, k)
		}
		must(e.t, e.Store.Read(ctx, func(tx *store.Tx) error {
			list, err := tx.Leaves(k.Position, 1)
			if err == nil && (len(list) != 1 || list[0].Kind != string(audit.Erased) || list[0].ID != k.Line) {
				e.t.Error("the position in the certificate is not that of the erasure")
			}
			return err
		}))
	}
	for _, a := range append(e.team.Service, e.team.Alternative) {
		if _, err := e.Casework.Certificate(ctx, a, e.gone.Number); !errors.Is(err, fault.ErrNotFound) {
			e.t.Errorf("%s, who never read the case, learns that there was one: %v", a.Name, err)
		}
	}
}

// passes checks what is forgotten by itself: a text that a member does not send with its
// file, and which mails have left.
func passes(t *testing.T) {
	i, team := apptest.Staffed(t)
	n := i.Complain("nl", apptest.Answers("response-time"), nil).Number
	i.DeliverMail()
	by := team.Service[0]
	i.Write(by, n, casework.DraftMessage, "We looked into it.")
	i.DeliverMail()
	in, err := i.Casework.Receive(ctx, by, n, "a.txt", strings.NewReader("text"))
	must(t, err)
	d, err := i.Casework.SaveDraft(ctx, by, n, casework.Writing{
		Kind: casework.DraftNote, Was: casework.DraftNote, Seen: i.Case(by, n).Seen, Text: "unsent", Lang: lang.NL, Add: []*casework.Incoming{in},
	})
	must(t, err)
	count := func(table, where string) (n int) {
		must(t, i.Store.Read(ctx, func(tx *store.Tx) error {
			return tx.QueryRow("SELECT count(*) FROM " + table + " WHERE " + where).Scan(&n)
		}))
		return n
	}
	for _, at := range []struct {
		after        time.Duration
		mails, files int
	}{{7 * 24 * time.Hour, 1, 1}, {d.Until().Sub(i.Clock.Now()), 0, 1}, {d.Until().Sub(i.Clock.Now()) + time.Minute, 0, 0}} {
		i.Clock.Set(d.Changed.Add(at.after))
		must(t, i.Work.Sweeper.Sweep(ctx))
		mails, drafts, files := count("mail", "kind = 'news'"), count("desk_draft", "1 = 1"), count("blob_ref", "owner_kind = 'desk'")
		if mails != at.mails || drafts != at.files || files != at.files {
			t.Errorf("after %v: %d sent mails, %d drafts, %d files; want %d, %d, %d", at.after, mails, drafts, files, at.mails, at.files, at.files)
		}
	}
	if c := i.Case(by, n); c.Receipt.State != casework.ReceiptSent {
		t.Errorf("the case does not know any more how receipt was confirmed: %s", c.Receipt.State)
	}
	i.Sequence()
	wantSound(t, i)
}

// The same on PostgreSQL, of which no file is looked through, and on a bucket that keeps
// older versions of what is deleted.
func TestErasureOnPostgreSQLAndABucket(t *testing.T) {
	dsn, bucket := storetest.PostgreSQL(t), storetest.Bucket(t)
	bucket.KeepVersions(t)
	e := newErased(t, func(c *config.Config, _ *app.Options) { c.Database, c.Bucket = dsn, bucket.Address("") })
	e.leavesNothing()
	e.isCertified()
	for _, name := range e.files {
		if slices.Contains(bucket.Objects(t), "blobs/"+name) {
			t.Errorf("a version of sealed file %s is left", name)
		}
	}
}

// Nobody erases a case, makes up an erasure or changes what is left of one unnoticed.
func TestErasureIsNotMadeUp(t *testing.T) {
	e := newErased(t)
	for _, attack := range []string{
		"UPDATE erased_case SET outcome = 'unfounded'", "UPDATE erased_case SET number = 'KB-0000-00'", "DELETE FROM erased_case",
		"UPDATE erased_case SET turn = turn + 1", "UPDATE erased_case SET case_id = 'x'", "UPDATE erased_case SET member_id = 'x'",
	} {
		restore := keep(t, e.Instance, "erased_case")
		behind(t, e.Store, attack)
		if !found(t, e.Instance, "") || !foundByAnybody(t, e.Instance, "") {
			t.Errorf("%s: the check of the log finds nothing", attack)
		}
		restore()
	}
	// A date in the row of a case that was moved by whoever holds the database.
	r := e.Complain("nl", apptest.Answers("response-time"), nil)
	e.DeliverMail()
	e.Close(e.team.Service[0], r.Number, "Wij antwoordden.", "Het antwoord kwam te laat.")
	behind(t, e.Store, "UPDATE case_file SET erase_after = 1, closed = 1 WHERE id = $1", r.Case)
	if err := e.Casework.Erase(ctx, e.team.Service[0], r.Number, e.Password(e.team.Service[0])); err == nil {
		t.Error("a case is erased at a date that somebody wrote into the database")
	}
}
