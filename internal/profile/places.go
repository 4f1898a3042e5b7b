package profile

import (
	"regexp"
	"slices"
	"strconv"

	"klankbord/internal/casefile"
)

// pictureChars bounds a logo in base64: 64 KiB of PNG.
const pictureChars = 88_000

var colour = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// PartNames are the parts of a configuration, in the order in which pages list them.
func PartNames() []string {
	return []string{"organisation", "texts", "teams", "topics", "form", "clocks", "retention", "templates", "notices", "languages", "rules"}
}

// lister gathers places; part, group and of are those of what is listed now.
type lister struct {
	list        []Place
	part, group string
	of          Text
	chosen      map[int]answers // by step
}

func (l *lister) add(kind PlaceKind, address, name string, at any, more ...func(*Place)) {
	x := Place{Address: address + "." + name, Part: l.part, Group: l.group, Name: name, Of: l.of, Kind: kind, at: at}
	for _, fn := range more {
		fn(&x)
	}
	l.list = append(l.list, x)
}

func blank(x *Place) { x.Blank = true }

// text leaves a text out that the built-in profile does not have.
func (l *lister) text(address, name string, at *Text) {
	if !at.Empty() {
		l.add(PlaceText, address, name, at)
	}
}

func (l *lister) number(address, name string, at *int, least, most int, more ...func(*Place)) {
	l.add(PlaceCount, address, name, at, append(more, func(x *Place) { x.Min, x.Max = least, most })...)
}

// in says what a number counts.
func in(unit string) func(*Place) { return func(x *Place) { x.Unit = unit } }

func (l *lister) turn(part, group string, of Text) { l.part, l.group, l.of = part, group, of }

// Places lists what an organisation may have otherwise, in the order in which it is asked.
// Where complaints go and who reads them is not among it: that is decided by members who
// sign, and kept in the directory.
func (p *Profile) Places() []Place {
	l := &lister{}
	p.organisationPlaces(l)
	p.textPlaces(l)
	p.teamPlaces(l)
	p.topicPlaces(l)
	for i := range p.Form.Steps {
		p.stepPlaces(l, i)
	}
	p.clockPlaces(l)
	p.keepingPlaces(l)
	for i := range p.Templates {
		t := &p.Templates[i]
		l.turn("templates", t.ID, t.Label)
		l.text("templates."+t.ID, "label", &t.Label)
		l.add(PlaceText, "templates."+t.ID, "text", &t.Text, freely)
		l.add(PlaceFlag, "templates."+t.ID, "off", &t.Off)
	}
	p.noticePlaces(l)
	p.languagePlaces(l)
	p.rulePlaces(l)
	p.itemPlaces(l)
	return l.list
}

// freely lets a text have other placeholders than the built-in one; Validate knows which.
func freely(x *Place) { x.Free = true }

func (p *Profile) organisationPlaces(l *lister) {
	o := &p.Organisation
	l.turn("organisation", "", nil)
	l.text("organisation", "name", &o.Name)
	l.text("organisation", "desk", &o.Desk)
	l.text("organisation", "address", &o.Address)
	l.add(PlaceLine, "organisation", "website", &o.Website, blank)
	l.add(PlaceColour, "organisation", "accent", &o.Accent, blank)
	l.add(PlacePicture, "organisation", "logo", &o.Logo, blank)
}

func (p *Profile) textPlaces(l *lister) {
	for i := range p.Pages {
		x := &p.Pages[i]
		at := "texts." + x.ID
		l.turn("texts", x.ID, x.Title)
		l.text(at, "title", &x.Title)
		l.text(at, "intro", &x.Intro)
		for j := range x.Blocks {
			b := &x.Blocks[j]
			l.of = b.Heading
			l.text(at+"."+b.ID, "heading", &b.Heading)
			if len(b.Paragraphs) > 0 {
				l.add(PlaceParagraphs, at+"."+b.ID, "paragraphs", &b.Paragraphs)
			}
			if len(b.List) > 0 {
				l.add(PlaceParagraphs, at+"."+b.ID, "list", &b.List)
			}
		}
	}
}

func (p *Profile) teamPlaces(l *lister) {
	for i := range p.Teams {
		t := &p.Teams[i]
		at := "teams." + string(t.ID)
		l.turn("teams", string(t.ID), t.Name)
		l.text(at, "name", &t.Name)
		l.text(at, "handles", &t.Handles)
		l.text(at, "readers", &t.Readers)
		l.text(at, "mail-note", &t.MailNote)
		l.text(at, "inbox-note", &t.InboxNote)
		for j := range t.Contacts {
			c := &t.Contacts[j]
			l.of = c.For
			if c.Kind != "form" {
				l.add(PlaceLine, at+"."+c.ID, "value", &c.Value)
			}
			if !c.Note.Empty() {
				l.add(PlaceFlag, at+"."+c.ID, "placeholder", &c.Placeholder)
			}
			l.text(at+"."+c.ID, "for", &c.For)
			l.text(at+"."+c.ID, "note", &c.Note)
		}
	}
}

