package cli

import (
	"errors"

	"klankbord/internal/app"
	"klankbord/internal/config"
)

type serveCommand struct{ config.Config }

// Run serves until the process is told to stop.
func (c *serveCommand) Run(e *env) (err error) {
	log := newSteady(e.errOut)
	defer log.end()
	a, err := app.Open(e.ctx, c.Config, app.Options{Log: loggerTo(log, c.LogLevel)})
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
