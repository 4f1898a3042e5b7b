package dialogue

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// For whom blobs are kept alive.
const (
	ownerMailbox = "mailbox" // of a message that is being written
	ownerCase    = "case"
)

// Attachment is a file that waits for its message to be sent. The browser keeps its
// ticket: the manifest, sealed under the cookie and bound to the case.
type Attachment struct {
	ID, Name, Type string
	Size           int64
	Ticket         string

	manifest seal.Manifest
}

// AddFile streams a file into sealing; the message that takes it gives its ticket.
// Nothing of it touches the disk in clear. Faults: too big, empty; ErrNoSession, and
// then nothing of the file is kept.
func (d *Dialogue) AddFile(ctx context.Context, tok seal.Token, name string, r io.Reader) (Attachment, error) {
	v, err := d.visit(ctx, tok)
	if err != nil {
		return Attachment{}, err
	}
	m, err := custody.SealFile(ctx, d.Blobs, d.Scanner, name, d.Limits.FileBytes, r)
	if err != nil {
		return Attachment{}, err
	}
	a := d.ticket(tok, v.opened.Case.ID, ident.New(), m)
	err = d.write(ctx, func(tx *store.Tx) error {
		if _, err := tx.Case(v.opened.Case.ID); err != nil {
			return err // erased while the file came in: the sweep takes it
		}
		if err := custody.HoldBlobs(tx, m, ownerMailbox, string(v.opened.Case.ID), a.ID); err != nil {
			return err
		}
		return d.touch(tx, v)
	})
	if err != nil {
		return Attachment{}, fmt.Errorf("add file to message: %w", err)
	}
	return a, nil
}

// RemoveFile lets a file go that was added to a message; one that is gone is no
// error.
func (d *Dialogue) RemoveFile(ctx context.Context, tok seal.Token, ticket string) error {
	v, err := d.visit(ctx, tok)
	if err != nil {
		return err
	}
	a, ok := d.openTicket(tok, v.opened.Case.ID, ticket)
	if !ok {
		return nil
	}
	err = d.write(ctx, func(tx *store.Tx) error { return tx.DeleteBlobRefs(ownerMailbox, string(v.opened.Case.ID), a.ID) })
	if err != nil {
		return fmt.Errorf("remove file from message: %w", err)
	}
	return nil
}

// Attachments lists the files whose tickets belong to this browser and case.
func (d *Dialogue) Attachments(ctx context.Context, tok seal.Token, tickets []string) ([]Attachment, error) {
	if len(tickets) == 0 {
		return nil, nil
	}
	v, err := d.visit(ctx, tok)
	if err != nil {
		return nil, err
	}
	return d.openTickets(tok, v.opened.Case.ID, tickets), nil
}

// Carry gives the files that a browser had added before its session ended to the
// session that it has now, if that is in the same case.
func (d *Dialogue) Carry(ctx context.Context, old, tok seal.Token, tickets []string) ([]Attachment, error) {
	if len(tickets) == 0 {
		return nil, nil
	}
	v, err := d.visit(ctx, tok)
	if err != nil {
		return nil, err
	}
	var list []Attachment
	for _, a := range d.openTickets(old, v.opened.Case.ID, tickets) {
		list = append(list, d.ticket(tok, v.opened.Case.ID, a.ID, a.manifest))
	}
	return list, nil
}

func (d *Dialogue) ticketContext(id casefile.ID, pending string) seal.Context {
	return seal.Context{Instance: d.instance(), Case: string(id), Kind: "mailbox-file", Object: pending}
}

func (d *Dialogue) ticket(tok seal.Token, id casefile.ID, pending string, m seal.Manifest) Attachment {
	box := tok.Key().Seal(d.ticketContext(id, pending), m.Encode())
	return Attachment{
		ID: pending, Name: m.Name, Type: m.Type, Size: m.Size, manifest: m,
		Ticket: pending + "." + base64.RawURLEncoding.EncodeToString(box),
	}
}

func (d *Dialogue) openTicket(tok seal.Token, id casefile.ID, ticket string) (Attachment, bool) {
	pending, text, _ := strings.Cut(ticket, ".")
	box, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return Attachment{}, false
	}
	plain, err := tok.Key().Open(d.ticketContext(id, pending), box)
	if err != nil {
		return Attachment{}, false
	}
	m, err := seal.DecodeManifest(plain)
	return Attachment{ID: pending, Name: m.Name, Type: m.Type, Size: m.Size, Ticket: ticket, manifest: m}, err == nil
}

func (d *Dialogue) openTickets(tok seal.Token, id casefile.ID, tickets []string) []Attachment {
	var list []Attachment
	seen := map[string]bool{}
	for _, t := range tickets {
		if a, ok := d.openTicket(tok, id, t); ok && !seen[a.ID] {
			seen[a.ID] = true
			list = append(list, a)
		}
	}
	return list
}

// attach opens the tickets of a message and makes sure that what they stand for is
// still there, so that nothing is acknowledged that cannot be read.
func (d *Dialogue) attach(ctx context.Context, v *visit, tickets []string) ([]Attachment, error) {
	files := d.openTickets(v.tok, v.opened.Case.ID, tickets)
	if len(files) != len(tickets) {
		return nil, fault.New(fault.Invalid, "mailbox.file-gone")
	}
	if len(files) > d.Limits.Files {
		return nil, fault.New(fault.Invalid, "error.file-too-many").With("max", strconv.Itoa(d.Limits.Files))
	}
	for _, f := range files {
		for _, part := range f.manifest.Parts {
			r, err := d.Blobs.Open(ctx, part.Blob)
			if err != nil {
				return nil, fault.New(fault.Invalid, "mailbox.file-gone")
			}
			if err := r.Close(); err != nil {
				return nil, fmt.Errorf("check file of message: %w", err)
			}
		}
	}
	return files, nil
}

// Download is a file on its way out; every part is checked before its first byte
// leaves.
type Download struct {
	Name, Type string
	Size       int64 // in bytes
	Body       io.Reader
}

// File opens a file of the case, from either side. Each download is logged before
// the first byte leaves. What is not in this case is fault.ErrNotFound.
func (d *Dialogue) File(ctx context.Context, tok seal.Token, id string) (*Download, error) {
	v, err := d.visit(ctx, tok)
	if err != nil {
		return nil, err
	}
	m, ok := manifestOf(v.opened, id)
	if !ok || !d.readable(v.opened, id) {
		return nil, fault.ErrNotFound
	}
	leaf := custody.Leaf(d.Store.Now(), custody.Event{
		Kind: audit.FileRead, Actor: custody.ByComplainant(), Case: v.opened.Case.ID, Object: id,
	})
	err = d.write(ctx, func(tx *store.Tx) error {
		if err := tx.InsertLeaf(leaf); err != nil {
			return err
		}
		return d.touch(tx, v)
	})
	if err != nil {
		return nil, fmt.Errorf("log reading of file: %w", err)
	}
	return &Download{Name: m.Name, Type: m.Type, Size: m.Size, Body: custody.OpenFile(ctx, d.Blobs, m)}, nil
}
