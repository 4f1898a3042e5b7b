package desk

import (
	"net/http"

	"klankbord/internal/casefile"
)

// wordGroup is words that belong together on the page that explains them.
type wordGroup struct {
	Key   string
	Words []string
}

// wordGroups is every word that a page explains where it stands, as doc/glossary.md has
// it: the texts are "words.term." and "words.means." and the word.
func wordGroups() []wordGroup {
	return []wordGroup{
		{"case", []string{"complaint", "case", "complainant", "topic", "route", "code", "mailbox"}},
		{"work", []string{
			"sheet", "first-assessment", "impartial", "person-concerned", "witness", "allegation", "finding", "measure", "outcome", "clock", "stand-in",
			"request", "legal-frame",
		}},
		{"keys", []string{
			"sealed", "key", "purpose", "step-aside", "leave-out", "vouch", "fingerprint", "restore", "recovery-code", "recovery-key", "drill", "damaged",
			"log", "configurator", "auditor",
		}},
		{"after", []string{"check-in", "retaliation", "helper", "erase", "hold", "certificate", "register"}},
	}
}

// wordsOf are the words that a sheet asks a rare reader to know.
func wordsOf(s casefile.Sheet) []string {
	switch s {
	case casefile.SheetTriage:
		return []string{"first-assessment", "topic", "route"}
	case casefile.SheetConflict:
		return []string{"impartial", "step-aside"}
	case casefile.SheetPerson:
		return []string{"person-concerned", "witness"}
	case casefile.SheetAllegation, casefile.SheetReport:
		return []string{"allegation", "finding"}
	case casefile.SheetRegime:
		return []string{"legal-frame"}
	case casefile.SheetDecision:
		return []string{"outcome", "finding", "request"}
	case casefile.SheetMeasure:
		return []string{"measure"}
	default:
		return []string{"sheet"}
	}
}

type wordsPage struct{ Groups []wordGroup }

// wordsShow explains every word. It reads nothing of any case.
func (d *desk) wordsShow(w http.ResponseWriter, r *http.Request) error {
	return d.Renderer.Render(w, r, http.StatusOK, "desk/words", page(d, r, d.text(r, "words.title"), wordsPage{wordGroups()}))
}
