package promises_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
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
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/heads"
	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// The attacks of the threat model on who receives keys, by somebody who writes to the
// database as they like and has neither the instance's files nor a member's secret.

// castle is a staffed instance with a case that could be closed, watched while its
// directory is under attack.
type castle struct {
	*apptest.Instance
	t      *testing.T
	team   apptest.Staff
	before *intake.Receipt
	keys   map[string]string // what each recipient of a new case is called, and the key
}

func newCastle(t *testing.T) *castle {
	t.Helper()
	i, team := apptest.Staffed(t)
	c := &castle{Instance: i, t: t, team: team}
	c.before = i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	c.keys = c.wrapped(c.before.Case)
	i.DeliverMail()
	i.Move(team.Manager, c.before.Number, casefile.StateTriage)
	i.Move(team.Manager, c.before.Number, casefile.StateDecision)
	return c
}

// wrapped are the keys, but for the code's, to which a case was wrapped.
func (c *castle) wrapped(id casefile.ID) map[string]string {
	c.t.Helper()
	keys := map[string]string{}
	must(c.t, c.Store.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.Grants(id)
		for _, g := range list {
			if g.Kind != seal.RecipientCode {
				keys[string(g.Kind)+"/"+g.Recipient] = g.Fingerprint
			}
		}
		return err
	}))
	return keys
}

// stands checks that an alarm of the kind stands, that nothing is granted, signed or
// closed, and that a complaint is taken in all the same, for the keys of before.
func (c *castle) stands(kind custody.AlarmKind) {
	c.t.Helper()
	must(c.t, c.Custody.Watch(ctx))
	if !slices.ContainsFunc(c.Custody.Alarms(), func(a custody.Alarm) bool { return a.Kind == kind }) {
		c.t.Errorf("alarms %v, want %s", c.Custody.Alarms(), kind)
	}
	c.stopped()
	c.takesIn(c.keys)
	if leaves(c.t, c.Instance, audit.DirectoryAlarm) == 0 {
		c.t.Error("the alarm does not stand in the log")
	}
}

func (c *castle) stopped() {
	c.t.Helper()
	if _, err := c.Custody.Granting(ctx); !errors.Is(err, custody.ErrStopped) {
		c.t.Errorf("grants go on: %v", err)
	}
	before := c.wrapped(c.before.Case)
	if err := c.Casework.AddReader(ctx, c.team.Manager, c.before.Number, c.team.Alternative.Member, "a second pair of eyes"); !errors.Is(err, custody.ErrStopped) {
		c.t.Errorf("a colleague is added to a case: %v", err)
	}
	if !maps.Equal(before, c.wrapped(c.before.Case)) {
		c.t.Error("grants were written")
	}
	if err := c.TryClose(c.team.Manager, c.before.Number, casefile.OutcomeUpheld, "We zetten het recht.", "Het klopte niet."); !errors.Is(err, custody.ErrStopped) {
		c.t.Errorf("a case is closed: %v", err)
	}
	if c.Case(c.team.Manager, c.before.Number).State == casefile.StateClosed {
		c.t.Error("the case is closed")
	}
	if _, err := c.Setup.AskAssignments(ctx, c.team.Manager, c.team.HR.Member, c.team.Auditor.Entry.Assignments); !errors.Is(err, custody.ErrStopped) {
		c.t.Errorf("a change of the directory is asked for: %v", err)
	}
}

// takesIn makes a complaint and checks to which keys it was wrapped. What the person
// sees is what they always see.
func (c *castle) takesIn(want map[string]string) *intake.Receipt {
	c.t.Helper()
	r := c.Complain("nl", apptest.StrictAnswers("theft"), map[string]string{"a.txt": "proof"})
	if got := c.wrapped(r.Case); !maps.Equal(got, want) {
		c.t.Errorf("a new case went to %v, want %v", got, want)
	}
	if r.OnlyOutside || r.Alternative != c.before.Alternative || r.Team != c.before.Team || r.Mail != c.before.Mail {
		c.t.Errorf("the complainant notices something: %+v", r)
	}
	if _, err := c.Dialogue.Mailbox(ctx, c.Enter(r.Code)); err != nil {
		c.t.Errorf("the mailbox: %v", err)
	}
	if c.Case(c.team.HR, r.Number).Damaged {
		c.t.Error("the member who receives it reads it as damaged")
	}
	return r
}

