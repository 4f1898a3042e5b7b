// Package migration holds the schema as numbered texts, one for both databases:
// the words {int}, {bytes}, {text} and {strict} are replaced per database. Texts
// are forward-only; one that has been released is never changed, which sqldb
// checks by hash. Times are microseconds UTC, booleans are 0 or 1.
package migration

import "embed"

// Files holds the migrations in the order of their numbers.
//
//go:embed *.sql
var Files embed.FS
