package intake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/sqldb"
	"klankbord/internal/store"
)

// OldRow is one row of a register that an organisation kept before, as it stands there.
type OldRow struct {
	Reference, Received, Closed, Route, Topic, Channel, Language string
	Name, Email, Phone, Subject, Text, Outcome, Note             string
}

// String keeps what stands there out of whatever prints it.
func (OldRow) String() string { return "[sealed]" }

// LogValue keeps what stands there out of logs.
func (OldRow) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// BringRow makes a case of a row of an old register, once, by the number that the register
// gave it. A closed one comes in closed: nobody decides anything about it here, and it is kept
// from the day on which it was closed. A row that says what cannot be is told with the column,
// and nothing of it is made; an error is of the whole run.
func (i *Intake) BringRow(ctx context.Context, row OldRow, l lang.Lang, b *Bringing) (Brought, error) {
	s, fault := i.readRow(row, l, b)
	if fault != nil {
		return Brought{Fate: BringFailed, Reason: BringReason(fault.Error())}, nil
	}
	marks := i.Custody.RowMarks(b.Name, row.Reference)
	if seen, err := i.seen(ctx, marks); err != nil || seen {
		return Brought{Fate: BringSkipped, Reason: BringBefore}, err
	}
	if !b.Do {
		return b.wouldWrite(marks), i.CanBring(ctx, s.routing.Route, s.routing.Team)
	}
	s.once = func(tx *store.Tx) error { return spend(tx, marks) }
	err := again(func() error {
		if err := i.readyRow(ctx, s); err != nil {
			return err
		}
		return i.commitRow(ctx, s)
	})
	if err != nil {
		return i.notBrought(ctx, err)
	}
	i.wake()
	return Brought{Fate: BringTaken, Number: s.number}, nil
}

// readyRow decides who receives the keys and seals everything.
func (i *Intake) readyRow(ctx context.Context, s *submission) error {
	s.newNumber()
	s.leaves, s.files, s.clocks, s.now = nil, nil, nil, i.Store.Now()
	dir, err := i.Custody.Directory(ctx)
	if err != nil {
		return err
	}
	if !access.Receives(dir, s.routing.Team) {
		return ErrClosed
	}
	words := &Draft{Answers: profile.Answers{profile.FieldSummary: s.answers[profile.FieldSummary], profile.FieldStory: s.answers[profile.FieldStory]}}
	if err := i.leaveOutNamed(ctx, dir, s, words); err != nil {
		return err
	}
	if s.brought.Closed.IsZero() {
		s.clocks = i.clocks(s)
	}
	if err := i.sealCase(dir, s); err != nil {
		return err
	}
	s.log()
	return nil
}

// commitRow writes everything in one transaction.
func (i *Intake) commitRow(ctx context.Context, s *submission) error {
	row := i.rowCase(s)
	var notice store.Notice
	written := row.State.Open() && s.identity.Email != ""
	if written { // known where to write once a member does; nobody is written to now
		var err error
		if notice, err = i.notice(s.id, s.identity); err != nil {
			return err
		}
	}
	registered := custody.Receipt(s.now, s.id, s.number)
	return i.write(ctx, func(tx *store.Tx) error {
		if err := s.once(tx); err != nil {
			return err
		}
		if err := tx.InsertCase(row); err != nil {
			if sqldb.IsUnique(err) {
				return errors.Join(errTaken, err)
			}
			return err
		}
		if err := errors.Join(s.found.Insert(tx), putClocks(tx, s)); err != nil {
			return err
		}
		if written {
			if err := tx.PutNotice(notice); err != nil {
				return err
			}
		}
		for _, leaf := range append(slices.Clone(s.leaves), registered) {
			if err := tx.InsertLeaf(leaf); err != nil {
				return err
			}
		}
		return nil
	})
}

// rowCase is the row of a case that lay elsewhere. It is kept as long as one that was closed
// here on the same day; where no rule fits, until members decide.
func (i *Intake) rowCase(s *submission) store.Case {
	row := store.Case{
		ID: s.id, Number: s.number, Route: s.routing.Route, Team: s.routing.Team, State: casefile.StateReceived,
		Language: string(s.identity.Lang), Channel: s.channel, Received: s.at, Unreached: true, Head: s.found.Head,
	}
	if next, ok := deadline.Next(s.clocks); ok {
		row.NextDue = next.Due
	}
	if s.brought.Closed.IsZero() {
		return row
	}
	row.State, row.Closed, row.Unreached = casefile.StateClosed, s.brought.Closed, false
	if rule, ok := i.Profile.Keeping().For(row.Route, s.brought.Outcome); ok {
		dates := rule.Dates(i.Calendar, row.Closed, time.Time{})
		row.EraseAfter, _ = dates.Whole()
		_, row.PartAfter, _ = dates.First()
	}
	return row
}

// rowFault is what is wrong with a row: a column, and why. It holds nothing of the row.
type rowFault struct{ column, why string }

// Error says it in English, for the report.
func (f *rowFault) Error() string { return fmt.Sprintf("column %s: %s", f.column, f.why) }
