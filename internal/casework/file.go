package casework

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/bare"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// Download is a file of a case, opened. Body is read once; each part of it is
// checked before its first byte leaves.
type Download struct {
	Name string
	Size int64 // in bytes
	Body io.Reader
}

// Take is how a member takes a file along.
type Take struct {
	Original bool // as it was sent, and not a copy without what programs wrote into it
	Risk     bool // although a scanner found something harmful
}

// What keeps a file from leaving until the member says otherwise.
var (
	ErrHarmful = errors.New("casework: a scanner found something harmful")
	ErrNoCopy  = errors.New("casework: no copy without metadata could be made")
)

// Open opens a file of a case: of photos and documents a copy without metadata, unless the
// original is asked for. The line of the log is durable before the first byte can be read,
// every time. A file that is damaged or not there is fault.ErrNotFound. ErrHarmful,
// ErrNoCopy. What no scanner looked through when it came is looked through now.
func (c *Casework) Open(ctx context.Context, actor access.Actor, n casefile.Number, entry string, take Take) (*Download, error) {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	m, ok := findManifest(o, entry)
	if !ok {
		return nil, errNothing
	}
	scan := casefile.ParseScan(m.Scan)
	if scan.Harmful() && !take.Risk {
		return nil, ErrHarmful
	}
	copied := bare.Can(m.Type) && !take.Original
	if err := c.noteFile(ctx, actor, o, entry, takenAs(m, take)); err != nil {
		return nil, err
	}
	if scan.State != casefile.ScanClean && !take.Risk && custody.LookThrough(ctx, c.Scanner, c.Blobs, m).Harmful() {
		return nil, ErrHarmful
	}
	whole := custody.OpenFile(ctx, c.Blobs, m)
	if !copied {
		return &Download{Name: m.Name, Size: m.Size, Body: whole}, nil
	}
	b, err := c.Copies.Copy(ctx, m.Type, whole, m.Size)
	if errors.Is(err, bare.ErrNone) {
		return nil, ErrNoCopy
	}
	if err != nil {
		return nil, fmt.Errorf("copy file: %w", err)
	}
	return &Download{Name: m.Name, Size: int64(len(b)), Body: bytes.NewReader(b)}, nil
}

// takenAs is what the log tells of how a file was taken, where there was a choice.
func takenAs(m seal.Manifest, take Take) map[string]string {
	detail := map[string]string{}
	if bare.Can(m.Type) {
		detail["as"] = "copy"
		if take.Original {
			detail["as"] = "original"
		}
	}
	if take.Risk {
		detail["scan"] = string(casefile.ScanFound)
	}
	return detail
}

// noteFile writes down that a member opens a file.
func (c *Casework) noteFile(ctx context.Context, actor access.Actor, o *custody.Opened, entry string, detail map[string]string) error {
	opening := store.Opening{ID: ident.New(), Case: o.Case.ID, Member: actor.Member, What: "file", At: c.Store.Now()}
	c.Custody.StampOpening(&opening)
	leaf := custody.OpeningLeaf(opening, audit.FileRead, entry, detail)
	err := c.writeIn(ctx, actor, o.Case.ID, func(tx *store.Tx) error {
		return errors.Join(o.Keep(tx, actor.Member), tx.InsertLeaf(leaf), tx.InsertOpening(opening))
	})
	if err := gone(err); err != nil {
		return fmt.Errorf("log reading of file: %w", err)
	}
	return nil
}

func findManifest(o *custody.Opened, entry string) (seal.Manifest, bool) {
	for _, e := range o.Entries {
		if e.ID != entry || e.Kind != casefile.EntryFile && e.Kind != casefile.EntryInternalFile && e.Kind != casefile.EntryRawMail {
			continue
		}
		m, err := manifest(e)
		return m, err == nil && m.Complete
	}
	return seal.Manifest{}, false
}

// Incoming is a file that has been received and sealed, and belongs to nothing yet.
// One that is never saved with a draft is swept after a day.
type Incoming struct {
	manifest seal.Manifest
	upload   string // id, of one that came in pieces
}

// Receive streams a file for a draft into sealing; nothing of it touches the disk in
// clear. Faults: too big, empty, not the member's case.
func (c *Casework) Receive(ctx context.Context, actor access.Actor, n casefile.Number, name string, r io.Reader) (*Incoming, error) {
	if _, err := c.open(ctx, actor, n); err != nil {
		return nil, err
	}
	m, err := custody.SealFile(ctx, c.Blobs, c.Scanner, name, c.Limits.FileBytes, r)
	if err != nil {
		return nil, err
	}
	return &Incoming{manifest: m}, nil
}

// tooMany is the fault for one file more than a message may carry.
func (c *Casework) tooMany() error {
	return fault.New(fault.Limit, "error.file-too-many").With("max", decimal(int64(c.Limits.Files)))
}
