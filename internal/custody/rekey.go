package custody

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Rekey puts everything that lies under one key of the instance under another: stamps and
// heads, gates, the places of the directory, checkpoints, and what was sealed for us. It is
// one transaction, with a line of the log for the desk and for each case. It first holds the
// whole database against its log and every stamp against the key before, and changes nothing
// where anything is found: no row is stamped anew that did not hold. ADR 0049.
type Rekey struct {
	From, To *Custody // on one store, each with its own key

	Before note.Verifier // of checkpoints that From signed
	Signer note.Signer   // of checkpoints from now on
	Detail map[string]string

	Mails, Notices func(seal.Context, seal.Box) (seal.Box, error) // from under the one key to under the other
	Address        func(store.Notice) (string, error)             // reads one that lies under the key before
	Also           func(*store.Tx) error                          // what others keep under a subkey

	marks map[string][]byte // of addresses: what is now what they were before
}

// ErrUnsound tells that the database is not as its log and its stamps say; then no key is
// renewed.
var ErrUnsound = errors.New("the database is not as its log says: run klankbord log verify, and put right what it names")

// ErrServed tells that somebody serves the instance, whose stamps would not hold afterwards.
var ErrServed = errors.New("the instance is being served: stop every process that serves it")

// Run does it. ErrServed, ErrUnsound: nothing was changed.
func (k *Rekey) Run(ctx context.Context) (cases int64, err error) {
	err = k.To.store.Write(ctx, func(tx *store.Tx) error {
		cases, k.marks = 0, map[string][]byte{}
		if until, err := tx.ServedUntil(); err != nil || until.After(tx.Now()) {
			return errors.Join(err, ErrServed)
		}
		if err := k.sound(tx); err != nil {
			return err
		}
		for after := casefile.ID(""); ; {
			ids, err := tx.CaseIDs(after, rowsAtOnce)
			if err != nil {
				return err
			}
			for _, id := range ids {
				after = id
				cases++
				if err := k.oneCase(tx, id); err != nil {
					return fmt.Errorf("case %s: %w", id, err)
				}
			}
			if len(ids) < rowsAtOnce {
				break
			}
		}
		return k.rest(tx)
	})
	if err != nil {
		return 0, fmt.Errorf("renew instance key: %w", err)
	}
	return cases, nil
}

func (k *Rekey) sound(tx *store.Tx) error {
	exam := Examination{Verifier: k.Before, Anchor: k.From.signer.Public(), Custody: k.From}
	switch r, err := exam.Run(tx); {
	case errors.Is(err, store.ErrNone):
		return nil // nothing of the log was ever signed
	case err != nil:
		return err
	case !r.Sound():
		return fmt.Errorf("%w (%d findings)", ErrUnsound, max(r.Found, 1))
	default:
		return nil
	}
}

// rest is what belongs to no case.
func (k *Rekey) rest(tx *store.Tx) error {
	for _, part := range []func(*store.Tx) error{k.lines, k.checkpoints, k.directory, k.desk, k.practice, k.threads, k.mails, k.Also} {
		if err := part(tx); err != nil {
			return err
		}
	}
	return tx.InsertLeaf(Leaf(tx.Now(), Event{Kind: audit.InstanceRenewed, Actor: ByOperator(), Object: "instance", Detail: k.Detail}))
}

// lines stamps every line of the log anew; its hash and its place stay.
func (k *Rekey) lines(tx *store.Tx) error {
	stamp := LeafStamps(k.To.instance, k.To.stamps)
	waiting, err := tx.WaitingLeaves(1 << 30)
	if err != nil {
		return err
	}
	for _, l := range waiting {
		l.Stamp = stamp(l.Hash)
		if err := tx.RestampLeaf(l); err != nil {
			return err
		}
	}
	for l, err := range placed(tx) {
		if err != nil {
			return err
		}
		l.Stamp = stamp(l.Hash)
		if err := tx.RestampLeaf(l); err != nil {
			return err
		}
	}
	return nil
}

// checkpoints signs every checkpoint anew, those that witnesses got as well: each says the
// same as before.
func (k *Rekey) checkpoints(tx *store.Tx) error {
	for after := int64(-1 << 62); ; {
		rows, err := tx.Checkpoints(after, rowsAtOnce)
		if err != nil {
			return err
		}
		for _, row := range rows {
			after = row.Size
			if row.Note, err = k.resigned(row.Note); err != nil {
				return err
			}
			if err := tx.ResignCheckpoint(row); err != nil {
				return err
			}
		}
		if len(rows) < rowsAtOnce {
			break
		}
	}
	sent, err := tx.WitnessMails("", 1<<30)
	if err != nil {
		return err
	}
	for _, w := range sent {
		if w.Note, err = k.resigned(w.Note); err != nil {
			return err
		}
		if err := tx.ResignWitnessMail(w); err != nil {
			return err
		}
	}
	return nil
}

func (k *Rekey) resigned(signed []byte) ([]byte, error) {
	c, err := audit.OpenCheckpoint(signed, k.Before)
	if err != nil {
		return nil, err
	}
	return c.Sign(k.Signer)
}

// directory gives every event its place by the new key and adds the one that hands over.
func (k *Rekey) directory(tx *store.Tx) error {
	events, err := tx.DirectoryEvents(-1)
	if err != nil {
		return err
	}
	list, err := staff.RenewKey(k.To.instance, events, tx.Now(), k.From.signer, k.To.signer)
	if err != nil {
		return err
	}
	for _, e := range list[:len(events)] {
		if err := tx.ReplaceEvent(e); err != nil {
			return err
		}
	}
	if err := tx.InsertDirectoryEvent(list[len(events)]); err != nil {
		return err
	}
	a, err := tx.LatestAcceptance()
	if errors.Is(err, store.ErrNone) {
		return nil
	}
	if err != nil || !seal.VerifySignature(k.From.signer.Public(), acceptanceContext(k.From.instance), a.Record, a.Signature) {
		return err // one that does not hold stays so
	}
	a.Signature = k.To.signer.Sign(acceptanceContext(k.To.instance), a.Record)
	return tx.ResignAcceptance(a)
}
