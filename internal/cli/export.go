package cli

import (
	"errors"
	"fmt"

	"klankbord/internal/app"
	"klankbord/internal/config"
	"klankbord/internal/leaving"
	"klankbord/internal/seal"
)

type exportCommand struct {
	config.Config
	All     bool   `name:"all" required:"" help:"Every case that the recovery key opens, with its files, who the complainant is, and the log."`
	To      string `name:"to" required:"" help:"Recipient to whom the file is sealed, age1pq1…, as klankbord backup key or age-keygen -pq prints it."`
	Out     string `name:"out" required:"" type:"path" help:"File that is made; there must be none yet."`
	Purpose string `name:"purpose" required:"" help:"Why, in 10 to 500 characters. Every complainant reads it in their mailbox."`
}

// Run takes everything along, with the recovery key.
func (c *exportCommand) Run(e *env) (err error) {
	to, err := seal.ParseBackupRecipient(c.To)
	if err != nil {
		return fmt.Errorf("to: %w", err)
	}
	a, err := app.Open(e.ctx, c.Config, app.Options{Log: e.logger("error")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	code, err := e.recoveryOf(a)
	if err != nil {
		return err
	}
	key, err := a.Setup.RecoveryKey(e.ctx, code)
	if err != nil {
		return err
	}
	got, err := a.TakeAlong(e.ctx, leaving.Order{Code: code, Key: key, Purpose: c.Purpose}, to, c.Out)
	if err != nil {
		return err
	}
	e.say("%s with %d files lie in %s.", cases(got.Cases), got.Files, c.Out)
	e.say("SHA-256 %s", got.SHA256)
	if got.Damaged > 0 {
		e.say("%d entries are not as they were saved; they are marked, and what they said is left out.", got.Damaged)
	}
	if len(got.Without) > 0 {
		e.say("%s are not in it: the recovery key was kept from them. Their numbers are in not-included.json.", cases(len(got.Without)))
	}
	e.say("It opens with any age program: age --decrypt --identity KEY %s > all.zip", c.Out)
	e.say("All members are told by mail once the desk serves; each complainant sees it in the mailbox.")
	return nil
}
