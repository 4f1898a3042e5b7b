package sqldb

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// share is the part of a PostgreSQL database that is one organisation's own.
type share struct {
	schema      string // empty: what the server chooses for the user
	connections int
}

var (
	schemaName     = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
	errSchema      = errors.New("schema: want a name such as org_example, of small letters, digits and underscores")
	errQuery       = errors.New("the part of the address behind the question mark: want name=value, with & between them")
	errConnections = errors.New("connections: want a number from 2 to 100")
)

// ownPart takes out of an address what only Klankbord understands: schema=NAME and
// connections=N.
func ownPart(dsn string) (rest string, own share, err error) {
	own.connections = pgConnections
	u, err := url.Parse(dsn)
	if err != nil {
		return dsn, own, nil //nolint:nilerr // pgx says what is wrong without the password
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil { // half an address must not lead to another schema
		return "", own, errQuery
	}
	if !query.Has("schema") && !query.Has("connections") {
		return dsn, own, nil
	}
	if query.Has("schema") {
		if own.schema = query.Get("schema"); !schemaName.MatchString(own.schema) {
			return "", own, errSchema
		}
	}
	if text := query.Get("connections"); text != "" {
		if own.connections, err = strconv.Atoi(text); err != nil || own.connections < 2 || own.connections > 100 {
			return "", own, errConnections
		}
	}
	query.Del("schema")
	query.Del("connections")
	u.RawQuery = query.Encode()
	return u.String(), own, nil
}

// enter makes the schema where it is missing, and lets every connection see that one
// alone: a statement that names no schema, and none of ours does, finds no other's
// tables.
func (s share) enter(ctx context.Context, config *pgx.ConnConfig) error {
	if s.schema == "" {
		return nil
	}
	c, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(ctx) }()
	var there bool
	if err := c.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)", s.schema).Scan(&there); err != nil {
		return fmt.Errorf("look for schema %s: %w", s.schema, err)
	}
	if !there { // IF NOT EXISTS as well: another instance may make it at the same time
		if _, err := c.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+pgx.Identifier{s.schema}.Sanitize()); err != nil {
			return fmt.Errorf("make schema %s: %w", s.schema, err)
		}
	}
	config.RuntimeParams["search_path"] = pgx.Identifier{s.schema}.Sanitize()
	return nil
}
