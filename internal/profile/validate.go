package profile

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"klankbord/internal/casefile"
)

// Validate reports everything that is wrong with the profile, joined in one error.
func (p *Profile) Validate() error {
	v := &findings{}
	v.texts(p)
	v.organisation(p)
	v.teams(p)
	v.topics(p)
	v.pages(p)
	v.clocks(p)
	v.retention(p)
	v.form(p)
	return errors.Join(v.errs...)
}

// findings gathers what is wrong.
type findings struct{ errs []error }

func (v *findings) add(format string, args ...any) {
	v.errs = append(v.errs, fmt.Errorf(format, args...))
}

// need adds a finding unless ok.
func (v *findings) need(ok bool, format string, args ...any) {
	if !ok {
		v.add(format, args...)
	}
}

// unique checks that ids of one kind are well formed and stand once.
func (v *findings) unique(kind string, form *regexp.Regexp, ids []string) {
	seen := map[string]bool{}
	for _, id := range ids {
		v.need(form.MatchString(id), "%s %q: the id is not well formed", kind, id)
		v.need(!seen[id], "%s %q stands twice", kind, id)
		seen[id] = true
	}
}

// Ids of pages stand in addresses; those of fields name answers, whose parts come
// behind a point, and may hold none themselves.
var (
	wordID  = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	fieldID = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	codeID  = regexp.MustCompile(`^[A-Z][0-9]+(-[a-z]+)?$`)
	valueID = regexp.MustCompile(`^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$`)
)

func ids[T any](list []T, id func(T) string) []string {
	out := make([]string, 0, len(list))
	for _, x := range list {
		out = append(out, id(x))
	}
	return out
}

func knownRoute(r casefile.Route) bool {
	return r == casefile.General || r == casefile.Privacy || r == casefile.Integrity
}

func (v *findings) routes(where string, routes []casefile.Route) {
	for _, r := range routes {
		v.need(knownRoute(r), "%s: no route is called %q", where, r)
	}
}

func (v *findings) organisation(p *Profile) {
	v.need(wordID.MatchString(p.Organisation.ID), "organisation: the id %q is not well formed", p.Organisation.ID)
	v.need(p.Settings.ExitTarget == "" || strings.HasPrefix(p.Settings.ExitTarget, "https://"), "settings: exit_target must begin with https://")
	v.need(!p.Organisation.Name.Empty() && !p.Organisation.Desk.Empty(), "organisation: name and desk need a text")
	opening := p.Settings.IdentityOpening
	v.need(opening == "reason" || opening == "second-member", "settings: identity_opening cannot be %q", opening)
	wait := p.Settings.CodeDelayDays
	v.need(wait >= 1 && wait <= 30, "settings: code_delay_days is %d, not from 1 to 30", wait)
	delay := p.Settings.DirectoryDelayHours
	v.need(delay >= 0 && delay <= 14*24, "settings: directory_delay_hours cannot be %d", delay)
	v.languages(&p.Settings)
	for _, day := range p.Settings.Holidays {
		_, err := time.Parse(time.DateOnly, day)
		v.need(err == nil, "settings: %q is no day", day)
	}
	v.need(p.Organisation.Accent == "" || colour.MatchString(p.Organisation.Accent), "organisation: the accent %q is no colour", p.Organisation.Accent)
	v.routes("settings", p.Settings.ExitRoutes)
	c := p.Settings.CheckIns
	v.routes("settings: check-ins", c.Routes)
	v.need(len(c.Routes) == 0 || len(c.Months) > 0 && c.AnswerDays > 0, "settings: check-ins need months and days to answer")
	v.need(slices.IsSorted(c.Months) && (len(c.Months) == 0 || c.Months[0] > 0), "settings: months of check-ins %v", c.Months)
	v.unique("action", wordID, ids(p.Actions, func(a Action) string { return a.ID }))
	v.unique("emergency line", wordID, ids(p.Emergency, func(e EmergencyLine) string { return e.ID }))
	v.unique("external body", wordID, ids(p.External, func(e ExternalBody) string { return e.ID }))
	for _, a := range p.Actions {
		v.routes("action "+a.ID, a.Routes)
		v.need(len(a.Routes) > 0 && !a.Label.Empty(), "action %q needs a label and a route", a.ID)
	}
	v.templates(p)
	for _, l := range Languages() {
		v.need(len(p.EmergencyIn(l)) > 0, "no emergency line is given in %q", l)
	}
	for _, e := range p.Emergency {
		v.need(e.Number != "" && !e.Name.Empty() && !e.For.Empty(), "emergency line %q is not complete", e.ID)
		for _, l := range e.Languages {
			v.need(slices.Contains(Languages(), l), "emergency line %q: no language %q", e.ID, l)
		}
	}
	for _, e := range p.External {
		v.routes("external body "+e.ID, e.Routes)
		v.need(!e.Name.Empty() && !e.For.Empty() && !e.Website.Empty(), "external body %q is not complete", e.ID)
	}
	for _, r := range []casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity} {
		v.need(len(p.ActionsOn(r)) > 0, "route %q has no possible action", r)
		// Directive (EU) 2019/1937 art. 9(1)(g): the strict routes name bodies outside.
		v.need(r == casefile.General || len(p.ExternalOn(r)) > 0, "route %q names no external body", r)
	}
}

