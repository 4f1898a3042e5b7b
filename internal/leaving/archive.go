package leaving

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

//go:embed schema.json
var schema []byte

const format = "klankbord-case/1"

// caseFile is a case as schema.json tells it.
type caseFile struct {
	Format   string    `json:"format"`
	Number   string    `json:"number"`
	Route    string    `json:"route"`
	Team     string    `json:"team"`
	State    string    `json:"state"`
	Language string    `json:"language"`
	Channel  string    `json:"channel"`
	InCharge string    `json:"in_charge,omitempty"`
	Received time.Time `json:"received"`
	Closed   time.Time `json:"closed,omitzero"`
	Damaged  bool      `json:"damaged"`
	Entries  []entry   `json:"entries"`
}

type entry struct {
	ID          string          `json:"id"`
	Parent      string          `json:"parent,omitempty"`
	Kind        string          `json:"kind"`
	Compartment string          `json:"compartment"`
	At          time.Time       `json:"at"`
	Author      author          `json:"author"`
	Content     json.RawMessage `json:"content,omitempty"`
	File        *file           `json:"file,omitempty"`
	Damaged     bool            `json:"damaged,omitempty"`
	Unreadable  bool            `json:"unreadable,omitempty"`
	Removed     bool            `json:"removed,omitempty"`
}

type author struct {
	Kind string `json:"kind"`
	ID   string `json:"id,omitempty"`
}

type file struct {
	Path   string `json:"path,omitempty"`
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256,omitempty"`

	manifest seal.Manifest
}

type member struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Email    string   `json:"email"`
	Language string   `json:"language"`
	Active   bool     `json:"active"`
	Roles    []string `json:"roles"`
}

// packer writes a ZIP and keeps the hashes of what is in it.
type packer struct {
	*Leaving
	z      *zip.Writer
	hashes []string
}

func (p *packer) put(name string, from io.Reader) error {
	to, err := p.z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: p.Store.Now()})
	if err != nil {
		return fmt.Errorf("begin %s: %w", name, err)
	}
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(to, h), from); err != nil {
		return fmt.Errorf("pack %s: %w", name, err)
	}
	p.hashes = append(p.hashes, hex.EncodeToString(h.Sum(nil))+"  "+name)
	return nil
}

func (p *packer) putJSON(name string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("pack %s: %w", name, err)
	}
	return p.put(name, strings.NewReader(string(b)+"\n"))
}

func (l *Leaving) write(ctx context.Context, o Order, files []store.Case, w io.Writer, t *Taken) error {
	p := &packer{Leaving: l, z: zip.NewWriter(w)}
	for _, language := range slices.Sorted(maps.Keys(l.Readme)) {
		if err := p.put("README."+language+".txt", strings.NewReader(l.Readme[language])); err != nil {
			return err
		}
	}
	if err := errors.Join(p.put("schema.json", strings.NewReader(string(schema))), p.members(ctx)); err != nil {
		return err
	}
	for _, f := range files {
		if err := p.pack(ctx, o, f.ID, t); err != nil {
			return err
		}
	}
	without := []casefile.Number{}
	if err := p.putJSON("not-included.json", append(without, t.Without...)); err != nil {
		return err
	}
	if err := p.log(ctx); err != nil {
		return err
	}
	sums := strings.Join(p.hashes, "\n") + "\n"
	return errors.Join(p.put("SHA256SUMS.txt", strings.NewReader(sums)), p.z.Close())
}

// log packs the log with every record that is there.
func (p *packer) log(ctx context.Context) error {
	r, w := io.Pipe()
	go func() {
		w.CloseWithError(p.Oversight.Export(ctx, w, func(store.Leaf) bool { return true }))
	}()
	err := p.put("log.txt", r)
	_ = r.CloseWithError(err) // the writer ends, whatever became of the reader
	return err
}