func (p *Profile) topicPlaces(l *lister) {
	l.turn("topics", "order", nil)
	for _, r := range []casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity} {
		o := ordered[Topic]{&p.Topics, func(t Topic) string { return t.ID }, func(t Topic) bool { return t.Route == r }}
		l.add(PlaceOrder, "topics-order", string(r), o, func(x *Place) {
			x.Options = o.ids()
			for _, t := range p.Topics {
				if o.may(t) {
					x.Labels = append(x.Labels, t.Label)
				}
			}
		})
	}
	for i := range p.Topics {
		t := &p.Topics[i]
		l.turn("topics", t.ID, t.Label)
		at := "topics." + t.ID
		if !t.Explanation.Empty() {
			l.add(PlaceFlag, at, "on", &t.On)
		}
		l.text(at, "label", &t.Label)
		l.text(at, "explanation", &t.Explanation)
		l.add(PlaceText, at, "example", &t.Example, blank)
		l.number(at, "severity", &t.Severity, 0, 4)
	}
}

// stepPlaces lists a page of the form and its questions.
func (p *Profile) stepPlaces(l *lister, step int) {
	s := &p.Form.Steps[step]
	l.turn("form", s.ID, s.Title)
	at := "step." + s.ID
	l.text(at, "title", &s.Title)
	l.add(PlaceText, at, "intro", &s.Intro, blank)
	if len(s.Body) > 0 {
		l.add(PlaceParagraphs, at, "body", &s.Body)
	}
	if len(s.Fields) > 1 {
		o := ordered[Field]{&s.Fields, func(f Field) string { return f.ID }, func(Field) bool { return true }}
		l.add(PlaceOrder, at, "order", o, func(x *Place) {
			x.Options = o.ids()
			for _, f := range s.Fields {
				x.Labels = append(x.Labels, f.Label)
			}
		})
	}
	for i := range s.Fields {
		l.of = s.Fields[i].Label
		p.whenPlace(l, "form."+s.Fields[i].ID, &s.Fields[i], step)
		s.Fields[i].places(l, "form."+s.Fields[i].ID, s)
	}
}

func (f *Field) places(l *lister, at string, s *Step) {
	l.of = f.Label
	if s != nil && f.mayHide(s) {
		l.add(PlaceHidden, at, "hidden", f)
	}
	if s != nil && f.mayBeMandatory() {
		l.add(PlaceMandatory, at, "mandatory", f)
	}
	l.text(at, "label", &f.Label)
	l.add(PlaceText, at, "hint", &f.Hint, blank)
	l.text(at, "why", &f.Why)
	for i := range f.Variants {
		v, n := &f.Variants[i], at+".variant-"+strconv.Itoa(i+1)
		l.text(n, "label", &v.Label)
		l.text(n, "hint", &v.Hint)
	}
	if f.ID != FieldTopics { // whose options are the topics
		for i := range f.Options {
			o := &f.Options[i]
			l.of = o.Label
			l.text(at+"."+o.ID, "label", &o.Label)
			l.text(at+"."+o.ID, "hint", &o.Hint)
		}
	}
	for i := range f.Fields {
		f.Fields[i].places(l, at+"."+f.Fields[i].ID, nil)
	}
}

// mayHide reports whether the desk can do without the answer: nobody is left out, called in
// or reached by it, and no other question has to be answered in its stead.
func (f *Field) mayHide(s *Step) bool {
	needed := []string{
		FieldTopics, FieldConcerns, FieldDanger, FieldForWhom, FieldStory, FieldFirstName, FieldLastName, FieldEmail, FieldPhone, FieldAddress, FieldNoMail,
		FieldLanguage, FieldNameSharing, FieldPrivacyRead, FieldRelation,
	}
	return !slices.Contains(needed, f.ID) && !slices.Contains(s.OneOf.Fields, f.ID) &&
		!slices.ContainsFunc(f.Options, func(o Option) bool { return o.acts() })
}

// mayBeMandatory reports whether the question can be asked with or without having to be
// answered: it says what to do when it is not, and nothing else depends on it.
func (f *Field) mayBeMandatory() bool {
	fixed := []string{FieldTopics, FieldConcerns, FieldPrivacyRead, FieldLanguage, FieldStory, FieldFirstName, FieldLastName, FieldEmail, FieldPhone, FieldAddress}
	return !f.Errors[missing].Empty() && (f.Required.IsZero() || f.Required.Always) && !slices.Contains(fixed, f.ID)
}
