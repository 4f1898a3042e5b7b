package storetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"klankbord/internal/ident"
)

// EnvPostgres names the variable with the address of a running server to use, as a
// role that may make schemas. Without it each test process starts its own.
const EnvPostgres = "KLANKBORD_TEST_POSTGRES"

// server starts PostgreSQL at its first use and keeps it for the whole process:
// starting one takes seconds. It ends with the process.
var server = sync.OnceValues(func() (running, error) {
	if dsn := os.Getenv(EnvPostgres); dsn != "" {
		return running{dsn: dsn}, nil
	}
	dsn, stop, err := StartPostgres(context.Background())
	return running{dsn, stop}, err
})

// running holds on to stop: once it is collected, its pipe closes and the server
// ends.
type running struct {
	dsn  string
	stop func() error
}

// PostgreSQL returns the address of an empty schema of its own on a server for
// tests; the schema goes with the test.
func PostgreSQL(t testing.TB) string {
	t.Helper()
	r, err := server()
	if err != nil {
		t.Fatalf("PostgreSQL for tests: %v", err)
	}
	schema := "t_" + ident.New()
	execute(t, r.dsn, "CREATE SCHEMA "+schema)
	t.Cleanup(func() { execute(t, r.dsn, "DROP SCHEMA "+schema+" CASCADE") })
	inSchema, err := withSchema(r.dsn, schema)
	if err != nil {
		t.Fatal(err)
	}
	return inSchema
}

// execute runs one statement on a connection of its own, also in a cleanup.
func execute(t testing.TB, dsn, statement string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	c, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatalf("PostgreSQL for tests: %v", err)
	}
	defer func() { _ = c.Close(ctx) }()
	if _, err := c.Exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func withSchema(dsn, schema string) (string, error) {
	u, err := url.Parse(dsn)
	if err != nil || u.Host == "" {
		return "", fmt.Errorf("%s is not an address such as postgres://user@host/name", EnvPostgres)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String(), nil
}
