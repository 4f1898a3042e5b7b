package casefile

import "slices"

// SheetChecks is what has to be thought of with some topics, ticked off.
const SheetChecks Sheet = "checks"

// CheckSet is a list of what has to be thought of with some topics. The topics are named
// by their place in the taxonomy, which all profiles share.
type CheckSet struct {
	ID    string
	Codes []string
	Items []string
}

// CheckSets is the one table of checklists.
func CheckSets() []CheckSet {
	return []CheckSet{
		{"money", []string{"I3", "I4", "I5", "I6", "I15", "I16", "I17", "I23"}, []string{"secure", "payments", "signed", "amount", "donor", "recover", "police"}},
		{"conduct", []string{"I1", "I11", "I12", "I13", "I25"}, []string{"safe", "support", "psychosocial", "apart", "pattern"}},
		{"sexual", []string{"I9"}, []string{"safe", "wish", "care", "interviewer", "once", "point"}},
		{"child", []string{"I10"}, []string{"safe", "alert", "authority", "parents", "no-interview"}},
		{"interest", []string{"I7", "I18", "I24"}, []string{"declared", "part", "benefit", "aside"}},
		{"project", []string{"I8", "I19", "I20", "I21"}, []string{"stop", "language", "partner", "network", "donor"}},
		{"retaliation", []string{"I14"}, []string{"stop", "when", "others", "protect"}},
		{"data", []string{"P1", "P2", "P3", "P4", "P7"}, []string{"contain", "known", "whose", "decide", "cause"}},
		{"fundraising", []string{"G6", "G7", "G8"}, []string{"agency", "lists", "refund", "code"}},
	}
}

// checks has a field for each set, so that what was ticked stays when the topics
// change, and one for the sets that members added themselves.
func checks() Form {
	form := Form{Sheet: SheetChecks, Part: PartInvestigate, Fields: []Field{{ID: "sets", Kind: FieldSome}}}
	for _, s := range CheckSets() {
		form.Fields[0].Options = append(form.Fields[0].Options, s.ID)
		form.Fields = append(form.Fields, Field{ID: s.ID, Kind: FieldSome, Options: s.Items})
	}
	return form
}

// Checklist is a set as it stands in a case.
type Checklist struct {
	CheckSet
	Done  int
	Topic bool // a topic of the case asks for it; otherwise a member added it, or a topic did before
}

// Open is how many things of it are neither done nor found not to be needed.
func (l Checklist) Open() int { return len(l.Items) - l.Done }

// Checklists are those that the topics of a case ask for, that members added, and in which
// something was ticked.
func (w Worked) Checklists(codes []string) []Checklist {
	var list []Checklist
	k := w.Single(SheetChecks)
	for _, s := range CheckSets() {
		l := Checklist{CheckSet: s, Topic: among(s.Codes, codes)}
		for _, item := range s.Items {
			if slices.Contains(k.Fields[s.ID], item) {
				l.Done++
			}
		}
		if l.Topic || l.Done > 0 || slices.Contains(k.Fields["sets"], s.ID) {
			list = append(list, l)
		}
	}
	return list
}