// calm checks that nothing is wrong and grants go on.
func (c *castle) calm() {
	c.t.Helper()
	must(c.t, c.Custody.Watch(ctx))
	if _, err := c.Custody.Granting(ctx); err != nil || len(c.Custody.Alarms()) > 0 {
		c.t.Errorf("alarms %v, %v; want none", c.Custody.Alarms(), err)
	}
}

// both runs an attack on a running instance, and once more on one that starts after
// it.
func both(t *testing.T, kind custody.AlarmKind, attack func(*castle)) {
	t.Helper()
	t.Run("while it runs", func(t *testing.T) {
		c := newCastle(t)
		attack(c)
		c.stands(kind)
	})
	t.Run("before it starts", func(t *testing.T) {
		c := newCastle(t)
		attack(c)
		c.Reopen()
		c.stands(kind)
	})
}

func (c *castle) sql(statement string, args ...any) {
	c.t.Helper()
	behind(c.t, c.Store, statement, args...)
}

func (c *castle) events() (list []staff.Event) {
	c.t.Helper()
	must(c.t, c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = tx.DirectoryEvents(-1)
		return err
	}))
	return list
}

func (c *castle) insert(e staff.Event) {
	c.t.Helper()
	c.sql("INSERT INTO directory_event (seq, body, signatures, hash, place) VALUES ($1, $2, $3, $4, $5)", e.Seq, e.Body, e.Signatures, e.Hash, e.Place)
}

// entryOf is the event by which a member entered.
func (c *castle) entryOf(id staff.ID) staff.Event {
	c.t.Helper()
	for _, e := range c.events() {
		if ch, _, err := e.Reads(); err == nil && ch.Type == staff.Enrol && ch.Member == id {
			return e
		}
	}
	c.t.Fatal("no such member")
	return staff.Event{}
}

// AT1: the public key of a recipient is swapped in the row where it stands.
func TestAT1_SwappedKeyReceivesNothing(t *testing.T) {
	attacker := seal.NewMemberSecret()
	swap := func(c *castle) staff.Event {
		e := c.entryOf(c.team.HR.Member)
		was, err := json.Marshal(c.team.HR.Entry.Reading)
		must(t, err)
		is, err := json.Marshal(attacker.Keys().Public())
		must(t, err)
		swapped := bytes.Replace(e.Body, was, is, 1)
		if bytes.Equal(swapped, e.Body) {
			t.Fatal("nothing was swapped")
		}
		e.Body = swapped
		return e
	}
	t.Run("the key alone", func(t *testing.T) {
		both(t, custody.AlarmAltered, func(c *castle) {
			e := swap(c)
			c.sql("UPDATE directory_event SET body = $1 WHERE seq = $2", e.Body, e.Seq)
		})
	})
	t.Run("with a hash that fits", func(t *testing.T) {
		both(t, custody.AlarmAltered, func(c *castle) {
			e := swap(c)
			c.sql("UPDATE directory_event SET body = $1, hash = $2 WHERE seq = $3", e.Body, eventHash(e), e.Seq)
		})
	})
	t.Run("of somebody who waits for a signature", func(t *testing.T) {
		c := newCastle(t)
		id := c.waiting(staff.Assignment{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam})
		seen, err := c.Setup.Change(ctx, c.team.Manager, id)
		must(t, err)
		ch, _ := apptest.Enrolment(c.Instance.Instance(), seen.After...)
		ch.Member = seen.Person.Member
		dir, err := c.Custody.Directory(ctx)
		must(t, err)
		forged, err := c.Custody.Compose(dir, ch)
		must(t, err)
		c.sql("UPDATE directory_change SET statement = $1 WHERE id = $2", forged, id)
		must(t, c.signs(c.nele(), id, seen.Digest, "error.change-differs"))
		shown, err := c.Setup.Change(ctx, c.team.Manager, id)
		must(t, err)
		if !shown.Broken || shown.MaySign {
			t.Error("an entry with another key than the one enrolled can be signed")
		}
		must(t, c.signs(c.nele(), id, shown.Digest, "error.change-broken"))
	})
}

