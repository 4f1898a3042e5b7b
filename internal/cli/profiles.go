package cli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"klankbord/internal/profile"
)

// profileMax is how much of a file we read; package profile refuses less than that.
const profileMax = 4 << 20

// readProfile reads a profile by the name of one that is built in, or from a file.
func readProfile(from string) (*profile.Profile, error) {
	if slices.Contains(profile.Names(), from) {
		return profile.Load(from)
	}
	f, err := os.Open(from) //nolint:gosec // named by the operator
	if err != nil {
		return nil, fmt.Errorf("%s is no file, and no profile that is built in (%s): %w", from, strings.Join(profile.Names(), ", "), err)
	}
	defer func() { _ = f.Close() }() // it was only read
	data, err := io.ReadAll(io.LimitReader(f, profileMax))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", from, err)
	}
	p, err := profile.Import(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	return p, nil
}

// checkProfile says whether a profile is whole, and what still stands in for something
// that only the organisation knows.
func checkProfile(e *env, from string) error {
	p, err := readProfile(from)
	if err != nil {
		return err
	}
	for _, team := range p.Teams {
		for _, c := range team.Contacts {
			if c.Placeholder {
				e.say("note teams.%s.contacts.%s: %s is an example", team.ID, c.ID, c.Value)
			}
		}
	}
	for _, line := range p.Emergency {
		if line.ToCheck && !line.Off {
			e.say("note emergency.%s: confirm that %s is right", line.ID, line.Number)
		}
	}
	for _, body := range p.Outside() {
		if body.ToCheck {
			e.say("note external.%s: confirm that %s is right", body.ID, body.Website.In("en"))
		}
	}
	offered := 0
	for _, topic := range p.Topics {
		if topic.On {
			offered++
		}
	}
	e.say("ok   profile %s: %d topics, %d of them in the form; %d pages; %d clocks", p.Name, len(p.Topics), offered, len(p.Form.Steps), len(p.Clocks.Rules))
	return nil
}

type configExport struct {
	Profile string `arg:"" optional:"" default:"wwf-belgium" help:"Name of a profile that is built in, or a file, to write it anew in the usual order."`
}

// Run prints the file.
func (c *configExport) Run(e *env) error {
	p, err := readProfile(c.Profile)
	if err != nil {
		return err
	}
	data, err := profile.Export(p)
	if err != nil {
		return err
	}
	if _, err := e.out.Write(data); err != nil {
		return fmt.Errorf("print profile: %w", err)
	}
	return nil
}

type configDiff struct {
	First  string `arg:"" help:"A file that config export wrote, or the name of a profile that is built in."`
	Second string `arg:"" optional:"" help:"What to compare it with. Without it, the first is compared with the built-in profile that it names."`
}

// Run prints each difference: the path of the field, what was and what is.
func (c *configDiff) Run(e *env) error {
	before, err := readProfile(c.First)
	if err != nil {
		return err
	}
	after := before
	if c.Second == "" {
		before, err = profile.Load(after.Name)
	} else {
		after, err = readProfile(c.Second)
	}
	if err != nil {
		return err
	}
	changes, err := profile.Diff(before, after)
	if err != nil {
		return err
	}
	for _, change := range changes {
		e.say("%s", change.Path)
		e.said("- ", change.Was)
		e.said("+ ", change.Is)
	}
	e.say("%d differences", len(changes))
	return nil
}

// said prints the lines of a value behind a sign; nothing where there is none.
func (e *env) said(sign, value string) {
	if value == "" {
		return
	}
	for line := range strings.SplitSeq(value, "\n") {
		e.say("  %s%s", sign, line)
	}
}