func (p *packer) members(ctx context.Context) error {
	var rows []store.Member
	err := p.Store.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.Members()
		return err
	})
	if err != nil {
		return fmt.Errorf("read members: %w", err)
	}
	dir, err := p.Custody.Directory(ctx)
	if err != nil {
		return err
	}
	list := []member{}
	for _, m := range rows {
		who := member{ID: string(m.ID), Name: m.Name, Email: m.Email, Language: m.Language, Active: m.Active, Roles: []string{}}
		e, _ := dir.Entry(m.ID)
		for _, a := range e.Assignments {
			who.Roles = append(who.Roles, strings.Trim(strings.Join([]string{string(a.Role), string(a.Team), string(a.Function)}, " "), " "))
		}
		list = append(list, who)
	}
	return p.putJSON("members.json", list)
}

// pack writes one case and its files.
func (p *packer) pack(ctx context.Context, o Order, id casefile.ID, t *Taken) error {
	opened, err := p.Custody.OpenRecovery(ctx, o.Code, o.Key.ID, id)
	if err != nil {
		return err
	}
	if _, err := p.Custody.LiftGate(opened, "", "", nil, time.Time{}); err != nil { // was written by note
		return err
	}
	c := opened.Case
	dir := "cases/" + string(c.Number)
	out := caseFile{
		Format: format, Number: string(c.Number), Route: string(c.Route), Team: string(c.Team), State: string(c.State), Language: c.Language,
		Channel: string(c.Channel), InCharge: string(c.InCharge), Received: c.Received.UTC(), Closed: c.Closed.UTC(), Damaged: opened.Damaged, Entries: []entry{},
	}
	for _, e := range opened.Entries {
		if e.Kind == casefile.EntrySummary {
			continue // made of the others, to search in
		}
		shown := entryOf(e)
		if shown.File != nil && shown.File.manifest.Complete {
			at := fmt.Sprintf("files/%02d-%s", t.Files+1, custody.PlainName(shown.File.Name))
			if err := p.hash(ctx, shown.File, at); err != nil {
				return err
			}
		}
		if shown.File != nil && shown.File.Path != "" {
			t.Files++
			if err := p.put(path.Join(dir, shown.File.Path), p.Open(ctx, shown.File.manifest)); err != nil {
				return err
			}
		}
		if shown.Damaged {
			t.Damaged++
		}
		out.Entries = append(out.Entries, shown)
	}
	t.Cases++
	return p.putJSON(dir+"/case.json", out)
}

// hash reads a file once before it is packed, so that one which is damaged is left out
// and not cut short.
func (p *packer) hash(ctx context.Context, f *file, at string) error {
	h := sha256.New()
	_, err := io.Copy(h, p.Open(ctx, f.manifest))
	if ctx.Err() != nil {
		return fmt.Errorf("read file: %w", ctx.Err())
	}
	if err == nil {
		f.Path, f.SHA256 = at, hex.EncodeToString(h.Sum(nil))
	}
	return nil
}

// entryOf is an entry as it is shown. Where the content of files lies, and their keys,
// stay out.
func entryOf(e custody.Entry) entry {
	out := entry{
		ID: e.ID, Parent: e.Parent, Kind: string(e.Kind), Compartment: e.Compartment.String(), At: e.Created.UTC(),
		Author: author{e.AuthorKind, e.AuthorID}, Damaged: e.Damaged, Unreadable: e.Locked,
	}
	switch {
	case e.Damaged || e.Locked:
	case len(e.Payload) == 0:
		out.Removed = true
	case e.Kind == casefile.EntryFile || e.Kind == casefile.EntryInternalFile:
		out.File = fileOf(e.Payload)
		out.Damaged = out.File == nil
	case e.Kind == casefile.EntryRawMail:
		raw, err := casefile.DecodePayload[casefile.RawMail](e.Payload)
		if err == nil {
			out.File = fileOf(raw.Manifest)
		}
		out.Damaged = out.File == nil
	case json.Valid(e.Payload):
		out.Content = json.RawMessage(e.Payload)
	default:
		out.Damaged = true
	}
	return out
}

func fileOf(manifest []byte) *file {
	m, err := seal.DecodeManifest(manifest)
	if err != nil {
		return nil
	}
	return &file{Name: m.Name, Type: m.Type, Size: m.Size, manifest: m}
}