func (v *findings) teams(p *Profile) {
	v.unique("team", wordID, ids(p.Teams, func(t Team) string { return string(t.ID) }))
	owners := map[casefile.Route]int{}
	for _, t := range p.Teams {
		v.routes("team "+string(t.ID), t.Routes)
		for _, r := range t.Routes {
			owners[r]++
		}
		for _, x := range []Text{t.Name, t.Handles, t.Readers, t.MailNote, t.InboxNote} {
			v.need(!x.Empty(), "team %q misses a text", t.ID)
		}
		v.unique("contact of "+string(t.ID), wordID, ids(t.Contacts, func(c Contact) string { return c.ID }))
		for _, c := range t.Contacts {
			v.contact(t.ID, c)
		}
	}
	for _, r := range []casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity} {
		v.need(owners[r] == 1, "route %q needs exactly one team, not %d", r, owners[r])
	}
	_, ok := p.Team(casefile.Alternative)
	v.need(ok, "the alternative recipient is missing")
}

func (v *findings) contact(team casefile.Team, c Contact) {
	v.need(slices.Contains([]string{"form", "email", "phone", "post"}, c.Kind), "team %q: no contact kind %q", team, c.Kind)
	v.need(!c.For.Empty(), "team %q: contact %q does not say what it is for", team, c.ID)
	v.need((c.Kind == "form") == (c.Value == ""), "team %q: contact %q: only the form has no value", team, c.ID)
	v.need(!c.Placeholder || !c.Note.Empty(), "team %q: placeholder %q needs a note", team, c.ID)
}

func (v *findings) topics(p *Profile) {
	v.unique("topic", wordID, ids(p.Topics, func(t Topic) string { return t.ID }))
	v.unique("topic code", codeID, ids(p.Topics, func(t Topic) string { return t.Code }))
	for _, t := range p.Topics {
		v.need(knownRoute(t.Route), "topic %q: no route is called %q", t.ID, t.Route)
		v.need(!t.Label.Empty(), "topic %q needs a label", t.ID)
		v.need(!t.On || !t.Explanation.Empty(), "topic %q is on and needs an explanation", t.ID)
		v.need(t.Severity >= 0 && t.Severity <= 4, "topic %q: severity %d", t.ID, t.Severity)
		v.team(p, "topic "+t.ID, t.Team)
	}
	for _, r := range []casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity} {
		v.need(len(p.TopicsOn(r)) > 0, "route %q has no topic", r)
	}
	t, _ := p.Topic(TopicRetaliation)
	v.need(t.Route == casefile.Integrity, "topic %q must stand on the integrity route: the mailbox offers it", TopicRetaliation)
}

func (v *findings) team(p *Profile, where string, id casefile.Team) {
	if id == "" {
		return
	}
	_, ok := p.Team(id)
	v.need(ok, "%s: no team is called %q", where, id)
}

func (v *findings) pages(p *Profile) {
	v.unique("page", wordID, ids(p.Pages, func(x Page) string { return x.ID }))
	for _, id := range []string{"public", "privacy", "accessibility", "other-ways", "safety"} {
		_, ok := p.Page(id)
		v.need(ok, "page %q is missing", id)
	}
	for _, x := range p.Pages {
		v.need(!x.Title.Empty() && len(x.Blocks) > 0, "page %q needs a title and a block", x.ID)
		v.unique("block of page "+x.ID, wordID, ids(x.Blocks, func(b Block) string { return b.ID }))
		for _, b := range x.Blocks {
			v.need(!b.Heading.Empty() && len(b.Paragraphs)+len(b.List) > 0, "page %q: block %q is empty", x.ID, b.ID)
		}
	}
	for _, problem := range []string{missing, wrong, alone, long, many, before} {
		v.need(!p.Messages[problem].Empty(), "texts.messages.json: %q is missing", problem)
	}
}

func (v *findings) clocks(p *Profile) {
	v.unique("clock", codeID, ids(p.Clocks.Rules, func(c ClockRule) string { return c.ID }))
	units := []string{"hours", "days", "working-days", "months"}
	for _, r := range []casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity} {
		dated := slices.ContainsFunc(p.Clocks.Rules, func(c ClockRule) bool { return c.ToComplainant && onRoute(c.Routes, r) })
		v.need(dated, "route %q gives the complainant no date", r)
	}
	for _, c := range p.Clocks.Rules {
		v.need(!c.Label.Empty() && c.Source != "", "clock %q needs a label and a source", c.ID)
		v.need(starts()[c.Start] != "", "clock %q: no start %q", c.ID, c.Start)
		v.need(slices.Contains(units, c.Unit) && c.Length >= 0, "clock %q: %d %q", c.ID, c.Length, c.Unit)
		v.need(c.Hard || !c.Law, "clock %q: what law sets is hard", c.ID)
		v.need(c.More == 0 || c.More > 0 && c.Law, "clock %q: only the law lets a date be moved that is hard", c.ID)
		v.need(len(c.Routes) > 0, "clock %q needs a route", c.ID)
		v.routes("clock "+c.ID, c.Routes)
		for _, id := range c.Topics {
			_, ok := p.Topic(id)
			v.need(ok, "clock %q: no topic is called %q", c.ID, id)
		}
	}
}
