package promises_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/dialogue"
	"klankbord/internal/profile"
	"klankbord/internal/signin"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// The attacks of the threat model on what is sealed, by somebody who writes to the
// database as they like. They are made on every column of bytes that there is: a new
// one is attacked as soon as it exists.

// attackedElsewhere lists the columns, or tables, of bytes that other tests attack.
func attackedElsewhere() map[string]string {
	return map[string]string{
		"directory_event":     "AT1 to AT3",
		"directory_change":    "AT1, AT10",
		"directory_signature": "AT10",
		"directory_pin":       "TestAT3_PinOfAMember",
		"acceptance":          "TestAT3_PinOfAMember",
		"member.salt":         "AT10",
		"log_leaf":            "PT9",
		"log_node":            "PT9",
		"checkpoint":          "PT9",
		"invitation":          "AT2: it comes to something only as an event of the directory",
		"envelope":            "AT7, TestAT5_EnvelopeOpensForItsMemberOnly",
		"session.pending":     "AT8",
		"mail":                "TestAT5_MailGoesOnlyToWhomItIsFor",
		"notice_address":      "TestAT5_MailGoesOnlyToWhomItIsFor",
		"mail_thread":         "TestASignInTheDatabaseIsNotOneThatWasWrittenThere",
		"link.box":            "TestTheKeysOfALinkOpenNothingElsewhere",
		"opening.purpose":     "TestAT5_PurposeIsNeverThatOfAnother",
	}
}

// cell is one value of a column of bytes.
type cell struct {
	table, column string
	row           int64
	value         []byte
}

func (c cell) String() string { return fmt.Sprintf("%s.%s of row %d", c.table, c.column, c.row) }

// cells reads every column of bytes, at most a few rows of each: the last ones,
// which hold what came latest.
func (s *scene) cells(most int) (list []cell) {
	s.T.Helper()
	s.must(s.Store.Read(ctx, func(tx *store.Tx) error {
		for _, c := range columnsOfBytes(s.T) {
			rows, err := tx.Query(fmt.Sprintf("SELECT rowid, %[1]s FROM %[2]s WHERE length(%[1]s) > 0 ORDER BY rowid DESC LIMIT %[3]d", c.column, c.table, most)) //nolint:rowserrcheck // read to the end below
			if err != nil {
				return err
			}
			for rows.Next() {
				found := cell{table: c.table, column: c.column}
				if err := rows.Scan(&found.row, &found.value); err != nil {
					return err
				}
				list = append(list, found)
			}
			if err := rows.Close(); err != nil { //nolint:sqlclosecheck // closed before the next query
				return err
			}
		}
		return nil
	}))
	return list
}

// columnsOfBytes lists the columns that hold bytes, less those attacked elsewhere.
func columnsOfBytes(t testing.TB) (list []cell) {
	tables, elsewhere := schema(t), attackedElsewhere()
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		for _, c := range tables[table] {
			if c.kind == "bytes" && elsewhere[table] == "" && elsewhere[table+"."+c.name] == "" {
				list = append(list, cell{table: table, column: c.name})
			}
		}
	}
	return list
}

func (s *scene) put(c cell, value []byte) {
	s.T.Helper()
	behind(s.T, s.Store, fmt.Sprintf("UPDATE %s SET %s = $1 WHERE rowid = $2", c.table, c.column), value, c.row)
}

// attacked puts another value in place of a cell, looks, and puts it back.
func (s *scene) attacked(t *testing.T, c cell, value []byte, what string) {
	t.Helper()
	s.put(c, value)
	s.holds(t, what+" in "+c.String(), c.table)
	s.put(c, c.value)
}

