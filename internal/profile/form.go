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
	ID    string `json:"id,omitzero"`
	Label Text   `json:"label,omitzero"`
}

// Step is one page of the form. A step without fields only informs.
type Step struct {
	ID       string    `json:"id,omitzero"` // the part of the address that names it
	Part     string    `json:"-"`           // id of its part
	Title    Text      `json:"title,omitzero"`
	Intro    Text      `json:"intro,omitzero"`
	Body     []Text    `json:"body,omitzero"` // further paragraphs of a page that informs
	When     Condition `json:"when,omitzero"`
	OneOf    OneOf     `json:"one_of,omitzero"`
	Fields   []Field   `json:"fields,omitzero"`
	Variants []Variant `json:"variants,omitzero"`
}

// OneOf asks that at least one of several fields of a step is filled in.
type OneOf struct {
	Fields  []string `json:"fields,omitzero"`
	Missing Text     `json:"missing,omitzero"`
}

// Variant is other wording for a step or a field under a condition; the first
// that holds is taken. Absent texts leave the original.
type Variant struct {
	When    Condition `json:"when,omitzero"`
	Title   Text      `json:"title,omitzero"`
	Intro   Text      `json:"intro,omitzero"`
	Label   Text      `json:"label,omitzero"`
	Hint    Text      `json:"hint,omitzero"`
	Missing Text      `json:"missing,omitzero"`
}

// Field is one question.
type Field struct {
	ID    string `json:"id,omitzero"`
	Kind  Kind   `json:"kind,omitzero"`
	Label Text   `json:"label,omitzero"`
	Hint  Text   `json:"hint,omitzero"`
	Why   Text   `json:"why,omitzero"` // why we ask
	// Options are those of a choice. The options of FieldTopics come from the
	// profile's topics.
	Options []Option `json:"options,omitzero"`
	// Required says when the field must be filled in; without it, never.
	Required Condition `json:"required,omitzero"`
	// When says when the field is shown; without it, always. It looks at earlier
	// steps only, so that a page never changes under the person's hands.
	When         Condition       `json:"when,omitzero"`
	Autocomplete string          `json:"autocomplete,omitzero"` // WCAG 1.3.5 token
	MaxChars     int             `json:"max_chars,omitzero"`    // 150 for a line, 20,000 for a long text unless said otherwise
	MaxRows      int             `json:"max_rows,omitzero"`     // of a group that repeats
	Compartment  Compartment     `json:"compartment,omitzero"`  // dialogue unless said otherwise
	Preset       string          `json:"preset,omitzero"`       // value at first; "{lang}" is the page's language
	NotBefore    string          `json:"not_before,omitzero"`   // a date field that this date may not precede
	Fields       []Field         `json:"fields,omitzero"`       // of a group that repeats
	Interrupt    *Interruption   `json:"interrupt,omitzero"`    // asked when the text is very short
	Errors       map[string]Text `json:"errors,omitzero"`       // wording per problem: missing, wrong, long, …
	Variants     []Variant       `json:"variants,omitzero"`
}

// Option is one answer to a choice.
type Option struct {
	ID    string    `json:"id,omitzero"`
	Label Text      `json:"label,omitzero"`
	Hint  Text      `json:"hint,omitzero"`
	When  Condition `json:"when,omitzero"` // without it, always offered
	// Group is the route under whose heading a topic stands.
	Group casefile.Route `json:"-"`
	// Alone says that it cannot be combined with another option.
	Alone bool `json:"alone,omitzero"`
	// Function is the function that choosing it names; members who hold it are
	// left out.
	Function staff.Function `json:"function,omitzero"`
	// Alternative says that choosing it brings in the alternative recipient.
	Alternative bool `json:"alternative,omitzero"`
	// Team is where choosing it takes the complaint.
	Team casefile.Team `json:"team,omitzero"`
	// Counted is the group under which figures for people outside the team count it, of
	// an answer to what the complainant is to the organisation.
	Counted string `json:"counted,omitzero"`
}

// Interruption is a question between two pages, never an error.
type Interruption struct {
	Under int    `json:"under,omitzero"` // asked when fewer characters than this were written
	Field string `json:"-"`
	Title Text   `json:"title,omitzero"`
	Text  Text   `json:"text,omitzero"`
	Back  Text   `json:"back,omitzero"` // label for adding more
	Go    Text   `json:"go,omitzero"`   // label for going on
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

// partFile is a part of the form with its pages, as it is written.
type partFile struct {
	Part  Part   `json:"part,omitzero"`
	Steps []Step `json:"steps,omitzero"`
}
