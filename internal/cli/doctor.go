package cli

import (
	"errors"
	"os"
	"path/filepath"

	"klankbord/internal/app"
	"klankbord/internal/config"
)

type doctorCommand struct{ config.Config }

// errDoctor tells that something needs doing.
var errDoctor = errors.New("something needs doing; see above")

// Run looks over an instance without changing it.
func (c *doctorCommand) Run(e *env) (err error) {
	a, err := app.Open(e.ctx, c.Config, app.Options{Log: e.logger("error")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	findings, err := a.Examine(e.ctx)
	if err != nil {
		return err
	}
	findings = append(findings, a.ExamineMailboxes(e.ctx)...)
	if info, err := os.Stat(filepath.Join(c.State, "keys")); err == nil && info.Mode().Perm()&0o077 != 0 {
		findings = append(findings, app.Finding{Bad: true, What: "the folder keys/ can be read by others", Do: "chmod 700 " + filepath.Join(c.State, "keys")})
	}
	bad := false
	for _, f := range findings {
		mark := "ok  "
		if f.Bad {
			mark, bad = "FIX ", true
		}
		e.say("%s %s", mark, f.What)
		if f.Bad {
			e.say("     %s", f.Do)
		}
	}
	if bad {
		return errDoctor
	}
	return nil
}
