package custody

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"klankbord/internal/audit"
	"klankbord/internal/ident"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// Sealer seals for a reader that is not us; package post opens.
type Sealer interface {
	Seal(c seal.Context, plain []byte) seal.Box
}

// Witness is somebody outside the host's control who keeps checkpoints. ID stands
// for the address in the database and the log.
type Witness struct{ ID, Address string }

// NewWitness names the witness of a mail address.
func NewWitness(address string) Witness {
	address = strings.ToLower(strings.TrimSpace(address))
	sum := sha256.Sum256([]byte("klankbord/witness/1 " + address))
	return Witness{hex.EncodeToString(sum[:8]), address}
}

// Witnesses sends the newest checkpoint to each witness by mail, with the proof that
// it continues the one they got before: when the log has moved, and at most once in
// a while. It never sends a checkpoint that is older than the last seen head or than
// what the witness got, nor one of another history.
type Witnesses struct {
	Store    *store.Store
	Head     *LogHead
	Verifier note.Verifier
	Key      string // public key of the log, as text
	Instance string
	Mails    Sealer
	List     []Witness       // those of the operator
	More     func() []string // addresses that the organisation added; nil: none
	Every    time.Duration
	Language string
}

// All are the witnesses at this moment, each once.
func (w *Witnesses) All() []Witness {
	list := slices.Clone(w.List)
	if w.More == nil {
		return list
	}
	for _, address := range w.More() {
		if more := NewWitness(address); !slices.ContainsFunc(list, func(x Witness) bool { return x.ID == more.ID }) {
			list = append(list, more)
		}
	}
	return list
}

const witnessLease = time.Minute

// parcel is what goes to one witness, ready to be written.
type parcel struct {
	witness Witness
	before  string // id of the newest mail to them when this one was made
	row     store.WitnessMail
	mail    store.Mail
	leaf    store.Leaf
}

// Step queues what is due and tells how many mails that are. ErrElsewhere: another
// instance does it. audit.ErrOlder, audit.ErrForked and ErrHeadLost: nothing of this
// log may leave.
func (w *Witnesses) Step(ctx context.Context, holder string) (int, error) {
	if len(w.All()) == 0 {
		return 0, nil
	}
	parcels, err := w.due(ctx)
	if err != nil || len(parcels) == 0 {
		return 0, err
	}
	err = w.Store.Write(ctx, func(tx *store.Tx) error {
		fence, err := tx.TakeLease("witness", holder, witnessLease)
		if err != nil {
			return err
		}
		for _, p := range parcels {
			if err := p.queue(tx); err != nil {
				return err
			}
		}
		return tx.HoldLease("witness", holder, fence)
	})
	if errors.Is(err, store.ErrStale) {
		return 0, ErrElsewhere
	}
	if err != nil {
		return 0, fmt.Errorf("queue checkpoints: %w", err)
	}
	return len(parcels), nil
}

func (p parcel) queue(tx *store.Tx) error {
	newest, err := tx.WitnessMails(p.witness.ID, 1)
	if err != nil {
		return err
	}
	if len(newest) > 0 && newest[0].ID != p.before || len(newest) == 0 && p.before != "" {
		return store.ErrStale
	}
	return errors.Join(tx.QueueMail(p.mail, tx.Now()), tx.InsertWitnessMail(p.row), tx.InsertLeaf(p.leaf))
}

func (w *Witnesses) due(ctx context.Context) (list []parcel, err error) {
	seen := w.Head.Sight()
	err = w.Store.Read(ctx, func(tx *store.Tx) error {
		last, err := w.Head.Check(tx, seen)
		if err != nil || last.Size == 0 {
			return err
		}
		for _, to := range w.All() {
			p, err := w.parcel(tx, to, last)
			if err != nil {
				return err
			}
			if p != nil {
				list = append(list, *p)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("checkpoint for witnesses: %w", err)
	}
	for i := range list {
		if err := w.seal(&list[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// parcel is nil where nothing is due.
func (w *Witnesses) parcel(tx *store.Tx, to Witness, last store.Checkpoint) (*parcel, error) {
	p := &parcel{witness: to}
	newest, err := tx.WitnessMails(to.ID, 1)
	if err != nil {
		return nil, err
	}
	if len(newest) > 0 {
		if p.before = newest[0].ID; newest[0].State == "waiting" || tx.Now().Sub(newest[0].At) < w.Every {
			return nil, nil //nolint:nilnil // not due is no failure
		}
	}
	got, err := tx.WitnessSent(to.ID)
	if err != nil && !errors.Is(err, store.ErrNone) {
		return nil, err
	}
	if err := w.continues(tx, got, last); err != nil {
		return nil, err
	}
	moved, err := tx.LeafSince(got.Size, audit.CheckpointSent, audit.LogChecked, audit.BackupMade)
	if err != nil || !moved {
		return nil, err
	}
	update, err := audit.NewUpdate(last.Note, w.Verifier, got.Size, nodes{tx})
	if err != nil {
		return nil, err
	}
	p.row = store.WitnessMail{ID: ident.New(), Witness: to.ID, Old: got.Size, Size: last.Size, Note: last.Note, At: tx.Now()}
	p.mail = store.Mail{ID: p.row.ID, Kind: string(letter.ToWitness), Box: update.Encode()} // sealed outside of the transaction
	return p, nil
}

// continues fails unless the newest checkpoint continues the one a witness got.
func (w *Witnesses) continues(tx *store.Tx, got store.WitnessMail, last store.Checkpoint) error {
	if got.Size == 0 {
		return nil
	}
	c, err := audit.OpenCheckpoint(got.Note, w.Verifier)
	if err != nil || c.Size != got.Size {
		return errors.Join(audit.ErrForked, err)
	}
	if c.Size > last.Size {
		return fmt.Errorf("%w: a witness has %d leaves", audit.ErrOlder, c.Size)
	}
	return rooted(tx, c)
}

func (w *Witnesses) seal(p *parcel) error {
	template := letter.ToWitness
	if p.row.Old == 0 {
		template = letter.FirstToWitness
	}
	order, err := letter.Pack(letter.Order{
		Template: template, Lang: w.Language, To: p.witness.Address, Lines: p.row.Size, Before: p.row.Old, Key: w.Key,
		Attachment: &letter.Attachment{Name: "klankbord-" + strconv.FormatInt(p.row.Size, 10) + ".txt", Text: p.mail.Box},
	})
	if err != nil {
		return err
	}
	p.mail.Box = w.Mails.Seal(MailContext(w.Instance, p.mail), order)
	c, err := audit.OpenCheckpoint(p.row.Note, w.Verifier)
	if err != nil {
		return err
	}
	p.leaf = Leaf(p.row.At, Event{Kind: audit.CheckpointSent, Actor: BySystem(), Object: p.row.ID, Detail: map[string]string{
		"witness": p.row.Witness, "old": strconv.FormatInt(p.row.Old, 10), "size": strconv.FormatInt(p.row.Size, 10),
		"root": base64.StdEncoding.EncodeToString(c.Root[:]),
	}})
	return nil
}
