// Package profile says everything about one organisation: its name and public
// texts, its teams and who reads what, its topics and where they go, the form with
// its questions and rules, and its deadlines. Nothing elsewhere knows which
// organisation it serves. The package is pure: its files are embedded, it keeps no
// answer, and it never decides who receives a key; it only says which team a
// complaint belongs to and which functions it is about.
//
// What several profiles have alike stands once, in the folders under shared. The file
// base.json of a profile names those it is based on; its other files say only what
// differs, entry by entry.
//
// Loading fails when a file holds a field that is not known, a text misses a
// language, an id stands twice, or a condition looks at something that is not
// there. What a person fills in wrongly comes back as FieldError values, in their
// own words of the profile, and never changes what was typed.
package profile

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sync"
)

//go:embed profiles shared
var embedded embed.FS

// Profile is everything about one organisation. It is read once at start and is
// not changed afterwards, so it may be shared between goroutines.
type Profile struct {
	Name         string // name of its folder, such as "wwf-belgium"
	Organisation Organisation
	Settings     Settings
	Teams        []Team
	Topics       []Topic // in order of appearance; those that are off included
	Form         Form
	Actions      []Action // what can follow a complaint, per route
	Emergency    []EmergencyLine
	External     []ExternalBody
	Pages        []Page // public, privacy, accessibility, other-ways, safety
	Clocks       Clocks
	Templates    []Template // texts that members can begin with
	Retention    []RetentionRule
	Messages     map[string]Text // wording of problems that no field words itself
	// Words are texts of the program that the organisation has otherwise: by the key of the
	// catalogue and the language.
	Words map[string]map[string]string
	Added []OwnItem // what the organisation added to the lists
}

// Names lists the profiles that are built in.
func Names() []string {
	entries, err := embedded.ReadDir("profiles")
	if err != nil {
		return nil // the folder is embedded; it cannot be absent
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// proven holds the built-in profiles as JSON, each after it was put together and found
// right once. What is embedded does not change.
var proven sync.Map

// Load reads a built-in profile: what it is based on, with its own files laid over that.
// It is validated the first time. Whoever calls it gets a profile that nobody else has.
func Load(name string) (*Profile, error) {
	if data, ok := proven.Load(name); ok {
		return decode(data.([]byte)) //nolint:forcetypeassert,errcheck // nothing else is stored
	}
	p, data, err := loadAnew(name)
	if err == nil {
		proven.Store(name, data)
	}
	return p, err
}

func loadAnew(name string) (*Profile, []byte, error) {
	own, err := fs.Sub(embedded, path.Join("profiles", name))
	if err != nil {
		return nil, nil, fmt.Errorf("open profile %q: %w", name, err)
	}
	layers, err := basedOn(own)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("profile %q: no such profile", name)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("profile %q: %w", name, err)
	}
	return read(name, append(layers, own)...)
}

// Read reads and validates a profile from the JSON files in the roots of layers, each
// laid over the one before.
func Read(name string, layers ...fs.FS) (*Profile, error) {
	p, _, err := read(name, layers...)
	return p, err
}

func read(name string, layers ...fs.FS) (*Profile, []byte, error) {
	doc := document{}
	for _, dir := range layers {
		layer, err := readLayer(dir)
		if err != nil {
			return nil, nil, fmt.Errorf("profile %q: %w", name, err)
		}
		doc, _ = laidOver(map[string]any(doc), map[string]any(layer)).(map[string]any)
	}
	doc.fillTerms()
	doc["profile"] = name
	p, data, err := doc.proven()
	if err != nil {
		return nil, nil, fmt.Errorf("profile %q: %w", name, err)
	}
	return p, data, nil
}

// Page returns a page of text by its id.
func (p *Profile) Page(id string) (Page, bool) {
	for _, page := range p.Pages {
		if page.ID == id {
			return page, true
		}
	}
	return Page{}, false
}
