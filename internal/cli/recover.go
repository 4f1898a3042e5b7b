package cli

import (
	"bufio"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/app"
	"klankbord/internal/config"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
)

type recoverCommands struct {
	Keys     recoverKeysCommand     `cmd:"" help:"Bring back the two key files from recovery.age."`
	Identity recoverIdentityCommand `cmd:"" help:"Print the identity with which a plain age program opens recovery.age."`
	Check    recoverCheckCommand    `cmd:"" help:"Say whether a code or a share is right, without opening anything."`
	Drill    recoverDrillCommand    `cmd:"" help:"Open the practice case of the yearly drill with the recovery key."`
	Member   recoverMemberCommand   `cmd:"" help:"Start new access for a member who lost their password, where no configurator can sign in. Colleagues confirm it."`
	Cases    recoverCasesCommand    `cmd:"" help:"Give cases to a member with the recovery key. It is logged, told to all members by mail, and shown on the desk."`
}

// unknown judges where there is no directory to compare with.
func unknown() judge {
	return judge{
		code:  func(seal.Code) error { return nil },
		share: func(seal.CodeShare) error { return nil },
	}
}

type recoverKeysCommand struct {
	config.Config
	File string `name:"file" type:"path" help:"The copy of the key files; empty: recovery.age in the state folder."`
}

// Run writes both key files where there are none.
func (c *recoverKeysCommand) Run(e *env) error {
	file, err := app.ReadKeyCopy(c.State, c.File)
	if err != nil {
		return err
	}
	code, err := e.askRecovery(unknown())
	if err != nil {
		return err
	}
	if err := app.RestoreKeys(c.State, file, code); err != nil {
		return err
	}
	e.say("Both key files are back in %s/keys. Look over the instance with `klankbord doctor`.", c.State)
	return nil
}

type recoverIdentityCommand struct{}

// Run prints the age identity that follows from the recovery key.
func (c *recoverIdentityCommand) Run(e *env) error {
	code, err := e.askRecovery(unknown())
	if err != nil {
		return err
	}
	e.say("")
	e.say("# Keep this line in a file of its own, use it, and delete the file:")
	e.say("#   age --decrypt --identity FILE recovery.age")
	e.say("# The first line that comes out is keys/instance.key, the others keys/pepper.key.")
	e.say("%s", code.AgeIdentity())
	return nil
}

type recoverCheckCommand struct{ config.Config }

// errNotRight tells that what was typed is not right.
var errNotRight = errors.New("this is not right; see above")

// Run compares one code or share with the directory.
func (c *recoverCheckCommand) Run(e *env) (err error) {
	a, err := app.Open(e.ctx, c.Config, app.Options{Log: e.logger("error")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	j, err := judgeOf(e, a)
	if err != nil {
		return err
	}
	e.say("Type the recovery key or one of its shares, as it stands on the paper.")
	code, share, err := nextTyped(e, bufio.NewScanner(e.in))
	if err != nil {
		return err
	}
	said := "The recovery key is right."
	if share == nil {
		if err = j.code(code); err != nil {
			said = wrongKey(err)
		}
	} else if err = j.share(*share); err != nil {
		said = wrongShare(*share, err)
	} else {
		said = fmt.Sprintf("Share %d of ceremony %s is right.", share.Number(), share.Ceremony())
	}
	e.say("%s", said)
	if err != nil {
		return errNotRight
	}
	return nil
}

// judgeOf compares with the directory of an open instance.
func judgeOf(e *env, a *app.App) (judge, error) {
	dir, err := a.Custody.Directory(e.ctx)
	if err != nil {
		return judge{}, err
	}
	keys := dir.RecoveryKeys()
	return judge{
		code:  func(c seal.Code) error { _, err := staff.RecoveryOf(keys, a.Instance, c); return err },
		share: func(s seal.CodeShare) error { return staff.CheckShare(keys, s) },
	}, nil
}

// recoveryOf asks for a recovery key that the directory of an open instance names.
func (e *env) recoveryOf(a *app.App) (seal.Code, error) {
	j, err := judgeOf(e, a)
	if err != nil {
		return seal.Code{}, err
	}
	return e.askRecovery(j)
}

type recoverDrillCommand struct{ config.Config }

// errDrill tells what a keeper can do about a drill that nobody began.
var errDrill = errors.New("there is no practice case for this recovery key; a configurator starts one on the desk, under /desk/drill")

// Run proves that the recovery key opens what is sealed to it. It is logged.
func (c *recoverDrillCommand) Run(e *env) (err error) {
	a, err := app.Open(e.ctx, c.Config, app.Options{Log: e.logger("error")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	code, err := e.recoveryOf(a)
	if err != nil {
		return err
	}
	word, started, err := a.Setup.OpenDrillByRecovery(e.ctx, code)
	if errors.Is(err, setup.ErrNoDrill) {
		return errDrill
	}
	if err != nil {
		return err
	}
	e.say("The recovery key opens the practice case of %s. The word in it is %s; members who", started.Format(time.DateOnly), word)
	e.say("opened it see the same. It is noted on the desk and in the log.")
	return nil
}

type recoverMemberCommand struct {
	config.Config
	Email string `name:"email" required:"" help:"E-mail address of the member, to which the link is mailed as well."`
}

// What can stand in the way of new access.
var (
	errMember     = errors.New("no member of the desk has this address")
	errChangeOpen = errors.New("a change of this member waits for signatures already; sign it or take it back on the desk, under People")
)

// Run starts new access for a member where no configurator can sign in. Colleagues
// confirm the new keys as always.
func (c *recoverMemberCommand) Run(e *env) (err error) {
	a, err := app.Open(e.ctx, c.Config, app.Options{Log: e.logger("error")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	path, err := a.Setup.ResetByOperator(e.ctx, c.Email)
	if f, ok := fault.As(err); ok && f.Kind == fault.NotFound {
		return errMember
	}
	if f, ok := fault.As(err); ok && f.Kind == fault.Conflict {
		return errChangeOpen
	}
	if err != nil {
		return err
	}
	e.say("New access was started. It opens nothing until colleagues have confirmed the new keys")
	e.say("on the desk, under People. The link works once, for %d days:", int(setup.InvitationLife.Hours())/24)
	e.say("")
	e.say("   %s%s", a.Config.Desk(), path)
	return nil
}
