package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"klankbord/internal/app"
	"klankbord/internal/config"
	"klankbord/internal/post"
)

type dkimCommands struct {
	New  dkimNewCommand  `cmd:"" help:"Make a key that signs outgoing mail, and print what to publish."`
	Show dkimShowCommand `cmd:"" help:"Print what to publish for the keys that are set."`
}

type dkimNewCommand struct {
	Selector string `arg:"" help:"Name of the key, such as klankbord2026: letters, digits and dashes."`
	Out      string `arg:"" type:"path" help:"File that the key is written to; it must not be there yet."`
	Type     string `enum:"rsa,ed25519" default:"rsa" help:"rsa, which every receiver checks, or ed25519, beside one of rsa."`
	Domain   string `required:"" help:"Domain of the address from which mail is sent."`
}

// Run writes the key where only its owner reads it.
func (c *dkimNewCommand) Run(e *env) (err error) {
	private, record, err := post.NewDKIMKey(c.Type)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	_, err1 := f.Write(private)
	if err := errors.Join(err1, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	signs, err := post.NewDKIM(c.Domain, "x@"+c.Domain, []string{c.Selector + "=" + c.Out})
	if err != nil {
		return errors.Join(err, os.Remove(c.Out))
	}
	records, err := signs.Records()
	if err != nil {
		return err
	}
	e.say("The key lies in %s. It belongs into no backup: where it is lost, make another one.", filepath.Clean(c.Out))
	e.say("1. Publish this record (TXT) with whoever keeps %s:", c.Domain)
	e.say("%s", records[0].Name)
	e.say("%s", record)
	e.say("2. Set dkim-key to %s=%s and start klankbord again.", c.Selector, c.Out)
	e.say("3. Run klankbord doctor: it looks whether the record is there.")
	return nil
}

type dkimShowCommand struct{ config.Config }

// errNoDKIM tells that nothing is set.
var errNoDKIM = errors.New("no key is set; make one with klankbord dkim new")

// Run prints the records of the keys that are set.
func (c *dkimShowCommand) Run(e *env) error {
	signs, err := app.Signatures(c.Config)
	if err != nil {
		return err
	}
	if signs == nil {
		return errNoDKIM
	}
	records, err := signs.Records()
	if err != nil {
		return err
	}
	for _, r := range records {
		e.say("%s", r.Name)
		e.say("%s", r.Text)
	}
	return nil
}
