package sqldb

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	pgConnections = 16
	pgRetries     = 5
	pgFirstPause  = 4 * time.Millisecond // doubles with each retry
)

// pgEngine is a pool of connections to a PostgreSQL server.
type pgEngine struct {
	pool    *sql.DB
	writing sync.RWMutex // held alone by a write that runs again
	turns   atomic.Bool  // the table by which processes take turns is there
	shut    atomic.Bool
}

// The turns of writes of all processes: those that run for the first time share, one that
// runs again waits for them and keeps new ones waiting. A lock of a table is taken before
// what the transaction sees is fixed, which an advisory lock is not (PostgreSQL 17, 13.2.2
// and LOCK). Whoever reads is never in the way.
const (
	turnShared = "LOCK TABLE schema_migration IN ROW SHARE MODE"
	turnAlone  = "LOCK TABLE schema_migration IN EXCLUSIVE MODE"
)

func openPostgres(ctx context.Context, dsn string) (*pgEngine, error) {
	dsn, own, err := ownPart(dsn)
	if err != nil {
		return nil, err
	}
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, err // pgx leaves the password out of it
	}
	if err := guarded(config); err != nil {
		return nil, err
	}
	if err := own.enter(ctx, config); err != nil {
		return nil, err
	}
	maps.Copy(config.RuntimeParams, map[string]string{
		"synchronous_commit": "on", "timezone": "UTC", "application_name": "klankbord",
		"idle_in_transaction_session_timeout": "60000",
	})
	pool := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(checkServer))
	pool.SetMaxOpenConns(own.connections)
	pool.SetMaxIdleConns(own.connections)
	pool.SetConnMaxIdleTime(time.Minute)
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return &pgEngine{pool: pool}, nil
}

// errInClear tells of an address that would send rows over a network in clear, or to
// a server that nobody checked.
var errInClear = errors.New("a PostgreSQL server on another machine is reached with sslmode=verify-full (and sslrootcert=FILE for a certificate of your own)")

// guarded refuses such an address, and one that falls back to it (ASVS 12.3.1, 12.3.2).
func guarded(c *pgx.ConnConfig) error {
	ways := append([]*pgconn.FallbackConfig{{Host: c.Host, TLSConfig: c.TLSConfig}}, c.Fallbacks...)
	for _, way := range ways {
		ip := net.ParseIP(way.Host)
		here := strings.HasPrefix(way.Host, "/") || way.Host == "localhost" || ip != nil && ip.IsLoopback()
		t := way.TLSConfig
		checked := t != nil && (!t.InsecureSkipVerify || t.VerifyPeerCertificate != nil || t.VerifyConnection != nil)
		if !here && !checked {
			return errInClear
		}
	}
	return nil
}

// checkServer reads back, on a new connection, what durability and text depend on.
func checkServer(ctx context.Context, c *pgx.Conn) error {
	for name, want := range map[string]string{"synchronous_commit": "on", "server_encoding": "UTF8"} {
		var got string
		if err := c.QueryRow(ctx, "SELECT current_setting($1)", name).Scan(&got); err != nil {
			return fmt.Errorf("ask for %s: %w", name, err)
		}
		if got != want {
			return fmt.Errorf("%s is %s, must be %s", name, got, want)
		}
	}
	return nil
}

// write runs fn as if it were alone, as SQLite does, so that a rule that holds
// there holds here; PostgreSQL makes that so by asking some to run again. Those run
// without the other writers of this process and, once the schema is there, of every other.
func (e *pgEngine) write(ctx context.Context, fn func(*Tx) error) error {
	e.writing.RLock()
	again, err := e.onceUnlock(ctx, turnShared, fn, e.writing.RUnlock)
	for try := 0; again && try < pgRetries; try++ {
		if try > 0 && pause(ctx, pgFirstPause<<try) != nil {
			return err
		}
		e.writing.Lock()
		again, err = e.onceUnlock(ctx, turnAlone, fn, e.writing.Unlock)
	}
	return err
}

func (e *pgEngine) onceUnlock(ctx context.Context, turn string, fn func(*Tx) error, unlock func()) (again bool, err error) {
	defer unlock() // also when fn panics
	if !e.turns.Load() {
		turn = ""
	}
	return e.once(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable}, turn, fn)
}

func (e *pgEngine) read(ctx context.Context, fn func(*Tx) error) error {
	_, err := e.once(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, "", fn)
	return err
}

// once runs fn in one transaction, after its turn where it takes one, and reports whether
// PostgreSQL asks for it to be run again.
func (e *pgEngine) once(ctx context.Context, o *sql.TxOptions, turn string, fn func(*Tx) error) (again bool, err error) {
	tx, err := e.pool.BeginTx(ctx, o)
	if err != nil {
		return false, e.closed(err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	if turn != "" {
		if _, err := tx.ExecContext(ctx, turn); err != nil {
			return collided(err), fmt.Errorf("wait for other writers: %w", err)
		}
	}
	t := &Tx{ctx: ctx, run: ctx, on: pgTx{tx}}
	err = fn(t)
	again = collided(t.failed) // fn may have put other words in place of the error
	if err = t.finish(err); err == nil {
		err = tx.Commit()
	}
	return err != nil && (again || collided(err)), err
}

// alone waits for a lock that lives as long as its connection, in the schema that
// the connection works in, and gives fn, which brings the schema up to date, a transaction
// on that connection.
func (e *pgEngine) alone(ctx context.Context, fn func(*Tx) error) error {
	c, err := e.pool.Conn(ctx)
	if err != nil {
		return e.closed(err)
	}
	defer func() { _ = c.Close() }()
	const key = "hashtextextended('klankbord ' || current_schema(), 0)"
	if _, err := c.ExecContext(ctx, "SELECT pg_advisory_lock("+key+")"); err != nil {
		return fmt.Errorf("wait for other instances: %w", err)
	}
	defer func() {
		_, _ = c.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock("+key+")")
	}()
	tx, err := c.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	t := &Tx{ctx: ctx, run: ctx, on: pgTx{tx}}
	if err := t.finish(fn(t)); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	e.turns.Store(true)
	return nil
}

func (e *pgEngine) checkpoint(context.Context) error { return nil }

func (e *pgEngine) close() error {
	e.shut.Store(true)
	return e.pool.Close()
}

// closed gives the error of a closed pool the name that callers know.
func (e *pgEngine) closed(err error) error {
	if e.shut.Load() {
		return ErrClosed
	}
	return err
}

// pgTx is a transaction on PostgreSQL; pgx keeps statements prepared by itself.
type pgTx struct{ *sql.Tx }

func (t pgTx) script(ctx context.Context, text string) error {
	// Only the simple protocol takes several statements at once.
	_, err := t.ExecContext(ctx, text, pgx.QueryExecModeSimpleProtocol)
	return err
}

// pause waits for a random time up to limit, so that those who collided do not
// meet again.
func pause(ctx context.Context, limit time.Duration) error {
	var b [8]byte
	_, _ = rand.Read(b[:])                                                              // never returns an error since Go 1.24
	wait := time.NewTimer(time.Duration(binary.BigEndian.Uint64(b[:]) % uint64(limit))) //nolint:gosec // below limit
	defer wait.Stop()
	select {
	case <-wait.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
