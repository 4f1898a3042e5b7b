package sqldb

import (
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"net"
	"strings"
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

	// pgGroup bounds a group below the 64 savepoints that PostgreSQL remembers for each
	// transaction; with more, every look at the database has to ask the disk.
	pgGroup = 32
	// pgPatience ends what waits for a server that is gone without a word: how long one
	// statement may take, of those that a group waits for.
	pgPatience = 5 * time.Minute
)

// pgEngine is a pool of connections to a PostgreSQL server. Its conductor writes on one of
// them.
type pgEngine struct {
	*conductor
	pool *sql.DB
	shut atomic.Bool
}

// How a group begins: alone among the writers of all processes, whom it keeps waiting until
// it has ended. The lock of a table is taken before what the transaction sees is fixed, which
// an advisory lock is not (PostgreSQL 17, 13.2.2 and LOCK). Whoever reads is never in the way.
const (
	pgBegin     = "BEGIN ISOLATION LEVEL SERIALIZABLE"
	pgTakeTurn  = "LOCK TABLE schema_migration IN EXCLUSIVE MODE"
	pgTurnTable = "SELECT to_regclass('schema_migration') IS NOT NULL"
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
	e := &pgEngine{pool: pool}
	e.conductor = newConductor(e, pgGroup)
	go e.run() //nolint:contextcheck // outlives the caller
	return e, nil
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

// write runs fn alone, as SQLite does, so that a rule that holds there holds here. Where
// PostgreSQL asks for it all the same, as beside another program, fn runs again.
func (e *pgEngine) write(ctx context.Context, fn func(*Tx) error) error {
	again := false
	once := func(t *Tx) error {
		err := fn(t)
		again = collided(t.failed) // fn may have put other words in place of the error
		return err
	}
	err := e.conductor.write(ctx, once)
	for try := range pgRetries {
		if err == nil || !again && !collided(err) || pause(ctx, pgFirstPause<<try) != nil {
			return err
		}
		again = false
		err = e.conductor.write(ctx, once)
	}
	return err
}

// begin takes a connection of the pool. One that died while it was idle, as when the server
// was started again, is replaced once.
func (e *pgEngine) begin() (transaction, error) {
	ctx, over := context.WithTimeout(context.Background(), pgPatience)
	defer over()
	begin := pgBegin
	if e.knows.Load() > 0 { // the table by which processes take turns is there
		begin += "; " + pgTakeTurn
	}
	for first := true; ; first = false {
		c, err := e.pool.Conn(ctx)
		if err != nil {
			return nil, e.closed(err)
		}
		t := &pgConn{Conn: c}
		if err = t.script(ctx, begin); err == nil {
			return t, nil
		}
		e.over(t, true)
		if !first || pgCode(err) != "" {
			return nil, fmt.Errorf("begin to write: %w", err)
		}
	}
}

func (e *pgEngine) over(on transaction, lost bool) {
	c, _ := on.(*pgConn)
	if lost {
		_ = c.Raw(func(any) error { return driver.ErrBadConn }) // makes the pool drop it
	}
	_ = c.Close() // gives it back; after Raw it is gone already
}

func (e *pgEngine) bound(ctx context.Context, on transaction) (context.Context, context.CancelFunc) {
	c, _ := on.(*pgConn)
	run, end := context.WithCancel(context.WithoutCancel(ctx))
	c.waits = time.AfterFunc(pgPatience, end)
	return run, func() {
		c.waits.Stop()
		end()
	}
}

func (e *pgEngine) read(ctx context.Context, fn func(*Tx) error) error {
	tx, err := e.pool.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return e.closed(err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	t := &Tx{ctx: ctx, run: ctx, on: pgTx{tx}}
	if err := t.finish(fn(t)); err != nil {
		return err
	}
	return tx.Commit()
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
	if err := t.finish(e.inTurn(t, fn)); err != nil {
		return err
	}
	return tx.Commit()
}

// inTurn runs fn after the writes of other processes, whom it would otherwise wait for in
// the middle of what they wait for. A new database has none.
func (e *pgEngine) inTurn(t *Tx, fn func(*Tx) error) error {
	var others bool
	if err := t.QueryRow(pgTurnTable).Scan(&others); err != nil {
		return err
	}
	if others {
		if _, err := t.Exec(pgTakeTurn); err != nil {
			return err
		}
	}
	return fn(t)
}

func (e *pgEngine) checkpoint(context.Context) error { return nil }
func (e *pgEngine) trim(context.Context) error       { return nil }

func (e *pgEngine) close() error {
	e.shut.Store(true)
	e.closing.Do(e.stop)
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
