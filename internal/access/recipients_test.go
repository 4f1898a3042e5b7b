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

// A case that exists goes on with those who hold its keys; who joined the team later
// is not among them by themselves.
func TestRecipientsOfACaseThatExists(t *testing.T) {
	d := wwf(t)
	hr := access.Exclusion{Functions: []staff.Function{staff.HumanResources}}
	for name, c := range map[string]struct {
		now      access.Holding
		x        access.Exclusion
		want     []staff.ID
		recovery int
	}{
		"as it was":                              {access.Holding{Members: []staff.ID{"nele", "thomas"}}, access.Exclusion{}, []staff.ID{"nele", "thomas"}, 2},
		"one of another team was added":          {access.Holding{Members: []staff.ID{"nele", "thomas", "sofie"}}, access.Exclusion{}, []staff.ID{"nele", "thomas", "sofie"}, 2},
		"one steps aside":                        {access.Holding{Members: []staff.ID{"nele", "thomas"}}, access.Exclusion{Members: []staff.ID{"nele"}}, []staff.ID{"thomas", "marc"}, 1},
		"one let back in":                        {access.Holding{Members: []staff.ID{"nele", "thomas"}}, access.Exclusion{Functions: hr.Functions, Returned: []staff.ID{"thomas"}}, []staff.ID{"nele", "thomas"}, 2},
		"nobody who handles no cases":            {access.Holding{Members: []staff.ID{"nele", "thomas", "els", "anke"}}, access.Exclusion{}, []staff.ID{"nele", "thomas"}, 2},
		"by the complainant":                     {access.Holding{Members: []staff.ID{"nele"}, Recovery: []string{"outside"}, Blind: true}, access.Exclusion{}, []staff.ID{"nele"}, 1},
		"by the complainant, nobody is left":     {access.Holding{Recovery: []string{"outside"}, Blind: true}, access.Exclusion{}, nil, 1},
		"nobody is left, not even the other":     {access.Holding{Members: []staff.ID{"thomas"}}, access.Exclusion{Members: []staff.ID{"thomas", "marc"}}, nil, 2},
		"excluded again after being let back in": {access.Holding{Members: []staff.ID{"nele", "thomas"}}, access.Exclusion{Members: []staff.ID{"thomas"}, Returned: []staff.ID{"thomas"}}, []staff.ID{"nele", "marc"}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			got := access.Recipients(d, access.Want{Team: casefile.ComplaintsTeam, Without: c.x, Now: &c.now})
			if !slices.Equal(got.Members, c.want) || len(got.Recovery) != c.recovery {
				t.Errorf("got %+v, want members %v and %d recovery keys", got, c.want, c.recovery)
			}
		})
	}
}

func TestRoutingFollowsWhatMembersDecided(t *testing.T) {
	start := access.Routing{Routes: []casefile.Route{casefile.General}, Question: true, Exclusion: access.Exclusion{Functions: []staff.Function{staff.HumanResources}}}
	aside := casefile.AccessEvent{Act: casefile.AccessAside, Member: "nele"}
	back := casefile.AccessEvent{Act: casefile.AccessReturned, Member: "nele"}
	hr := casefile.AccessEvent{Act: casefile.AccessReturned, Member: "thomas"}
	moved := casefile.AccessEvent{Act: casefile.AccessMoved, To: &casefile.Place{Route: casefile.Integrity, Team: casefile.ComplaintsTeam}}
	d := wwf(t)
	covers := func(r access.Routing, id staff.ID) bool {
		e, ok := d.Entry(id)
		return ok && r.Exclusion.Covers(e)
	}
	if r := start.After(aside); !covers(r, "nele") || !covers(r, "thomas") || covers(start, "nele") {
		t.Error("who stepped aside, or whoever was left out at first, may read")
	}
	if r := start.After(aside, back, hr); covers(r, "nele") || covers(r, "thomas") {
		t.Error("who was let back in may not read")
	}
	if r := start.After(aside, back, aside); !covers(r, "nele") {
		t.Error("who stepped aside again may read")
	}
	if r := start.After(moved, moved); r.Question || !slices.Equal(r.Routes, []casefile.Route{casefile.General, casefile.Integrity}) {
		t.Errorf("after the move: routes %v, question %v", r.Routes, r.Question)
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

// Who keeps the recovery key decides whether it is given a case at all: never when
// the excluded could open it by themselves.
func TestRecoveryKeyOfTheExcludedIsGivenNothing(t *testing.T) {
	code := func(keepers ...staff.ID) staff.Recovery { return staff.Recovery{Keepers: keepers} }
	shares := func(keepers ...staff.ID) staff.Recovery {
		var r staff.Recovery
		for _, k := range keepers {
			r.Shares = append(r.Shares, staff.RecoveryShare{Keeper: k})
		}
		return r
	}
	excluded := func(id staff.ID) bool { return id == "nele" || id == "thomas" }
	for name, c := range map[string]struct {
		key  staff.Recovery
		want bool
	}{
		"a code kept outside":               {code(), false},
		"a code kept by one of them":        {code("nele"), true},
		"a code kept by both of them":       {code("nele", "thomas"), true},
		"a code that another keeps too":     {code("nele", "sofie"), false},
		"one share of three":                {shares("nele", "", ""), false},
		"one share, the others with others": {shares("nele", "sofie", "karim"), false},
		"two shares of three":               {shares("nele", "", "thomas"), true},
		"all shares outside":                {shares("", "", ""), false},
	} {
		if got := c.key.Withheld(excluded); got != c.want {
			t.Errorf("%s: withheld %t, want %t", name, got, c.want)
		}
	}
}
