package profile

import (
	"strconv"
	"strings"
	"time"
)

// PartialDate is a date of which the day, or day and month, may be unknown. Zero
// stands for unknown.
type PartialDate struct {
	Year, Month, Day int
}

// Date reads the partial date of a field from its three inputs. Not ok means that
// it cannot be right: no year, a day without a month, or a day that does not exist.
func (a Answers) Date(field string) (PartialDate, bool) {
	return ParseDate(a.One(field+".day"), a.One(field+".month"), a.One(field+".year"))
}

// ParseDate reads day, month and year as typed. The month may be a number or a
// name in any of the four languages, in full or short.
func ParseDate(day, month, year string) (PartialDate, bool) {
	var d PartialDate
	var ok bool
	if d.Year, ok = number(year, 1900, 2100); !ok {
		return PartialDate{}, false
	}
	if strings.TrimSpace(month) == "" {
		return d, strings.TrimSpace(day) == ""
	}
	if d.Month, ok = parseMonth(month); !ok {
		return PartialDate{}, false
	}
	if strings.TrimSpace(day) == "" {
		return d, true
	}
	last := time.Date(d.Year, time.Month(d.Month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	if d.Day, ok = number(day, 1, last); !ok {
		return PartialDate{}, false
	}
	return d, true
}

func number(s string, low, high int) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	return n, err == nil && n >= low && n <= high
}

// monthNames holds the beginnings that tell a month apart, in nl, fr, en, de, with
// accents removed. A word counts when it begins with one of them.
func monthNames() [12][]string {
	return [12][]string{
		{"jan"}, {"feb", "fev"}, {"maa", "mrt", "mar", "mae", "mrz"}, {"apr", "avr"}, {"mei", "mai", "may"},
		{"jun", "juin"}, {"jul", "juil"}, {"aug", "aou"}, {"sep"}, {"okt", "oct"}, {"nov"}, {"dec", "dez"},
	}
}

// parseMonth reads a month as number or name.
func parseMonth(s string) (int, bool) {
	if n, ok := number(s, 1, 12); ok {
		return n, true
	}
	word := strings.NewReplacer("ä", "a", "é", "e", "û", "u", ".", "").Replace(strings.ToLower(strings.TrimSpace(s)))
	for i, beginnings := range monthNames() {
		for _, b := range beginnings {
			if strings.HasPrefix(word, b) {
				return i + 1, true
			}
		}
	}
	return 0, false
}

// datesCross reports whether the date of one field surely lies before that of an
// earlier one. What is unknown crosses nothing.
func datesCross(a Answers, from, until string) bool {
	x, okX := a.Date(from)
	y, okY := a.Date(until)
	if !okX || !okY {
		return false
	}
	pairs := [][2]int{{x.Year, y.Year}, {x.Month, y.Month}, {x.Day, y.Day}}
	for _, p := range pairs {
		if p[0] == 0 || p[1] == 0 {
			return false
		}
		if p[0] != p[1] {
			return p[1] < p[0]
		}
	}
	return false
}
