package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"klankbord/internal/config"
)

// readyCommand asks the program that runs here whether it is ready, for whatever watches it
// and has no other program to ask with, as in a container.
type readyCommand struct{ config.Config }

// askFor is how long the answer may take.
const askFor = 4 * time.Second

// errNotReady tells that it answers and takes no complaint.
var errNotReady = errors.New("it is not ready: the database does not answer, or it is about to stop")

// Run asks /readyz at the address on which the pages are served.
func (c *readyCommand) Run(e *env) error {
	if err := c.Check(); err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1" // it listens everywhere
	}
	scheme := "http"
	if c.TLS() {
		scheme = "https"
	}
	ctx, cancel := context.WithTimeout(e.ctx, askFor)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return fmt.Errorf("ask whether it is ready: %w", err)
	}
	// Nothing is told and nothing but yes or no is learnt, on this machine: whoever answers
	// here in the place of the program could answer with any certificate anyhow.
	ask := http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true, ServerName: c.PublicHost()}, //nolint:gosec // see above
	}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := ask.Do(r)
	if err != nil {
		return fmt.Errorf("ask whether it is ready: %w", err)
	}
	if err := answer.Body.Close(); err != nil {
		return fmt.Errorf("ask whether it is ready: %w", err)
	}
	if answer.StatusCode != http.StatusNoContent {
		return errNotReady
	}
	e.say("ready")
	return nil
}
