// Command withpostgres runs a command beside a PostgreSQL server for tests, so that
// many test processes share one: withpostgres go test ./... It ends with the
// command's exit status, or 1 where the server or the command does not start.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"klankbord/internal/storetest"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) && exit.ExitCode() > 0 {
			os.Exit(exit.ExitCode())
		}
		fmt.Fprintln(os.Stderr, "withpostgres:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errors.New("want a command")
	}
	dsn, stop, err := storetest.StartPostgres(ctx)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), storetest.EnvPostgres+"="+dsn)
	return errors.Join(cmd.Run(), stop())
}
