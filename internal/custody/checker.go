package custody

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/store"
)

// What a check of the whole log found, in its line of the log.
const (
	checkSound   = "sound"
	checkUnsound = "unsound"
)

const checkLease = 30 * time.Minute

// Checker examines the whole database against its log once a day, and leaves a line
// that says what it found.
type Checker struct {
	Store       *store.Store
	Head        *LogHead
	Examination *Examination
}

// Check examines now. A log that is older or forked is unsound, whatever else holds.
func (c *Checker) Check(ctx context.Context) (*Examined, error) {
	var result *Examined
	seen := c.Head.Sight()
	err := c.Store.Read(ctx, func(tx *store.Tx) error {
		_, headErr := c.Head.Check(tx, seen)
		trouble := TroubleOf(headErr)
		if headErr != nil && trouble == "" {
			return headErr
		}
		var err error
		if result, err = c.Examination.Run(tx); err == nil && trouble != "" {
			result.found("log", "%v", headErr)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("check log: %w", err)
	}
	return result, nil
}

// Step checks when the last check is a day old, and tells whether it did.
// ErrElsewhere: another instance does it.
func (c *Checker) Step(ctx context.Context, holder string) (bool, error) {
	due := false
	err := c.Store.Read(ctx, func(tx *store.Tx) error {
		if _, err := tx.LatestCheckpoint(); errors.Is(err, store.ErrNone) {
			return nil
		}
		last, err := tx.LatestCheck()
		due = errors.Is(err, store.ErrNone) || err == nil && tx.Now().Sub(last.At) >= 24*time.Hour
		if errors.Is(err, store.ErrNone) {
			return nil
		}
		return err
	})
	if err != nil || !due {
		return false, err
	}
	var fence int64
	err = c.Store.Write(ctx, func(tx *store.Tx) (err error) {
		fence, err = tx.TakeLease("check", holder, checkLease)
		return err
	})
	if errors.Is(err, store.ErrStale) {
		return false, ErrElsewhere
	}
	if err != nil {
		return false, err
	}
	result, err := c.Check(ctx)
	if err != nil {
		return false, err
	}
	return true, c.note(ctx, holder, fence, result)
}

func (c *Checker) note(ctx context.Context, holder string, fence int64, r *Examined) error {
	detail := map[string]string{"result": checkSound, "size": strconv.FormatInt(r.Log.Checkpoint.Size, 10)}
	if !r.Sound() {
		detail["result"], detail["found"] = checkUnsound, strconv.FormatInt(r.Found, 10)
	}
	leaf := Leaf(c.Store.Now(), Event{Kind: audit.LogChecked, Actor: BySystem(), Detail: detail})
	err := c.Store.Write(ctx, func(tx *store.Tx) error {
		return errors.Join(tx.InsertLeaf(leaf), tx.HoldLease("check", holder, fence))
	})
	if errors.Is(err, store.ErrStale) {
		return ErrElsewhere
	}
	if err != nil {
		return fmt.Errorf("note check of log: %w", err)
	}
	return nil
}
