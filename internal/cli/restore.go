package cli

import (
	"errors"
	"time"

	"klankbord/internal/app"
	"klankbord/internal/config"
	"klankbord/internal/custody"
)

type restoreCommand struct {
	config.Config
	Accept bool   `name:"accept" help:"Accept that this database is older than, or differs from, the one that was seen. Without it the differences are shown."`
	Reason string `name:"reason" help:"Why; it goes into the log, and every member reads it. Name nobody in it."`
	Yes    bool   `name:"yes" help:"Do it. Without it the differences are shown and nothing is changed."`
}

// What stops an acceptance.
var (
	errDiffers  = errors.New("nothing was changed; if an older database was restored on purpose, run it again with --accept --reason \"…\" --yes")
	errUnsure   = errors.New("nothing was changed; if this is what you want, run it again with --yes")
	errNoReason = errors.New("--accept wants --reason \"…\": why was an older database restored?")
)

// Run shows how the database differs from what was seen outside it, and accepts that.
func (c *restoreCommand) Run(e *env) (err error) {
	a, err := app.Open(e.ctx, c.Config, app.Options{Log: e.logger("error")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	d, err := a.Compare(e.ctx)
	if err != nil {
		return err
	}
	tellDifference(e, d)
	switch {
	case len(d.Alarms) == 0:
		return nil
	case !c.Accept:
		return errDiffers
	case c.Reason == "":
		return errNoReason
	case !c.Yes:
		return errUnsure
	}
	if err := a.Custody.Accept(e.ctx, c.Reason); err != nil {
		return err
	}
	e.say("")
	e.say("Accepted and recorded in the log. Restart the service if it runs. Every member")
	e.say("reads the reason at their next sign-in. Tell them what is lost.")
	return nil
}

func tellDifference(e *env, d *app.Difference) {
	if len(d.Alarms) == 0 {
		e.say("The database goes on from what was seen outside it; nothing is missing.")
		return
	}
	for _, f := range d.Findings {
		e.say("%s", f.What)
	}
	e.say("")
	if d.Outside {
		e.say("             seen outside the database           this database")
		e.say("directory    %-34s  %s", events(d.Seen.Directory.Count, d.Seen.Directory.At), events(d.Database.Count, time.Time{}))
		e.say("log          %-34s  %s", lines(d.Seen.Log.Size, d.Seen.Log.At), lines(d.Log, d.LastLeaf))
	} else {
		e.say("Nothing is kept outside the database any more: what is missing cannot be told.")
	}
	tellEvents(e, "Seen, and not in this database:", d.Lost)
	tellEvents(e, "In this database, and not seen:", d.Other)
	if d.NewerFiles > 0 {
		e.say("")
		e.say("%d sealed files are newer than this database: the cases or messages that they", d.NewerFiles)
		e.say("belong to came after it and are not in it. They are kept while this lasts.")
	}
	if d.MissingFiles > 0 {
		e.say("")
		e.say("%d sealed files that this database refers to are not there: restore the folder", d.MissingFiles)
		e.say("blobs/ of the same backup.")
	}
}

func events(n int64, at time.Time) string { return counted(n, "events", at) }
func lines(n int64, at time.Time) string  { return counted(n, "signed lines", at) }

func tellEvents(e *env, title string, list []custody.Passed) {
	if len(list) == 0 {
		return
	}
	e.say("")
	e.say("%s", title)
	for _, p := range list {
		e.say("  %4d  %s  %-8s %s", p.Seq, stamp(p.At), p.Type, p.Who)
	}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}
