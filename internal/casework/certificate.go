package casework

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/fault"
	"klankbord/internal/retention"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Certificate says that a case was erased, when, by which rule and by whom, by what they
// are and not by their name. It holds nothing of what the case was about.
type Certificate struct {
	Number   casefile.Number
	Route    casefile.Route
	Team     casefile.Team // of who erased it
	Two      bool          // a second member agreed
	Rule     retention.Reason
	Story    time.Time // when what was told was erased; zero: with the rest
	Who      time.Time // when it was erased who the complainant is; zero: with the rest
	Due      time.Time // end of the last day on which it was kept
	Erased   time.Time
	Received string // the month, as 2006-01
	Closed   string
	Outcome  casefile.Outcome
	Line     string    // id of the line in the log
	Position int64     // of that line; -1 until it has one
	Hash     string    // of that line, in hexadecimal
	Horizon  time.Time // when the last backup that can hold it is removed; zero: not declared
	Files    int       // sealed files that were not removed yet
}

// certificatesMost bounds the list.
const certificatesMost = 500

// Certificates lists the erasures that this actor may know of, the newest first: an
// auditor all, a member those that they carried out or agreed to. Whoever was left out
// of a case does not learn here that there was one. fault.ErrNotFound for everyone else.
func (c *Casework) Certificates(ctx context.Context, actor access.Actor) (list []Certificate, err error) {
	by, err := certifies(actor)
	if err != nil {
		return nil, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.ErasedCases(by, certificatesMost)
		list = nil
		for _, row := range rows {
			list = append(list, c.certificate(row))
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list erasures: %w", err)
	}
	return list, nil
}

// Certificate reads one of them, with the fingerprint of its line.
func (c *Casework) Certificate(ctx context.Context, actor access.Actor, n casefile.Number) (k Certificate, err error) {
	by, err := certifies(actor)
	if err != nil {
		return k, err
	}
	err = c.Store.Read(ctx, func(tx *store.Tx) error {
		row, err := tx.ErasedByNumber(n)
		if err != nil {
			return err
		}
		if by != "" && row.Member != by && row.Second != by {
			return store.ErrNone
		}
		k = c.certificate(row)
		leaf, err := tx.Leaf(row.Case, row.Leaf)
		if err != nil {
			return err
		}
		k.Hash = hex.EncodeToString(leaf.Hash)
		names, err := tx.ErasedBlobs(string(row.Case))
		k.Files = len(names)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return k, errNothing
	}
	if err != nil {
		return k, fmt.Errorf("read erasure: %w", err)
	}
	return k, nil
}

// certifies is whose erasures an actor may know of; empty: everybody's.
func certifies(actor access.Actor) (staff.ID, error) {
	switch {
	case !actor.Entry.Active:
		return "", fault.ErrNotFound
	case actor.Handler():
		return actor.Member, nil
	case actor.Auditor():
		return "", nil
	default:
		return "", fault.ErrNotFound
	}
}

func (c *Casework) certificate(row store.ErasedCase) Certificate {
	k := Certificate{
		Number: row.Number, Route: row.Route, Team: row.Team, Two: row.Second != "", Rule: retention.Reason(row.Rule),
		Due: row.Due, Erased: row.Erased, Received: row.Received, Closed: row.Closed, Outcome: row.Outcome,
		Story: row.StoryErased, Who: row.WhoErased, Line: row.Leaf, Position: row.Position,
	}
	if c.BackupDays > 0 {
		k.Horizon = row.Erased.AddDate(0, 0, c.BackupDays)
	}
	return k
}
