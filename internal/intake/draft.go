package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/sqldb"
	"klankbord/internal/store"
)

// ErrNoDraft is returned when this browser has no draft, or no longer.
var ErrNoDraft = fault.New(fault.NotFound, "error.draft-gone")

// Draft is an unfinished complaint as its browser sees it.
type Draft struct {
	ID      string
	Lang    string
	Answers profile.Answers
	Visited []string // ids of the steps that were answered
	Files   []File
	Named   map[string]string // answers to "is it about this member?", by member id
	Expires time.Time
	Resume  bool  // a resume code was asked for
	Told    *Told // a member registers it; nil: the person writes it

	revision int64
	key      *seal.Key
	code     string
}

// LogValue keeps answers out of logs.
func (d *Draft) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// String keeps answers out of whatever prints a draft.
func (d *Draft) String() string { return "[sealed]" }

// content is what is sealed of a draft.
type content struct {
	Version int               `json:"version"`
	Lang    string            `json:"lang"`
	Answers profile.Answers   `json:"answers"`
	Visited []string          `json:"visited"`
	Named   map[string]string `json:"named,omitempty"`
	Code    string            `json:"code,omitempty"` // drawn before the final submit
	Told    *Told             `json:"told,omitempty"`
}

func (i *Intake) draftContext(kind, id string, revision int64) seal.Context {
	return seal.Context{Instance: i.instance(), Kind: kind, Object: id, Revision: uint64(revision)} //nolint:gosec // never negative
}

// Draft reads the draft of a browser; ErrNoDraft when there is none that opens.
func (i *Intake) Draft(ctx context.Context, tok seal.Token) (*Draft, error) {
	var row store.Draft
	var files []store.DraftFile
	err := i.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if row, err = tx.DraftBySession(tok.ID()); err != nil || row.Files == 0 {
			return err
		}
		files, err = tx.DraftFiles(row.ID)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return nil, ErrNoDraft
	}
	if err != nil {
		return nil, fmt.Errorf("read draft: %w", err)
	}
	key, err := seal.UnwrapKey(tok.Key(), i.draftContext("draft-key", row.ID, 0), row.KeyBox)
	if err != nil {
		return nil, ErrNoDraft
	}
	d, err := i.openDraft(row, files, key)
	if errors.Is(err, seal.ErrOpen) {
		return nil, ErrNoDraft
	}
	return d, err
}

func (i *Intake) openDraft(row store.Draft, files []store.DraftFile, key *seal.Key) (*Draft, error) {
	plain, err := key.Open(i.draftContext("draft", row.ID, row.Revision), row.Box)
	if err != nil {
		return nil, fmt.Errorf("open draft: %w", err)
	}
	var c content
	if err := json.Unmarshal(plain, &c); err != nil {
		return nil, fmt.Errorf("read draft: %w", seal.ErrOpen)
	}
	d := &Draft{
		ID: row.ID, Lang: c.Lang, Answers: c.Answers, Visited: c.Visited, Named: c.Named, Expires: row.Expires,
		Resume: row.Resume != "", revision: row.Revision, key: key, code: c.Code, Told: c.Told,
	}
	for _, f := range files {
		m, err := i.openManifest(d, f)
		if err != nil {
			return nil, err
		}
		d.Files = append(d.Files, File{ID: f.ID, Name: m.Name, Type: m.Type, Size: m.Size, manifest: m})
	}
	return d, nil
}

func (d *Draft) seal(i *Intake, revision int64) (seal.Box, error) {
	plain, err := json.Marshal(content{1, d.Lang, d.Answers, d.Visited, d.Named, d.code, d.Told})
	if err != nil {
		return nil, fmt.Errorf("write draft: %w", err)
	}
	return d.key.Seal(i.draftContext("draft", d.ID, revision), plain), nil
}

func (i *Intake) expires(now time.Time, resume bool) time.Time {
	if resume {
		return now.Add(i.Limits.ResumeLife)
	}
	return now.Add(i.Limits.DraftLife)
}

// Ensure returns the browser's draft, or begins one in lang. It fails with
// fault.ErrFull where a new one has no room.
func (i *Intake) Ensure(ctx context.Context, tok seal.Token, lang string) (*Draft, error) {
	return i.ensure(ctx, tok, lang, nil)
}

// ensure is Ensure; told says that a member begins it, which is no visit of the form.
func (i *Intake) ensure(ctx context.Context, tok seal.Token, lang string, told *Told) (*Draft, error) {
	d, err := i.Draft(ctx, tok)
	if !errors.Is(err, ErrNoDraft) {
		return d, err
	}
	if err := i.Room(); err != nil {
		return nil, err
	}
	now := i.Store.Now()
	d = &Draft{
		ID: ident.New(), Lang: lang, Answers: i.Profile.Presets(lang), key: seal.NewKey(), revision: 1,
		Expires: i.expires(now, false), Told: told,
	}
	box, err := d.seal(i, 1)
	if err != nil {
		return nil, err
	}
	row := store.Draft{
		ID: d.ID, Session: tok.ID(), KeyBox: d.key.Wrap(tok.Key(), i.draftContext("draft-key", d.ID, 0)),
		Box: box, Revision: 1, Created: now, Expires: d.Expires,
	}
	err = i.write(ctx, func(tx *store.Tx) error {
		if _, err := tx.DeleteExpiredDrafts(); err != nil {
			return err
		}
		return tx.InsertDraft(row)
	})
	if sqldb.IsUnique(err) {
		return i.Draft(ctx, tok) // another tab began it at the same moment
	}
	if err != nil {
		return nil, fmt.Errorf("begin draft: %w", err)
	}
	if told == nil {
		i.visits.started.Add(1)
	}
	return d, nil
}