// AT5: what is sealed opens only where it was sealed. A value moved from case to
// case, object to object, kind to kind, column to column or person to person is
// never shown as genuine.
func TestAT5_MovedCiphertextIsNeverGenuine(t *testing.T) {
	s := newScene(t)
	list := s.cells(5)
	if len(list) < 50 {
		t.Fatalf("%d cells found: not the schema", len(list))
	}
	type move struct{ from, to cell }
	var moves, within []move // within: between rows of one column, where only the place differs
	for n, to := range list {
		tried := map[string]int{}
		for k := 1; k < len(list); k++ {
			from := list[(n+k*7)%len(list)]
			kind := from.table + "." + from.column
			if tried[kind] > 0 && (kind != to.table+"."+to.column || tried[kind] > 1) || slices.Equal(from.value, to.value) {
				continue
			}
			tried[kind]++
			if kind == to.table+"."+to.column {
				within = append(within, move{from, to})
			} else {
				moves = append(moves, move{from, to})
			}
		}
	}
	for _, m := range append(sampled(moves, 150), within...) {
		s.attacked(t, m.to, m.from.value, "the value of "+m.from.String())
	}
	s.unchanged(t)
}

// sampled takes some of many, from all over; KLANKBORD_FULL takes all.
func sampled[T any](all []T, most int) []T {
	if os.Getenv("KLANKBORD_FULL") != "" || len(all) <= most {
		return all
	}
	step := float64(len(all)) / float64(most)
	var some []T
	for n := range most {
		some = append(some, all[int(float64(n)*step)])
	}
	return some
}

// AT5: the identity of a row says where its content belongs; another identity makes
// it worthless, also when everything sealed in it moves along.
func TestAT5_RelabelledEntryIsNeverGenuine(t *testing.T) {
	s := newScene(t)
	for name, set := range map[string]string{
		"note becomes message":       "kind = 'message-out' WHERE kind = 'note'",
		"note into dialogue":         "kind = 'message-out', compartment = 2 WHERE kind = 'note'",
		"message becomes story":      "kind = 'story' WHERE kind = 'message-in'",
		"reply becomes ours":         "kind = 'message-out' WHERE kind = 'message-in'",
		"from another author":        "author_id = 'somebody' WHERE kind = 'note'",
		"as if from complainant":     "author_kind = 'complainant', author_id = '' WHERE kind = 'message-out'",
		"belongs to another":         "parent = 'somewhere' WHERE kind = 'file'",
		"of another epoch":           "epoch = epoch + 1",
		"earlier":                    "created = created - 86400000000",
		"of another compartment":     "compartment = compartment % 3 + 1",
		"appended instead of sealed": "appended = 1 - appended",
		"with another id":            "id = 'x' || id WHERE kind IN ('note', 'story')",
	} {
		restore := keep(t, s.Instance, "entry")
		if behind(t, s.Store, "UPDATE entry SET "+set) == 0 {
			t.Errorf("%s: touched nothing", name)
		}
		s.holds(t, name, "entry")
		restore()
	}
	s.unchanged(t)
}

// keep copies a table and gives what puts it back.
func keep(t *testing.T, i *apptest.Instance, table string) (restore func()) {
	t.Helper()
	behind(t, i.Store, "CREATE TABLE kept_"+table+" AS SELECT * FROM "+table)
	return func() {
		behind(t, i.Store, "DELETE FROM "+table)
		behind(t, i.Store, "INSERT INTO "+table+" SELECT * FROM kept_"+table)
		behind(t, i.Store, "DROP TABLE kept_"+table)
	}
}

// AT5: an earlier version does not open in place of a later one.
func TestAT5_EarlierRevisionIsNeverGenuine(t *testing.T) {
	s := newScene(t)
	old := s.cells(1000)
	for _, r := range []*receipt{s.a, s.b} {
		c := s.Case(s.team.Manager, r.Number)
		for _, d := range c.Drafts {
			_, err := s.Casework.SaveDraft(ctx, s.team.Manager, r.Number, casework.Writing{
				Kind: d.Kind, Was: d.Kind, Revision: d.Revision, Seen: c.Seen, Text: word("later" + string(d.Kind)), Lang: d.Lang,
			})
			s.must(err)
		}
		s.Write(s.team.HR, r.Number, casework.DraftNote, word("laternote"))
		s.Move(s.team.HR, r.Number, casefile.StateInvestigation)
	}
	s.settle(t)
	moved := 0
	now := map[string][]byte{}
	for _, c := range s.cells(1000) {
		now[c.String()] = c.value
	}
	for _, was := range old {
		value, there := now[was.String()]
		if !there || slices.Equal(value, was.value) {
			continue
		}
		moved++
		c := was
		c.value = value
		s.attacked(t, c, was.value, "the earlier value")
	}
	if moved < 8 {
		t.Errorf("only %d values changed, so there was nothing to put back", moved)
	}
	s.unchanged(t)
}

