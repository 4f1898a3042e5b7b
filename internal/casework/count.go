package casework

import (
	"fmt"
	"sync"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/store"
)

// countsKept is how long a count holds while the log tells of no change: dates pass.
const countsKept = time.Minute

// countsMost and reportsMost bound how many are kept; beyond it all are counted anew.
const (
	countsMost  = 10_000
	reportsMost = 16
)

// tallied keeps what was counted for sessions, until the log tells of a change in any
// case. What it holds are numbers only.
type tallied[T any] struct {
	mu sync.Mutex
	by map[string]counted[T] // guarded by mu
}

type counted[T any] struct {
	what T
	size int64 // lines of the log then
	when time.Time
}

// counting counts for one page.
type counting struct {
	c      *Casework
	tx     *store.Tx
	actor  access.Actor
	size   int64
	settle bool // every line about a case has its position, so that the size tells of every change
}

func (c *Casework) counting(tx *store.Tx, actor access.Actor) (*counting, error) {
	size, waiting, err := tx.LogStands()
	return &counting{c, tx, actor, size, !waiting && actor.Session != ""}, err
}

// count counts the cases within a filter, up to most.
func (k *counting) count(f store.InboxFilter, name string, most int) (int, error) {
	if !k.settle {
		return k.tx.CountInbox(f, most)
	}
	key := fmt.Sprint(k.actor.Session, "/", k.actor.Member, "/", name, "/", most)
	now := k.c.Store.Now()
	if n, ok := k.c.counts.get(key, k.size, now); ok {
		return n, nil
	}
	n, err := k.tx.CountInbox(f, most)
	if err == nil {
		k.c.counts.put(key, counted[int]{n, k.size, now}, countsMost)
	}
	return n, err
}

func (m *tallied[T]) get(key string, size int64, now time.Time) (what T, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.by[key]
	return k.what, ok && k.size == size && now.Sub(k.when) < countsKept
}

func (m *tallied[T]) put(key string, k counted[T], most int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.by == nil || len(m.by) >= most {
		m.by = map[string]counted[T]{}
	}
	m.by[key] = k
}
