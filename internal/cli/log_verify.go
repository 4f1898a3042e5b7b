package cli

import (
	"encoding/base64"
	"errors"
	"fmt"

	"klankbord/internal/app"
	"klankbord/internal/audit"
	"klankbord/internal/config"
	"klankbord/internal/custody"
	"klankbord/internal/store"
)

type verifyCommand struct {
	logSource
	File       string `arg:"" optional:"" type:"existingfile" help:"A database file or an export; empty: the database of the settings."`
	Checkpoint string `name:"checkpoint" type:"existingfile" help:"A checkpoint kept outside; empty: the newest in what is checked."`
	Anchor     string `name:"anchor" help:"Public key that founds the list of members, as printed by log key --anchor."`
	Blobs      string `name:"blobs" help:"Folder of the sealed files that belong to the database, or address of their bucket."`
}

// errLog tells that the log is not as it was signed.
var errLog = errors.New("the log is NOT as it was signed")

// errRows tells that the log is as it was signed, and the database is not as the log
// says.
var errRows = errors.New("the database is NOT as the log says")

// Run checks the log and says what it found.
func (c *verifyCommand) Run(e *env) error {
	if err := config.NotHome("blobs", c.Blobs); err != nil {
		return err
	}
	var signed []byte
	if c.Checkpoint != "" {
		b, err := readDocument(c.Checkpoint)
		if err != nil {
			return err
		}
		if signed, err = audit.FindCheckpoint(b); err != nil {
			return err
		}
	}
	if c.File != "" {
		x, err := app.OpenLogExport(c.File)
		if err != nil {
			return err
		}
		if x != nil {
			return c.export(e, x, signed)
		}
		c.Database = "sqlite:" + c.File
	}
	return c.database(e, signed)
}

func (c *verifyCommand) export(e *env, x *app.LogExport, signed []byte) (err error) {
	defer func() { err = errors.Join(err, x.Close()) }()
	key := c.Key
	if key == "" {
		key = x.Key
	}
	v, err := app.LogVerifier(key)
	if err != nil {
		return err
	}
	r, err := x.Verify(signed, v)
	if err != nil {
		return err
	}
	report(e, r)
	if c.Key == "" {
		e.say("key          the one in the file; compare it with one that you got elsewhere:")
		e.say("             %s", x.Key)
	}
	if !r.OK() {
		return errLog
	}
	e.say("The log is as it was signed.")
	return nil
}

func (c *verifyCommand) database(e *env, signed []byte) (err error) {
	l, err := c.open(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if c.Anchor != "" {
		if l.Anchor, err = base64.StdEncoding.DecodeString(c.Anchor); err != nil {
			return fmt.Errorf("anchor: %w", err)
		}
	}
	blobs := c.Blobs
	if blobs == "" && c.File == "" && (c.Database == "" || c.Bucket != "") {
		blobs = app.BlobsOf(c.Config)
	}
	if blobs != "" {
		if err := l.WithBlobs(blobs); err != nil {
			return err
		}
	}
	r, err := l.Examine(e.ctx, signed)
	if err != nil {
		return noCheckpoint(err)
	}
	report(e, r.Log)
	c.rows(e, l, r, blobs)
	if older := c.seen(e, l); older || r.Found > 0 {
		err = errRows
	}
	if !r.Log.OK() {
		return errLog
	}
	if err == nil {
		e.say("The log is as it was signed, and the database is as the log says.")
	}
	return err
}

// report prints what was found about the leaves.
func report(e *env, r audit.Report) {
	e.say("checkpoint   %s, %d leaves", r.Checkpoint.Origin, r.Checkpoint.Size)
	e.say("records      %d read and matching, %d without their record (erased or not revealed)", r.Revealed, r.Hidden)
	e.say("newer        %d after the checkpoint", r.Newer)
	if r.Missing > 0 {
		e.say("missing      %d, the first at position %d", r.Missing, r.FirstGap)
	}
	if r.Bad > 0 {
		e.say("altered      %d, the first at position %d", r.Bad, r.FirstBad)
	}
	if !r.RootHolds {
		e.say("root         differs from the signed one")
	}
	for _, f := range r.Forks {
		e.say("checkpoint   of %d leaves does not hold", f.Size)
	}
}

// mostShown is how many findings are printed.
const mostShown = 40

func (c *verifyCommand) rows(e *env, l *app.LogFile, r *custody.Examined, blobs string) {
	e.say("checkpoints  %d in the database, %d lines wait for their position", r.Checkpoints, r.Waiting)
	e.say("cases        %d there, %d erased", r.Cases, r.Erased)
	e.say("members      %d events in the list of members", r.Events)
	if blobs != "" {
		e.say("files        %d sealed parts", r.Blobs)
	}
	for n, f := range r.Findings {
		if n == mostShown {
			break
		}
		e.say("WRONG        %s: %s", f.About, f.What)
	}
	if r.Found > mostShown {
		e.say("             and %d more", r.Found-mostShown)
	}
	if l.Anchor == nil {
		e.say("not checked  who founded the list of members: give --anchor")
	}
	if !l.Stamped {
		e.say("not checked  stamps: they need the key files of the instance (--state)")
	}
	if blobs == "" {
		e.say("not checked  sealed files: give --blobs")
	}
}

// seen holds a database in use against what this installation saw last; a copy may
// well be older.
func (c *verifyCommand) seen(e *env, l *app.LogFile) bool {
	if l.Head == nil || c.File != "" {
		return false
	}
	before := l.Head.Sight()
	err := l.Store.Read(e.ctx, func(tx *store.Tx) error {
		_, err := l.Head.Check(tx, before)
		return err
	})
	if custody.TroubleOf(err) == "" {
		return false
	}
	e.say("WRONG        last seen head: %v", err)
	return true
}
