package cli

import (
	_ "embed"
	"errors"
	"fmt"
	"os"

	"klankbord/internal/casefile"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/prior"
)

//go:embed example.csv
var exampleRegister string

type importCSVCommand struct {
	importing
	File    string `arg:"" optional:"" type:"existingfile" help:"The register."`
	Name    string `name:"name" default:"register" help:"A name for this register, where you have several that number their cases alike."`
	Example bool   `name:"example" help:"Print a register as it must look, and do nothing else."`
}

// rowColumns are the columns that a register can have.
func rowColumns() []string {
	return []string{"reference", "received", "closed", "route", "topic", "channel", "language", "name", "email", "phone", "subject", "text", "outcome", "note"}
}

// What is wrong with what was asked.
var (
	errNoFile   = errors.New("which register? Name the file, or see with --example how it must look")
	errNoColumn = errors.New("a register needs the columns reference, received, channel, route or topic, and subject or text")
)

// Run makes cases of the rows of a register.
func (c *importCSVCommand) Run(e *env) (err error) {
	if c.Example {
		_, err := e.out.Write([]byte(exampleRegister))
		return err
	}
	if c.File == "" {
		return errNoFile
	}
	f, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("open register: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	rows, err := prior.ReadRegister(f, rowColumns())
	if err != nil {
		return err
	}
	if !rows.Has("reference") || !rows.Has("received") || !rows.Has("channel") || !rows.Has("route") && !rows.Has("topic") || !rows.Has("subject") && !rows.Has("text") {
		return errNoColumn
	}
	return c.run(e, rows)
}

func (c *importCSVCommand) run(e *env, rows *prior.Register) (err error) {
	a, out, err := c.begin(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.close(), a.Close()) }()
	b := &intake.Bringing{From: casefile.FromCSV, Do: c.Yes, Name: c.Name}
	for row, err := range rows.Rows() {
		if err != nil {
			return out.stopped(err)
		}
		got := intake.Brought{Fate: intake.BringFailed, Reason: intake.BringReason(row.Fault)}
		if row.Fault == "" {
			if got, err = a.Intake.BringRow(e.ctx, oldRow(row.Fields), lang.Lang(c.Lang), b); err != nil {
				return out.stopped(err)
			}
		}
		out.tell(tale{Line: row.Line}, got)
	}
	return out.end()
}

func oldRow(f map[string]string) intake.OldRow {
	return intake.OldRow{
		Reference: f["reference"], Received: f["received"], Closed: f["closed"], Route: f["route"], Topic: f["topic"], Channel: f["channel"],
		Language: f["language"], Name: f["name"], Email: f["email"], Phone: f["phone"], Subject: f["subject"], Text: f["text"],
		Outcome: f["outcome"], Note: f["note"],
	}
}