// eventHash is the hash of an event, which anybody can compute.
func eventHash(e staff.Event) []byte {
	b, s := sha256.Sum256(e.Body), sha256.Sum256(e.Signatures)
	h := sha256.Sum256(append(append([]byte("klankbord/directory/1\x00"), b[:]...), s[:]...))
	return h[:]
}

// AT2: a row is added to the directory without a signature, or with one that does not
// count.
func TestAT2_AddedRowLetsNobodyIn(t *testing.T) {
	strict := staff.Assignment{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam}
	add := func(by func(c *castle, statement []byte, ghost *seal.MemberSecret, id staff.ID) []staff.Signature, placer func(*castle) staff.Signer) func(*castle) {
		return func(c *castle) {
			dir, err := c.Custody.Directory(ctx)
			must(t, err)
			ch, secret := apptest.Enrolment(c.Instance.Instance(), strict)
			statement, err := c.Custody.Compose(dir, ch)
			must(t, err)
			e, _ := dir.Chain().Place(statement, by(c, statement, secret, ch.Member), c.Clock.Now(), placer(c))
			c.insert(e)
		}
	}
	ours := func(c *castle) staff.Signer { return c.Signer() }
	theirs := func(*castle) staff.Signer { return seal.NewInstanceKey().Signer() }
	names := func(c *castle) (nele, thomas string) { return string(c.team.Manager.Member), string(c.team.HR.Member) }
	for name, attack := range map[string]func(*castle){
		"without a signature": add(func(*castle, []byte, *seal.MemberSecret, staff.ID) []staff.Signature { return nil }, ours),
		"signed by the ghost": add(func(c *castle, s []byte, ghost *seal.MemberSecret, id staff.ID) []staff.Signature {
			return []staff.Signature{staff.Sign(c.Instance.Instance(), string(id), ghost.Signer(), s)}
		}, ours),
		"signed by the ghost in the names of two members": add(func(c *castle, s []byte, ghost *seal.MemberSecret, _ staff.ID) []staff.Signature {
			nele, thomas := names(c)
			return []staff.Signature{staff.Sign(c.Instance.Instance(), nele, ghost.Signer(), s), staff.Sign(c.Instance.Instance(), thomas, ghost.Signer(), s)}
		}, ours),
		"signed by one member where two must": add(func(c *castle, s []byte, _ *seal.MemberSecret, _ staff.ID) []staff.Signature {
			nele, _ := names(c)
			return c.Signatures(s, nele)
		}, ours),
		"signed twice by one member": add(func(c *castle, s []byte, _ *seal.MemberSecret, _ staff.ID) []staff.Signature {
			nele, _ := names(c)
			return c.Signatures(s, nele, nele)
		}, ours),
		"signed by a member and one who entered by one signature": add(func(c *castle, s []byte, _ *seal.MemberSecret, _ staff.ID) []staff.Signature {
			nele, _ := names(c)
			return c.Signatures(s, nele, string(c.team.Service[0].Member))
		}, ours),
		"signed by the installation": add(func(c *castle, s []byte, _ *seal.MemberSecret, _ staff.ID) []staff.Signature {
			return c.Signatures(s, staff.ByInstance)
		}, ours),
		"signed by two, and given its place by another installation": add(func(c *castle, s []byte, _ *seal.MemberSecret, _ staff.ID) []staff.Signature {
			nele, thomas := names(c)
			return c.Signatures(s, nele, thomas)
		}, theirs),
		"of another instance": func(c *castle) {
			theirs := newCastle(t).events()
			e := theirs[len(theirs)-1]
			e.Seq = int64(len(c.events()))
			c.insert(e)
		},
	} {
		t.Run(name, func(t *testing.T) { both(t, custody.AlarmAltered, attack) })
	}
}

