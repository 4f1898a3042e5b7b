package casework

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/lang"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// DraftKind says who will see what is being written.
type DraftKind string

// The kinds of draft, one each per member and case.
const (
	DraftNote    DraftKind = "note"    // members only
	DraftMessage DraftKind = "message" // the complainant
	DraftOutcome DraftKind = "outcome" // the complainant, with the closing of the case
)

func (k DraftKind) known() bool { return k == DraftNote || k == DraftMessage || k == DraftOutcome }

// TextMost bounds a note, a message and each part of an outcome, in characters.
const TextMost = 20_000

// Draft is a member's own unfinished text, opened. Nobody else can read it.
type Draft struct {
	Kind     DraftKind
	ID       string // becomes the id of the entry, so that sending twice sends once
	Revision int64
	Changed  time.Time
	Text     string
	Lang     lang.Lang
	Outcome  casefile.Outcome
	Feedback string
	Why      string
	Files    []File
	Mention  []string // ids of members whom a note mentions
	Seen     int64    // how far the case had come when it was begun

	manifests map[string]seal.Manifest
}

// Until is when a draft that is not changed any more is forgotten.
func (d Draft) Until() time.Time { return d.Changed.Add(custody.UnsentLife) }

// String hides the content.
func (Draft) String() string { return "[sealed]" }

// LogValue hides the content.
func (Draft) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Writing is what a form sends: the draft as it should be from now on.
type Writing struct {
	Kind     DraftKind
	Was      DraftKind // the kind it had on the page before; its files come along
	Revision int64     // that the form was made from; nought for a new draft
	Seen     int64
	Text     string
	Lang     lang.Lang
	Outcome  casefile.Outcome
	Feedback string
	Why      string
	Mention  []string
	Add      []*Incoming
	Remove   string                    // id of a file
	Heard    map[string]casefile.Heard // what the member says of files that play as sound, by id
	Both     bool                      // the texts go behind those that are stored, not in their place
}

// String hides the content.
func (Writing) String() string { return "[sealed]" }

// LogValue hides the content.
func (Writing) LogValue() slog.Value { return slog.StringValue("[sealed]") }

func (c *Casework) draftsOf(ctx context.Context, actor access.Actor, o *custody.Opened) ([]Draft, error) {
	var rows []store.DeskDraft
	err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		rows, err = tx.DeskDrafts(o.Case.ID, actor.Member)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read drafts: %w", err)
	}
	return c.drafts(o, rows), nil
}

func find(list []Draft, k DraftKind) (Draft, bool) {
	i := slices.IndexFunc(list, func(d Draft) bool { return d.Kind == k })
	if i < 0 {
		return Draft{}, false
	}
	return list[i], true
}

// errNobodyReads tells that nobody would read a message in this file.
var errNobodyReads = fault.New(fault.Conflict, "error.nobody-reads")

// SaveDraft keeps what the member has written so far, sealed on the server. Faults:
// too long, too many files, and error.changed-meanwhile when the same draft was
// changed in another window; then nothing is written over.
func (c *Casework) SaveDraft(ctx context.Context, actor access.Actor, n casefile.Number, w Writing) (*Draft, error) {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	if w.Kind == DraftMessage && !o.Case.Channel.Reads() {
		return nil, errNobodyReads
	}
	list, err := c.draftsOf(ctx, actor, o)
	if err != nil {
		return nil, err
	}
	late := w.tooLong()
	if late != nil {
		if len(w.Add) == 0 {
			return nil, late
		}
		w = w.filesOnly(list)
	}
	d, old, err := c.merge(o, list, w)
	if errors.Is(err, errChanged) && len(w.Add) > 0 { // what is stored stays, and the files come to it
		late, err = err, nil
		w.Remove = ""
		d.Text, d.Lang, d.Outcome, d.Feedback, d.Why = old.Text, old.Lang, old.Outcome, old.Feedback, old.Why
	}
	if err != nil {
		return nil, err
	}
	gone, withheld := d.hear(w.Heard)
	late = errors.Join(late, withheld)
	if d.same(old) {
		return &d, late
	}
	d.Revision++
	row := store.DeskDraft{Member: actor.Member, Kind: string(d.Kind), Revision: d.Revision}
	plain, err := d.encode()
	if err != nil {
		return nil, err
	}
	if err := c.Custody.SealDraft(o, &row, plain); err != nil {
		return nil, fmt.Errorf("seal draft: %w", err)
	}
	d.Changed = c.Store.Now()
	return &d, errors.Join(late, c.putDraft(ctx, actor, row, d, w, gone))
}

// merge makes the draft as it should be from what is stored and what was sent.
func (c *Casework) merge(o *custody.Opened, list []Draft, w Writing) (d, old Draft, err error) {
	if !w.Kind.known() {
		return d, old, fault.New(fault.Invalid, "error.choose-one")
	}
	old, _ = find(list, w.Kind)
	d = old
	if old.ID == "" {
		d = Draft{Kind: w.Kind, ID: ident.New(), Seen: w.Seen}
	}
	d.manifests = map[string]seal.Manifest{}
	d.Files = nil
	d.take(old)
	if was, ok := find(list, w.Was); ok && w.Was != w.Kind {
		d.take(was)
	}
	d.Text, d.Lang, d.Outcome, d.Feedback, d.Why = w.Text, w.Lang, w.Outcome, w.Feedback, w.Why
	d.Mention = w.Mention
	if w.Both {
		d.Text, d.Feedback, d.Why = joined(old.Text, w.Text), joined(old.Feedback, w.Feedback), joined(old.Why, w.Why)
	}
	if w.Was != w.Kind && old.Text != "" {
		d.Text = joined(old.Text, w.Text) // the page did not show this draft: neither text may go
	}
	if !d.Lang.Known() {
		d.Lang = lang.Lang(o.Case.Language)
	}
	for _, in := range w.Add {
		id := in.upload
		if id == "" {
			id = ident.New()
		}
		d.manifests[id] = in.manifest
		d.Files = append(d.Files, File{ID: id, Name: in.manifest.Name, Type: in.manifest.Type, Size: in.manifest.Size, Scan: casefile.ParseScan(in.manifest.Scan)})
	}
	d.Files = slices.DeleteFunc(d.Files, func(f File) bool { return f.ID == w.Remove })
	if len(d.Files) > c.Limits.Files {
		return d, old, c.tooMany()
	}
	if w.Was == w.Kind && old.Revision != w.Revision && !d.same(old) {
		return d, old, errChanged
	}
	return d, old, nil
}

