package profile

import (
	"maps"
	"slices"
	"strconv"
)

// mostIdleMinutes are ten hours: longer than a working day nobody is away from an open desk.
const mostIdleMinutes = 600

func (p *Profile) clockPlaces(l *lister) {
	l.turn("clocks", "", nil)
	l.add(PlaceDates, "clocks", "holidays", &p.Settings.Holidays, blank)
	for i := range p.Clocks.Rules {
		c := &p.Clocks.Rules[i]
		at, most := "clocks."+c.ID, 3660
		if c.Law {
			most = c.Length // a promise may be shorter than the law, and never longer
		}
		l.of = c.Label
		l.number(at, "length", &c.Length, min(1, c.Length), most, in(c.Unit))
		l.text(at, "label", &c.Label)
	}
}

// keepingPlaces are how long cases are kept. Shorter than the built-in profile would lose
// what somebody may still need; that is asked for elsewhere.
func (p *Profile) keepingPlaces(l *lister) {
	l.turn("retention", "", nil)
	for i := range p.Retention {
		r := &p.Retention[i]
		if r.Spam {
			continue
		}
		at := "retention." + strconv.Itoa(i+1)
		rule := func(x *Place) { x.Routes, x.Outcomes = r.Routes, r.Outcomes }
		l.number(at, "keep", &r.Keep, r.Keep, 1200, in(r.Unit), rule)
		l.add(PlaceLine, at, "source", &r.Source, rule)
		if r.Identity != nil {
			l.number(at, "identity", &r.Identity.Keep, r.Identity.Keep, 1200, in(r.Identity.Unit), rule)
		}
	}
}

// noticePlaces are the numbers to call, the bodies outside and what can follow a complaint.
func (p *Profile) noticePlaces(l *lister) {
	for i := range p.Emergency {
		e := &p.Emergency[i]
		at := "emergency." + e.ID
		l.turn("notices", "emergency", e.Name)
		l.add(PlaceLine, at, "number", &e.Number)
		l.text(at, "name", &e.Name)
		l.text(at, "for", &e.For)
		l.add(PlaceFlag, at, "to-check", &e.ToCheck)
		l.add(PlaceFlag, at, "off", &e.Off)
	}
	for i := range p.External {
		e := &p.External[i]
		at := "external." + e.ID
		l.turn("notices", "external", e.Name)
		l.text(at, "name", &e.Name)
		l.text(at, "for", &e.For)
		l.text(at, "website", &e.Website)
		l.add(PlaceFlag, at, "to-check", &e.ToCheck)
		l.add(PlaceFlag, at, "off", &e.Off)
	}
	for i := range p.Actions {
		a := &p.Actions[i]
		l.turn("notices", "actions", a.Label)
		l.text("actions."+a.ID, "label", &a.Label)
		l.add(PlaceFlag, "actions."+a.ID, "off", &a.Off)
	}
	l.turn("notices", "messages", nil)
	for _, key := range slices.Sorted(maps.Keys(p.Messages)) {
		l.add(PlaceText, "messages", key, entry{p.Messages, key})
	}
}

func (p *Profile) rulePlaces(l *lister) {
	s := &p.Settings
	l.turn("rules", "", nil)
	l.number("rules", "code-delay-days", &s.CodeDelayDays, s.CodeDelayDays, 30)
	l.number("rules", "review-days", &s.ReviewDays, 0, 366)
	l.add(PlaceLine, "rules", "exit-target", &s.ExitTarget)
	l.number("rules", "idle-minutes", &s.IdleMinutes, 0, mostIdleMinutes)
	l.number("rules", "most-idle-minutes", &s.MostIdleMinutes, 0, mostIdleMinutes)
	l.add(PlaceAddresses, "rules", "witnesses", &s.Witnesses, blank)
	if len(s.CheckIns.Routes) > 0 {
		l.number("rules", "check-in-answer-days", &s.CheckIns.AnswerDays, 1, 90)
	}
}
