// Command klankbord is a confidential complaints desk: one program that makes,
// serves and checks an instance.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"klankbord/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Main(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
