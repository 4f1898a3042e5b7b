package desk_test

import (
	"os"
	"testing"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/config"
)

func TestZZQuick(t *testing.T) {
	provider := apptest.NewProvider(t, nil)
	h, c := staffed(t, func(c *config.Config, _ *app.Options) { provider.Configure(c) })
	provider.Clock = h.Clock
	s := &states{t: t, house: h, crew: c, dir: os.Getenv("KLANKBORD_PAGES"), provider: provider}
	for _, l := range []string{"nl", "fr", "en", "de"} {
		s.lang = l
		s.slips()
		s.removals()
	}
}
