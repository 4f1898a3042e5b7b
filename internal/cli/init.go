package cli

import (
	"strings"

	"klankbord/internal/app"
	"klankbord/internal/clock"
	"klankbord/internal/config"
	"klankbord/internal/lang"
	"klankbord/internal/setup"
)

type initCommand struct {
	config.Config
	Profile  string `name:"profile" default:"wwf-belgium" help:"Profile of the organisation."`
	Name     string `name:"name" required:"" help:"Name of the first member: the integrity manager."`
	Email    string `name:"email" required:"" help:"E-mail address of the first member."`
	Language string `name:"language" enum:"nl,fr,en,de" default:"nl" help:"Language in which the first member reads the desk."`
}

// Run makes the instance and prints once what only people keep.
func (c *initCommand) Run(e *env) error {
	if err := c.Check(); err != nil {
		return err
	}
	language, _ := lang.Parse(c.Language)
	f, err := app.Found(e.ctx, c.Config, c.Profile, app.First(c.Name, c.Email, string(language)), clock.System{})
	if err != nil {
		return err
	}
	e.say("The instance is ready in %s.", c.State)
	e.say("")
	e.say("1. Keep the recovery key. Print it and lock it away: it opens every case when all")
	e.say("   else is lost. It is shown this once and stored nowhere.")
	e.say("")
	e.say("   %s", strings.ReplaceAll(f.Recovery.Text(), "-", " - "))
	e.say("")
	e.say("2. Keep a copy of the folder keys/ in %s apart from the database and its", c.State)
	e.say("   backups. Without it nobody can sign in.")
	e.say("")
	e.say("3. Start the desk with `klankbord serve` and let %s open this link within", c.Name)
	e.say("   %d days to choose a password:", int(setup.InvitationLife.Hours())/24)
	e.say("")
	e.say("   %s%s", c.Desk(), setup.EnrolPath(f.Enrol))
	return nil
}
