package cli

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"klankbord/internal/app"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/config"
	"klankbord/internal/custody"
	"klankbord/internal/ident"
	"klankbord/internal/store"
)

type logCommands struct {
	Verify     verifyCommand     `cmd:"" help:"Check the log, and the database with it: a database file or an export. Needs no secret."`
	Export     logExportCommand  `cmd:"" help:"Write the log as a file that anybody can check with log verify."`
	Checkpoint checkpointCommand `cmd:"" help:"Print the newest signed checkpoint, to be kept outside."`
	Consistent consistentCommand `cmd:"" help:"Check that checkpoints continue one another: files that witnesses got, the oldest first."`
	Key        logKeyCommand     `cmd:"" help:"Print the public key with which checkpoints are checked."`
	Prove      proveCommand      `cmd:"" help:"Print the proof that a case was registered, or of the line at a position."`
	Check      proofCommand      `cmd:"" help:"Check a proof that log prove wrote."`
}

type logSource struct {
	config.Config
	Key string `name:"key" help:"Public key of the log, as printed by log key; empty: from the state folder."`
}

func (l logSource) open(e *env) (*app.LogFile, error) { return app.OpenLog(e.ctx, l.Config, l.Key) }

// errNoCheckpoint tells that nothing was signed yet.
var errNoCheckpoint = errors.New("the log has no checkpoint yet; start the instance once")

func noCheckpoint(err error) error {
	if errors.Is(err, store.ErrNone) {
		return errNoCheckpoint
	}
	return err
}

type logExportCommand struct {
	logSource
	To      string `arg:"" type:"path" help:"File to be written."`
	Records bool   `name:"records" help:"Reveal the records: who did what in which case, never what a case holds. It is logged."`
}

// Run writes the export to a file that is not there yet.
func (c *logExportCommand) Run(e *env) (err error) {
	if c.Records {
		if err := c.note(e); err != nil {
			return err
		}
	}
	l, err := c.open(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	f, err := os.OpenFile(c.To, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write export: %w", err)
	}
	err = l.Export(e.ctx, f, func(store.Leaf) bool { return c.Records })
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(noCheckpoint(err), os.Remove(c.To))
	}
	e.say("Written to %s. Check it with `klankbord log verify %s --key %s`.", c.To, filepath.Base(c.To), l.Key)
	return nil
}

// note logs that the records leave.
func (c *logExportCommand) note(e *env) (err error) {
	a, err := app.Open(e.ctx, c.Config, app.Options{Log: e.logger("error")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return a.Oversight.NoteExport(e.ctx, audit.Actor{Kind: audit.Operator}, map[string]string{"records": "all"})
}

type checkpointCommand struct {
	logSource
	Since int64 `name:"since" help:"Lines of an older checkpoint; prints the proof that the newest continues it as well."`
}

// Run prints the newest checkpoint.
func (c *checkpointCommand) Run(e *env) (err error) {
	l, err := c.open(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	u, err := l.Update(e.ctx, c.Since)
	if err != nil {
		return noCheckpoint(err)
	}
	out := u.Checkpoint
	if c.Since > 0 {
		out = u.Encode()
	}
	_, err = e.out.Write(out)
	return err
}

type logKeyCommand struct {
	logSource
	Anchor bool `name:"anchor" help:"Print the public key that founds the list of members instead."`
}

// Run prints the public key of the log.
func (c *logKeyCommand) Run(e *env) (err error) {
	l, err := c.open(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if c.Anchor {
		e.say("%s", base64.StdEncoding.EncodeToString(l.Anchor))
		return nil
	}
	e.say("%s", l.Key)
	return nil
}

type proveCommand struct {
	logSource
	What string `arg:"" help:"Number of a case, such as KB-7Q4M-9X, or the position of a line in the log."`
}

// Run prints the proof of one line.
func (c *proveCommand) Run(e *env) (err error) {
	l, err := c.open(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	var p audit.Proof
	if number, ok := ident.ParseCaseNumber(c.What); ok {
		p, err = l.ProveNumber(e.ctx, casefile.Number(number))
	} else {
		position, bad := strconv.ParseInt(c.What, 10, 64)
		if bad != nil {
			return fmt.Errorf("%q is neither the number of a case nor a position", c.What)
		}
		p, err = l.Prove(e.ctx, position)
	}
	if errors.Is(err, custody.ErrNoLine) {
		return fmt.Errorf("nothing to prove for %s: there is no such line, it was erased, or it is not signed yet", c.What)
	}
	if err != nil {
		return err
	}
	_, err = e.out.Write(p.Encode())
	return err
}

type proofCommand struct {
	Proof string `arg:"" type:"existingfile" help:"File that log prove wrote, or that a complainant kept."`
	Key   string `name:"key" required:"" help:"Public key of the log."`
}

// Run checks a proof and prints what it proves.
func (c *proofCommand) Run(e *env) error {
	b, err := readDocument(c.Proof)
	if err != nil {
		return err
	}
	p, err := audit.FindProof(b)
	if err != nil {
		return err
	}
	v, err := app.LogVerifier(c.Key)
	if err != nil {
		return err
	}
	r, err := audit.CheckProof(p, v)
	if err != nil {
		return err
	}
	point, err := audit.OpenCheckpoint(p.Checkpoint, v)
	if err != nil {
		return err
	}
	at := r.At.Format("2006-01-02T15:04:05.000000Z")
	if number, err := audit.ReceiptOf(r); err == nil {
		e.say("Complaint %s was registered at %s.", number, at)
	} else {
		e.say("%s by %s %s at %s, case %s, object %s.", r.Kind, r.Actor.Kind, r.Actor.ID, at, r.Case, r.Object)
	}
	e.say("The line stands at position %d of the log %s, under a checkpoint of %d lines.", p.Position, point.Origin, point.Size)
	return nil
}

type consistentCommand struct {
	Files []string `arg:"" type:"existingfile" help:"Files with checkpoints, the oldest first."`
	Key   string   `name:"key" required:"" help:"Public key of the log."`
}

// Run checks that each checkpoint continues the one before it.
func (c *consistentCommand) Run(e *env) error {
	v, err := app.LogVerifier(c.Key)
	if err != nil {
		return err
	}
	var before audit.Checkpoint
	for n, name := range c.Files {
		b, err := readDocument(name)
		if err != nil {
			return err
		}
		u, err := audit.FindUpdate(b)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		point, err := audit.OpenCheckpoint(u.Checkpoint, v)
		follows := ""
		if err == nil && n > 0 {
			point, err = u.Follow(before, v)
			follows = ", continues the one before"
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		e.say("%s: %d lines, signed by %s%s", name, point.Size, point.Origin, follows)
		before = point
	}
	return nil
}

// mostDocument is how large a proof, an update or a checkpoint may be, in bytes.
const mostDocument = 1 << 20

func readDocument(name string) ([]byte, error) {
	f, err := os.Open(name) //nolint:gosec // named by the operator
	if err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	b, err := io.ReadAll(io.LimitReader(f, mostDocument))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	return b, nil
}
