package profile

import (
	"klankbord/internal/casefile"
	"klankbord/internal/staff"
)

// The fields that code outside the profile reads by name. Every profile has them.
const (
	FieldTopics       = "topics"       // choices: ids of topics
	FieldConcerns     = "concerns"     // choices: whom it is about
	FieldDanger       = "danger"       // choice: yes, no, unknown
	FieldForWhom      = "for_whom"     // choice: me, someone-else, group
	FieldStory        = "story"        // long
	FieldSummary      = "summary"      // text
	FieldFiles        = "files"        // files; never in the answers
	FieldFirstName    = "first_name"   // name
	FieldLastName     = "last_name"    // name
	FieldEmail        = "email"        // email
	FieldPhone        = "phone"        // phone
	FieldAddress      = "address"      // address
	FieldNoMail       = "no_mail"      // checkbox: no notice by e-mail
	FieldLanguage     = "language"     // choice: language of the answer
	FieldNameSharing  = "name_sharing" // choice: team, ask, share
	FieldSurvey       = "survey"       // checkbox
	FieldPrivacyRead  = "privacy_read" // checkbox
	FieldConversation = "conversation" // choice: no, phone, video, in-person
	FieldFear         = "fear"         // choice: yes, no, unknown

	FieldWhen    = "when_words"     // text: when it happened
	FieldEarlier = "earlier_number" // text: number of an earlier complaint

	FieldRelation = "relation"    // choice: what the complainant is to the organisation
	FieldHappened = "happened_on" // date
)

// Kind is how a field is asked and checked.
type Kind string

// The kinds of field.
const (
	Choice   Kind = "choice"       // one option
	Choices  Kind = "choices"      // any number of options
	Line     Kind = "text"         // one line
	Long     Kind = "long"         // several lines
	Date     Kind = "date-partial" // year, month and year, or a full date; keys id.day, id.month, id.year
	Email    Kind = "email"
	Phone    Kind = "phone"
	Address  Kind = "address"  // postal address, several lines
	Name     Kind = "name"     // part of a person's name
	Checkbox Kind = "checkbox" // "yes" or nothing
	Persons  Kind = "persons"  // group that may repeat; keys id.0.sub, id.1.sub
	Files    Kind = "files"    // kept with the draft, never among the answers
	Amount   Kind = "amount"   // keys id and id.currency
)

// Compartment says under which of a case's keys an answer is sealed.
type Compartment string

// The compartments of the form's answers.
const (
	Identity Compartment = "identity" // who the complainant is and how to reach them
	Dialogue Compartment = "dialogue" // what they tell
)

// Form is the complaint form: parts, and the pages in order.
type Form struct {
	Parts []Part
	Steps []Step
}

// Part groups pages under one label, for "Part 2 of 5: What happened".
type Part struct {
	ID    string `json:"id"`
	Label Text   `json:"label"`
}

// Step is one page of the form. A step without fields only informs.
type Step struct {
	ID       string    `json:"id"` // the part of the address that names it
	Part     string    `json:"-"`  // id of its part
	Title    Text      `json:"title"`
	Intro    Text      `json:"intro"`
	Body     []Text    `json:"body"` // further paragraphs of a page that informs
	When     Condition `json:"when"`
	OneOf    OneOf     `json:"one_of"`
	Fields   []Field   `json:"fields"`
	Variants []Variant `json:"variants"`
}

// OneOf asks that at least one of several fields of a step is filled in.
type OneOf struct {
	Fields  []string `json:"fields"`
	Missing Text     `json:"missing"`
}

// Variant is other wording for a step or a field under a condition; the first
// that holds is taken. Absent texts leave the original.
type Variant struct {
	When    Condition `json:"when"`
	Title   Text      `json:"title"`
	Intro   Text      `json:"intro"`
	Label   Text      `json:"label"`
	Hint    Text      `json:"hint"`
	Missing Text      `json:"missing"`
}

// Field is one question.
type Field struct {
	ID    string `json:"id"`
	Kind  Kind   `json:"kind"`
	Label Text   `json:"label"`
	Hint  Text   `json:"hint"`
	Why   Text   `json:"why"` // why we ask
	// Options are those of a choice. The options of FieldTopics come from the
	// profile's topics.
	Options []Option `json:"options"`
	// Required says when the field must be filled in; without it, never.
	Required Condition `json:"required"`
	// When says when the field is shown; without it, always. It looks at earlier
	// steps only, so that a page never changes under the person's hands.
	When         Condition       `json:"when"`
	Autocomplete string          `json:"autocomplete"` // WCAG 1.3.5 token
	MaxChars     int             `json:"max_chars"`    // 150 for a line, 20,000 for a long text unless said otherwise
	MaxRows      int             `json:"max_rows"`     // of a group that repeats
	Compartment  Compartment     `json:"compartment"`  // dialogue unless said otherwise
	Preset       string          `json:"preset"`       // value at first; "{lang}" is the page's language
	NotBefore    string          `json:"not_before"`   // a date field that this date may not precede
	Fields       []Field         `json:"fields"`       // of a group that repeats
	Interrupt    *Interruption   `json:"interrupt"`    // asked when the text is very short
	Errors       map[string]Text `json:"errors"`       // wording per problem: missing, wrong, long, …
	Variants     []Variant       `json:"variants"`
}

// Option is one answer to a choice.
type Option struct {
	ID    string    `json:"id"`
	Label Text      `json:"label"`
	Hint  Text      `json:"hint"`
	When  Condition `json:"when"` // without it, always offered
	// Group is the route under whose heading a topic stands.
	Group casefile.Route `json:"-"`
	// Alone says that it cannot be combined with another option.
	Alone bool `json:"alone"`
	// Function is the function that choosing it names; members who hold it are
	// left out.
	Function staff.Function `json:"function"`
	// Alternative says that choosing it brings in the alternative recipient.
	Alternative bool `json:"alternative"`
	// Team is where choosing it takes the complaint.
	Team casefile.Team `json:"team"`
	// Counted is the group under which figures for people outside the team count it, of
	// an answer to what the complainant is to the organisation.
	Counted string `json:"counted"`
}

// Interruption is a question between two pages, never an error.
type Interruption struct {
	Under int    `json:"under"` // asked when fewer characters than this were written
	Field string `json:"-"`
	Title Text   `json:"title"`
	Text  Text   `json:"text"`
	Back  Text   `json:"back"` // label for adding more
	Go    Text   `json:"go"`   // label for going on
}

// Keys returns the keys of the answers that belong to the field, apart from those
// of a group that repeats, which have a row number in them.
func (f Field) Keys() []string {
	switch f.Kind {
	case Date:
		return []string{f.ID + ".day", f.ID + ".month", f.ID + ".year"}
	case Amount:
		return []string{f.ID, f.ID + ".currency"}
	case Files, Persons:
		return nil
	default:
		return []string{f.ID}
	}
}

// partFile is one file of the form: a part and its pages.
type partFile struct {
	Part  Part   `json:"part"`
	Steps []Step `json:"steps"`
}

// read adds one file's part and pages behind those already there.
func (f *Form) read(data []byte) error {
	var file partFile
	if err := strict(data, &file); err != nil {
		return err
	}
	for i := range file.Steps {
		file.Steps[i].Part = file.Part.ID
	}
	f.Parts = append(f.Parts, file.Part)
	f.Steps = append(f.Steps, file.Steps...)
	return nil
}
