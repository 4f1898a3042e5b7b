package sqldb

import (
	"errors"
	"slices"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// Result codes of SQLite, https://www.sqlite.org/rescode.html.
const (
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteNoMemory   = 7
	sqliteReadOnly   = 8
	sqliteIO         = 10
	sqliteCorrupt    = 11 // also what becomes of a read that fails
	sqliteFull       = 13
	sqliteCannotOpen = 14
	sqliteProtocol   = 15 // of locking
	sqliteFsync      = 1034
	sqliteForeignKey = 787
	sqlitePrimaryKey = 1555
	sqliteUnique     = 2067
	sqliteRowID      = 2579
)

// Conditions of PostgreSQL, https://www.postgresql.org/docs/current/errcodes-appendix.html.
const (
	pgDiskFull      = "53100"
	pgForeignKey    = "23503"
	pgUnique        = "23505"
	pgSerialization = "40001"
	pgDeadlock      = "40P01"
	pgLockTimeout   = "55P03"
)

// errReaders says that a reader kept the write-ahead log from being emptied.
var errReaders = errors.New("a reader is in the way")

// IsUnique reports whether err says that a row with such a key exists already.
func IsUnique(err error) bool {
	switch sqliteCode(err) {
	case sqliteUnique, sqlitePrimaryKey, sqliteRowID:
		return true
	}
	return pgCode(err) == pgUnique
}

// IsForeignKey reports whether err says that a row refers to one that does not
// exist, or that one still referred to was to be deleted.
func IsForeignKey(err error) bool {
	return sqliteCode(err) == sqliteForeignKey || pgCode(err) == pgForeignKey
}

// IsBusy reports whether err says that others were in the way for too long; the
// same call may succeed later.
func IsBusy(err error) bool {
	switch sqliteCode(err) & 0xff {
	case sqliteBusy, sqliteLocked:
		return true
	}
	return pgCode(err) == pgLockTimeout || collided(err) || errors.Is(err, errReaders)
}

// IsFull reports whether err says that the disk of the database has no room. On
// SQLite a sync that fails counts: a file system may find out only then.
func IsFull(err error) bool {
	code := sqliteCode(err)
	return code == sqliteFull || code == sqliteFsync || pgCode(err) == pgDiskFull || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// IsDown reports whether err says that the database, or the disk below it, fails, is
// out of reach, is held by others or belongs to a later version of the program: the fault is not in what was asked, and the same
// may succeed later.
func IsDown(err error) bool {
	switch sqliteCode(err) & 0xff {
	case sqliteNoMemory, sqliteReadOnly, sqliteIO, sqliteCorrupt, sqliteFull, sqliteCannotOpen, sqliteProtocol:
		return true
	}
	// Classes 08, connection; 53, resources; 57, somebody intervened; 58, the system.
	if code := pgCode(err); len(code) == 5 && slices.Contains([]string{"08", "53", "57", "58"}, code[:2]) {
		return true
	}
	var refused *pgconn.ConnectError
	return IsBusy(err) || IsFull(err) || errors.As(err, &refused) || errors.Is(err, ErrNewer)
}

// collided reports whether PostgreSQL asks for the transaction to be run again.
func collided(err error) bool {
	code := pgCode(err)
	return code == pgSerialization || code == pgDeadlock
}

func sqliteCode(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

func pgCode(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
