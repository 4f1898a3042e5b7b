package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// Exhibit is a file of a case with its fingerprint and everybody who opened it or took it
// along, as the log tells.
type Exhibit struct {
	File
	From    Author
	At      time.Time // when it came
	Print   string    // SHA-256 of its content, in hexadecimal; empty: not computed in this request
	Broken  bool      // its content is not what was sealed
	Touches []Touch   // oldest first
}

// Touch is somebody who opened or took along a file.
type Touch struct {
	At    time.Time
	Who   Author
	Along bool // took it along, in a copy of the whole case
}

// printsAtOnce bounds how much is read to make fingerprints in one request, in bytes.
const printsAtOnce = 32 << 20

// prints remembers fingerprints of files, which never change, as long as the process
// lives.
type prints struct {
	mu sync.Mutex
	of map[string]string // by entry; guarded by mu
}

// printsMost bounds what is remembered.
const printsMost = 10_000

func (p *prints) get(id string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.of[id]
}

func (p *prints) set(id, sum string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == nil || len(p.of) >= printsMost {
		p.of = map[string]string{}
	}
	p.of[id] = sum
}

// Exhibits lists the files of a case, oldest first. Fingerprints of large files are made
// when one is wanted by its id. Reading it is logged like reading the case.
func (c *Casework) Exhibits(ctx context.Context, actor access.Actor, n casefile.Number, want string) ([]Exhibit, error) {
	o, a, err := c.reading(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	files, left := filesOf(o), int64(printsAtOnce)
	distressOf(o, files, a.names)
	var list []Exhibit
	for _, e := range o.Entries {
		f, ok := files[e.ID]
		if !ok {
			continue
		}
		x := Exhibit{File: f, From: author(e, actor, a), At: e.Created, Touches: touches(actor, a, e.ID, e.Created)}
		if m, err := manifest(e); err == nil && !f.Removed && !f.Damaged && (m.Size <= left || e.ID == want || c.prints.get(e.ID) != "") {
			if c.prints.get(e.ID) == "" {
				left -= m.Size
			}
			if err := c.print(ctx, e.ID, m, &x); err != nil {
				return nil, err
			}
		}
		list = append(list, x)
	}
	return list, nil
}

// print makes the fingerprint of a file. Each part is checked against its seal on the way.
func (c *Casework) print(ctx context.Context, id string, m seal.Manifest, x *Exhibit) error {
	if x.Print = c.prints.get(id); x.Print != "" {
		return nil
	}
	h := sha256.New()
	_, err := io.Copy(h, custody.OpenFile(ctx, c.Blobs, m))
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("fingerprint file: %w", ctx.Err())
	case err != nil:
		x.Broken = true // shown as such: the others still count
	default:
		x.Print = hex.EncodeToString(h.Sum(nil))
		c.prints.set(id, x.Print)
	}
	return nil
}

// touches are the lines of the log that tell who opened a file, or took the case along
// after it came.
func touches(actor access.Actor, a around, id string, since time.Time) []Touch {
	var list []Touch
	for _, leaf := range a.leaves {
		r, err := audit.DecodeRecord(leaf.Record)
		if err != nil {
			continue
		}
		along := r.Kind == audit.Export && r.Detail["what"] == "case-file" && !r.At.Before(since)
		if !along && (r.Kind != audit.FileRead || r.Object != id) {
			continue
		}
		list = append(list, Touch{At: r.At, Along: along, Who: Author{
			Kind: string(r.Actor.Kind), Name: a.names[staff.ID(r.Actor.ID)], Me: staff.ID(r.Actor.ID) == actor.Member,
		}})
	}
	slices.SortStableFunc(list, func(x, y Touch) int { return x.At.Compare(y.At) })
	return list
}