// Name keeps the answers to the question whether the complaint is about a member
// whose name was typed: "yes" or "no" by member id.
func (i *Intake) Name(ctx context.Context, tok seal.Token, lang string, named map[string]string) (*Draft, error) {
	return i.change(ctx, tok, lang, func(d *Draft) {
		if d.Named == nil {
			d.Named = map[string]string{}
		}
		maps.Copy(d.Named, named)
	})
}

// change applies fn to the draft and writes it, again if another tab was first.
func (i *Intake) change(ctx context.Context, tok seal.Token, lang string, fn func(*Draft)) (*Draft, error) {
	for range 32 { // of the tabs that collide one always gets through
		d, err := i.Ensure(ctx, tok, lang)
		if err != nil {
			return nil, err
		}
		fn(d)
		d.Expires = i.expires(i.Store.Now(), d.Resume)
		box, err := d.seal(i, d.revision+1)
		if err != nil {
			return nil, err
		}
		err = i.write(ctx, func(tx *store.Tx) error { return tx.UpdateDraft(d.ID, d.revision, box, d.Expires) })
		switch {
		case err == nil:
			d.revision++
			return d, nil
		case !errors.Is(err, store.ErrStale):
			return nil, fmt.Errorf("save draft: %w", err)
		}
	}
	return nil, fault.New(fault.Conflict, "error.changed-meanwhile")
}

// KeepForLater returns a new resume code for the draft, which from then on lives
// for the longer time. An earlier code no longer works.
func (i *Intake) KeepForLater(ctx context.Context, tok seal.Token) (code seal.Code, expires time.Time, err error) {
	d, err := i.Draft(ctx, tok)
	if err != nil {
		return code, expires, err
	}
	code = seal.NewCode()
	expires = i.expires(i.Store.Now(), true)
	box := d.key.Wrap(code.Key(i.instance(), "resume"), i.draftContext("draft-key", d.ID, 0))
	err = i.write(ctx, func(tx *store.Tx) error {
		return tx.SetDraftResume(d.ID, code.LookupID(i.instance(), "resume"), box, expires)
	})
	if err != nil {
		return code, expires, fmt.Errorf("keep draft for later: %w", err)
	}
	return code, expires, nil
}

// KeptUntil is until when the draft of this browser waits for the code;
// ErrNoDraft when the code is not, or no longer, that of the draft.
func (i *Intake) KeptUntil(ctx context.Context, tok seal.Token, code seal.Code) (time.Time, error) {
	var row store.Draft
	err := i.Store.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.DraftByResume(code.LookupID(i.instance(), "resume"))
		return err
	})
	if errors.Is(err, store.ErrNone) || err == nil && row.Session != tok.ID() {
		return time.Time{}, ErrNoDraft
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("read draft: %w", err)
	}
	return row.Expires, nil
}

// Resume brings the draft of a resume code to this browser; ErrNoDraft when the
// code belongs to none or its time is over.
func (i *Intake) Resume(ctx context.Context, tok seal.Token, code seal.Code) error {
	var row store.Draft
	err := i.Store.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.DraftByResume(code.LookupID(i.instance(), "resume"))
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return ErrNoDraft
	}
	if err != nil {
		return fmt.Errorf("resume draft: %w", err)
	}
	keyContext := i.draftContext("draft-key", row.ID, 0)
	key, err := seal.UnwrapKey(code.Key(i.instance(), "resume"), keyContext, row.ResumeBox)
	if err != nil {
		return ErrNoDraft
	}
	box := key.Wrap(tok.Key(), keyContext)
	if err := i.write(ctx, func(tx *store.Tx) error { return tx.MoveDraft(row.ID, tok.ID(), box) }); err != nil {
		return fmt.Errorf("resume draft: %w", err)
	}
	return nil
}

// Discard throws the browser's draft away, with its files.
func (i *Intake) Discard(ctx context.Context, tok seal.Token) error {
	d, err := i.Draft(ctx, tok)
	if err != nil {
		return err
	}
	err = i.write(ctx, func(tx *store.Tx) error {
		for _, f := range d.Files {
			if err := tx.DeleteBlobRefs("draft", d.ID, f.ID); err != nil {
				return err
			}
		}
		return tx.DeleteDraft(d.ID)
	})
	if err != nil && !errors.Is(err, store.ErrNone) {
		return fmt.Errorf("discard draft: %w", err)
	}
	return nil
}
