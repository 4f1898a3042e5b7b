package lang

import (
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // the time zone must not depend on what the machine has installed

	"github.com/go-playground/locales"
	"github.com/go-playground/locales/de"
	"github.com/go-playground/locales/en_GB"
	"github.com/go-playground/locales/fr"
	"github.com/go-playground/locales/nl"
)

// brussels and translators are loaded once; nobody writes them.
var (
	brussels = sync.OnceValue(func() *time.Location {
		loc, err := time.LoadLocation("Europe/Brussels")
		if err != nil {
			panic("time zone Europe/Brussels is built in and must load: " + err.Error())
		}
		return loc
	})
	translators = sync.OnceValue(func() map[Lang]locales.Translator {
		return map[Lang]locales.Translator{NL: nl.New(), FR: fr.New(), EN: en_GB.New(), DE: de.New()}
	})
)

// Brussels is the time zone in which every date is shown and every deadline ends.
func Brussels() *time.Location { return brussels() }

func of(l Lang) locales.Translator {
	if t, ok := translators()[l]; ok {
		return t
	}
	return translators()[EN]
}

// Date writes the day of t in Brussels in full: "zondag 1 maart 2026".
func Date(l Lang, t time.Time) string {
	return strings.Replace(of(l).FmtDateFull(t.In(Brussels())), ", ", comma(l), 1)
}

// comma keeps the comma after the weekday only where people write it.
func comma(l Lang) string {
	if l == EN {
		return " "
	}
	return ", "
}

// DateLong writes the day of t in Brussels without its weekday: "1 maart 2026".
func DateLong(l Lang, t time.Time) string { return of(l).FmtDateLong(t.In(Brussels())) }

// DateShort writes the day of t in Brussels for lists: "1 mrt 2026".
func DateShort(l Lang, t time.Time) string {
	return of(l).FmtDateMedium(t.In(Brussels()))
}

// DateTime writes day and time of t in Brussels: "1 maart 2026, 14:05".
func DateTime(l Lang, t time.Time) string { return DateLong(l, t) + ", " + TimeOfDay(l, t) }

// TimeOfDay writes the time of t in Brussels: "14:05".
func TimeOfDay(l Lang, t time.Time) string { return of(l).FmtTimeShort(t.In(Brussels())) }

// Month writes the name of a month as it stands inside a date.
func Month(l Lang, m time.Month) string { return of(l).MonthWide(m) }

// Weekday writes the name of a day of the week as it stands inside a date.
func Weekday(l Lang, d time.Weekday) string { return of(l).WeekdayWide(d) }

// ParseMonth reads the name of a month in l as people type it: in full or cut short
// to three letters or more, in either case, with or without accents and full stop.
// It refuses letters that could be two months ("jui" in French).
func ParseMonth(l Lang, s string) (time.Month, bool) {
	s = plain(s)
	if len(s) < 3 {
		return 0, false
	}
	var found time.Month
	for m := time.January; m <= time.December; m++ {
		wide, short := plain(of(l).MonthWide(m)), plain(of(l).MonthAbbreviated(m))
		if s == wide || s == short {
			return m, true
		}
		if strings.HasPrefix(wide, s) {
			if found != 0 {
				return 0, false
			}
			found = m
		}
	}
	return found, found != 0
}

// plain is a month's name without case, accents and full stop.
func plain(s string) string {
	s = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(s)), ".")
	return strings.NewReplacer("é", "e", "û", "u", "ä", "a").Replace(s)
}

// Number writes a whole number with the separators of l: "1.234.567".
func Number(l Lang, n int64) string { return of(l).FmtNumber(float64(n), 0) }

// Decimal writes a number with a fixed count of decimals: "0,67".
func Decimal(l Lang, v float64, decimals uint64) string { return of(l).FmtNumber(v, decimals) }

// Bytes writes a size with at most one decimal in units of a thousand: "1,4 MB",
// "812 kB". It never rounds a size up to the next unit's 1000.
func Bytes(l Lang, n int64) string {
	units := [...]string{"B", "kB", "MB", "GB", "TB"}
	v, u := float64(max(n, 0)), 0
	for v >= 999.5 && u < len(units)-1 {
		v, u = v/1000, u+1
	}
	unit := units[u]
	if l == FR {
		unit = strings.Replace(unit, "B", "o", 1)
	}
	if v >= 9.95 || u == 0 {
		return of(l).FmtNumber(v, 0) + "\u00a0" + unit
	}
	return of(l).FmtNumber(v, 1) + "\u00a0" + unit
}

// countsAsOne follows the plural rules of CLDR: French counts nought as one.
func countsAsOne(l Lang, n int) bool {
	return of(l).CardinalPluralRule(float64(n), 0) == locales.PluralRuleOne
}
