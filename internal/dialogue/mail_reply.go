package dialogue

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/ident"
	"klankbord/internal/intake"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// TakeReply makes a message of an e-mail with which a complainant answered one of ours.
// It is sealed to the public keys of the case, of which nothing is opened, and does
// nothing but tell: it confirms no address, agrees to nothing and takes nothing back.
// intake.ErrReplyMoved: the case was closed or erased meanwhile, or has another address.
func (d *Dialogue) TakeReply(ctx context.Context, r intake.Reply) error {
	if err := custody.Retry(func() error { return d.takeReply(ctx, r) }); err != nil {
		return fmt.Errorf("take reply: %w", err)
	}
	d.wake()
	return nil
}

func (d *Dialogue) takeReply(ctx context.Context, r intake.Reply) error {
	file, keys, grants, err := d.replied(ctx, r)
	if err != nil {
		return err
	}
	c, held, err := replyItems(r)
	if err != nil {
		return err
	}
	added, err := d.Custody.Append(file, keys, c.items...)
	if err != nil {
		return err
	}
	dir, err := d.Custody.Directory(ctx)
	if err != nil {
		return err
	}
	o := &custody.Opened{Case: file}
	mails, err := d.Custody.MemberMails(ctx, d.Mails, o, letter.ToMember, d.Custody.Holders(dir, file, grants))
	if err != nil {
		return err
	}
	leaves := d.leaves(o, c)
	if file.State == casefile.StateWaiting {
		leaf, err := d.resume(ctx, o, c)
		if err != nil {
			return err
		}
		leaves = append(leaves, leaf)
	}
	return d.write(ctx, func(tx *store.Tx) error {
		if err := r.Once(tx); err != nil {
			return err
		}
		if err := sameAddress(tx, r); err != nil {
			return err
		}
		if err := added.Insert(tx); err != nil {
			return err
		}
		for entry, m := range held {
			if err := custody.HoldBlobs(tx, m, ownerCase, string(file.ID), entry); err != nil {
				return err
			}
		}
		return errors.Join(d.keep(tx, o, c), custody.QueueMails(tx, mails), insertLeaves(tx, leaves))
	})
}

// replied reads the case that a reply goes into.
func (d *Dialogue) replied(ctx context.Context, r intake.Reply) (file store.Case, keys []store.CaseKey, grants []store.Grant, err error) {
	err = d.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if file, err = tx.Case(r.Case); err != nil {
			return err
		}
		if keys, err = tx.CaseKeys(r.Case); err != nil {
			return err
		}
		if grants, err = tx.Grants(r.Case); err != nil {
			return err
		}
		return sameAddress(tx, r)
	})
	if errors.Is(err, store.ErrNone) || err == nil && !file.State.Open() {
		err = intake.ErrReplyMoved
	}
	return file, keys, grants, err
}

func sameAddress(tx *store.Tx, r intake.Reply) error {
	n, err := tx.Notice(r.Case)
	if errors.Is(err, store.ErrNone) || err == nil && !bytes.Equal(n.Mark, r.Address) {
		return intake.ErrReplyMoved
	}
	return err
}

// replyItems are the message with its files, what was found about the mail, and the mail
// itself with the identity; and which file stands in which entry.
func replyItems(r intake.Reply) (*change, map[string]seal.Manifest, error) {
	id := ident.New()
	held := map[string]seal.Manifest{string(r.Facts.Raw): r.RawManifest}
	var files []custody.Item
	for _, m := range r.Files {
		x := item(ident.New(), casefile.EntryFile, seal.Dialogue, m.Encode())
		x.Parent, held[x.ID] = id, m
		r.Message.Files = append(r.Message.Files, casefile.EntryID(x.ID))
		files = append(files, x)
	}
	told, err1 := casefile.EncodePayload(r.Message)
	raw, err2 := casefile.EncodePayload(r.Raw)
	facts, err3 := casefile.EncodePayload(r.Facts)
	mail, found := item(string(r.Facts.Raw), casefile.EntryRawMail, seal.Identity, raw), item("", casefile.EntryMailFacts, seal.Investigation, facts)
	mail.Parent, found.Parent, found.ID, found.AuthorKind = id, id, ident.New(), custody.AuthorSystem
	items := append([]custody.Item{item(id, casefile.EntryMessageIn, seal.Dialogue, told), mail, found}, files...)
	return &change{items: items, logged: audit.EntryAdded}, held, errors.Join(err1, err2, err3)
}
