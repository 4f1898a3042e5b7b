package profile_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"klankbord/internal/casefile"
	"klankbord/internal/profile"
)

// load returns the profile of the first user.
func load(t *testing.T) *profile.Profile {
	t.Helper()
	p, err := profile.Load("wwf-belgium")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// every runs a test for each profile that is built in.
func every(t *testing.T, test func(*testing.T, *profile.Profile)) {
	t.Helper()
	for _, name := range profile.Names() {
		p, err := profile.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) { test(t, p) })
	}
}

func TestEveryBuiltInProfileIsValid(t *testing.T) {
	names := profile.Names()
	if len(names) == 0 {
		t.Fatal("no profile is built in")
	}
	for _, name := range names {
		if _, err := profile.Load(name); err != nil {
			t.Error(err)
		}
	}
}

// TestNothingOfOneOrganisationStandsInAnother looks for names that belong in one profile,
// and for terms that nobody filled in.
func TestNothingOfOneOrganisationStandsInAnother(t *testing.T) {
	every(t, func(t *testing.T, p *profile.Profile) {
		data, err := profile.Export(p)
		if err != nil {
			t.Fatal(err)
		}
		never := []string{"{service}", "{us}", "{watchdog}", "{call}", "{callservice}", "{letter}"}
		if p.Name != "wwf-belgium" {
			never = append(never, "WWF", "340 09 22", "Supporters Service", "Jacqmain")
		}
		if p.Name == "generic" {
			never = append(never, "Belg", "belg", "GBA", "1712", "Brussel", "federa")
		}
		for _, word := range never {
			if i := strings.Index(string(data), word); i >= 0 {
				t.Errorf("%q stands in it: %s", word, data[max(0, i-80):min(len(data), i+80)])
			}
		}
	})
}

// TestTheSectorsDutiesStandInItsProfile holds ngo-belgium to what binds recognised
// Belgian organisations for development cooperation.
func TestTheSectorsDutiesStandInItsProfile(t *testing.T) {
	p, err := profile.Load("ngo-belgium")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"conflict-of-interest", "environment-communities", "sexual-abuse", "child-abuse", "use-of-donations", "fundraising"} {
		if topic, _ := p.Topic(id); !topic.On {
			t.Errorf("the form does not offer %s", id)
		}
	}
	for route, want := range map[casefile.Route][]string{
		casefile.General:   {"ethical-fundraising"},
		casefile.Integrity: {"federal-ombudsman", "sector-contact-point", "ethical-fundraising"},
	} {
		var got []string
		for _, b := range p.ExternalOn(route) {
			got = append(got, b.ID)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("bodies outside on %s: %s", route, d)
		}
	}
	page, _ := p.Page("public")
	for _, id := range []string{"charter", "adviser", "yearly"} {
		if _, ok := page.Block(id); !ok {
			t.Errorf("the page says nothing about %s", id)
		}
	}
	team, _ := p.Team(casefile.ComplaintsTeam)
	adviser := slices.ContainsFunc(team.Contacts, func(c profile.Contact) bool { return c.ID == "adviser" && c.Placeholder })
	if !adviser {
		t.Error("the integrity adviser cannot be reached")
	}
}
