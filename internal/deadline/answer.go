package deadline

import "time"

// AnswerBy is when the complainant is told what follows at the latest; zero where no
// clock says so.
func AnswerBy(clocks []Clock) time.Time {
	for _, kind := range []Kind{KindFeedback, KindFullAnswer, KindFirstAnswer} {
		for _, c := range clocks {
			if c.Kind == kind {
				return c.Due
			}
		}
	}
	return time.Time{}
}
