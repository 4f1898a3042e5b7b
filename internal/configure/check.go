package configure

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"klankbord/internal/lang"
	"klankbord/internal/profile"
)

// check puts changes together with the profile. What is wrong is told by the place that
// makes it so, which is found by taking each new change alone.
func (c *Configure) check(ctx context.Context, now *Version, changes profile.Changes) (*profile.Profile, error) {
	p, err := c.whole(ctx, changes)
	if err == nil {
		return p, nil
	}
	refused := &Refused{Problems: map[string]profile.Problem{}}
	for _, address := range now.Changes.Differs(changes) {
		alone := maps.Clone(now.Changes)
		if alone[address] = changes[address]; changes[address] == nil {
			delete(alone, address)
		}
		if _, err := c.whole(ctx, alone); err != nil {
			refused.Problems[address] = profile.ProblemRule
		}
	}
	if len(refused.Problems) == 0 { // only together are they wrong
		for _, address := range now.Changes.Differs(changes) {
			refused.Problems[address] = profile.ProblemRule
		}
	}
	return nil, refused
}

// whole is the profile with changes, if everything could be served with it and with where
// complaints go.
func (c *Configure) whole(ctx context.Context, changes profile.Changes) (*profile.Profile, error) {
	p, err := profile.LoadChanged(c.Name, changes)
	if err != nil {
		return nil, err
	}
	if unknown, err := c.unknown(p, changes); err != nil || len(unknown) > 0 {
		return nil, errors.Join(err, &Refused{})
	}
	return p, c.withAll(ctx, p)
}

// unknown lists the addresses for which neither the profile nor the catalogue has a place,
// and texts of the catalogue that would not have the words in braces of the program's own.
func (c *Configure) unknown(p *profile.Profile, changes profile.Changes) ([]string, error) {
	built, err := profile.LoadBase(c.Name, changes)
	if err != nil {
		return nil, err
	}
	list := built.Unknown(changes)
	for key, text := range p.Words {
		for l, s := range text {
			if !mayWord(key) || !c.Words.Fits(lang.Lang(l), key, s) {
				list = append(list, key)
			}
		}
	}
	return list, nil
}

// WordAreas are the areas of the catalogue whose texts an organisation may word: those that
// somebody reads who is not on the desk.
func WordAreas() []string { return []string{"public", "form", "who", "mailbox", "mail"} }

func mayWord(key string) bool {
	return slices.Contains(WordAreas(), AreaOf(key))
}

// AreaOf is the area of the catalogue that a key belongs to.
func AreaOf(key string) string {
	area, _, _ := strings.Cut(key, ".")
	return area
}

// Places lists every place of the built-in profile with what was added to it, and of the
// catalogue's texts.
func (c *Configure) Places(changes profile.Changes) ([]profile.Place, error) {
	p, err := profile.LoadBase(c.Name, changes)
	if err != nil {
		return nil, err
	}
	list := p.Places()
	for _, key := range c.Words.Keys() {
		if !mayWord(key) {
			continue
		}
		now := profile.Text{}
		for _, l := range lang.All() {
			if text, ok := c.Words.Plain(l, key); ok {
				now[string(l)] = text
			}
		}
		if len(now) == len(lang.All()) { // a text that counts has two forms, and stays
			list = append(list, profile.WordsPlace("words", key, key, now))
		}
	}
	return list, nil
}