// AT3: the directory is truncated, reordered, forked or duplicated, or an older one is
// put back.
func TestAT3_AlteredDirectoryIsNoticed(t *testing.T) {
	last := func(c *castle) int64 { return int64(len(c.events())) - 1 }
	// What was seen goes beyond what every castle begins with.
	grown := func(attack func(*castle)) func(*castle) {
		return func(c *castle) {
			c.Join("Els De Smet", staff.Assignment{Role: staff.RoleConfigurator})
			attack(c)
		}
	}
	t.Run("an older one", func(t *testing.T) {
		both(t, custody.AlarmOlder, grown(func(c *castle) { c.sql("DELETE FROM directory_event WHERE seq = $1", last(c)) }))
	})
	t.Run("one of the day it began", func(t *testing.T) {
		both(t, custody.AlarmOlder, grown(func(c *castle) { c.sql("DELETE FROM directory_event WHERE seq > 1") }))
	})
	t.Run("one in the middle is gone", func(t *testing.T) {
		both(t, custody.AlarmAltered, grown(func(c *castle) { c.sql("DELETE FROM directory_event WHERE seq = 3") }))
	})
	t.Run("none is left", func(t *testing.T) {
		both(t, custody.AlarmAltered, grown(func(c *castle) { c.sql("DELETE FROM directory_event") }))
	})
	t.Run("two change places", func(t *testing.T) {
		both(t, custody.AlarmAltered, grown(func(c *castle) {
			c.sql("UPDATE directory_event SET seq = seq + 100 WHERE seq IN (3, 4)")
			c.sql("UPDATE directory_event SET seq = 107 - seq WHERE seq > 100")
		}))
	})
	t.Run("one stands twice", func(t *testing.T) {
		both(t, custody.AlarmAltered, grown(func(c *castle) {
			e := c.events()[last(c)]
			e.Seq++
			c.insert(e)
		}))
	})
	t.Run("another one that is well signed stands in its place", func(t *testing.T) {
		both(t, custody.AlarmForked, func(c *castle) {
			ch, _ := apptest.Enrolment(c.Instance.Instance(), staff.Assignment{Role: staff.RoleHandler, Team: casefile.SupportersService})
			fork, err := c.SignedBy(ch, string(c.team.Manager.Member)) // as members signed it, and took it back
			must(t, err)
			c.Join("Els De Smet", staff.Assignment{Role: staff.RoleConfigurator})
			c.sql("DELETE FROM directory_event WHERE seq = $1", last(c))
			c.insert(fork)
		})
	})
	t.Run("a member who left is back", func(t *testing.T) {
		c := newCastle(t)
		c.Revoke(c.team.HR.Member)
		delete(c.keys, "member/"+string(c.team.HR.Member))
		c.keys["member/"+string(c.team.Alternative.Member)] = c.team.Alternative.Entry.Reading.Fingerprint() // the second reader now
		c.calm()
		c.sql("DELETE FROM directory_event WHERE seq = $1", last(c))
		c.Reopen()
		must(t, c.Custody.Watch(ctx))
		r := c.Complain("nl", apptest.StrictAnswers("theft"), nil)
		if got := c.wrapped(r.Case); !maps.Equal(got, c.keys) {
			t.Errorf("a new case went to %v, want %v", got, c.keys)
		}
	})
}

