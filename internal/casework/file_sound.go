package casework

import (
	"context"
	"io"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
)

// Sound is a recording that a browser plays. Body is read and sought once; each part of
// it is checked before its first byte leaves.
type Sound struct {
	Type string // media type, as a browser knows it
	Body io.ReadSeeker
}

// Listen opens a recording of a case to be played. A player asks for it again and again:
// the line of the log is durable before the first byte, and written anew after a quarter
// of an hour. What is no recording, and what is not there, is fault.ErrNotFound.
func (c *Casework) Listen(ctx context.Context, actor access.Actor, n casefile.Number, entry string) (*Sound, error) {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	m, ok := findManifest(o, entry)
	media := casefile.SoundType(m.Type)
	if !ok || media == "" {
		return nil, errNothing
	}
	now := c.Store.Now()
	key := actor.Session + "/sound/" + entry
	if actor.Session == "" || !c.logged.fresh(key, now, readAgain, 0) {
		if err := c.noteFile(ctx, actor, o, entry, nil); err != nil {
			return nil, err
		}
		c.logged.keep(key, now, 0)
	}
	return &Sound{media, custody.SeekFile(ctx, c.Blobs, m)}, nil
}
