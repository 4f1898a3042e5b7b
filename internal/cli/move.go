package cli

import (
	"errors"
	"fmt"

	"klankbord/internal/app"
	"klankbord/internal/config"
	"klankbord/internal/move"
)

type moveCommand struct {
	config.Config
	ToDatabase string `name:"to-database" help:"Empty database to move to, as sqlite:FILE or postgres://…; empty: it stays where it is."`
	ToBucket   string `name:"to-bucket" xor:"files" help:"Bucket to move the sealed files to, written as bucket is; empty: they stay where they are."`
	ToFolder   bool   `name:"to-folder" xor:"files" help:"Move the sealed files back to the folder blobs in the state folder."`
}

// Run moves an instance that is not served, looks at what arrived, and says what to set.
func (c *moveCommand) Run(e *env) error {
	to := c.Config
	if c.ToDatabase != "" {
		to.Database = c.ToDatabase
	}
	switch {
	case c.ToBucket != "":
		to.Bucket = c.ToBucket
	case c.ToFolder:
		to.Bucket = ""
	}
	moved, err := app.MoveInstance(e.ctx, c.Config, to)
	if moved != nil {
		c.tell(e, moved)
	}
	switch {
	case errors.Is(err, move.ErrForeign):
		return fmt.Errorf("%w; empty it, or choose another", err)
	case err != nil:
		return err
	}
	e.say("")
	e.say("All of it arrived. What was moved from is as it was; nothing uses it any more. Next:")
	if c.ToDatabase != "" {
		e.say("   set database to what you gave as --to-database")
	}
	switch {
	case c.ToBucket != "":
		e.say("   set bucket to what you gave as --to-bucket")
	case c.ToFolder:
		e.say("   leave out bucket")
	}
	e.say("   klankbord doctor, start the service, and open a case with a file")
	e.say("   then remove what was moved from: what is erased from now on is still there")
	if len(moved.Missing) > 0 {
		return errIncomplete
	}
	return nil
}

func (c *moveCommand) tell(e *env, m *app.Moved) {
	e.say("database     %d rows of %d tables, the same on both sides", m.Rows, m.Tables)
	if c.ToBucket != "" || c.ToFolder {
		e.say("files        %d sealed files, %d MiB, each compared byte by byte; %d were copied now", m.Files, m.Bytes>>20, m.Copied)
	}
	for n, name := range m.Missing {
		if n == mostShown {
			e.say("MISSING      and %d more", len(m.Missing)-mostShown)
			break
		}
		e.say("MISSING      %s was not there before either", name)
	}
	if m.Log == nil {
		e.say("log          nothing of it was signed yet")
		return
	}
	e.say("log          %d records read and matching, %d sealed files as long as they were", m.Log.Log.Revealed, m.Log.Blobs)
	for n, f := range m.Log.Findings {
		if n == mostShown {
			break
		}
		e.say("WRONG        %s: %s", f.About, f.What)
	}
}
