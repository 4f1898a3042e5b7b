package casework

import (
	"context"
	"errors"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/ident"
	"klankbord/internal/retention"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// Attach moves a mail that waits into a case to which it belongs, whole: its words, whom
// it says it is from, its files and the mail itself stand among what only members see,
// marked, because nobody proved who wrote it. The mail that waited is erased with it.
// Faults: somebody sorted it before; who sent it has to be opened first; no such case.
func (c *Casework) Attach(ctx context.Context, actor access.Actor, n, to casefile.Number) error {
	if _, err := c.Custody.Granting(ctx); err != nil {
		return err
	}
	if n == to {
		return errAttachSame
	}
	return custody.Retry(func() error {
		mail, err := c.unsorted(ctx, actor, n)
		if err != nil {
			return err
		}
		target, dir, err := c.openWith(ctx, actor, to)
		if err != nil {
			return err
		}
		if target.Case.State == casefile.StateUnsorted {
			return errAttachSame
		}
		if mail.Damaged {
			return errEraseBroken
		}
		a, err := attaching(mail)
		if err != nil {
			return err
		}
		items, err := a.items()
		if err != nil {
			return err
		}
		e := erasing{o: mail, dir: dir}
		e.left = c.leftOf(e, actor)
		e.left.Rule, e.left.Due = string(retention.ReasonAttached), c.Store.Now()
		leaf := c.certify(&e, actor, nil)
		err = c.apply(ctx, actor, target, change{
			items: items, words: a.mail.Subject + "\n" + a.mail.Text,
			event: custody.Event{Kind: audit.EntryAdded, Object: a.id, Detail: map[string]string{"what": "mail"}},
			more: func(tx *store.Tx) error {
				for from, in := range a.moved {
					if err := tx.MoveBlobRefs("case", string(mail.Case.ID), from, "case", string(target.Case.ID), in); err != nil {
						return err
					}
				}
				return errors.Join(tx.EraseCase(mail.Case, e.left), tx.InsertLeaf(leaf))
			},
		})
		if err != nil {
			return err
		}
		c.logged.forget(mail.Case.ID)
		c.forgetCase(mail.Case.ID)
		return nil
	})
}

// attachment is a mail on its way into another case.
type attachment struct {
	id    string
	mail  casefile.OtherMail
	files []custody.Item
	moved map[string]string // entry of a file there and here
}

// attaching reads a mail whole; errSenderFirst where the identity is sealed apart and
// was not opened.
func attaching(o *custody.Opened) (attachment, error) {
	a := attachment{id: ident.New(), moved: map[string]string{}}
	file := func(from string, manifest []byte) {
		id := ident.New()
		a.moved[from] = id
		a.mail.Files = append(a.mail.Files, casefile.EntryID(id))
		a.files = append(a.files, custody.Item{
			ID: id, Kind: casefile.EntryInternalFile, Compartment: seal.Investigation, Parent: a.id,
			AuthorKind: custody.AuthorSystem, Payload: manifest,
		})
	}
	for _, e := range o.Entries {
		if e.Kind == casefile.EntryRawMail && e.Locked {
			return a, errSenderFirst
		}
		switch e.Kind {
		case casefile.EntryStory:
			s, err := casefile.DecodePayload[casefile.Story](e.Payload)
			if err != nil {
				return a, err
			}
			a.mail.Subject, a.mail.Text, a.mail.Lang = s.Subject, s.Text, s.Lang
		case casefile.EntryRawMail:
			r, err := casefile.DecodePayload[casefile.RawMail](e.Payload)
			if err != nil {
				return a, err
			}
			a.mail.From, a.mail.Name, a.mail.Sent = r.From, r.Name, r.Sent
			file(e.ID, r.Manifest)
		case casefile.EntryFile:
			file(e.ID, e.Payload)
		default: // stays behind
		}
	}
	a.mail.Received = o.Case.Received.UTC()
	facts, _ := mailFacts(o)
	a.mail.Facts = facts
	return a, nil
}

func (a attachment) items() ([]custody.Item, error) {
	plain, err := casefile.EncodePayload(a.mail)
	return append([]custody.Item{{
		ID: a.id, Kind: casefile.EntryUnmatchedMail, Compartment: seal.Investigation, AuthorKind: custody.AuthorSystem, Payload: plain,
	}}, a.files...), err
}
