package profile

import "slices"

// FieldOtherTopic and FieldServiceItself are asked of whoever tells and of whoever registers.
const (
	FieldOtherTopic    = "other_topic"              // text: what "something else" is
	FieldServiceItself = "about_supporters_service" // choice: yes, no, unknown
)

// StepsTold returns the pages of the form as a member is asked them who registers what
// somebody told: without those that only inform, and without what only the complainant can
// declare.
func (p *Profile) StepsTold(a Answers) []Step {
	return slices.DeleteFunc(p.StepsFor(a), func(s Step) bool {
		return len(s.Fields) == 0 || slices.ContainsFunc(s.Fields, func(f Field) bool { return f.ID == FieldPrivacyRead })
	})
}

// DemandsTold reports whether a member must fill a field in who registers what somebody told:
// only without which nobody knows what it is about, where it goes and who must not read it.
// The rest is asked of the complainant later.
func (p *Profile) DemandsTold(f Field, a Answers) bool {
	switch f.ID {
	case FieldTopics, FieldOtherTopic, FieldStory, FieldLanguage, FieldDanger, FieldConcerns, FieldServiceItself:
		return p.Requires(f, a)
	default:
		return false
	}
}

// MissingTold says what still has to be filled in or put right before what somebody told can
// be registered.
func (p *Profile) MissingTold(a Answers) []FieldError {
	named := a.Given(FieldFirstName) || a.Given(FieldLastName)
	return p.missingTold(a, func(s Step) []FieldError { return p.checkOneOf(s, a) }, func(f Field) bool { return f.ID == FieldLastName && !named })
}

// MissingUnsigned is the same for a letter without a sender: nothing is asked about who it was.
func (p *Profile) MissingUnsigned(a Answers) []FieldError {
	return p.missingTold(a, func(Step) []FieldError { return nil }, func(Field) bool { return false })
}

func (p *Profile) missingTold(a Answers, reach func(Step) []FieldError, name func(Field) bool) []FieldError {
	var out []FieldError
	for _, s := range p.StepsTold(a) {
		list := reach(s)
		for _, f := range s.Fields {
			required := p.DemandsTold(f, a) || name(f)
			if e, bad := p.checkField(f, f.ID, a, required); bad {
				list = append(list, e)
			}
			list = append(list, p.checkRows(f, a)...)
		}
		for i := range list {
			list[i].Step = s.ID
		}
		out = append(out, list...)
	}
	return out
}
