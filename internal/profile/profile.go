// Package profile says everything about one organisation: its name and public
// texts, its teams and who reads what, its topics and where they go, the form with
// its questions and rules, and its deadlines. Nothing elsewhere knows which
// organisation it serves. The package is pure: its files are embedded, it keeps no
// answer, and it never decides who receives a key; it only says which team a
// complaint belongs to and which functions it is about.
//
// Loading fails when a file holds a field that is not known, a text misses a
// language, an id stands twice, or a condition looks at something that is not
// there. What a person fills in wrongly comes back as FieldError values, in their
// own words of the profile, and never changes what was typed.
package profile

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
)

//go:embed profiles
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

// Load reads and validates a built-in profile.
func Load(name string) (*Profile, error) {
	dir, err := fs.Sub(embedded, path.Join("profiles", name))
	if err != nil {
		return nil, fmt.Errorf("open profile %q: %w", name, err)
	}
	return Read(name, dir)
}

// Read reads and validates a profile from the JSON files in the root of dir.
func Read(name string, dir fs.FS) (*Profile, error) {
	files, err := fs.Glob(dir, "*.json")
	if err != nil {
		return nil, fmt.Errorf("list profile %q: %w", name, err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("profile %q: no such profile", name)
	}
	sort.Strings(files)
	p := &Profile{Name: name, Messages: map[string]Text{}}
	for _, file := range files {
		if err := p.readFile(dir, file); err != nil {
			return nil, fmt.Errorf("profile %q: %w", name, err)
		}
	}
	p.complete()
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("profile %q: %w", name, err)
	}
	return p, nil
}

// readFile decodes one file into the part of the profile that its name begins
// with. Several files may add to topics, form and texts.
func (p *Profile) readFile(dir fs.FS, file string) error {
	data, err := fs.ReadFile(dir, file)
	if err != nil {
		return fmt.Errorf("read %s: %w", file, err)
	}
	concern, _, _ := strings.Cut(file, ".")
	switch concern {
	case "organisation":
		err = strict(data, &p.Organisation)
	case "settings":
		err = strict(data, &p.Settings)
	case "teams":
		err = add(data, &p.Teams)
	case "topics":
		err = add(data, &p.Topics)
	case "form":
		err = p.Form.read(data)
	case "actions":
		err = add(data, &p.Actions)
	case "emergency":
		err = add(data, &p.Emergency)
	case "external":
		err = add(data, &p.External)
	case "clocks":
		err = add(data, &p.Clocks.Rules)
	case "templates":
		err = add(data, &p.Templates)
	case "retention":
		err = add(data, &p.Retention)
	case "texts":
		err = p.readText(file, data)
	default:
		return fmt.Errorf("%s: no part of a profile has that name", file)
	}
	if err != nil {
		return fmt.Errorf("decode %s: %w", file, err)
	}
	return nil
}

// readText decodes a page, or the wording of the problems.
func (p *Profile) readText(file string, data []byte) error {
	if file == "texts.messages.json" {
		return strict(data, &p.Messages)
	}
	var page Page
	if err := strict(data, &page); err != nil {
		return err
	}
	p.Pages = append(p.Pages, page)
	return nil
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
