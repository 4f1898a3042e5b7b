package cli

import (
	"errors"

	"klankbord/internal/app"
	"klankbord/internal/config"
	"klankbord/internal/seal"
)

type keysCommands struct {
	Instance keysInstanceCommand `cmd:"" help:"Renew the key of the instance, under which stamps, gates and the log's signature lie. The instance must not be served. It asks for the recovery key."`
	Pepper   keysPepperCommand   `cmd:"" help:"Renew the pepper, which passwords, codes and passkeys of members need beside the database. It asks for the recovery key."`
}

// renewing opens the instance, also under an older key where older says so, asks for the
// recovery key, and renews with it. renew reports whether it ended what was cut off.
func (e *env) renewing(c config.Config, older bool, renew func(*app.App, seal.Code) (bool, error)) (err error) {
	a, err := app.Open(e.ctx, c, app.Options{Log: e.logger("error"), Older: older})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	code, err := e.recoveryOf(a)
	if err != nil {
		return err
	}
	resumed, err := renew(a, code)
	if err == nil && resumed {
		e.say("A renewal that was cut off was ended.")
	}
	return err
}

type keysPepperCommand struct{ config.Config }

// Run renews the pepper, or goes on where it was cut off.
func (c *keysPepperCommand) Run(e *env) error {
	var r app.Renewed
	err := e.renewing(c.Config, false, func(a *app.App, code seal.Code) (bool, error) {
		var err error
		r, err = a.RenewPepper(e.ctx, code)
		return r.Resumed, err
	})
	if err != nil {
		return err
	}
	e.say("The pepper is renewed; %d ways in which members open their keys lie under it. Every", r.Envelopes)
	e.say("password, code and passkey stays as it is.")
	e.say("")
	e.say("1. The service here takes it up by itself. Copy keys/pepper.key now to every other")
	e.say("   machine that runs it: until then nobody can sign in there.")
	e.say("2. Put the new %s in the place of every copy of it.", app.KeyCopy(c.State))
	e.say("   The old one still opens, but lacks the new pepper.")
	return nil
}

type keysInstanceCommand struct{ config.Config }

// Run renews the key of the instance, or goes on where it was cut off.
func (c *keysInstanceCommand) Run(e *env) error {
	var r app.Rekeyed
	err := e.renewing(c.Config, true, func(a *app.App, code seal.Code) (bool, error) {
		var err error
		r, err = a.RenewInstanceKey(e.ctx, code)
		return r.Resumed, err
	})
	if err != nil {
		return err
	}
	e.say("The key of the instance is renewed; %d cases lie under it.", r.Cases)
	e.say("")
	e.say("1. Copy keys/instance.key now to every machine that runs the service, then start it.")
	e.say("2. Put the new %s in the place of every copy of it.", app.KeyCopy(c.State))
	e.say("3. Give the log's new public key to witnesses and auditors:")
	e.say("   %s", r.Key)
	e.say("4. Make a backup: those of before lie under the key of before.")
	return nil
}
