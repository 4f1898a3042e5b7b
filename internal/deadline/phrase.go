package deadline

import "time"

// Phrase is what to say of a clock: a catalogue key, the number that the text counts
// where it does, and the day that it may name as {date}.
type Phrase struct {
	Key  string
	N    int
	Date time.Time
}

// The keys of the phrases. Every one goes through the catalogue's Plural.
const (
	phraseToday    = "common.due.today"
	phraseTomorrow = "common.due.tomorrow"
	phraseBy       = "common.due.by"
	phraseLate     = "common.due.late"
	phraseMet      = "common.due.met"
	phraseMetLate  = "common.due.met-late"
	phraseResting  = "common.due.resting"
)

// PhraseKeys returns every key that Phrase can give, for tests of the catalogue.
func PhraseKeys() []string {
	return []string{phraseToday, phraseTomorrow, phraseBy, phraseLate, phraseMet, phraseMetLate, phraseResting}
}

// Phrase says in days of this place how a clock stands: due by a date, tomorrow or
// today, so many days late, met on a date, met so many days late, or at rest since one.
func (c Calendar) Phrase(k Clock, now time.Time) Phrase {
	due := c.Today(k.Due)
	if k.Met != nil {
		late := max(due.DaysUntil(c.Today(*k.Met)), 1)
		if k.Met.After(k.Due) {
			return Phrase{Key: phraseMetLate, N: late, Date: *k.Met}
		}
		return Phrase{Key: phraseMet, Date: *k.Met}
	}
	if !k.Paused.IsZero() {
		return Phrase{Key: phraseResting, Date: k.Paused}
	}
	days := c.Today(now).DaysUntil(due)
	switch {
	case now.After(k.Due):
		return Phrase{Key: phraseLate, N: max(-days, 1), Date: k.Due}
	case days == 0:
		return Phrase{Key: phraseToday, Date: k.Due}
	case days == 1:
		return Phrase{Key: phraseTomorrow, Date: k.Due}
	default:
		return Phrase{Key: phraseBy, N: days, Date: k.Due}
	}
}
