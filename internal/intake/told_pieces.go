package intake

import (
	"context"
	"errors"
	"io"
	"slices"

	"klankbord/internal/access"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
)

// BeginToldFile makes room for a file, in pieces, of what a member registers; it begins that
// where there is nothing yet. Faults: too big, empty, too many.
func (i *Intake) BeginToldFile(ctx context.Context, actor access.Actor, tok seal.Token, name string, size int64) (*custody.Arriving, error) {
	if _, err := i.BeginTold(ctx, actor, tok); err != nil {
		return nil, err
	}
	return i.BeginFile(ctx, tok, actor.Language, name, size)
}

// ArrivingToldFile tells how far a file has come; fault.ErrNotFound.
func (i *Intake) ArrivingToldFile(ctx context.Context, actor access.Actor, tok seal.Token, id string) (*custody.Arriving, error) {
	if err := i.tells(ctx, actor, tok); err != nil {
		return nil, err
	}
	return i.ArrivingFile(ctx, tok, id)
}

// AppendToldFile takes what follows of a file; with its last byte it is one of the files of
// what is registered. custody.ErrOffset: it does not follow. Faults: too many, not found.
func (i *Intake) AppendToldFile(ctx context.Context, actor access.Actor, tok seal.Token, id string, offset int64, r io.Reader) (*custody.Arriving, error) {
	if err := i.tells(ctx, actor, tok); err != nil {
		return nil, err
	}
	return i.AppendFile(ctx, tok, id, offset, r)
}

// ForgetToldFile forgets a file that did not come whole; fault.ErrNotFound.
func (i *Intake) ForgetToldFile(ctx context.Context, actor access.Actor, tok seal.Token, id string) error {
	if err := i.tells(ctx, actor, tok); err != nil {
		return err
	}
	return i.DropFile(ctx, tok, id)
}

// tells refuses whoever did not begin what is registered in this browser.
func (i *Intake) tells(ctx context.Context, actor access.Actor, tok seal.Token) error {
	_, err := i.ToldDraft(ctx, actor, tok)
	if errors.Is(err, ErrNoDraft) {
		return fault.ErrNotFound
	}
	return err
}

// SetRecording makes a file that came in pieces the recording of what was said, in the place
// of one that was there. One that is not here is no error: it did not come whole.
func (i *Intake) SetRecording(ctx context.Context, actor access.Actor, tok seal.Token, id string) error {
	d, err := i.ToldDraft(ctx, actor, tok)
	if err != nil {
		return err
	}
	if d.Told.Recording == id || !slices.ContainsFunc(d.Files, func(f File) bool { return f.ID == id }) {
		return nil
	}
	return i.record(ctx, actor, tok, id)
}