// AT5: an order to send mail, and the address it goes to, open only in their own
// row; what was moved is not sent at all.
func TestAT5_MailGoesOnlyToWhomItIsFor(t *testing.T) {
	i, team := apptest.Staffed(t)
	first := i.Complain("nl", apptest.With(apptest.StrictAnswers("theft"), profile.FieldEmail, "first@mail.example"), nil)
	second := i.Complain("nl", apptest.With(apptest.StrictAnswers("theft"), profile.FieldEmail, "second@mail.example"), nil)
	i.DeliverMail()
	numbers := map[string]string{"first@mail.example": string(first.Number), "second@mail.example": string(second.Number)}
	own := func(want int) {
		t.Helper()
		seen := 0
		for _, m := range i.Box.Mails() {
			number, ours := numbers[m.To]
			if !ours {
				continue
			}
			seen++
			for _, other := range numbers {
				if other != number && strings.Contains(m.Subject+m.Text, other) {
					t.Errorf("%s was told of %s", m.To, other)
				}
			}
		}
		if seen != want {
			t.Errorf("%d mails to complainants, want %d", seen, want)
		}
	}
	own(2)
	news := func() {
		for _, r := range []*receipt{first, second} {
			i.Write(team.Manager, r.Number, casework.DraftMessage, "Er is nieuws.")
		}
	}
	news()
	swap(t, i.Store, "mail", "box", "state = 'waiting'")
	i.DeliverMail()
	own(2)
	swap(t, i.Store, "notice_address", "box", "1 = 1")
	news()
	i.DeliverMail()
	own(2)
	swap(t, i.Store, "notice_address", "box", "1 = 1")
	news()
	i.DeliverMail()
	own(4)
}

// swap turns the two values of a column round.
func swap(t *testing.T, s *store.Store, table, column, where string) {
	t.Helper()
	behind(t, s, fmt.Sprintf("CREATE TABLE swapped AS SELECT rowid AS at, %s AS v FROM %s WHERE %s", column, table, where))
	if n := behind(t, s, fmt.Sprintf("UPDATE %[1]s SET %[2]s = (SELECT v FROM swapped WHERE at <> %[1]s.rowid) WHERE rowid IN (SELECT at FROM swapped)", table, column)); n != 2 {
		t.Fatalf("%d rows in %s, want 2 to swap", n, table)
	}
	behind(t, s, "DROP TABLE swapped")
}

// AT5: the purpose with which an identity was opened is never that of another
// opening; what was moved is not shown.
func TestAT5_PurposeIsNeverThatOfAnother(t *testing.T) {
	s := newScene(t)
	swap(t, s.Store, "opening", "purpose", "length(purpose) > 0")
	for name, r := range map[string]*receipt{"A": s.a, "B": s.b} {
		m, err := s.Dialogue.Mailbox(ctx, s.Enter(r.Code))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(m.Openings, func(o dialogue.Opening) bool { return o.What == "identity" }) {
			t.Errorf("%s: the opening itself is not shown any more", name)
		}
		for _, o := range m.Openings {
			if o.Purpose != "" {
				t.Errorf("%s shows the purpose %q of another opening", name, o.Purpose)
			}
		}
	}
}

