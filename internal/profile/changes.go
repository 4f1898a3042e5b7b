package profile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Changes are what an organisation has otherwise than the built-in profile: a value for
// each place that differs, by the place's address. Together with the profile they are the
// whole of its configuration.
type Changes map[string]json.RawMessage

// ErrChanges is in every error of DecodeChanges.
var ErrChanges = errors.New("not a configuration")

const changesFormat = 1

// changesFile is how changes are kept and handed on: one file that people can read.
type changesFile struct {
	Format  int     `json:"format"`
	Profile string  `json:"profile"`
	Changes Changes `json:"changes"`
}

// Encode returns the one encoding of changes of a built-in profile: indented JSON, in the
// order of the addresses.
func (c Changes) Encode(name string) ([]byte, error) {
	if c == nil {
		c = Changes{}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(changesFile{changesFormat, name, c}); err != nil {
		return nil, fmt.Errorf("encode configuration: %w", err)
	}
	return b.Bytes(), nil
}

// DecodeChanges reads what Encode wrote, or what somebody wrote by hand in the same form:
// it is strict about names and lenient about space. It tells which built-in profile the
// changes are of.
func DecodeChanges(data []byte) (name string, c Changes, err error) {
	var d changesFile
	if err := strict(data, &d); err != nil {
		return "", nil, fmt.Errorf("%w: %w", ErrChanges, err)
	}
	if d.Format != changesFormat {
		return "", nil, fmt.Errorf("%w: format %d", ErrChanges, d.Format)
	}
	if d.Changes == nil {
		d.Changes = Changes{}
	}
	return d.Profile, d.Changes, nil
}

// Same reports whether two lists of changes come to the same.
func (c Changes) Same(d Changes) bool { return len(c.Differs(d)) == 0 }

// Differs lists the addresses at which two lists of changes differ, sorted.
func (c Changes) Differs(d Changes) []string {
	all := maps.Clone(c)
	if all == nil {
		all = Changes{}
	}
	maps.Copy(all, d)
	return slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(a string) bool { return sameJSON(c[a], d[a]) })
}

func sameJSON(a, b json.RawMessage) bool {
	var x, y bytes.Buffer
	if len(a) == 0 || len(b) == 0 {
		return len(a) == len(b)
	}
	return json.Compact(&x, a) == nil && json.Compact(&y, b) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}

// LoadChanged reads a built-in profile with changes. What the profile has no place for any
// more, because a newer program has another profile, is left out. It fails when the whole
// would not be a valid profile.
func LoadChanged(name string, c Changes) (*Profile, error) {
	p, err := Load(name)
	if err != nil {
		return nil, err
	}
	if err := p.apply(c); err != nil {
		return nil, fmt.Errorf("profile %q as it was changed: %w", name, err)
	}
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("profile %q as it was changed: %w", name, err)
	}
	return p, nil
}

// apply changes the profile, which nobody else has yet. What moves parts of it goes last.
func (p *Profile) apply(c Changes) error {
	errs := []error{p.addItems(c)}
	for _, last := range []bool{false, true} {
		for _, place := range p.Places() {
			value, changed := c[place.Address]
			if !changed || place.Kind == PlaceItem || place.Kind == PlaceOrder != last {
				continue
			}
			if err := place.set(value); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", place.Address, err))
			}
		}
	}
	for address, value := range c {
		key, ok := strings.CutPrefix(address, wordsPrefix)
		if !ok {
			continue
		}
		var t Text
		if err := strict(value, &t); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", address, err))
			continue
		}
		if p.Words == nil {
			p.Words = map[string]map[string]string{}
		}
		p.Words[key] = t
	}
	p.complete()
	return errors.Join(errs...)
}

// Unknown lists the addresses of changes for which the profile has no place.
func (p *Profile) Unknown(c Changes) (list []string) {
	known := map[string]bool{}
	for _, place := range p.Places() {
		known[place.Address] = true
	}
	for _, address := range slices.Sorted(maps.Keys(c)) {
		if !known[address] && !strings.HasPrefix(address, wordsPrefix) {
			list = append(list, address)
		}
	}
	return list
}

// wordsPrefix begins the address of a text of the program's catalogue.
const wordsPrefix = "words."

// WordsPlace is the place of a text of the program's catalogue, which the profile does not
// know: what it says now, and what is said about it.
func WordsPlace(part, group, key string, now Text) Place {
	return Place{Address: wordsPrefix + key, Part: part, Group: group, Name: key, Kind: PlaceText, at: &now}
}
