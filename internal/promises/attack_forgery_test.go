package promises_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/custody"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// The attacks of the threat model on what stands in a case, by somebody who writes to
// the database and puts files beside it. They know how everything is made, and find
// the public keys of the case in the database: what they seal opens. They do not have
// the key with which this installation stamps.

// forger writes into case A of a scene.
type forger struct {
	*scene
	t      *testing.T
	public seal.PublicKey // of the dialogue, in the present epoch
	like   store.Entry    // a genuine message of the complainant
}

func (s *scene) forger(t *testing.T) *forger {
	t.Helper()
	f := &forger{scene: s, t: t}
	must(t, s.Store.Read(ctx, func(tx *store.Tx) error {
		keys, err := tx.CaseKeys(s.a.Case)
		if err != nil {
			return err
		}
		f.public = keys[len(keys)-1].Public[seal.Dialogue]
		entries, err := tx.Entries(s.a.Case)
		for _, e := range entries {
			if e.Kind == casefile.EntryMessageIn && e.AuthorKind == custody.AuthorComplainant {
				f.like = e
			}
		}
		return err
	}))
	if f.like.ID == "" {
		t.Fatal("the complainant wrote no message")
	}
	return f
}

// entry is an entry of case A as a complainant's would be, that opens.
func (f *forger) entry(id string, kind casefile.EntryKind, seq int64, payload []byte) store.Entry {
	f.t.Helper()
	e := f.like
	e.ID, e.Kind, e.Seq, e.Appended, e.Derived, e.Parent = id, kind, seq, true, nil, ""
	room, err := seal.NewRecipient(seal.RecipientCompartment, string(e.Case), f.public)
	must(f.t, err)
	e.Box, err = seal.Append(room, seal.Context{
		Instance: f.Instance.Instance(), Case: string(e.Case), Compartment: e.Compartment,
		Kind: "entry/" + string(kind), Object: id, Revision: uint64(e.Epoch),
	}, payload)
	must(f.t, err)
	e.Stamp = bytes.Repeat([]byte{7}, len(f.like.Stamp))
	return e
}

// message is a message with a planted word and files.
func (f *forger) message(files ...casefile.EntryID) []byte {
	f.t.Helper()
	payload, err := casefile.EncodePayload(casefile.Message{Lang: lang.NL, Text: word("forged") + " Ik trek alles in.", Files: files})
	must(f.t, err)
	return payload
}

// file is the manifest of a file that the forger really sealed and put in its place.
func (f *forger) file() []byte {
	f.t.Helper()
	m, err := custody.SealFile(ctx, f.Blobs, nil, word("forgedname")+".txt", 1<<20, strings.NewReader(word("forgedcontent")))
	must(f.t, err)
	return m.Encode()
}

func (f *forger) insert(list ...store.Entry) {
	f.t.Helper()
	for _, e := range list {
		behind(f.t, f.Store, `INSERT INTO entry (case_id, id, seq, epoch, compartment, kind, parent, author_kind, author_id, appended, box, created, stamp)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $11, $12)`, string(e.Case), e.ID, e.Seq, int64(e.Epoch), int64(e.Compartment), string(e.Kind), e.Parent,
			e.AuthorKind, e.AuthorID, []byte(e.Box), e.Created.UnixMicro(), e.Stamp)
	}
}

// head makes the head of a case fit its rows again, as far as that needs no key.
func (f *forger) head(id casefile.ID) {
	f.t.Helper()
	var count int64
	var hash []byte
	must(f.t, f.Store.Read(ctx, func(tx *store.Tx) error {
		marks, err := tx.Marks(id)
		for _, m := range marks {
			var b []byte
			for _, part := range [][]byte{[]byte("klankbord/head/1"), hash, binary.BigEndian.AppendUint64(nil, uint64(m.Seq)), m.Stamp} {
				b = append(binary.BigEndian.AppendUint32(b, uint32(len(part))), part...)
			}
			sum := sha256.Sum256(b)
			count, hash = m.Seq, sum[:]
		}
		return err
	}))
	behind(f.t, f.Store, "UPDATE case_file SET head_count = $1, head_hash = $2 WHERE id = $3", count, hash, string(id))
}

// line writes the line that would tell of a change of the case, with how its rows now
// stand and the next number.
func (f *forger) line(id casefile.ID, object string) {
	f.t.Helper()
	behind(f.t, f.Store, "UPDATE case_file SET turn = turn + 1 WHERE id = $1", string(id))
	f.write(f.Clock.Now(), custody.Event{Kind: audit.EntryAdded, Actor: custody.ByComplainant(), Case: id, Object: object})
}

