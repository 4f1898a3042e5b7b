package cli

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"klankbord/internal/app"
	"klankbord/internal/config"
)

type memberCommands struct {
	Changes changesCommand `cmd:"" help:"List the changes of members that wait for signatures."`
	Approve approveCommand `cmd:"" help:"Stand in for members who are missing, where too few are left to sign a change."`
}

type changesCommand struct{ config.Config }

// Run lists what waits, and which of it waits for the operator.
func (c *changesCommand) Run(e *env) (err error) {
	a, err := app.Open(e.ctx, c.Config, app.Options{Log: e.logger("error")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	list, err := a.Setup.OperatorChanges(e.ctx)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		e.say("No change waits for signatures.")
	}
	for _, ch := range list {
		wants := fmt.Sprintf("%d more by members", ch.More)
		if ch.Operator {
			wants += ", and klankbord member approve"
		}
		e.say("%s  %-8s %s  asked %s  wants %s", ch.ID, ch.Type, ch.Person.Name, stamp(ch.Asked), wants)
		if ch.Person.Fingerprint != "" {
			e.say("  fingerprint %s", ch.Person.Fingerprint)
		}
	}
	return nil
}

type approveCommand struct {
	config.Config
	Change string `arg:"" help:"The change, as klankbord member changes lists it."`
	Reason string `name:"reason" required:"" help:"Why the operator signs; it goes into the log. Name nobody in it."`
}

// Run signs in the installation's own name.
func (c *approveCommand) Run(e *env) (err error) {
	if strings.TrimSpace(c.Reason) == "" {
		return errNoReason
	}
	a, err := app.Open(e.ctx, c.Config, app.Options{Log: e.logger("error")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	from, err := a.Setup.StandIn(e.ctx, c.Change, c.Reason)
	if err != nil {
		return err
	}
	e.say("Signed. It holds from %s.", stamp(from))
	return nil
}

func counted(n int64, what string, at time.Time) string {
	s := fmt.Sprintf("%d %s", n, what)
	if !at.IsZero() {
		s += ", " + stamp(at)
	}
	return s
}
