package desk

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/web/ui"
)

// calendarSuffix ends the address of a calendar: some programs ask for it.
const calendarSuffix = ".ics"

// calendarPage is the address at which a calendar reads a member's dates.
type calendarPage struct {
	Since   string // since when there is one; empty: there is none
	Address string // shown once, after it was made
}

func (d *desk) calendarShow(w http.ResponseWriter, r *http.Request) error {
	since, err := d.Casework.CalendarSince(r.Context(), actor(r))
	if err != nil {
		return err
	}
	var data calendarPage
	if !since.IsZero() {
		data.Since = d.date(r, since)
		v, ok, err := d.found(r, keptCalendar)
		if err != nil {
			return err
		}
		if ok {
			data.Address = d.address(r) + "/desk/calendar/" + form(v.Values).one("token") + calendarSuffix
		}
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/calendar", page(d, r, d.text(r, "desk.calendar.title"), data))
}

// calendarSet draws a new address, or ends the one that there is.
func (d *desk) calendarSet(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	if _, err := d.Casework.CalendarSince(r.Context(), actor(r)); err != nil {
		return err // whoever keeps no cases is told nothing, whatever they typed
	}
	switch f.one("act") {
	case "new":
		tok, err := d.Casework.MakeCalendar(r.Context(), actor(r))
		if err != nil {
			return err
		}
		if err := d.keep(w, r, keptCalendar, map[string][]string{"token": {tok.Cookie()}}); err != nil {
			return err
		}
	case "end":
		if err := d.Casework.EndCalendar(r.Context(), actor(r)); err != nil {
			return err
		}
	default:
		return fault.New(fault.Invalid, "error.choose-one")
	}
	ui.Redirect(w, r, "/desk/tasks/calendar")
	return nil
}

// calendarFile is what a calendar reads: a day and a number, and nothing else.
func (d *desk) calendarFile(w http.ResponseWriter, r *http.Request) error {
	tok, err := seal.ParseToken(strings.TrimSuffix(r.PathValue("secret"), calendarSuffix))
	if err != nil {
		return fault.ErrNotFound
	}
	days, err := d.Casework.CalendarDays(r.Context(), tok)
	if err != nil {
		return err
	}
	ui.FileHeaders(w, "klankbord"+calendarSuffix)
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	_, err = io.WriteString(w, calendarText(days, d.Clock.Now()))
	return err
}

// calendarText writes days as RFC 5545 has them. A case is named by its number alone:
// what the file says is read by whoever runs the calendar.
func calendarText(days []casework.CalendarDay, now time.Time) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	line("BEGIN:VCALENDAR")
	line("VERSION:2.0")
	line("PRODID:-//Klankbord//EN")
	line("METHOD:PUBLISH")
	line("REFRESH-INTERVAL;VALUE=DURATION:PT6H") // RFC 7986 5.7
	for _, day := range days {
		date := time.Date(day.Day.Year, day.Day.Month, day.Day.Day, 0, 0, 0, 0, time.UTC)
		line("BEGIN:VEVENT")
		line("UID:%s-%s@klankbord", day.Number, date.Format("20060102"))
		line("DTSTAMP:%s", now.UTC().Format("20060102T150405Z"))
		line("DTSTART;VALUE=DATE:%s", date.Format("20060102"))
		line("DTEND;VALUE=DATE:%s", date.AddDate(0, 0, 1).Format("20060102")) // RFC 5545 3.8.2.2: the day after
		line("SUMMARY:%s", day.Number)
		line("TRANSP:TRANSPARENT")
		line("END:VEVENT")
	}
	line("END:VCALENDAR")
	return b.String()
}
