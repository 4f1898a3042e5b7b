package access_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

func directory(t testing.TB, people map[staff.ID][]staff.Assignment, order ...staff.ID) *staff.Directory {
	t.Helper()
	const instance = "test"
	signer, now := seal.NewInstanceKey().Signer(), time.Unix(0, 0).UTC()
	genesis, err := staff.Found(instance, now, staff.Rules{Profile: "p"}, []staff.Recovery{
		{ID: "outside", Key: seal.NewCode().Keys(instance).Public()},
		{ID: "kept-by-nele", Key: seal.NewCode().Keys(instance).Public(), Keepers: []staff.ID{"nele"}},
	}, signer)
	if err != nil {
		t.Fatal(err)
	}
	chain, err := staff.Verify(instance, signer.Public(), []staff.Event{genesis})
	if err != nil {
		t.Fatal(err)
	}
	by, voucher := staff.ByInstance, signer
	for _, id := range order {
		secret := seal.NewMemberSecret()
		reading := secret.Keys().Public()
		statement, err := chain.Compose(now, staff.Change{
			Type: staff.Enrol, Member: id, Reading: reading, Signing: secret.Signer().Public(), Person: staff.Commit(nil, string(id), ""),
			Proof: secret.Signer().Sign(staff.ProofContext(instance, id), reading), Assignments: people[id],
		})
		if err != nil {
			t.Fatal(err)
		}
		event, err := chain.Place(statement, []staff.Signature{staff.Sign(instance, by, voucher, statement)}, now, signer)
		if err != nil {
			t.Fatal(err)
		}
		if chain, err = chain.Follow([]staff.Event{event}); err != nil {
			t.Fatal(err)
		}
		by, voucher = string(order[0]), secretOf(voucher, signer, secret)
	}
	return chain.At(now)
}

// secretOf is the signing key of the first member, who vouches for all others.
func secretOf(voucher, instance *seal.Signer, entered *seal.MemberSecret) *seal.Signer {
	if voucher == instance {
		return entered.Signer()
	}
	return voucher
}

func wwf(t testing.TB) *staff.Directory {
	h := func(team casefile.Team, f staff.Function) []staff.Assignment {
		return []staff.Assignment{{Role: staff.RoleHandler, Team: team, Function: f}}
	}
	return directory(t, map[staff.ID][]staff.Assignment{
		"nele": h(casefile.ComplaintsTeam, staff.IntegrityManager), "thomas": h(casefile.ComplaintsTeam, staff.HumanResources),
		"sofie": h(casefile.SupportersService, ""), "karim": h(casefile.SupportersService, ""), "marc": h(casefile.Alternative, ""),
		"els": {{Role: staff.RoleConfigurator}}, "anke": {{Role: staff.RoleAuditor}},
	}, "nele", "thomas", "sofie", "karim", "marc", "els", "anke")
}

func TestRecipients(t *testing.T) {
	d := wwf(t)
	for name, c := range map[string]struct {
		team        casefile.Team
		alternative bool
		x           access.Exclusion
		want        []staff.ID
		recovery    int
		only        bool
	}{
		"the team alone":                 {casefile.ComplaintsTeam, false, access.Exclusion{}, []staff.ID{"nele", "thomas"}, 2, false},
		"supporters service":             {casefile.SupportersService, false, access.Exclusion{}, []staff.ID{"sofie", "karim"}, 2, false},
		"director or board named":        {casefile.ComplaintsTeam, true, access.Exclusion{}, []staff.ID{"nele", "thomas", "marc"}, 2, false},
		"one of two excluded":            {casefile.ComplaintsTeam, false, access.Exclusion{Functions: []staff.Function{staff.HumanResources}}, []staff.ID{"nele", "marc"}, 2, false},
		"both excluded":                  {casefile.ComplaintsTeam, false, access.Exclusion{Members: []staff.ID{"nele", "thomas"}}, []staff.ID{"marc"}, 1, false},
		"the keeper of a recovery key":   {casefile.ComplaintsTeam, false, access.Exclusion{Members: []staff.ID{"nele"}}, []staff.ID{"thomas", "marc"}, 1, false},
		"everyone":                       {casefile.ComplaintsTeam, true, access.Exclusion{Members: []staff.ID{"nele", "thomas", "marc"}}, nil, 1, true},
		"somebody of supporters service": {casefile.SupportersService, false, access.Exclusion{Functions: []staff.Function{staff.SupportersService}}, []staff.ID{"marc"}, 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			got := access.Recipients(d, access.Want{Team: c.team, Alternative: c.alternative, Without: c.x})
			if !slices.Equal(got.Members, c.want) || len(got.Recovery) != c.recovery || got.OnlyRecovery != c.only {
				t.Errorf("got %+v, want members %v, %d recovery keys, only recovery %v", got, c.want, c.recovery, c.only)
			}
		})
	}
}

// Whatever is excluded, nobody who is excluded receives a key, nobody outside the
// team and the alternative does, and somebody always can read.
func TestNobodyExcludedEverReceivesAKey(t *testing.T) {
	d := wwf(t)
	rapid.Check(t, func(t *rapid.T) {
		ids := []staff.ID{"nele", "thomas", "sofie", "karim", "marc", "els", "anke"}
		functions := []staff.Function{staff.IntegrityManager, staff.HumanResources, staff.SupportersService, staff.Director, staff.Board}
		x := access.Exclusion{
			Members:   rapid.SliceOfDistinct(rapid.SampledFrom(ids), rapid.ID[staff.ID]).Draw(t, "members"),
			Functions: rapid.SliceOfDistinct(rapid.SampledFrom(functions), rapid.ID[staff.Function]).Draw(t, "functions"),
		}
		team := rapid.SampledFrom([]casefile.Team{casefile.ComplaintsTeam, casefile.SupportersService}).Draw(t, "team")
		s := access.Recipients(d, access.Want{Team: team, Alternative: rapid.Bool().Draw(t, "alternative"), Without: x})
		for _, id := range s.Members {
			e, ok := d.Entry(id)
			if !ok || x.Covers(e) || !e.In(team) && !e.In(casefile.Alternative) {
				t.Fatalf("%s receives a key", id)
			}
		}
		if len(s.Members) == 0 && len(s.Recovery) == 0 {
			t.Fatal("nobody can ever read it")
		}
		if s.OnlyRecovery != (len(s.Members) == 0) {
			t.Fatal("the complainant would not be told that no member receives it")
		}
	})
}
