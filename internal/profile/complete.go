package profile

// The lengths a field has unless it says otherwise.
const (
	lineChars = 150
	longChars = 20_000
	groupRows = 20
)

// complete fills in what the files leave out: the options of the topic question
// and the defaults of every field.
func (p *Profile) complete() {
	for i := range p.Form.Steps {
		for j := range p.Form.Steps[i].Fields {
			f := &p.Form.Steps[i].Fields[j]
			if f.ID == FieldTopics {
				f.Options = p.topicOptions()
			}
			f.complete(Dialogue)
		}
	}
}

func (p *Profile) topicOptions() []Option {
	var out []Option
	for _, t := range p.Topics {
		switch {
		case t.On:
			out = append(out, Option{ID: t.ID, Label: t.Label, Hint: t.Explanation, Group: t.Route})
		case t.ID == TopicRetaliation: // is not offered, but keeps its words where it was ticked
			out = append(out, Option{ID: t.ID, Label: t.Label, Group: t.Route, When: Condition{Ticked: t.ID}})
		}
	}
	return out
}

func (f *Field) complete(otherwise Compartment) {
	if f.Compartment == "" {
		f.Compartment = otherwise
	}
	if f.MaxChars == 0 {
		f.MaxChars = f.Kind.chars()
	}
	if f.Kind == Persons && f.MaxRows == 0 {
		f.MaxRows = groupRows
	}
	for i := range f.Fields {
		f.Fields[i].complete(f.Compartment)
	}
}

// chars is how long a text of this kind may be; 0 for kinds that hold none.
func (k Kind) chars() int {
	switch k {
	case Line, Name, Phone, Amount:
		return lineChars
	case Email:
		return 254
	case Address:
		return 500
	case Long:
		return longChars
	case Choice, Choices, Date, Checkbox, Persons, Files:
		return 0
	default:
		return 0
	}
}
