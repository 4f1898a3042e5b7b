package intake

import (
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/profile"
)

// middleOfMonth stands for the day where somebody told the month only.
const middleOfMonth = 15

// tally is what is counted of a complaint as it was told. A year alone is too little to
// count days from.
func (i *Intake) tally(s *submission) casefile.Tally {
	t := casefile.Tally{Relation: s.answers.One(profile.FieldRelation)}
	on, ok := s.answers.Date(profile.FieldHappened)
	if !ok || on.Month == 0 {
		return t
	}
	day := on.Day
	if day == 0 {
		day = middleOfMonth
	}
	at := i.Calendar.Location
	days := int(s.at.Sub(time.Date(on.Year, time.Month(on.Month), day, 0, 0, 0, 0, at)) / (24 * time.Hour))
	days = max(days, 0)
	t.Delay = &days
	return t
}
