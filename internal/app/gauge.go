package app

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"

	"klankbord/internal/fault"
	figures "klankbord/internal/metrics"
	"klankbord/internal/store"
)

// writeTimes is how long writing to the database takes, and how often it failed.
type writeTimes struct {
	figures.Times
	failed atomic.Int64
}

func (w *writeTimes) observe(now time.Time, took time.Duration, err error) {
	w.Observe(now, took)
	if errors.Is(err, fault.ErrDown) || errors.Is(err, fault.ErrFull) {
		w.failed.Add(1)
	}
}

// The steps in which figures are told that would show a single visit otherwise.
const (
	roomStep      = 1 << 30
	smallRoomStep = 64 << 20
	memoryStep    = 128 << 20
	routineStep   = 100
	jobLate       = 5 * time.Minute
	lineSlow      = 10 * time.Second
	probeEvery    = 30 * time.Second
	shelfEvery    = time.Minute
)

// gauge gathers what metrics tell. What costs is kept for a while.
type gauge struct {
	a     *App
	begun time.Time

	mu     sync.Mutex // guards what follows
	probed time.Time
	sync   float64
	listed time.Time
	made   float64
}

func (a *App) newGauge() *gauge { return &gauge{a: a, begun: a.clock.Now(), sync: math.NaN()} }

func (g *gauge) figures(ctx context.Context) []figures.Figure {
	now := g.a.clock.Now()
	list := append(g.a.requests.Figures(now), g.a.writes.Figures(now, "klankbord_write_seconds",
		"How long a change to the database took at most, for a share of them, over the last whole hour; only where there were many.")...)
	list = append(list,
		one("klankbord_write_failures_total", "Changes that database or disk did not take; at once.", float64(g.a.writes.failed.Load())),
		one("klankbord_start_seconds", "When the program started.", seconds(g.begun)))
	list = append(list, g.machine(now)...)
	list = append(list, g.waiting(ctx, now)...)
	list = append(list, g.log(ctx, now)...)
	return append(list, g.copies(ctx, now)...)
}

func one(name, help string, v float64) figures.Figure {
	return figures.Figure{Name: name, Help: help, Value: v}
}

// seconds is a time as Prometheus wants it; 0 for never.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.Unix())
}

func yes(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// machine tells of disk and memory.
func (g *gauge) machine(now time.Time) []figures.Figure {
	list := []figures.Figure{
		one("klankbord_goroutines", "Tasks inside the program, up to the next hundred.", math.Ceil(float64(runtime.NumGoroutine())/routineStep)*routineStep),
		one("klankbord_memory_bytes", "Memory that the program took of the machine, up to the next 128 MiB.", math.Ceil(taken()/memoryStep)*memoryStep),
		one("klankbord_disk_reserve_bytes", "Room below which no complaint is begun.", float64(g.a.Config.MinFreeMB<<20)),
		one("klankbord_disk_sync_seconds", "How long a small file took to be safe on the disk, tried every half minute.", g.probe(now)),
	}
	if free, known, err := g.a.Blobs.Free(); err == nil && known {
		step := float64(roomStep)
		if float64(free) < 4*roomStep {
			step = smallRoomStep
		}
		list = append(list, one("klankbord_disk_free_bytes", "Room on the disk of the sealed files, down to the whole GiB, or 64 MiB below four.", figures.Steps(float64(free), step)))
	}
	if ends, err := g.a.certificates(); err == nil {
		first := 0.0
		for _, end := range ends {
			if at := seconds(end); first == 0 || at < first {
				first = at
			}
		}
		list = append(list, one("klankbord_certificate_end_seconds", "When the first of the certificates ends; 0: the program has none.", first))
	}
	return list
}

func taken() float64 {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(sample)
	return float64(sample[0].Value.Uint64() - sample[1].Value.Uint64())
}

// probe measures the disk by itself, so that no visit is needed for it.
func (g *gauge) probe(now time.Time) float64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Sub(g.probed) < probeEvery {
		return g.sync
	}
	g.probed, g.sync = now, math.NaN()
	begun := g.a.clock.Now()
	f, err := os.OpenFile(filepath.Join(g.a.Config.State, "probe"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return g.sync
	}
	_, err = f.Write(make([]byte, 4096))
	if errors.Join(err, f.Sync(), f.Close()) == nil {
		g.sync = g.a.clock.Now().Sub(begun).Seconds()
	}
	return g.sync
}

// waiting tells of the database and what should have been done.
func (g *gauge) waiting(ctx context.Context, now time.Time) []figures.Figure {
	var late int64
	var mails map[string]int64
	err := g.a.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if late, err = tx.CountLate(now.Add(-jobLate)); err != nil {
			return err
		}
		mails, err = tx.MailCounts()
		return err
	})
	list := []figures.Figure{one("klankbord_ready", "Whether the database answers.", yes(err == nil))}
	if err != nil {
		return list
	}
	return append(list,
		one("klankbord_jobs_late", "Jobs that should have been done five minutes ago.", float64(late)),
		one("klankbord_mails_dead", "Mails that were given up; members see them on the desk.", float64(mails["dead"])))
}

// log tells how the log stands.
func (g *gauge) log(ctx context.Context, now time.Time) []figures.Figure {
	s, err := g.a.Oversight.Standing(ctx)
	if err != nil {
		return nil
	}
	lag := 0.0
	if !s.Waiting.IsZero() && now.Sub(s.Waiting) > lineSlow {
		lag = now.Sub(s.Waiting).Seconds()
	}
	var behind, sent float64
	for _, w := range s.Witnesses {
		behind += yes(w.Behind)
		if at := seconds(w.Sent); sent == 0 || at < sent {
			sent = at
		}
	}
	return []figures.Figure{
		one("klankbord_log_waiting_seconds", "How long the oldest line waits for its place in the log; 0 below ten seconds.", lag),
		one("klankbord_log_trouble", "Whether the log refuses to go on, because database and what was seen outside it differ.", yes(s.Trouble != "")),
		one("klankbord_log_checked_seconds", "When the whole log was last checked; 0: never.", seconds(s.Checked)),
		one("klankbord_log_unsound", "Whether that check found something.", yes(!s.Checked.IsZero() && !s.Sound)),
		one("klankbord_witnesses", "Addresses that get checkpoints.", float64(len(s.Witnesses))),
		one("klankbord_witnesses_behind", "Those that got nothing for too long.", behind),
		one("klankbord_witness_sent_seconds", "When the one that is longest ago got a checkpoint; 0: none did.", sent),
	}
}

// copies tells of backups.
func (g *gauge) copies(ctx context.Context, now time.Time) []figures.Figure {
	every := 0.0
	if g.a.Config.BackupTo != "" {
		every = g.a.Config.BackupEvery.Seconds()
	}
	return []figures.Figure{
		one("klankbord_backup_every_seconds", "How often a backup is made; 0: Klankbord makes none.", every),
		one("klankbord_backup_made_seconds", "When the newest backup was made; 0: there is none.", g.newest(ctx, now)),
	}
}

func (g *gauge) newest(ctx context.Context, now time.Time) float64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.a.Config.BackupTo == "" || now.Sub(g.listed) < shelfEvery {
		return g.made
	}
	g.listed, g.made = now, 0
	if at, err := g.a.newestBackup(ctx); err == nil {
		g.made = seconds(at)
	}
	return g.made
}
