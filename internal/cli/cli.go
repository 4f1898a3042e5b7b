// Package cli is the commands by which an operator makes, serves and checks an
// instance. Commands print plain text; what must be kept is printed once and
// stored nowhere. A command fails with one line that says what to do, and exit
// code 1; a wrong call with 2.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"syscall"

	"github.com/alecthomas/kong"

	"klankbord/internal/app"
	"klankbord/internal/bare"
	"klankbord/internal/setup"
)

// env is what every command gets.
type env struct {
	ctx    context.Context //nolint:containedctx // the life of one command
	in     io.Reader       // what a person types
	out    io.Writer
	errOut io.Writer
}

func (e *env) say(format string, args ...any) { _, _ = fmt.Fprintf(e.out, format+"\n", args...) }

func (e *env) logger(level string) *slog.Logger { return loggerTo(e.errOut, level) }

func loggerTo(out io.Writer, level string) *slog.Logger {
	var l slog.Level
	_ = l.UnmarshalText([]byte(level)) // kong allowed only levels that exist
	return slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: l}))
}

// serving is what of the commands is read when a service starts: each other command has
// the settings as flags of its own, and reading them all was a fifth of the processor time
// of a start.
type serving struct {
	SettingsFile kong.ConfigFlag `name:"config" env:"KLANKBORD_CONFIG" help:"Configuration file: JSON with the names of the flags as keys."`

	Serve serveCommand `cmd:"" help:"Serve the pages of an instance."`
}

type commands struct {
	Init    initCommand `cmd:"" help:"Make an instance in an empty state folder."`
	serving `embed:""`
	Demo    demoCommand     `cmd:"" help:"Serve a demo with sample members and cases; mail is caught and shown."`
	Config  configCommands  `cmd:"" help:"Look at the settings, which doc/configuration.md lists."`
	Keys    keysCommands    `cmd:"" help:"Renew the key files of an instance."`
	Log     logCommands     `cmd:"" help:"Check the log."`
	DKIM    dkimCommands    `cmd:"" name:"dkim" help:"Make a key that signs outgoing mail, and print what to publish."`
	Ready   readyCommand    `cmd:"" help:"Ask the program that serves here whether it is ready."`
	Doctor  doctorCommand   `cmd:"" help:"Say what is wrong with an instance and what to do."`
	Member  memberCommands  `cmd:"" help:"Look at changes of members that wait, and stand in where too few are left."`
	Export  exportCommand   `cmd:"" help:"Take everything along in open formats, sealed to an age recipient. It asks for the recovery key."`
	Import  importCommands  `cmd:"" help:"Bring what lay elsewhere before: a mailbox or a register of complaints becomes cases."`
	Backup  backupCommands  `cmd:"" help:"Make copies of an instance, sealed to a key that is kept elsewhere, try them, and make an instance of one."`
	Move    moveCommand     `cmd:"" help:"Bring an instance to another database, or its sealed files to another place, and look at all that arrived."`
	Restore restoreCommand  `cmd:"" help:"Show how the database differs from what was seen outside it, and accept an older one that was restored on purpose."`
	Recover recoverCommands `cmd:"" help:"Use the recovery key, when something is lost or to see that it still opens."`
}

// exit is what kong throws when it has printed help.
type exit int

// Main runs one command and returns the exit code of the process.
func Main(ctx context.Context, args []string, out, errOut io.Writer) (code int) {
	if bare.Asked(args) {
		return bare.Child(args, os.Stdin, out)
	}
	return run(ctx, args, os.Stdin, out, errOut)
}

func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) (code int) {
	defer func() {
		if c, ok := recover().(exit); ok {
			code = int(c)
		}
	}()
	var c any = &commands{}
	if len(args) > 0 && args[0] == "serve" {
		c = &serving{}
	}
	parser, err := kong.New(c, kong.Name("klankbord"), kong.Description("A confidential complaints and integrity desk that an organisation hosts itself."),
		kong.Writers(out, errOut), kong.Exit(func(code int) { panic(exit(code)) }), kong.Configuration(settingsFile), kong.UsageOnError())
	if err != nil {
		_, _ = fmt.Fprintln(errOut, "klankbord:", err)
		return 2
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		_, _ = fmt.Fprintln(errOut, "klankbord:", err)
		return 2
	}
	if err := parsed.Run(&env{ctx: ctx, in: in, out: out, errOut: errOut}); err != nil {
		_, _ = fmt.Fprintln(errOut, "klankbord:", advice(err))
		return 1
	}
	return 0
}

// advice is the line that an operator reads.
func advice(err error) string {
	switch {
	case errors.Is(err, setup.ErrFounded):
		return "this state folder holds an instance already; choose another with --state"
	case errors.Is(err, app.ErrNoInstance):
		return "no instance in this state folder; run `klankbord init`, or choose another with --state"
	case errors.Is(err, syscall.EROFS):
		return err.Error() + "; this disk cannot be written, and what is not kept must not be taken in: see why, then start again"
	case errors.Is(err, os.ErrPermission):
		return err.Error() + "; run the command as the user that owns the state folder"
	default:
		return err.Error()
	}
}
