package cli

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"klankbord/internal/app"
	"klankbord/internal/bare"
	"klankbord/internal/config"
)

type serveCommand struct{ config.Config }

// served is an instance, or several.
type served interface {
	Serve(ctx context.Context, ready func(addresses []string)) error
	Close() error
}

// Run serves until the process is told to stop.
func (c *serveCommand) Run(e *env) (err error) {
	log := newSteady(e.errOut)
	defer log.end()
	a, err := c.open(e, loggerTo(log, c.LogLevel))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return a.Serve(e.ctx, func(addresses []string) {
		for _, address := range addresses {
			e.say("Serving on %s", address)
		}
	})
}

func (c *serveCommand) open(e *env, log *slog.Logger) (served, error) {
	if c.Organisations == "" {
		return app.Open(e.ctx, c.Config, app.Options{Log: log, Copies: copies()})
	}
	tenants, err := readTenants(c.Organisations)
	if err != nil {
		return nil, err
	}
	return app.OpenOrganisations(e.ctx, c.Config, tenants, app.Options{Log: log, Copies: copies()})
}

// copies makes copies of files by this program; none where the system does not say where
// it lies.
func copies() *bare.Maker {
	path, err := os.Executable()
	if err != nil {
		return nil
	}
	return bare.NewMaker(path)
}