// AT5: the envelope of one member, put in the place of another's, opens for neither.
func TestAT5_EnvelopeOpensForItsMemberOnly(t *testing.T) {
	i, team := apptest.Staffed(t)
	auditor := staff.Assignment{Role: staff.RoleAuditor}
	victim, attacker := i.Enrol(team.Manager, "Victim", auditor), i.Enrol(team.Manager, "Attacker", auditor)
	in := func(e apptest.Enrolled) bool {
		_, err := i.SignIn.Password(ctx, signin.Browser{}, e.Email, apptest.Password) // both have the same
		return err == nil
	}
	if !in(victim) || !in(attacker) {
		t.Fatal("nobody comes in before the attack")
	}
	const own, others = "member_id = $1 AND kind = 'password'", "FROM envelope o WHERE o.member_id = $2 AND o.kind = "
	for name, set := range map[string]string{
		"the box of another":          "box = (SELECT o.box " + others + "'password') WHERE " + own,
		"the envelope of another":     "(params, salt, box) = (SELECT o.params, o.salt, o.box " + others + "'password') WHERE " + own,
		"the recovery envelope":       "(params, salt, box) = (SELECT o.params, o.salt, o.box " + others + "'recovery') WHERE " + own,
		"half of it":                  "box = substr(box, 1, length(box) / 2) WHERE $2 <> '' AND " + own,
		"its last byte changed":       "box = CAST(substr(box, 1, length(box) - 1) || x'2a' AS BLOB) WHERE $2 <> '' AND " + own,
		"the envelope under its name": "member_id = $1 WHERE member_id = $2 AND kind = 'password'",
		"with the second factor":      "(params, salt, box) = (SELECT o.params, o.salt, o.box " + others + "'password') WHERE " + own,
	} {
		restore, restoreFactor := keep(t, i, "envelope"), keep(t, i, "factor")
		if name == "with the second factor" {
			behind(t, i.Store, "UPDATE factor SET (revision, app, box) = (SELECT o.revision, o.app, o.box FROM factor o WHERE o.member_id = $2) WHERE member_id = $1", victim.Member, attacker.Member)
		}
		if strings.HasPrefix(set, "member_id") {
			behind(t, i.Store, "DELETE FROM envelope WHERE "+own, victim.Member)
		}
		if behind(t, i.Store, "UPDATE envelope SET "+set, victim.Member, attacker.Member) != 1 {
			t.Errorf("%s: did not touch one row", name)
		}
		if in(victim) {
			t.Errorf("%s opens for the victim", name)
		}
		restore()
		restoreFactor()
	}
	if !in(victim) {
		t.Error("nobody comes in after everything was put back")
	}
}

// AT6: what was truncated, extended, doubled, emptied or changed in any byte does
// not open.
func TestAT6_ChangedCiphertextIsNeverGenuine(t *testing.T) {
	s := newScene(t)
	type change struct {
		of    cell
		value []byte
		what  string
	}
	var changes []change
	for _, c := range s.cells(1) {
		changed := vandalised(c.value)
		for _, what := range slices.Sorted(maps.Keys(changed)) {
			changes = append(changes, change{c, changed[what], what})
		}
	}
	for _, c := range sampled(changes, 200) {
		s.attacked(t, c.of, c.value, c.what)
	}
	s.unchanged(t)
}

func vandalised(b []byte) map[string][]byte {
	out := map[string][]byte{
		"all but the last byte":  b[:len(b)-1],
		"all but the first byte": b[1:],
		"half":                   b[:len(b)/2],
		"one byte more":          append(slices.Clone(b), 0),
		"twice":                  append(slices.Clone(b), b...),
		"nothing":                {},
		"zeros":                  make([]byte, len(b)),
	}
	for _, at := range []int{0, 1, 2, len(b) / 3, len(b) / 2, len(b) - 1} {
		changed := slices.Clone(b)
		changed[min(at, len(b)-1)] ^= 0x20
		out[fmt.Sprintf("byte %d changed", at)] = changed
	}
	return out
}
