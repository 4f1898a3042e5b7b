package demo

import (
	"context"
	"fmt"
	"time"

	"klankbord/internal/seal"
)

// drill holds the first drill, on the day after everyone enrolled: each member opens
// the practice case, and whoever keeps the recovery key does by command.
func (s *seeding) drill(ctx context.Context, recovery seal.Code) error {
	s.clock.Add(24 * time.Hour)
	list := colleagues()
	if err := s.app.Setup.StartDrill(ctx, s.members[list[0].key].actor); err != nil {
		return fmt.Errorf("start drill: %w", err)
	}
	for _, c := range list {
		s.clock.Add(17 * time.Minute)
		if err := s.app.Setup.OpenDrill(ctx, s.members[c.key].actor); err != nil {
			return fmt.Errorf("drill of %s: %w", c.key, err)
		}
	}
	s.clock.Add(time.Hour)
	if _, _, err := s.app.Setup.OpenDrillByRecovery(ctx, recovery); err != nil {
		return fmt.Errorf("drill with the recovery key: %w", err)
	}
	return s.sequence(ctx)
}