// write writes a line of the log that is made as all are, but for its stamp.
func (f *forger) write(at time.Time, e custody.Event) {
	f.t.Helper()
	l := custody.Leaf(at, e)
	r, err := audit.DecodeRecord(l.Record)
	must(f.t, err)
	err = f.Store.Read(ctx, func(tx *store.Tx) error {
		number, state, err := tx.CaseState(e.Case)
		r.Turn, r.State = uint64(number), state
		return err
	})
	if errors.Is(err, store.ErrNone) {
		r.Turn, r.State, err = 0, [32]byte{}, nil // of a case that is gone there is none
	}
	must(f.t, err)
	l.Record = r.Encode()
	hash := audit.Leaf([32]byte(l.Salt), l.Record)
	behind(f.t, f.Store, "INSERT INTO log_leaf (id, case_id, at, kind, record, salt, hash, stamp) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		l.ID, string(l.Case), l.At.UnixMicro(), l.Kind, l.Record, l.Salt, hash[:], bytes.Repeat([]byte{7}, len(f.like.Stamp)))
}

// ofCases lists the tables of which a row goes with its case, that table first.
func (f *forger) ofCases() []string {
	f.t.Helper()
	list := []string{"case_file"}
	must(f.t, f.Store.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.Query(`SELECT DISTINCT m.name FROM sqlite_master m, pragma_foreign_key_list(m.name) k WHERE m.type = 'table' AND k."table" = 'case_file' ORDER BY m.name`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				return err
			}
			list = append(list, name)
		}
		return rows.Err()
	}))
	if len(list) < 10 {
		f.t.Fatalf("only %v go with a case", list)
	}
	return append(list, "blob_ref")
}

// kept keeps every table that a forger writes to.
func (f *forger) kept() (restore func()) {
	f.t.Helper()
	return f.keeping(append(f.ofCases(), "mail", "log_leaf", "log_node", "checkpoint"))
}

func (f *forger) keeping(tables []string) (restore func()) {
	f.t.Helper()
	var list []func()
	for _, table := range tables {
		list = append(list, keep(f.t, f.Instance, table))
	}
	return func() {
		for _, put := range list { // the case first, to which the others refer
			put()
		}
	}
}

// AT13: a message or a file of the complainant is written into the database. Nobody
// reads it as genuine, it cannot be fetched, nothing can be added to the case as if
// all were well, and the check of the log names the case.
func TestAT13_ForgedWordsAreNeverGenuine(t *testing.T) {
	s := newScene(t)
	f := s.forger(t)
	s.Sequence()
	end := s.headOf(t)
	last := func() int64 { return end + 1 }
	stampOf := func(e store.Entry, stamp []byte) store.Entry { e.Stamp = stamp; return e }
	for name, forge := range map[string]func(){
		"a message":             func() { f.insert(f.entry("forged", casefile.EntryMessageIn, last(), f.message())) },
		"with a head that fits": func() { f.insert(f.entry("forged", casefile.EntryMessageIn, last(), f.message())); f.head(s.a.Case) },
		"with the stamp of a message": func() {
			f.insert(stampOf(f.entry("forged", casefile.EntryMessageIn, last(), f.message()), f.like.Stamp))
			f.head(s.a.Case)
		},
		"with a line of the log": func() {
			f.insert(f.entry("forged", casefile.EntryMessageIn, last(), f.message()))
			f.head(s.a.Case)
			f.line(s.a.Case, "forged")
		},
		"with a file": func() {
			f.insert(f.entry("forgedfile", casefile.EntryFile, last(), f.file()), f.entry("forged", casefile.EntryMessageIn, last()+1, f.message("forgedfile")))
			f.head(s.a.Case)
		},
		"a file alone": func() {
			f.insert(f.entry("forgedfile", casefile.EntryFile, last(), f.file()))
			f.head(s.a.Case)
		},
		"in the place of a message": func() {
			e := f.entry(f.like.ID, f.like.Kind, f.like.Seq, f.message())
			behind(t, s.Store, "UPDATE entry SET box = $1, appended = 1, derived = NULL WHERE case_id = $2 AND id = $3", []byte(e.Box), string(e.Case), e.ID)
		},
		"in the place of a file": func() {
			id := f.one("file")
			e := f.entry(id, casefile.EntryFile, 1, f.file())
			behind(t, s.Store, "UPDATE entry SET box = $1, appended = 1, derived = NULL WHERE case_id = $2 AND id = $3", []byte(e.Box), string(e.Case), id)
		},
		"a message once more": func() {
			behind(t, s.Store, `INSERT INTO entry SELECT case_id, 'forged', $1, epoch, compartment, kind, parent, author_kind, author_id, appended, derived, box, gone, created + 60000000, stamp
FROM entry WHERE case_id = $2 AND id = $3`, last(), string(s.a.Case), f.like.ID)
			f.head(s.a.Case)
		},
		"a withdrawal": func() {
			payload, err := casefile.EncodePayload(casefile.Withdrawal{Lang: lang.NL, Why: word("forged")})
			must(t, err)
			f.insert(f.entry("forged", casefile.EntryWithdrawal, last(), payload))
			f.head(s.a.Case)
		},
	} {
		restore := f.kept()
		forge()
		s.holdsInside(t, name)
		f.warned(t, name)
		f.fetchesNothing(t, name)
		if !found(t, s.Instance, "case "+string(s.a.Number)) {
			t.Errorf("%s: the check of the log does not name the case", name)
		}
		restore()
	}
	s.unchanged(t)
	if r, err := s.Work.Checker.Check(ctx); err != nil || !r.Sound() {
		t.Errorf("after everything was put back the check finds %v, %v", r.Findings, err)
	}
}

