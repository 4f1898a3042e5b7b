// Package leaving takes everything along that an organisation has: every case that its
// recovery key opens, in open formats that need no program of ours. It must never write
// before it is logged, told to all members and, per case, noted where the complainant
// reads it; it opens no case that the recovery key was kept from. It fails before the
// first byte or with a file that does not end, never with one that only looks whole.
package leaving

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode/utf8"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/ident"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Leaving is the use case.
type Leaving struct {
	Store     *store.Store
	Custody   *custody.Custody
	Oversight *custody.Oversight
	Mails     custody.Sealer
	Open      func(context.Context, seal.Manifest) io.Reader // a sealed file
	Readme    map[string]string                              // by language
	Wake      func()
}

// Order is a use of the recovery key to take everything along.
type Order struct {
	Code    seal.Code
	Key     staff.Recovery // that the code is
	Purpose string         // which complainants read
}

// Taken tells what went along.
type Taken struct {
	Cases, Files int
	Damaged      int               // files or entries that are not as they were saved
	Without      []casefile.Number // cases that the recovery key does not open
}

// PurposeLeast and PurposeMost bound the purpose, in characters.
const (
	PurposeLeast = 10
	PurposeMost  = 500
)

// ErrPurpose means that the purpose is too short or too long.
var ErrPurpose = errors.New("purpose: want 10 to 500 characters; every complainant reads it")

// Take writes everything to w. First all of it is logged and told.
func (l *Leaving) Take(ctx context.Context, o Order, w io.Writer) (t Taken, err error) {
	if n := utf8.RuneCountInString(o.Purpose); n < PurposeLeast || n > PurposeMost {
		return t, ErrPurpose
	}
	var files []store.Case
	err = l.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if files, err = tx.RecoveryCases(o.Key.ID); err != nil {
			return err
		}
		t.Without, err = tx.CasesWithoutRecovery(o.Key.ID)
		return err
	})
	if err != nil {
		return t, fmt.Errorf("read cases: %w", err)
	}
	if err := l.tell(ctx, o, len(files)); err != nil {
		return t, err
	}
	for _, f := range files {
		if err := custody.Retry(func() error { return l.note(ctx, o, f.ID) }); err != nil {
			return t, fmt.Errorf("note export of %s: %w", f.Number, err)
		}
	}
	return t, l.write(ctx, o, files, w, &t)
}

// tell logs the use of the recovery key and mails every member.
func (l *Leaving) tell(ctx context.Context, o Order, cases int) error {
	var members []store.Member
	err := l.Store.Read(ctx, func(tx *store.Tx) (err error) {
		members, err = tx.Members()
		return err
	})
	if err != nil {
		return fmt.Errorf("read members: %w", err)
	}
	now := l.Store.Now()
	var mails []store.Mail
	for _, m := range members {
		if !m.Active {
			continue
		}
		order := letter.Order{Template: letter.TakenAlong, Lang: m.Language, To: m.Email, Received: now}
		mail, err := l.Custody.SealMail(l.Mails, store.Mail{Member: m.ID}, order)
		if err != nil {
			return err
		}
		mails = append(mails, mail)
	}
	leaf := custody.Leaf(now, custody.Event{
		Kind: audit.RecoveryUsed, Actor: audit.Actor{Kind: audit.Operator}, Object: o.Key.ID,
		Detail: map[string]string{"what": "taken-along", "cases": strconv.Itoa(cases)},
	})
	err = l.Store.Write(ctx, func(tx *store.Tx) error {
		return errors.Join(custody.QueueMails(tx, mails), tx.InsertLeaf(leaf))
	})
	if err != nil {
		return fmt.Errorf("tell that everything is taken along: %w", err)
	}
	l.Wake()
	return nil
}

// note writes that a case is taken along, with who the complainant is: a line in the log,
// and an opening with its purpose that the complainant sees.
func (l *Leaving) note(ctx context.Context, o Order, id casefile.ID) error {
	opened, err := l.Custody.OpenRecovery(ctx, o.Code, o.Key.ID, id)
	if err != nil {
		return err
	}
	by := audit.Actor{Kind: audit.Operator}
	op, err := l.Custody.LiftGate(opened, "", ident.New(), []byte(o.Purpose), time.Time{})
	if err != nil {
		return err
	}
	now := l.Store.Now()
	leaves := []store.Leaf{
		custody.Leaf(now, custody.Event{Kind: audit.IdentityOpened, Actor: by, Case: id, Object: op.ID}),
		custody.Leaf(now, custody.Event{Kind: audit.Export, Actor: by, Case: id, Detail: map[string]string{"what": "taken-along", "form": "zip"}}),
	}
	return l.Store.Write(ctx, func(tx *store.Tx) error {
		return errors.Join(tx.InsertOpening(op), tx.InsertLeaf(leaves[0]), tx.InsertLeaf(leaves[1]))
	})
}
