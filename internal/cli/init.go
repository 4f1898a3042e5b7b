package cli

import (
	"errors"
	"slices"
	"strings"

	"klankbord/internal/app"
	"klankbord/internal/clock"
	"klankbord/internal/config"
	"klankbord/internal/lang"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
)

type initCommand struct {
	config.Config
	Profile  string `name:"profile" default:"wwf-belgium" help:"Profile of the organisation."`
	Name     string `name:"name" required:"" help:"Name of the first member: the integrity manager."`
	Email    string `name:"email" required:"" help:"E-mail address of the first member."`
	Language string `name:"language" enum:"nl,fr,en,de" default:"nl" help:"Language in which the first member reads the desk."`

	OpenAtOnce bool `name:"open-at-once" help:"Let the form open as soon as a team has somebody; without it a member opens it at /desk/setup once everything is ready."`

	RecoveryShares bool     `name:"recovery-shares" help:"Make three shares of the recovery key, of which two are needed, instead of one code."`
	RecoveryKeptBy []string `name:"recovery-kept-by" help:"Who keeps the recovery key, or each of its shares in turn: first (the first member, who must then be left out of what is about them) or outside (somebody who is no member); outside where it is not given."`
}

// Run makes the instance and prints once what only people keep.
func (c *initCommand) Run(e *env) error {
	if err := c.Check(); err != nil {
		return err
	}
	keeping, err := c.keeping()
	if err != nil {
		return err
	}
	language, _ := lang.Parse(c.Language)
	f, err := app.Found(e.ctx, c.Config, c.Profile, app.First(c.Name, c.Email, string(language)), keeping, clock.System{})
	if err != nil {
		return err
	}
	e.say("The instance is ready in %s.", c.State)
	e.say("")
	tellRecovery(e, f)
	e.say("2. Keep %s where the backups lie. It holds the two key", app.KeyCopy(c.State))
	e.say("   files of the folder keys/, sealed to the recovery key, and is written this once.")
	e.say("   Without them nobody can sign in; backups never hold them as they are.")
	e.say("   `klankbord recover keys` brings them back.")
	e.say("")
	e.say("3. Start the desk with `klankbord serve` and let %s open this link within", c.Name)
	e.say("   %d days to choose a password.", int(setup.InvitationLife.Hours())/24)
	if !c.OpenAtOnce {
		e.say("   What comes next stands at %s/desk/setup. The form for", c.Desk())
		e.say("   complaints stays closed until a member opens it there.")
	}
	e.say("   The link:")
	e.say("")
	e.say("   %s%s", c.Desk(), setup.EnrolPath(f.Enrol))
	return app.Shown(c.State)
}

// tellRecovery prints the recovery key, or its shares in its stead.
func tellRecovery(e *env, f app.Founded) {
	if len(f.Shares) == 0 {
		e.say("1. Keep the recovery key. Print it and lock it away: it opens every case when all")
		e.say("   else is lost. It is shown this once and stored nowhere.")
		e.say("")
		e.say("   %s", spaced(f.Recovery.Text(), 7)[0])
		e.say("")
		return
	}
	e.say("1. Keep the recovery key, which opens every case when all else is lost. It is in")
	e.say("   three shares, of which two are needed. Print each on a sheet of its own, for")
	e.say("   three people or places. They are shown this once and stored nowhere.")
	for _, s := range f.Shares {
		e.say("")
		e.say("   Share %d of %d, ceremony %s", s.Number(), seal.ShareCount, s.Ceremony())
		for _, line := range spaced(s.Text(), 5) {
			e.say("   %s", line)
		}
	}
	e.say("")
}

// spaced writes a code in lines of so many groups.
func spaced(text string, groups int) []string {
	var lines []string
	for part := range slices.Chunk(strings.Split(text, "-"), groups) {
		lines = append(lines, strings.Join(part, " - "))
	}
	return lines
}

// The keepers that cannot be.
var (
	errKeeper   = errors.New("recovery-kept-by: want first or outside, once for a code and up to three times for shares")
	errTwoParts = errors.New("recovery-kept-by: whoever keeps two shares opens every case alone; let the first member keep one")
)

func (c *initCommand) keeping() (setup.Keeping, error) {
	k := setup.Keeping{Shares: c.RecoveryShares, Closed: !c.OpenAtOnce}
	parts := 1
	if k.Shares {
		parts = seal.ShareCount
	}
	if len(c.RecoveryKeptBy) > parts {
		return k, errKeeper
	}
	for i, who := range c.RecoveryKeptBy {
		switch who {
		case "first":
			k.First = append(k.First, i+1)
		case "outside":
		default:
			return k, errKeeper
		}
	}
	if k.Shares && len(k.First) >= seal.SharesToUse {
		return k, errTwoParts
	}
	return k, nil
}
