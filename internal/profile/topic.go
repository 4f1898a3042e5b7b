package profile

import "klankbord/internal/casefile"

// TopicRetaliation is the topic of a complaint that begins in the mailbox of an
// earlier one: somebody is treated badly because they spoke. It can be off in the
// form and still be what such a complaint is about. Directive (EU) 2019/1937 art. 19.
const TopicRetaliation = "retaliation"

// Topic is a type of incident that a complainant can tick.
type Topic struct {
	ID       string         `json:"id,omitzero"`
	Code     string         `json:"code,omitzero"` // its place in the taxonomy, such as "I6"
	Route    casefile.Route `json:"route,omitzero"`
	Team     casefile.Team  `json:"team,omitzero"` // only where it differs from the route's team
	On       bool           `json:"on,omitzero"`   // whether the form offers it
	Severity int            `json:"severity,omitzero"`
	// Other says that the complainant tells in words what it is.
	Other bool `json:"other,omitzero"`
	// Question says that it is no complaint: no outcome is needed.
	Question bool `json:"question,omitzero"`
	// Alternative says that the alternative recipient is granted too.
	Alternative bool `json:"alternative,omitzero"`
	Label       Text `json:"label,omitzero"`
	Explanation Text `json:"explanation,omitzero"` // mandatory when On
	Example     Text `json:"example,omitzero"`
}

// Topic returns a topic by its id, also when it is off.
func (p *Profile) Topic(id string) (Topic, bool) {
	for _, t := range p.Topics {
		if t.ID == id {
			return t, true
		}
	}
	return Topic{}, false
}

// TopicsOn returns the topics that the form offers on a route, in order.
func (p *Profile) TopicsOn(r casefile.Route) []Topic {
	var out []Topic
	for _, t := range p.Topics {
		if t.On && t.Route == r {
			out = append(out, t)
		}
	}
	return out
}

// Ticked returns the topics that the answers tick, in the profile's order: those that
// the form offers, and the one that the mailbox does.
func (p *Profile) Ticked(a Answers) []Topic {
	var out []Topic
	for i := range p.Topics {
		if t := &p.Topics[i]; (t.On || t.ID == TopicRetaliation) && a.Has(FieldTopics, t.ID) {
			out = append(out, *t)
		}
	}
	return out
}
