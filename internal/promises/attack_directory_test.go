package promises_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// The attacks of the threat model on who receives keys, by somebody who writes to the
// database as they like and has neither the instance's files nor a member's secret.

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
		ch := c.statement(id)
		ch.Reading, ch.Signing = attacker.Keys().Public(), attacker.Signer().Public()
		ch.Proof = attacker.Signer().Sign(staff.ProofContext(c.Instance.Instance(), ch.Member), ch.Reading)
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
		t.Run(name, func(t *testing.T) { atOnce(t, custody.AlarmAltered, attack) })
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
		atOnce(t, custody.AlarmOlder, grown(func(c *castle) { c.sql("DELETE FROM directory_event WHERE seq = $1", last(c)) }))
	})
	t.Run("one of the day it began", func(t *testing.T) {
		atOnce(t, custody.AlarmOlder, grown(func(c *castle) { c.sql("DELETE FROM directory_event WHERE seq > 1") }))
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
		atOnce(t, custody.AlarmForked, func(c *castle) {
			ch, _ := apptest.Enrolment(c.Instance.Instance(), staff.Assignment{Role: staff.RoleHandler, Team: casefile.SupportersService})
			fork, err := c.SignedBy(ch, string(c.team.Manager.Member)) // as members signed it, and took it back
			must(t, err)
			c.Join("Els De Smet", staff.Assignment{Role: staff.RoleConfigurator})
			c.sql("DELETE FROM directory_event WHERE seq = $1", last(c))
			c.insert(fork)
		})
	})
	t.Run("an older one, and the copy outside is gone", func(t *testing.T) {
		c := newCastle(t)
		c.Join("Els De Smet", staff.Assignment{Role: staff.RoleConfigurator})
		tok := c.Draft("nl", apptest.StrictAnswers("theft"), nil)
		c.sql("DELETE FROM directory_event WHERE seq = $1", last(c))
		c.Restart(func() { must(t, os.Remove(filepath.Join(c.State, "directory"))) })
		// Nobody knows whom to trust: nobody is given a key, and nothing is taken in that
		// nobody could read.
		if _, err := c.Custody.Granting(ctx); !errors.Is(err, custody.ErrUnknown) {
			t.Errorf("grants: %v", err)
		}
		if _, err := c.Intake.Submit(ctx, tok, ""); !errors.Is(err, custody.ErrUnknown) {
			t.Errorf("a complaint: %v", err)
		}
		if alarms := c.Custody.Alarms(); len(alarms) != 1 || alarms[0].Kind != custody.AlarmOlder {
			t.Errorf("alarms %v", alarms)
		}
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
	c.Close(c.team.Manager, c.before.Number, "We zetten het recht.", "Het klopte niet.")
}