// AT3: a directory that is rolled back together with what lies outside it is noticed
// by a member who saw more, unless an operator accepted it.
func TestAT3_PinOfAMember(t *testing.T) {
	prepare := func(t *testing.T) (*castle, seal.Token) {
		c := newCastle(t)
		browser := c.session(c.team.Manager)
		c.Join("Els De Smet", staff.Assignment{Role: staff.RoleConfigurator})
		c.Reopen()
		_, err := c.SignIn.Session(ctx, browser) // sees Els, and keeps that
		must(t, err)
		c.Restart(func() {
			for _, name := range []string{"heads", "directory"} { // an operator who lost the state folder
				must(t, os.Remove(filepath.Join(c.State, name)))
			}
		})
		return c, browser
	}
	rollBack := func(c *castle) {
		c.sql("DELETE FROM directory_event WHERE seq = (SELECT max(seq) FROM directory_event)")
	}
	t.Run("what lies outside is gone", func(t *testing.T) {
		c, _ := prepare(t)
		c.stands(custody.AlarmMissing)
	})
	t.Run("a new beginning is not believed", func(t *testing.T) {
		c, browser := prepare(t)
		rollBack(c)
		// Whoever writes the file anew makes it look as if nothing had been there.
		count := int64(len(c.events()))
		must(t, heads.In(c.State).Advance(c.Instance.Instance(), func(s *heads.Seen) {
			s.Directory = heads.Directory{Count: count, Hash: c.events()[count-1].Hash}
		}))
		c.Reopen()
		c.calm()
		_, err := c.SignIn.Session(ctx, browser)
		must(t, err)
		c.stands(custody.AlarmPin)
		c.Reopen()
		c.stands(custody.AlarmPin) // also before that member is here again
	})
	for name, sql := range map[string]string{
		"a pin is altered":          "UPDATE directory_pin SET box = CAST(fingerprint AS BLOB)",
		"a pin of another is there": "UPDATE directory_pin SET box = (SELECT box FROM envelope LIMIT 1)",
	} {
		t.Run(name, func(t *testing.T) {
			c := newCastle(t)
			c.Password(c.team.Manager)
			browser := c.session(c.team.Manager)
			_, err := c.SignIn.Session(ctx, browser)
			must(t, err)
			c.sql(sql)
			c.Reopen()
			_, err = c.SignIn.Session(ctx, browser)
			must(t, err)
			c.stands(custody.AlarmPin)
		})
	}
	t.Run("an operator accepts it, and the member is told", func(t *testing.T) {
		c, browser := prepare(t)
		rollBack(c)
		c.Clock.Add(60e9)
		must(t, c.Custody.Accept(ctx, "the disk broke"))
		c.calm()
		actor, err := c.SignIn.Session(ctx, browser)
		must(t, err)
		c.calm()
		told := c.SignIn.Warning(actor)
		if told.Accepted == nil || told.Accepted.Reason != "the disk broke" {
			t.Fatalf("the member is told %+v", told)
		}
		if n := leaves(t, c.Instance, audit.OlderAccepted); n != 1 {
			t.Errorf("%d lines in the log", n)
		}
		must(t, c.SignIn.ReadAcceptance(ctx, actor))
		c.Reopen()
		if actor, err = c.SignIn.Session(ctx, browser); err != nil || c.SignIn.Warning(actor).Accepted != nil {
			t.Errorf("the member is told again: %v", err)
		}
	})
	t.Run("nobody but the installation accepts it", func(t *testing.T) {
		c, browser := prepare(t)
		rollBack(c)
		c.Clock.Add(60e9)
		must(t, c.Custody.Accept(ctx, "the disk broke"))
		c.sql("UPDATE acceptance SET signature = record")
		_, err := c.SignIn.Session(ctx, browser)
		must(t, err)
		c.stands(custody.AlarmPin)
	})
}

// session is a signed-in browser of a member.
func (c *castle) session(a access.Actor) seal.Token {
	c.t.Helper()
	return c.Instance.SignedIn(a)
}

