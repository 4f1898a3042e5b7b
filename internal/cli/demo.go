package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/alecthomas/kong"

	"klankbord/internal/app"
	"klankbord/internal/clock"
	"klankbord/internal/config"
	"klankbord/internal/demo"
	"klankbord/internal/post"
)

type demoCommand struct {
	config.Config

	Profile string `name:"profile" default:"wwf-belgium" help:"Profile of the organisation that the demo shows: generic, ngo-belgium or wwf-belgium."`

	Ahead time.Duration `help:"Let the clock of the demo run so much ahead, such as 2400h, to see what time does."`

	Tree string `hidden:"" env:"KLANKBORD_DEV" type:"existingdir" help:"Read templates from this checkout again for every page."`

	given map[string]bool // names of the flags that were set
}

// AfterApply notes which settings were given: without a state folder the demo uses
// one of its own, and never the one of a real instance that lies at the default.
func (c *demoCommand) AfterApply(k *kong.Context) error {
	c.given = map[string]bool{}
	for _, p := range k.Path {
		if p.Flag != nil {
			c.given[p.Flag.Name] = true
		}
	}
	for name, variable := range map[string]string{"state": "KLANKBORD_STATE", "log-level": "KLANKBORD_LOG_LEVEL"} {
		if _, ok := os.LookupEnv(variable); ok {
			c.given[name] = true
		}
	}
	return nil
}

// Run founds a demo where there is none, and serves it until the process is told to
// stop.
func (c *demoCommand) Run(e *env) (err error) {
	if !c.given["log-level"] {
		c.LogLevel = "warn" // a line for each page would hide the sign-ins
	}
	log := e.logger(c.LogLevel)
	if !c.given["state"] {
		if c.State, err = os.MkdirTemp("", "klankbord-demo-"); err != nil {
			return fmt.Errorf("make state folder: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(c.State)) }()
	}
	box := &post.Sink{}
	guide, err := c.guide(e, box, log)
	if err != nil {
		return err
	}
	clk := clock.Ahead(c.Ahead)
	pages := demo.New(guide, box, clk)
	a, err := app.Open(e.ctx, c.Config, app.Options{Transport: box, Log: log, Demo: pages, Tree: c.Tree, Clock: clk, Copies: copies()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	pages.Attach(a.SignIn, c.Public())
	return a.Serve(e.ctx, func(addresses []string) { c.tell(e, guide, addresses) })
}

// guide founds the demo, or goes on with the one in the state folder.
func (c *demoCommand) guide(e *env, box *post.Sink, log *slog.Logger) (*demo.Guide, error) {
	guide, err := demo.ReadGuide(c.State)
	if !errors.Is(err, demo.ErrNoGuide) {
		return guide, err
	}
	e.say("Making sample members and cases …")
	return c.found(e.ctx, box, log)
}

func (c *demoCommand) found(ctx context.Context, box *post.Sink, log *slog.Logger) (*demo.Guide, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	return demo.Found(ctx, c.Config, c.Profile, box, log, clock.System{}.Now())
}

// tell prints where to look and how to sign in.
func (c *demoCommand) tell(e *env, g *demo.Guide, addresses []string) {
	e.say("")
	e.say("Klankbord demo: invented people, invented complaints, no mail leaves.")
	e.say("")
	e.say("  Start here         %s/demo", c.Public())
	e.say("  Public pages       %s/", c.Public())
	e.say("  Desk               %s/desk", c.Desk())
	e.say("  Caught mail        %s/demo/mail", c.Public())
	if !strings.Contains(strings.Join(addresses, " "), c.Listen) {
		e.say("  Listening on       %s", strings.Join(addresses, ", "))
	}
	e.say("")
	e.say("Sign in with one click at /demo, or with these. One-time passwords stand at")
	e.say("/demo as well; an authenticator app takes the secret.")
	e.say("")
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "  E-mail\tPassword\tSecret of the app\tRole")
	for _, s := range g.SignIns {
		_, _ = fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", s.Email, s.Password, s.TOTP, role(s))
	}
	_ = w.Flush()
	e.say("")
	e.say("Codes of some complaints:")
	e.say("")
	for _, s := range g.Samples {
		e.say("  %s  %s  (%s) %s", s.Number, s.Code, s.Lang, s.Subject)
	}
	e.say("")
	if !c.given["state"] {
		e.say("Everything is removed when you stop it with Ctrl+C. Keep it with --state FOLDER.")
	}
}

func role(s demo.SignInAs) string {
	var parts []string
	for _, a := range s.Assignments {
		switch {
		case a.Function != "":
			parts = append(parts, string(a.Team)+" ("+string(a.Function)+")")
		case a.Team != "":
			parts = append(parts, string(a.Team))
		default:
			parts = append(parts, string(a.Role))
		}
	}
	return strings.Join(parts, ", ")
}
