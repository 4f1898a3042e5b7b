package app

import (
	"context"
	"errors"
	"fmt"

	"klankbord/internal/custody"
)

// ErrOtherInstance tells that state folder and database belong to two instances.
var ErrOtherInstance = errors.New("the database is that of another instance than the state folder: correct the setting database")

// sameInstance refuses a database of another instance than was seen before: its cases do
// not open with these keys, and new ones would lie among those of others.
func (a *App) sameInstance() error {
	seen, err := a.outside.Seen()
	if err != nil {
		return nil //nolint:nilerr // what became of that file is told by an alarm
	}
	if seen.Instance != "" && seen.Instance != a.Instance {
		return ErrOtherInstance
	}
	return nil
}

// followDirectory looks at the directory before anything is served: the copy outside
// the database is made or moved on, and the name that it returns is of the profile that
// the directory was founded with, whatever the database names. An instance without a verified directory
// starts all the same; its pages say so.
func (a *App) followDirectory(ctx context.Context) (name string, err error) {
	name = a.named
	dir, err := a.Custody.Directory(ctx)
	switch {
	case errors.Is(err, custody.ErrUnknown):
	case err != nil:
		return "", err
	case dir.Chain().Rules().Profile != name:
		name = dir.Chain().Rules().Profile
		a.Custody.Raise(ctx, custody.AlarmProfile)
	}
	return name, nil
}

// alarmFinding says what an alarm means and what an operator does.
func alarmFinding(a custody.Alarm) Finding {
	what, do := alarmWords(a.Kind)
	return Finding{true, fmt.Sprintf("since %s: %s", a.Since.UTC().Format("2006-01-02 15:04 UTC"), what), do}
}

// What to do where the database is not the one that was seen.
const (
	doRestore = "put the newest database back; if an older one was restored on purpose: klankbord restore --accept --reason \"…\""
	doKeys    = "somebody changed the database: find out who, compare with the newest backup, and put the row back"
)

func alarmWords(kind custody.AlarmKind) (what, do string) {
	switch kind {
	case custody.AlarmAltered:
		return "the directory of members in the database was altered and does not verify", doRestore
	case custody.AlarmOlder:
		return "the directory of members in the database is older than the one that was seen", doRestore
	case custody.AlarmForked:
		return "the directory of members in the database is another one than was seen", doRestore
	case custody.AlarmMissing:
		return "the file heads in the state folder is gone: whether the database is the newest cannot be told", "put the file back; if it was lost: klankbord restore --accept --reason \"…\""
	case custody.AlarmUnreadable:
		return "the file heads in the state folder cannot be read", "put the file back; if it was lost: klankbord restore --accept --reason \"…\""
	case custody.AlarmUnwritable:
		return "the state folder cannot be written: what was seen is not kept outside the database", "make room in the state folder and let the user of the service write to it"
	case custody.AlarmPin:
		return "a member saw a newer or another directory of members when they signed in before", doRestore
	case custody.AlarmGhost:
		return "a case was opened to a key that no member vouched for", doKeys
	case custody.AlarmPerson:
		return "the name or the address of a member was changed in the database, or a member is missing there", doKeys
	case custody.AlarmProfile:
		return "the database names another profile than the one the directory was founded with", doKeys
	case custody.AlarmInvitation:
		return "an invitation was changed in the database", doKeys
	case custody.AlarmLog:
		return "the log in the database is older than the one that was seen", doRestore
	default:
		return string(kind), doRestore
	}
}
