package demo

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pquerna/otp/totp"

	"klankbord/internal/access"
	"klankbord/internal/app"
	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
)

// colleague is a member of the demo. The key is how scripts call them.
type colleague struct {
	key      string
	person   setup.Person
	password string
}

// colleagues is who works on the desk of the demo; the first founds it.
func colleagues() []colleague {
	handler := func(team casefile.Team, f staff.Function) staff.Assignment {
		return staff.Assignment{Role: staff.RoleHandler, Team: team, Function: f}
	}
	who := func(name, language, password string, a ...staff.Assignment) colleague {
		key, _, _ := strings.Cut(strings.ToLower(name), " ")
		email := strings.ReplaceAll(strings.ToLower(name), " ", ".") + "@desk.example"
		return colleague{key, setup.Person{Name: name, Email: email, Language: language, Assignments: a}, password}
	}
	first := app.First("Nele Janssens", "nele.janssens@desk.example", "nl")
	return []colleague{
		{"nele", first, "beek-vijver-otter-42"},
		who("Thomas Dubois", "fr", "chene-hetre-loutre-17", handler(casefile.ComplaintsTeam, staff.HumanResources)),
		who("Sofie Peeters", "nl", "merel-duin-helmgras-08", handler(casefile.SupportersService, "")),
		who("Karim Benali", "nl", "reiger-polder-riet-63", handler(casefile.SupportersService, "")),
		who("Julie Lambert", "fr", "renard-clairiere-51", handler(casefile.SupportersService, "")),
		// Outside the organisation: whoever sat on the board would be left out of a
		// complaint about it.
		who("Marc Verstraete", "nl", "ijsvogel-sluis-wilg-29", handler(casefile.Alternative, "")),
		who("Els De Smet", "nl", "eekhoorn-beuk-noot-74", staff.Assignment{Role: staff.RoleConfigurator}),
		who("Anke Schmitz", "de", "biber-ufer-weide-36", staff.Assignment{Role: staff.RoleAuditor}),
	}
}

// enrolled is a member with the secrets by which they sign in.
type enrolled struct {
	colleague
	totp    string
	session seal.Token
	actor   access.Actor
}

// enrol brings everyone onto the desk the way a real desk is filled: the first by
// the founding invitation, the others invited, enrolled and vouched for by the
// first.
func (s *seeding) enrol(ctx context.Context, first seal.Token) error {
	list := colleagues()
	links := map[string]seal.Token{list[0].key: first}
	if err := s.admit(ctx, list[:1], links); err != nil {
		return err
	}
	configurator := s.members[list[0].key].actor
	for _, c := range list[1:] {
		link, err := s.app.Setup.Invite(ctx, configurator, c.person)
		if err != nil {
			return fmt.Errorf("invite %s: %w", c.key, err)
		}
		if links[c.key], err = seal.ParseToken(path.Base(link)); err != nil {
			return fmt.Errorf("invite %s: %w", c.key, err)
		}
	}
	s.clock.Add(time.Minute)
	return s.admit(ctx, list[1:], links)
}

// atOnce is how many passwords the process stretches at the same time; more would
// wait, and in the end be refused.
const atOnce = 2

// admit enrols people and then lets each in. Vouches follow one another, because
// each is an event in the one chain of the directory.
func (s *seeding) admit(ctx context.Context, list []colleague, links map[string]seal.Token) error {
	joined, errs := make([]*enrolled, len(list)), make([]error, len(list))
	var all sync.WaitGroup
	turn := make(chan struct{}, atOnce)
	for i, c := range list {
		turn <- struct{}{}
		all.Go(func() {
			defer func() { <-turn }()
			joined[i], errs[i] = s.join(ctx, c, links[c.key])
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	s.joined = map[string]*enrolled{}
	for _, e := range joined {
		s.joined[e.key] = e
	}
	if err := s.vouch(ctx); err != nil {
		return err
	}
	for _, e := range joined {
		actor, err := s.app.SignIn.Session(ctx, e.session)
		if err != nil {
			return fmt.Errorf("session of %s: %w", e.key, err)
		}
		e.actor = actor
		s.members[e.key] = e
	}
	// What two had to sign holds from the next day on.
	s.clock.Add(time.Duration(s.app.Profile.Settings.DirectoryDelayHours) * time.Hour)
	dir, err := s.app.Custody.Directory(ctx)
	if err != nil {
		return err
	}
	for _, e := range joined {
		e.actor.Entry, _ = dir.Entry(e.actor.Member)
	}
	return nil
}

func (s *seeding) join(ctx context.Context, c colleague, link seal.Token) (*enrolled, error) {
	start, err := s.app.SignIn.Enrol(ctx, link, c.password)
	if err != nil {
		return nil, fmt.Errorf("enrol %s: %w", c.key, err)
	}
	code, err := totp.GenerateCode(start.TOTPSecret, s.clock.Now())
	if err != nil {
		return nil, fmt.Errorf("one-time password of %s: %w", c.key, err)
	}
	_, session, err := s.app.SignIn.ConfirmTOTP(ctx, link, code)
	if err != nil {
		return nil, fmt.Errorf("confirm %s: %w", c.key, err)
	}
	return &enrolled{colleague: c, totp: start.TOTPSecret, session: session}, nil
}

// vouch lets everyone in who has enrolled and waits, in the order in which they were
// invited; the first member needs nobody, and whoever needs two signatures gets the
// second from the second.
func (s *seeding) vouch(ctx context.Context) error {
	signers := []*enrolled{s.members[colleagues()[0].key]}
	if signers[0] == nil {
		return nil
	}
	people, err := s.app.Setup.People(ctx, signers[0].actor)
	if err != nil {
		return fmt.Errorf("list people: %w", err)
	}
	for _, c := range colleagues() {
		at := slices.IndexFunc(people, func(p setup.Colleague) bool { return p.Email == c.person.Email && p.State == setup.Waiting })
		if at < 0 {
			continue
		}
		if err := s.sign(ctx, people[at].Invitation, signers); err != nil {
			return fmt.Errorf("vouch for %s: %w", c.key, err)
		}
		if len(signers) == 1 {
			second := s.joined[c.key]
			if second.actor, err = s.app.SignIn.Session(ctx, second.session); err != nil {
				return fmt.Errorf("session of %s: %w", c.key, err)
			}
			signers = append(signers, second)
		}
	}
	return nil
}

// sign signs a change by as many as it needs.
func (s *seeding) sign(ctx context.Context, id string, signers []*enrolled) error {
	for _, by := range signers {
		c, err := s.app.Setup.Change(ctx, by.actor, id)
		if err != nil {
			return err
		}
		more := c.More
		if err := s.app.Setup.Sign(ctx, by.actor, setup.Signing{Change: id, Digest: c.Digest, Password: by.password}); err != nil || more == 1 {
			return err
		}
	}
	return nil
}