// holdsInside is holds for whoever opens a case. A list of cases shows that there is
// something new in one, which is a number without a stamp, and never what it is.
func (s *scene) holdsInside(t *testing.T, attack string) {
	t.Helper()
	all := s.windows
	defer func() { s.windows = all }()
	s.windows = slices.DeleteFunc(slices.Clone(all), func(w window) bool {
		if !strings.HasPrefix(w.name, "inbox ") {
			return false
		}
		for shown := range s.look(w).words {
			if !s.before[w.name].words[shown] {
				t.Errorf("%s: %s shows %s", attack, w.name, shown)
			}
		}
		return true
	})
	s.holds(t, attack, "entry")
}

func (s *scene) headOf(t *testing.T) (count int64) {
	t.Helper()
	must(t, s.Store.Read(ctx, func(tx *store.Tx) error {
		file, err := tx.Case(s.a.Case)
		count = file.Head.Count
		return err
	}))
	return count
}

// one is the id of the newest entry of a kind in case A.
func (f *forger) one(kind string) (id string) {
	f.t.Helper()
	must(f.t, f.Store.Read(ctx, func(tx *store.Tx) error {
		return tx.QueryRow("SELECT id FROM entry WHERE case_id = $1 AND kind = $2 ORDER BY seq DESC LIMIT 1", string(f.a.Case), kind).Scan(&id)
	}))
	return id
}

// warned checks that everybody who looks at case A is told that it is not as it was
// saved, and that nobody adds to it as if it were.
func (s *scene) warned(t *testing.T, attack string) {
	t.Helper()
	for _, name := range []string{"case A by manager", "case A by hr", "mailbox A"} {
		at := slices.IndexFunc(s.windows, func(w window) bool { return w.name == name })
		if v := s.look(s.windows[at]); v.err == nil && !v.damaged {
			t.Errorf("%s: %s does not tell", attack, name)
		}
	}
	c := s.Case(s.team.Manager, s.a.Number)
	err := s.Casework.ChangeState(ctx, s.team.Manager, s.a.Number, casework.Transition{To: casefile.StateWaiting, Why: "next step", Revision: c.Revision})
	if f, ok := fault.As(err); !ok || f.Key != "error.case-damaged" {
		t.Errorf("%s: a member goes on as if nothing were wrong: %v", attack, err)
	}
	err = s.Dialogue.Reply(ctx, s.Enter(s.a.Code), dialogue.Sending{Key: dialogue.NewKey(), Number: s.a.Number}, lang.NL, "Dank u.", nil)
	if f, ok := fault.As(err); !ok || f.Key != "mailbox.damaged" {
		t.Errorf("%s: the complainant goes on as if nothing were wrong: %v", attack, err)
	}
}

// fetchesNothing checks that no forged file is given out.
func (f *forger) fetchesNothing(t *testing.T, attack string) {
	t.Helper()
	for _, id := range []string{"forgedfile", f.one("file")} {
		got := map[string]io.Reader{}
		if d, err := f.Casework.Open(ctx, f.team.HR, f.a.Number, id, casework.Take{Original: true}); err == nil {
			got["a member"] = d.Body
		}
		if d, err := f.Dialogue.File(ctx, f.Enter(f.a.Code), id); err == nil {
			got["the complainant"] = d.Body
		}
		for who, body := range got {
			if text, err := io.ReadAll(body); err == nil && strings.Contains(string(text), word("forgedcontent")) {
				t.Errorf("%s: %s is given the file %s", attack, who, id)
			}
		}
	}
}

// AT13: a whole complaint is written into the database, from the rows of another.
func TestAT13_ForgedComplaintIsShownToNobody(t *testing.T) {
	s := newScene(t)
	f := s.forger(t)
	s.Sequence()
	behind(t, s.Store, "INSERT INTO case_file SELECT 'forged', 'KB-F0RG-3D', "+strings.Join(f.columns("case_file")[2:], ", ")+" FROM case_file WHERE id = $1", string(s.a.Case))
	for _, table := range []string{"case_key", "case_grant", "entry", "summary", "keyring"} {
		list := f.columns(table)
		list[slices.Index(list, "case_id")] = "'forged'"
		behind(t, s.Store, fmt.Sprintf("INSERT INTO %s SELECT %s FROM %[1]s WHERE case_id = $1", table, strings.Join(list, ", ")), string(s.a.Case))
	}
	f.head("forged")
	for _, actor := range []access.Actor{s.team.Manager, s.team.HR} {
		if _, err := s.Casework.Case(ctx, actor, "KB-F0RG-3D"); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s opens it: %v", actor.Name, err)
		}
	}
	s.holds(t, "a whole complaint", "case_file")
	if !found(t, s.Instance, "case KB-F0RG-3D") {
		t.Error("the check of the log does not name it")
	}
}

func (f *forger) columns(table string) (list []string) {
	for _, c := range schema(f.t)[table] {
		list = append(list, c.name)
	}
	return list
}