// AT10: the database says that somebody may do or gets what nobody decided: a pending
// change, a role, a person, a rule.
func TestAT10_RowsOfTheDatabaseDecideNothing(t *testing.T) {
	t.Run("a change that waits is complete", func(t *testing.T) {
		c := newCastle(t)
		id := c.waiting(staff.Assignment{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam})
		for _, by := range []access.Actor{c.team.Manager, c.team.HR} {
			c.sql("INSERT INTO directory_signature (change_id, signer, value, at) VALUES ($1, $2, $3, 1)", id, string(by.Member), []byte(strings.Repeat("s", 64)))
		}
		c.sql("UPDATE directory_change SET state = 'placed' WHERE id = $1", id)
		c.sql("UPDATE invitation SET state = 'vouched' WHERE id = $1", id)
		c.Reopen()
		c.calm()
		c.takesIn(c.keys)
		c.sql("UPDATE directory_change SET state = 'open' WHERE id = $1", id)
		c.sql("UPDATE invitation SET state = 'enrolled' WHERE id = $1", id)
		shown, err := c.Setup.Change(ctx, c.team.Alternative, id)
		must(t, err)
		if !shown.Broken {
			t.Error("signatures that nobody gave are counted")
		}
	})
	t.Run("an invitation asks for more", func(t *testing.T) {
		c := newCastle(t)
		path, err := c.Setup.Invite(ctx, c.team.Manager, setup.Person{
			Name: "Els De Smet", Email: "els@desk.example", Language: "nl", Assignments: []staff.Assignment{{Role: staff.RoleAuditor}},
		})
		must(t, err)
		c.sql("UPDATE invitation SET assignments = 'handler/complaints/' WHERE state = 'open' AND invited_by <> ''")
		c.stands(custody.AlarmInvitation)
		tok, err := seal.ParseToken(strings.TrimPrefix(path, "/desk/enrol/"))
		must(t, err)
		if _, err := c.SignIn.Enrol(ctx, tok, apptest.Password); err == nil {
			t.Error("the invitation can be used")
		}
		c.sql("UPDATE invitation SET assignments = 'auditor//' WHERE state = 'open' AND invited_by <> ''")
		c.calm()
	})
	t.Run("a member has another name", func(t *testing.T) {
		for _, sql := range []string{
			"UPDATE member SET name = 'Somebody Else' WHERE id = $1", "UPDATE member SET email = 'attacker@mail.example' WHERE id = $1",
			"UPDATE member SET active = 0 WHERE id = $1", "UPDATE member SET salt = CAST(name AS BLOB) WHERE id = $1", "DELETE FROM member WHERE id = $1",
		} {
			c := newCastle(t)
			c.sql(sql, string(c.team.HR.Member))
			c.Reopen()
			must(t, c.Custody.Watch(ctx))
			if !slices.ContainsFunc(c.Custody.Alarms(), func(a custody.Alarm) bool { return a.Kind == custody.AlarmPerson }) {
				t.Errorf("%s: alarms %v", sql, c.Custody.Alarms())
			}
			// Whoever is named in the complaint is asked about by the name they have.
			tok := c.Draft("nl", apptest.With(apptest.StrictAnswers("theft"), profile.FieldStory, "Thomas Dubois nam het geld uit de kas, ik zag het zelf."), nil)
			review, err := c.Intake.Review(ctx, tok)
			must(t, err)
			if len(review.Matches) != 1 || review.Matches[0].Member != c.team.HR.Member {
				t.Errorf("%s: asked about %v, want Thomas Dubois", sql, review.Matches)
			}
		}
	})
	t.Run("a member who left is active", func(t *testing.T) {
		c := newCastle(t)
		c.Revoke(c.team.Service[0].Member)
		c.sql("UPDATE member SET active = 1 WHERE id = $1", string(c.team.Service[0].Member))
		dir, err := c.Custody.Directory(ctx)
		must(t, err)
		if e, ok := dir.Entry(c.team.Service[0].Member); ok || len(e.Assignments) > 0 {
			t.Error("they have a task again")
		}
	})
	t.Run("another profile", func(t *testing.T) {
		both(t, custody.AlarmProfile, func(c *castle) { c.sql("UPDATE instance SET profile = 'elsewhere'") })
	})
	t.Run("a grant to a ghost", func(t *testing.T) {
		for name, forge := range map[string]string{
			"who is no member":  "UPDATE case_grant SET recipient_id = 'ghost' WHERE case_id = $1 AND recipient_id = $2",
			"with another key":  "UPDATE case_grant SET fingerprint = 'f' WHERE case_id = $1 AND recipient_id = $2",
			"beside the others": "INSERT INTO case_grant SELECT case_id, epoch, recipient_kind, 'ghost', 99, fingerprint, box, created, stamp FROM case_grant WHERE case_id = $1 AND recipient_id = $2",
		} {
			t.Run(name, func(t *testing.T) {
				c := newCastle(t)
				other := c.Complain("nl", apptest.StrictAnswers("corruption"), nil)
				c.sql(forge, other.Case, string(c.team.HR.Member))
				t.Run("is seen when the case is opened", func(t *testing.T) {
					c.t = t
					if !c.Case(c.team.Manager, other.Number).Damaged {
						t.Error("the case is shown as genuine")
					}
					c.stopped()
				})
				c.t = t
				c.stands(custody.AlarmGhost)
			})
		}
	})
}

