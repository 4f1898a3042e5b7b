package custody

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"

	"klankbord/internal/audit"
	"klankbord/internal/store"
)

// Trouble says why nothing of the log may be signed or sent; empty when it may.
type Trouble string

// The troubles of a log.
const (
	TroubleOlder  Trouble = "older"  // the database is older than what was seen
	TroubleForked Trouble = "forked" // it continues otherwise, or its tree was altered
	TroubleLost   Trouble = "lost"   // what was seen is lost
	TroubleAlien  Trouble = "alien"  // somebody else wrote lines into it; they get no position
)

// TroubleOf names the trouble in an error; empty for every other error.
func TroubleOf(err error) Trouble {
	switch {
	case errors.Is(err, audit.ErrOlder):
		return TroubleOlder
	case errors.Is(err, audit.ErrForked), errors.Is(err, audit.ErrCheckpoint):
		return TroubleForked
	case errors.Is(err, ErrHeadLost):
		return TroubleLost
	default:
		return ""
	}
}

// Standing is how the log stands: what is signed, what waits, and what witnesses
// hold.
type Standing struct {
	Trouble   Trouble
	Size      int64     // lines that are signed
	Signed    time.Time // when; zero: never
	Waiting   time.Time // the oldest line that waits for its position; zero: none
	Witnesses []WitnessStanding
	Checked   time.Time // when the whole log was last checked; zero: never
	Sound     bool      // what that check found
}

// WitnessStanding is what a witness has got.
type WitnessStanding struct {
	Address string    // empty: no longer in the settings
	Size    int64     // of the newest checkpoint that a server took; 0: none
	Sent    time.Time // when
	State   string    // of the newest mail: waiting, sent, dead; empty: none yet
	Behind  bool      // the log has moved, and they have got nothing for too long
}

// lineLate is how long a line may wait for its position before it is told.
const lineLate = 5 * time.Minute

// Stuck reports whether lines wait for longer than they should.
func (s Standing) Stuck(now time.Time) bool {
	return !s.Waiting.IsZero() && now.Sub(s.Waiting) > lineLate
}

// Behind reports whether a witness has got nothing for too long.
func (s Standing) Behind() bool {
	return slices.ContainsFunc(s.Witnesses, func(w WitnessStanding) bool { return w.Behind })
}

// Oversight tells how the log stands, for members and the operator.
type Oversight struct {
	Store     *store.Store
	Head      *LogHead
	Witnesses *Witnesses
	Holds     func(store.Leaf) bool // from LeafHolds
	Verifier  note.Verifier
	Key       string // public key of the log, as text
}

// Standing reads how the log stands now.
func (o *Oversight) Standing(ctx context.Context) (Standing, error) {
	var s Standing
	seen := o.Head.Sight()
	err := o.Store.Read(ctx, func(tx *store.Tx) error {
		last, err := o.Head.Check(tx, seen)
		if s.Trouble = TroubleOf(err); err != nil && s.Trouble == "" {
			return err
		}
		s.Size, s.Signed = last.Size, last.At
		waiting, err := tx.WaitingLeaves(leafBatch)
		if err != nil {
			return err
		}
		if len(waiting) > 0 {
			s.Waiting = waiting[0].At
		}
		if alien := slices.ContainsFunc(waiting, func(l store.Leaf) bool { return !o.Holds(l) }); alien && s.Trouble == "" {
			s.Trouble = TroubleAlien
		}
		if err := o.lastCheck(tx, &s); err != nil {
			return err
		}
		return o.witnesses(tx, &s)
	})
	if err != nil {
		return s, fmt.Errorf("read how the log stands: %w", err)
	}
	return s, nil
}

func (o *Oversight) lastCheck(tx *store.Tx, s *Standing) error {
	l, err := tx.LatestCheck()
	if errors.Is(err, store.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	s.Checked = l.At
	if r, err := audit.DecodeRecord(l.Record); err == nil {
		s.Sound = r.Detail["result"] == checkSound
	}
	return nil
}

func (o *Oversight) witnesses(tx *store.Tx, s *Standing) error {
	for _, w := range o.Witnesses.All() {
		standing := WitnessStanding{Address: w.Address}
		newest, err := tx.WitnessMails(w.ID, 1)
		if err != nil {
			return err
		}
		if len(newest) > 0 {
			standing.State = newest[0].State
		}
		got, err := tx.WitnessSent(w.ID)
		if err != nil && !errors.Is(err, store.ErrNone) {
			return err
		}
		standing.Size, standing.Sent = got.Size, got.Sent
		if standing.Behind, err = o.behind(tx, got); err != nil {
			return err
		}
		s.Witnesses = append(s.Witnesses, standing)
	}
	return nil
}

// behind reports whether something has waited for a witness for three times as long
// as between two mails.
func (o *Oversight) behind(tx *store.Tx, got store.WitnessMail) (bool, error) {
	oldest, err := tx.Leaves(got.Size, 1)
	if err != nil || len(oldest) == 0 {
		return false, err
	}
	since := max(got.Sent.UnixMicro(), oldest[0].At.UnixMicro())
	if tx.Now().UnixMicro()-since < 3*o.Witnesses.Every.Microseconds() {
		return false, nil
	}
	return tx.LeafSince(got.Size, audit.CheckpointSent, audit.LogChecked, audit.BackupMade)
}
