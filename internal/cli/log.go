package cli

import (
	"errors"
	"fmt"
	"os"

	"klankbord/internal/app"
	"klankbord/internal/audit"
	"klankbord/internal/config"
)

type logCommands struct {
	Verify     verifyCommand     `cmd:"" help:"Check that nothing was removed from or changed in the log. Needs no secret."`
	Checkpoint checkpointCommand `cmd:"" help:"Print the newest signed checkpoint, to be kept outside."`
	Key        logKeyCommand     `cmd:"" help:"Print the public key with which checkpoints are checked."`
	Prove      proveCommand      `cmd:"" help:"Reveal one record with its salt and path."`
	Check      proofCommand      `cmd:"" help:"Check a proof that log prove wrote."`
}

type logSource struct {
	config.Config
	Key string `name:"key" help:"Public key of the log, as printed by log key; empty: from the state folder."`
}

func (l logSource) open(e *env) (*app.LogFile, error) { return app.OpenLog(e.ctx, l.Config, l.Key) }

type verifyCommand struct {
	logSource
	Checkpoint string `name:"checkpoint" type:"existingfile" help:"A checkpoint kept outside; empty: the newest in the database."`
}

// errLog tells that the log is not as it was signed.
var errLog = errors.New("the log is NOT as it was signed")

// Run checks the log and says what it found.
func (c *verifyCommand) Run(e *env) (err error) {
	l, err := c.open(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	var signed []byte
	if c.Checkpoint != "" {
		if signed, err = os.ReadFile(c.Checkpoint); err != nil {
			return fmt.Errorf("read checkpoint: %w", err)
		}
	} else if signed, err = l.Latest(e.ctx); err != nil {
		return err
	}
	r, err := l.Verify(e.ctx, signed)
	if err != nil {
		return err
	}
	e.say("checkpoint   %s, %d leaves", r.Checkpoint.Origin, r.Checkpoint.Size)
	e.say("records      %d read and matching, %d without their record (erased)", r.Revealed, r.Hidden)
	e.say("newer        %d after the checkpoint", r.Newer)
	if r.OK() {
		e.say("The log is as it was signed.")
		return nil
	}
	if r.Missing > 0 {
		e.say("missing      %d, the first at position %d", r.Missing, r.FirstGap)
	}
	if r.Bad > 0 {
		e.say("altered      %d, the first at position %d", r.Bad, r.FirstBad)
	}
	if !r.RootHolds {
		e.say("root         differs from the signed one")
	}
	return errLog
}

type checkpointCommand struct{ logSource }

// Run prints the newest checkpoint.
func (c *checkpointCommand) Run(e *env) (err error) {
	l, err := c.open(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	signed, err := l.Latest(e.ctx)
	if err != nil {
		return err
	}
	_, err = e.out.Write(signed)
	return err
}

type logKeyCommand struct{ logSource }

// Run prints the public key of the log.
func (c *logKeyCommand) Run(e *env) (err error) {
	l, err := c.open(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	e.say("%s", l.Key)
	return nil
}

type proveCommand struct {
	logSource
	Position int64 `arg:"" help:"Position of the record in the log."`
}

// Run prints the proof of one record.
func (c *proveCommand) Run(e *env) (err error) {
	l, err := c.open(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	p, err := l.Prove(e.ctx, c.Position)
	if err != nil {
		return err
	}
	_, err = e.out.Write(p.Encode())
	return err
}

type proofCommand struct {
	Proof string `arg:"" type:"existingfile" help:"File that log prove wrote."`
	Key   string `name:"key" required:"" help:"Public key of the log."`
}

// Run checks a proof and prints what it proves.
func (c *proofCommand) Run(e *env) error {
	b, err := os.ReadFile(c.Proof)
	if err != nil {
		return fmt.Errorf("read proof: %w", err)
	}
	p, err := audit.DecodeProof(b)
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
	e.say("position %d: %s by %s %s at %s, case %s, object %s", p.Position, r.Kind, r.Actor.Kind, r.Actor.ID,
		r.At.Format("2006-01-02T15:04:05.000000Z"), r.Case, r.Object)
	return nil
}