func (w Writing) tooLong() error {
	for _, text := range []string{w.Text, w.Feedback, w.Why} {
		if length := utf8.RuneCountInString(text); length > TextMost {
			return fault.New(fault.Invalid, "error.text-too-long").
				With("max", decimal(TextMost)).With("length", decimal(int64(length)))
		}
	}
	return nil
}

// filesOnly is what stands on the server with the files that came: what was typed with them
// is refused.
func (w Writing) filesOnly(list []Draft) Writing {
	kind := w.Was
	if !kind.known() {
		kind = w.Kind
	}
	d, _ := find(list, kind)
	return Writing{
		Kind: kind, Was: kind, Revision: d.Revision, Seen: w.Seen, Text: d.Text, Lang: d.Lang, Outcome: d.Outcome,
		Feedback: d.Feedback, Why: d.Why, Mention: d.Mention, Add: w.Add,
	}
}

func joined(old, added string) string {
	if old == "" {
		return added
	}
	if strings.Contains(old, strings.TrimSpace(added)) {
		return old
	}
	return old + "\n\n" + added
}

// take adds the files of another draft.
func (d *Draft) take(from Draft) {
	for _, f := range from.Files {
		d.Files = append(d.Files, f)
		d.manifests[f.ID] = from.manifests[f.ID]
	}
}

func (d Draft) same(old Draft) bool {
	return d.ID == old.ID && d.Text == old.Text && d.Lang == old.Lang && d.Outcome == old.Outcome &&
		d.Feedback == old.Feedback && d.Why == old.Why && slices.Equal(d.Mention, old.Mention) &&
		slices.EqualFunc(d.Files, old.Files, func(a, b File) bool { return a.ID == b.ID && a.Heard == b.Heard })
}

// owner names a member's unfinished texts of a case among the owners of blobs.
func owner(actor access.Actor, id casefile.ID) string { return store.DeskOwner(id, actor.Member) }

func (c *Casework) putDraft(ctx context.Context, actor access.Actor, row store.DeskDraft, d Draft, w Writing, removed []string) error {
	mine := owner(actor, row.Case)
	if w.Remove != "" {
		removed = append(removed, w.Remove)
	}
	var added []string
	for _, f := range d.Files {
		fresh := slices.ContainsFunc(w.Add, func(in *Incoming) bool { // what came in pieces is held already
			return in.upload == "" && len(in.manifest.Parts) > 0 && in.manifest.Parts[0].Blob == d.manifests[f.ID].Parts[0].Blob
		})
		if fresh {
			added = append(added, f.ID)
		}
	}
	err := c.writeIn(ctx, actor, row.Case, func(tx *store.Tx) error {
		if err := tx.PutDeskDraft(row); err != nil {
			return err
		}
		if w.Was != w.Kind {
			if err := tx.DeleteDeskDraft(row.Case, actor.Member, string(w.Was)); err != nil {
				return err
			}
		}
		for _, id := range removed {
			if err := tx.DeleteBlobRefs("desk", mine, id); err != nil {
				return err
			}
		}
		for _, id := range added {
			if err := custody.HoldBlobs(tx, d.manifests[id], "desk", mine, id); err != nil {
				return err
			}
		}
		return endUploads(tx, mine, w.Add)
	})
	if err := gone(err); err != nil {
		return fmt.Errorf("save draft: %w", err)
	}
	return nil
}

// endUploads ends the uploads of files that a text has now; what is gone cannot be taken.
func endUploads(tx *store.Tx, owner string, list []*Incoming) error {
	for _, in := range list {
		if in.upload == "" {
			continue
		}
		if _, err := tx.Upload(owner, in.upload); errors.Is(err, store.ErrNone) {
			return fault.New(fault.Invalid, "error.file-incomplete").With("name", in.manifest.Name)
		} else if err != nil {
			return err
		}
		if err := tx.DeleteUpload(owner, in.upload); err != nil {
			return err
		}
	}
	return nil
}

// DiscardDraft throws an unfinished text away; one that is gone is no error.
func (c *Casework) DiscardDraft(ctx context.Context, actor access.Actor, n casefile.Number, k DraftKind) error {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return err
	}
	list, err := c.draftsOf(ctx, actor, o)
	if err != nil {
		return err
	}
	d, _ := find(list, k)
	err = c.write(ctx, func(tx *store.Tx) error {
		var errs []error
		for _, f := range d.Files {
			errs = append(errs, tx.DeleteBlobRefs("desk", owner(actor, o.Case.ID), f.ID))
		}
		return errors.Join(append(errs, tx.DeleteDeskDraft(o.Case.ID, actor.Member, string(k)))...)
	})
	if err != nil {
		return fmt.Errorf("discard draft: %w", err)
	}
	return nil
}

func (d Draft) blank() bool { return strings.TrimSpace(d.Text) == "" && len(d.Files) == 0 }
