package intake

import (
	"context"
	"fmt"
	"sync/atomic"

	"klankbord/internal/store"
)

// visits counts how often the form was opened and begun since that was last written
// down. It holds two numbers and nothing about who it was; a crash loses at most a
// minute of them.
type visits struct{ seen, started atomic.Int64 }

// Seen counts that somebody opened the form who had begun nothing.
func (i *Intake) Seen() { i.visits.seen.Add(1) }

// KeepVisits adds what was counted to the month. It does nothing where nobody came.
func (i *Intake) KeepVisits(ctx context.Context) error {
	for what, n := range map[string]*atomic.Int64{"seen": &i.visits.seen, "started": &i.visits.started} {
		counted := n.Swap(0)
		if counted == 0 {
			continue
		}
		err := i.write(ctx, func(tx *store.Tx) error {
			return tx.CountMonth(tx.Now().In(i.Calendar.Location).Format("2006-01"), what, counted)
		})
		if err != nil {
			n.Add(counted)
			return fmt.Errorf("count visits: %w", err)
		}
	}
	return nil
}