// AT11: while the directory is behind what was seen, nobody is given anything, and
// what was refused can be done once the newest database is back.
func TestAT11_NoGrantBehindThePin(t *testing.T) {
	c := newCastle(t)
	c.Join("Els De Smet", staff.Assignment{Role: staff.RoleConfigurator})
	c.calm()
	all := c.events()
	newest := all[len(all)-1]
	c.sql("DELETE FROM directory_event WHERE seq = $1", newest.Seq)
	c.stopped()
	c.Reopen()
	c.stands(custody.AlarmOlder)
	since := c.Custody.Alarms()[0].Since
	c.Clock.Add(3600e9)
	c.Reopen()
	must(t, c.Custody.Watch(ctx))
	if now := c.Custody.Alarms(); len(now) != 1 || !now[0].Since.Equal(since) {
		t.Errorf("after a restart the alarm stands since %v, want %v", now, since)
	}
	c.insert(newest)
	c.calm()
	must(t, c.Casework.AddReader(ctx, c.team.Manager, c.before.Number, c.team.Alternative.Member, "a second pair of eyes"))
	must(t, c.TryClose(c.team.Manager, c.before.Number, casefile.OutcomeUpheld, "We zetten het recht.", "Het klopte niet."))
}

// waiting brings somebody up to the point where members must sign for them, and
// returns the change that waits.
func (c *castle) waiting(a ...staff.Assignment) string {
	c.t.Helper()
	path, err := c.Setup.Invite(ctx, c.team.Manager, setup.Person{Name: "Els De Smet", Email: "els@desk.example", Language: "nl", Assignments: a})
	must(c.t, err)
	tok, err := seal.ParseToken(strings.TrimPrefix(path, "/desk/enrol/"))
	must(c.t, err)
	start, err := c.SignIn.Enrol(ctx, tok, apptest.Password)
	must(c.t, err)
	_, _, err = c.SignIn.ConfirmTOTP(ctx, tok, c.Digits(apptest.Enrolled{TOTP: start.TOTPSecret}))
	must(c.t, err)
	var id string
	must(c.t, c.Store.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.DirectoryChanges()
		if len(list) == 1 {
			id = list[0].ID
		}
		return err
	}))
	return id
}

// nele is the manager with a password, as one who enrolled.
func (c *castle) nele() access.Actor {
	c.t.Helper()
	c.Password(c.team.Manager)
	return c.team.Manager
}

// signs checks that a signature is refused with a fault.
func (c *castle) signs(by access.Actor, id, digest, key string) error {
	c.t.Helper()
	err := c.Setup.Sign(ctx, by, setup.Signing{Change: id, Digest: digest, Password: apptest.Password})
	if f, ok := fault.As(err); ok && f.Key == key {
		return nil
	}
	return errors.Join(errors.New("want "+key), err)
}

