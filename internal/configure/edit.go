package configure

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image/png"
	"maps"

	"klankbord/internal/access"
	"klankbord/internal/fault"
	"klankbord/internal/profile"
)

// Edit is one group of places as somebody typed them, on top of the version that they saw.
type Edit struct {
	Base        int64
	Part, Group string
	Typed       func(address, input string) (value string, sent bool)
	Why         string
}

// In lists the places of one group in which something can be typed; fault.ErrNotFound where
// there is none.
func (c *Configure) In(part, group string, changes profile.Changes) ([]profile.Place, error) {
	all, err := c.Places(changes)
	if err != nil {
		return nil, err
	}
	var list []profile.Place
	for _, x := range all {
		if x.Part == part && x.Group == group && x.Kind != profile.PlaceItem {
			list = append(list, x)
		}
	}
	if len(list) == 0 {
		return nil, fault.ErrNotFound
	}
	return list, nil
}

// Propose reads what was typed and returns the whole configuration as it would be, and the
// version it stands on. What others changed elsewhere since is kept. Faults: as Save.
func (c *Configure) Propose(ctx context.Context, actor access.Actor, e Edit) (*Version, Set, error) {
	now, err := c.Now(ctx, actor)
	if err != nil {
		return nil, Set{}, err
	}
	places, err := c.In(e.Part, e.Group, now.Changes)
	if err != nil {
		return nil, Set{}, err
	}
	if e.Base != now.Number {
		seen, err := c.version(ctx, e.Base)
		if err != nil {
			return nil, Set{}, errMoved
		}
		for _, x := range places {
			if !sameAt(x.Address, seen.Changes, now.Changes) {
				return nil, Set{}, errMoved
			}
		}
	}
	changes, problems := maps.Clone(now.Changes), map[string]profile.Problem{}
	for _, x := range places {
		before := x.Now(now.Changes)
		raw, p := x.Value(func(input string) string {
			if value, sent := e.Typed(x.Address, input); sent {
				return value
			}
			return before[input]
		})
		switch {
		case p != "":
			problems[x.Address] = p
		case raw == nil:
			delete(changes, x.Address)
		default:
			changes[x.Address] = raw
		}
	}
	if len(problems) > 0 {
		return nil, Set{}, &Refused{problems}
	}
	s := Set{Base: now.Number, Changes: changes, Why: e.Why}
	p, err := c.check(ctx, now, changes)
	if err != nil {
		return nil, Set{}, err
	}
	return &Version{Number: now.Number, Changes: changes, Profile: p}, s, nil
}

func sameAt(address string, a, b profile.Changes) bool {
	pick := func(c profile.Changes) profile.Changes {
		if c[address] == nil {
			return nil
		}
		return profile.Changes{address: c[address]}
	}
	return pick(a).Same(pick(b))
}

// Change is Propose and Save.
func (c *Configure) Change(ctx context.Context, actor access.Actor, e Edit) (int64, error) {
	_, s, err := c.Propose(ctx, actor, e)
	if err != nil {
		return 0, err
	}
	return c.Save(ctx, actor, s)
}

// The bounds of a picture.
const (
	mostPicture = 64 << 10
	mostPixels  = 1 << 20
)

// PictureBytes is how much of a picture is read to know that it is too large.
const PictureBytes = mostPicture + 1

// Picture reads a PNG and returns it as it stands in a configuration: made anew from its
// pixels, so that nothing else that lay in the file goes along.
func Picture(file []byte) (string, error) {
	bad := fault.New(fault.Invalid, "settings.problem-picture")
	if len(file) > mostPicture {
		return "", bad
	}
	size, err := png.DecodeConfig(bytes.NewReader(file))
	if err != nil || size.Width*size.Height > mostPixels || size.Width > mostPixels || size.Height > mostPixels {
		return "", bad
	}
	picture, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return "", bad
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, picture); err != nil {
		return "", fmt.Errorf("write picture: %w", err)
	}
	if out.Len() > mostPicture {
		return "", bad
	}
	return base64.StdEncoding.EncodeToString(out.Bytes()), nil
}

// Behind tells for each language which texts were changed in another language since, and
// not in this one.
func Behind(places []profile.Place, changes profile.Changes) map[string][]profile.Place {
	list := map[string][]profile.Place{}
	for _, x := range places {
		var text map[string]json.RawMessage
		if x.Kind != profile.PlaceText && x.Kind != profile.PlaceParagraphs || json.Unmarshal(changes[x.Address], &text) != nil {
			continue
		}
		for _, l := range profile.Languages() {
			if text[l] == nil {
				list[l] = append(list[l], x)
			}
		}
	}
	return list
}
