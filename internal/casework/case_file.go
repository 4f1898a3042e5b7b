package casework

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// CaseTicket lets a member take the file of a case along: the password was checked a
// moment ago.
type CaseTicket struct {
	Number casefile.Number
	Until  time.Time
}

// AllowCaseFile checks the password once more, for a case that the member can open.
// Fault: the password is not right.
func (c *Casework) AllowCaseFile(ctx context.Context, actor access.Actor, n casefile.Number, password string) (CaseTicket, error) {
	if _, err := c.open(ctx, actor, n); err != nil {
		return CaseTicket{}, err
	}
	if err := c.SignIn.StepUp(ctx, actor, password); err != nil {
		return CaseTicket{}, err
	}
	return CaseTicket{n, c.Store.Now().Add(ticketTime)}, nil
}

// packed is a file of a case on its way into a ZIP.
type packed struct {
	name     string
	manifest seal.Manifest
	hash     string // of its content, in hexadecimal; empty: it is damaged and left out
}

// hashesName is the list of what is in the ZIP, in the form that sha256sum checks.
const hashesName = "SHA256SUMS.txt"

// ExportCase writes the file of a case as a ZIP: what it says on paper, every file of it,
// and a list of their hashes. The hash of that list stands in the line of the log that
// tells of the export, which is durable before the first byte leaves: so the signature
// of the log covers everything. The record of who the complainant is stays out.
// fault.ErrNotFound: the ticket is over, or of another case.
func (c *Casework) ExportCase(ctx context.Context, actor access.Actor, t CaseTicket, paper []byte, w io.Writer) error {
	if c.Store.Now().After(t.Until) {
		return fault.ErrNotFound
	}
	o, err := c.open(ctx, actor, t.Number)
	if err != nil {
		return err
	}
	files, err := c.pack(ctx, o)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(paper)
	paperName := string(o.Case.Number) + ".pdf"
	lines := []string{hex.EncodeToString(sum[:]) + "  " + paperName}
	for _, f := range files {
		if f.hash != "" {
			lines = append(lines, f.hash+"  "+f.name)
		}
	}
	hashes := strings.Join(lines, "\n") + "\n"
	list := sha256.Sum256([]byte(hashes))
	leaf := custody.Leaf(c.Store.Now(), custody.Event{
		Kind: audit.Export, Actor: custody.ByMember(actor.Member), Case: o.Case.ID,
		Detail: map[string]string{"what": "case-file", "form": "zip", "sha256": hex.EncodeToString(list[:])},
	})
	err = c.writeIn(ctx, actor, o.Case.ID, func(tx *store.Tx) error { return tx.InsertLeaf(leaf) })
	if err := gone(err); err != nil {
		return fmt.Errorf("log export of case: %w", err)
	}
	return c.zip(ctx, w, o, files, map[string]string{paperName: string(paper), hashesName: hashes})
}

// pack lists the files of a case and hashes what is in them.
func (c *Casework) pack(ctx context.Context, o *custody.Opened) (list []packed, err error) {
	for _, e := range o.Entries {
		if e.Kind != casefile.EntryFile && e.Kind != casefile.EntryInternalFile {
			continue
		}
		m, err := manifest(e)
		if err != nil || !m.Complete {
			continue // damaged, or never finished: the paper says what is missing
		}
		f := packed{name: fmt.Sprintf("files/%02d-%s", len(list)+1, custody.PlainName(m.Name)), manifest: m}
		h := sha256.New()
		switch _, err := io.Copy(h, custody.OpenFile(ctx, c.Blobs, m)); {
		case ctx.Err() != nil:
			return nil, fmt.Errorf("hash file: %w", err)
		case err == nil:
			f.hash = hex.EncodeToString(h.Sum(nil))
		}
		list = append(list, f)
	}
	return list, nil
}

func (c *Casework) zip(ctx context.Context, w io.Writer, o *custody.Opened, files []packed, texts map[string]string) error {
	z := zip.NewWriter(w)
	put := func(name string, from io.Reader) error {
		to, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: c.Store.Now()})
		if err != nil {
			return fmt.Errorf("begin file: %w", err)
		}
		if _, err := io.Copy(to, from); err != nil {
			return fmt.Errorf("pack file: %w", err)
		}
		return nil
	}
	var errs []error
	for _, name := range []string{string(o.Case.Number) + ".pdf", hashesName} {
		errs = append(errs, put(name, strings.NewReader(texts[name])))
	}
	for _, f := range files {
		if f.hash != "" {
			errs = append(errs, put(f.name, custody.OpenFile(ctx, c.Blobs, f.manifest)))
		}
	}
	return errors.Join(append(errs, z.Close())...)
}
