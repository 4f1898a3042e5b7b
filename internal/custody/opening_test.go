package custody_test

import (
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/ident"
)

// A row of the database alone never holds the gate up: not one that was inserted,
// nor one made longer, nor one given to another member.
func TestNoRowOfTheDatabaseAloneOpensAnIdentity(t *testing.T) {
	for name, sql := range map[string]string{
		"made longer":        "UPDATE opening SET until = until + 3600000000 WHERE case_id = $1",
		"given to another":   "UPDATE opening SET member_id = (SELECT recipient_id FROM case_grant WHERE case_id = $1 AND recipient_kind = 'member' AND recipient_id <> opening.member_id), until = until + 3600000000 WHERE case_id = $1",
		"of another purpose": "UPDATE opening SET purpose = NULL, until = until + 3600000000 WHERE case_id = $1",
		"copied":             "INSERT INTO opening SELECT case_id, 'copy', member_id, what, purpose, at, until + 3600000000, shut, stamp FROM opening WHERE case_id = $1",
	} {
		t.Run(name, func(t *testing.T) {
			i, team := apptest.Staffed(t)
			r := i.Complain("nl", apptest.StrictAnswers("corruption"), nil)
			o, err := i.Custody.OpenMember(ctx, team.Manager, r.Number)
			if err != nil {
				t.Fatal(err)
			}
			op, err := i.Custody.LiftGate(o, team.Manager.Member, ident.New(), []byte("call back"), i.Clock.Now().Add(30*time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			keepOpening(t, i, op)
			tamper(t, i, sql, r.Case)
			i.Clock.Add(31 * time.Minute)
			for _, actor := range []struct {
				name string
				open func() (*custody.Opened, error)
			}{
				{"the member", func() (*custody.Opened, error) { return i.Custody.OpenMember(ctx, team.Manager, r.Number) }},
				{"another", func() (*custody.Opened, error) { return i.Custody.OpenMember(ctx, team.HR, r.Number) }},
			} {
				o, err := actor.open()
				if err != nil {
					t.Fatal(err)
				}
				if !o.Gated || !o.Damaged {
					t.Errorf("%s: sealed %v, shown as damaged %v", actor.name, o.Gated, o.Damaged)
				}
				for _, e := range o.Entries {
					if e.Kind == casefile.EntryIdentity && !e.Locked {
						t.Errorf("%s reads the identity", actor.name)
					}
				}
			}
		})
	}
}
