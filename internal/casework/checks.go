package casework

import (
	"slices"

	"klankbord/internal/casefile"
)

// checklists are what the topics ask members to think of: as the members see them or,
// until somebody said, as the complainant ticked them.
func (c *Casework) checklists(v *Case) []casefile.Checklist {
	ids := v.Work.Assessed()
	if len(ids) == 0 {
		for _, t := range v.Topics {
			ids = append(ids, t.ID)
		}
	}
	var codes []string
	for _, id := range ids {
		if t, ok := c.Profile.Topic(id); ok {
			codes = append(codes, t.Code)
		}
	}
	return v.Work.Checklists(codes)
}

// unchecked reports whether a checklist that the topics ask for has something open.
func (v *Case) unchecked() bool {
	return slices.ContainsFunc(v.Checklists, func(l casefile.Checklist) bool { return l.Topic && l.Open() > 0 })
}

// Checklist is a set as it stands in the case; false where nothing asks for it.
func (v *Case) Checklist(id string) (casefile.Checklist, bool) {
	i := slices.IndexFunc(v.Checklists, func(l casefile.Checklist) bool { return l.ID == id })
	if i < 0 {
		return casefile.Checklist{}, false
	}
	return v.Checklists[i], true
}