// AT18: yesterday's database is put beside today's files, and yesterday's files beside
// today's database.
func TestAT18_DatabaseAndFilesOfTwoDays(t *testing.T) {
	t.Run("yesterday's database, today's files", func(t *testing.T) {
		c := newCastle(t)
		var yesterday string
		c.Restart(func() { yesterday = keepCopy(t, filepath.Join(c.State, "klankbord.db")) })
		c.Clock.Add(24 * time.Hour)
		newcomer := c.Join("Els De Smet", staff.Assignment{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam})
		c.keys["member/"+string(newcomer.Member)] = newcomer.Entry.Reading.Fingerprint()
		today := c.Complain("nl", apptest.StrictAnswers("corruption"), map[string]string{"b.txt": "what came after"})
		c.calm()
		c.Restart(func() { putBack(t, filepath.Join(c.State, "klankbord.db"), yesterday) })
		must(t, c.Custody.Watch(ctx))
		if _, err := c.Custody.Granting(ctx); !errors.Is(err, custody.ErrStopped) {
			t.Fatalf("grants go on: %v", err)
		}
		c.stopped()
		// The colleague whom this database does not know receives what comes in.
		r := c.Complain("nl", apptest.StrictAnswers("theft"), nil)
		if got := c.wrapped(r.Case); !maps.Equal(got, c.keys) {
			t.Errorf("a new case went to %v, want %v", got, c.keys)
		}
		if _, err := c.Casework.Case(ctx, c.team.Manager, today.Number); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("a case of today: %v", err)
		}
		d, err := c.Compare(ctx)
		must(t, err)
		if len(d.Lost) != 1 || d.Lost[0].Type != staff.Enrol || d.Lost[0].Who != "Els De Smet" || len(d.Other) != 0 {
			t.Errorf("lost %+v, other %+v; want the entry of the newcomer", d.Lost, d.Other)
		}
		if d.NewerFiles == 0 {
			t.Error("nobody is told that files are newer than the database")
		}
		// The sweep, which removes files that no row refers to, leaves those of today.
		blobs := c.blobs()
		for name := range blobs {
			long := c.Clock.Now().AddDate(0, 0, -9)
			must(t, os.Chtimes(name, long, long))
		}
		must(t, c.Work.Sweeper.Sweep(ctx))
		if now := c.blobs(); len(now) != len(blobs) {
			t.Errorf("%d of %d files are left", len(now), len(blobs))
		}
	})
	t.Run("today's database, yesterday's files", func(t *testing.T) {
		c := newCastle(t)
		before := c.blobs()
		today := c.Complain("nl", apptest.StrictAnswers("corruption"), map[string]string{"b.txt": "what came after"})
		for name := range c.blobs() {
			if !before[name] {
				must(t, os.Remove(name))
			}
		}
		c.Reopen()
		seen := c.Case(c.team.Manager, today.Number)
		f, err := c.Casework.Open(ctx, c.team.Manager, today.Number, seen.Story.Files[0].ID)
		if err == nil {
			_, err = io.ReadAll(f.Body)
		}
		if err == nil {
			t.Error("a file that is gone is read")
		}
		findings, err := c.Examine(ctx)
		must(t, err)
		if !slices.ContainsFunc(findings, func(f app.Finding) bool { return f.Bad && strings.Contains(f.What, "1 sealed files") }) {
			t.Errorf("the doctor does not tell of the missing file: %v", findings)
		}
		c.takesIn(c.keys)
	})
}

func (c *castle) blobs() map[string]bool {
	c.t.Helper()
	list := map[string]bool{}
	must(c.t, filepath.WalkDir(filepath.Join(c.State, "blobs"), func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			list[name] = true
		}
		return err
	}))
	return list
}

// keepCopy copies a database that is closed.
func keepCopy(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	must(t, err)
	to := filepath.Join(t.TempDir(), "yesterday.db")
	must(t, os.WriteFile(to, b, 0o600))
	return to
}

func putBack(t *testing.T, file, from string) {
	t.Helper()
	b, err := os.ReadFile(from)
	must(t, err)
	for _, rest := range []string{"-wal", "-shm"} {
		if err := os.Remove(file + rest); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	must(t, os.WriteFile(file, b, 0o600))
}
