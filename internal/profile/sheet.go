package profile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// sheet is a profile as one readable file.
type sheet struct {
	Profile      string          `json:"profile"`
	Organisation Organisation    `json:"organisation"`
	Settings     Settings        `json:"settings"`
	Teams        []Team          `json:"teams,omitzero"`
	Topics       []Topic         `json:"topics,omitzero"`
	Form         []partFile      `json:"form,omitzero"`
	Actions      []Action        `json:"actions,omitzero"`
	Emergency    []EmergencyLine `json:"emergency,omitzero"`
	External     []ExternalBody  `json:"external,omitzero"`
	Clocks       []ClockRule     `json:"clocks,omitzero"`
	Templates    []Template      `json:"templates,omitzero"`
	Retention    []RetentionRule `json:"retention,omitzero"`
	Pages        []Page          `json:"pages,omitzero"`
	Messages     map[string]Text `json:"messages,omitzero"`
}

// fileMax is how many bytes a profile in one file may have; those that are built in
// have about a fifth of it.
const fileMax = 2 << 20

// ErrTooLong tells that a file is longer than any profile.
var ErrTooLong = errors.New("the file is longer than a profile can be")

// Export returns the profile as one readable file, always in the same order, so that
// two exports can be compared line by line. What follows from the rest is left out.
func Export(p *Profile) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(sheetOf(p)); err != nil {
		return nil, fmt.Errorf("export profile %q: %w", p.Name, err)
	}
	return b.Bytes(), nil
}

// Import reads what Export wrote, or what somebody made of it. Its errors name each
// field that is wrong by its path, such as "form.you.steps.reach.fields.email.label";
// what does not fit together is named by what it is.
func Import(data []byte) (*Profile, error) {
	if len(data) > fileMax {
		return nil, ErrTooLong
	}
	v, err := jsonValue(data)
	if err != nil {
		return nil, fmt.Errorf("decode profile: %w", err)
	}
	doc, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("decode profile: want an object")
	}
	return document(doc).profile()
}

// profile decodes the document, completes what it leaves out and looks at the whole.
func (d document) profile() (*Profile, error) {
	p, _, err := d.proven()
	return p, err
}

// proven does the same and returns the document as JSON, too, of which decode makes the
// same profile.
func (d document) proven() (*Profile, []byte, error) {
	if err := shaped(d); err != nil {
		return nil, nil, err
	}
	data, err := json.Marshal(d)
	if err != nil {
		return nil, nil, fmt.Errorf("encode profile: %w", err)
	}
	p, err := decode(data)
	if err != nil {
		return nil, nil, err
	}
	if err := p.check(); err != nil {
		return nil, nil, err
	}
	return p, data, nil
}

// decode reads a document that has the shape of a profile.
func decode(data []byte) (*Profile, error) {
	var s sheet
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("decode profile: %w", err)
	}
	p := s.profile()
	p.complete()
	return p, nil
}

// check is Validate, for a profile that may have any name.
func (p *Profile) check() error {
	v := &findings{}
	v.need(wordID.MatchString(p.Name), "profile: the name %q is not well formed", p.Name)
	return errors.Join(append(v.errs, p.Validate())...)
}

func (s *sheet) profile() *Profile {
	p := &Profile{
		Name: s.Profile, Organisation: s.Organisation, Settings: s.Settings, Teams: s.Teams, Topics: s.Topics,
		Actions: s.Actions, Emergency: s.Emergency, External: s.External, Clocks: Clocks{Rules: s.Clocks},
		Templates: s.Templates, Retention: s.Retention, Pages: s.Pages, Messages: s.Messages,
	}
	for _, part := range s.Form {
		for i := range part.Steps {
			part.Steps[i].Part = part.Part.ID
		}
		p.Form.Parts = append(p.Form.Parts, part.Part)
		p.Form.Steps = append(p.Form.Steps, part.Steps...)
	}
	return p
}

func sheetOf(p *Profile) *sheet {
	s := &sheet{
		Profile: p.Name, Organisation: p.Organisation, Settings: p.Settings, Teams: p.Teams, Topics: p.Topics,
		Actions: p.Actions, Emergency: p.Emergency, External: p.External, Clocks: p.Clocks.Rules,
		Templates: p.Templates, Retention: p.Retention, Pages: p.Pages, Messages: p.Messages,
	}
	for _, part := range p.Form.Parts {
		file := partFile{Part: part}
		for _, step := range p.Form.Steps {
			if step.Part == part.ID {
				step.Fields = bare(step.Fields, Dialogue)
				file.Steps = append(file.Steps, step)
			}
		}
		s.Form = append(s.Form, file)
	}
	return s
}

// bare returns copies of fields without what complete fills in.
func bare(fields []Field, otherwise Compartment) []Field {
	out := slices.Clone(fields)
	for i := range out {
		f := &out[i]
		f.Fields = bare(f.Fields, f.Compartment)
		if f.ID == FieldTopics {
			f.Options = nil
		}
		if f.Compartment == otherwise {
			f.Compartment = ""
		}
		if f.MaxChars == f.Kind.chars() {
			f.MaxChars = 0
		}
		if f.Kind == Persons && f.MaxRows == groupRows {
			f.MaxRows = 0
		}
	}
	return out
}
