package house

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"time"

	"klankbord/bench/browser"
	"klankbord/bench/server"
)

// Run runs the program once and returns what it printed.
func Run(ctx context.Context, bin string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, args...)
	cmd.Env = server.Settings()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("klankbord %s: %w: %s", strings.Join(args[:min(2, len(args))], " "), err, out)
	}
	return string(out), nil
}

// signing is how long the first checkpoint of the log may take after a start.
const signing = 10 * time.Second

// Opens serves the instance of a state folder, opens one page of it, and waits until the
// log holds a checkpoint and agrees with it.
func Opens(ctx context.Context, bin, state, path string) (err error) {
	port, err := freePort(ctx)
	if err != nil {
		return err
	}
	p, err := start(ctx, nil, bin, "serve", "--state", state, "--listen", port, "--log-level", "error")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	n := browser.NewNetwork(240)
	defer n.Close()
	b, err := browser.New(n, "http://"+port)
	if err != nil {
		return err
	}
	page, err := b.Open(ctx, path)
	if err == nil && page.Status != http.StatusOK {
		err = fmt.Errorf("%s answers %d: %w", path, page.Status, browser.ErrUnexpected)
	}
	for until := time.Now().Add(signing); err == nil; time.Sleep(100 * time.Millisecond) {
		_, wrong := Run(ctx, bin, "log", "verify", "--state", state)
		if wrong == nil {
			break
		}
		if time.Now().After(until) {
			err = wrong
		}
	}
	return err
}
