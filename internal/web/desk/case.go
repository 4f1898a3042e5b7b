package desk

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/signin"
	"klankbord/internal/web/ui"
)

// casePage is a case as it is shown, and what was typed into its forms when one of
// them was refused.
type casePage struct {
	*casework.Case
	Base      string // address of the case
	Heading   string
	Done      string // what was just done; empty: nothing
	Next      string
	NextPage  string // where the next step is done; empty: in no one place
	By        string // when the next step is due; empty: no clock runs
	Late      bool
	Topics    string
	Groups    []answerGroup
	Timeline  []ui.Message
	First     string // id of the first new item; empty: none
	OnlyTalk  bool
	Clocks    []clockRow
	ByHand    []ui.Option // clocks that a member stops
	Steps     []ui.Option // states that may be chosen now
	Blocked   []blocked   // those that may not, and why
	CanClose  bool
	ClosedWas bool
	Compose   composer
	Typed     form // of the small forms
	Colleague []ui.Option
	CodeText  string    // how the complainant's code stands
	Known     bool      // the complainant's name may be shown
	Severity  string    // as members see it; empty: nobody said
	Assessed  string    // the topics as members see them
	Asked     []ui.Link // requests of colleagues on which this member may decide
	Named     []namedRow

	Linked   []linkRow
	Distress []distressRow
	Harsh    bool     // what was told is distressing: it lies folded
	Beside   []string // who is writing what
	Asleep   string   // until when the member is not shown it; empty: shown
	Passes   string   // that a deadline ends before
	Breach   bool     // a breach of personal data was noted
	Away     string   // that the member in charge is away, and who stands in; empty: is there

	StoryFiles      []ui.File
	StoryLess       string // that something was removed from it; empty: nothing
	StoryGone       string // that it was erased; empty: it is there
	FormErrors      []ui.FormError
	ChargeID        string
	StateTag        ui.Tag
	HeldTag         ui.Tag
	AnswerLanguage  string
	IdentityAnswers []ui.Answer
	OnDate          []string // typed into the form about the confirmation of receipt
}

type answerGroup struct {
	Title   string
	Answers []ui.Answer
}

type clockRow struct {
	Label string
	Href  string
	State ui.Tag
	Law   bool     // set by law
	Hard  bool     // promised to everybody
	More  []string // dates that were moved
}

type blocked struct {
	To  string
	Why []ui.Link // with an address where it can be done
}

// deeds are what a case page may say was just done.
func deeds() []string {
	return []string{
		"note", "message", "outcome", "assign", "state", "acknowledged", "clock", "deadline", "breach", "risk", "mail", "identity",
		"asked", "decided", "withdrawn", "code-started", "code-stopped", "code-replaced", "code-handed", "registered", "sender-named", "sender-tried", "moved", "hold-set", "hold-lifted", "term-set", "term-ended", "part-erased", "removed", "data-asked", "data-answered",
		"undone", "message-withdrawn", "watch", "watch-ended", "snoozed", "snooze-ended", "reread-asked", "reread-back", "linked", "unlinked", "tag", "distress", "distress-ended", "released", "attached",
	}
}

func number(r *http.Request) casefile.Number { return casefile.Number(r.PathValue("number")) }

func base(r *http.Request) string { return "/desk/case/" + r.PathValue("number") }

func (d *desk) caseShow(w http.ResponseWriter, r *http.Request) error {
	return d.showCase(w, r, http.StatusOK, nil, nil, nil)
}

// showCase renders a case. typed and writing are what a refused form held.
func (d *desk) showCase(w http.ResponseWriter, r *http.Request, status int, typed form, writing *casework.Writing, errs []ui.FormError) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	data := d.caseData(r, c)
	data.Typed, data.FormErrors = typed, errs
	data.OnDate = []string{typed.one("on.day"), typed.one("on.month"), typed.one("on.year")}
	data.Compose = d.composer(r, c, writing, errs)
	p := page(d, r, string(c.Number), data)
	p.Errors, p.Sends = errs, true
	return d.Renderer.Render(w, r, status, "desk/case", p)
}

// refused shows a case again with what is wrong in one of its forms and everything
// that was typed. What is no fault of the form goes on as it is.
func (d *desk) refused(w http.ResponseWriter, r *http.Request, err error, field string, typed form, writing *casework.Writing) error {
	errs, status := d.problems(r, err, field)
	if errs == nil {
		return err
	}
	return d.showCase(w, r, status, typed, writing, errs)
}

// problems words what a member can do something about; nil for everything else.
func (d *desk) problems(r *http.Request, err error, field string) ([]ui.FormError, int) {
	var no *casefile.Refusal
	if errors.As(err, &no) {
		var errs []ui.FormError
		for _, g := range no.Guards {
			errs = append(errs, ui.FormError{Field: field, Text: d.text(r, "error.guard."+string(g))})
		}
		return errs, http.StatusUnprocessableEntity
	}
	f, ok := fault.As(err)
	if !ok {
		return nil, 0
	}
	if fault.Unkept(err) {
		d.Renderer.Failed(r, err)
		return []ui.FormError{{Text: d.say(r, f)}}, http.StatusServiceUnavailable
	}
	one := []ui.FormError{{Field: field, Text: d.say(r, f)}}
	if f.Is(signin.ErrRefused) { // of a signed-in member it is the proof that was refused
		one[0].Text = d.text(r, "error.password-wrong")
	}
	switch f.Kind {
	case fault.Invalid, fault.Limit:
		return one, http.StatusUnprocessableEntity
	case fault.Conflict:
		return []ui.FormError{{Text: d.say(r, f)}}, http.StatusConflict
	default:
		return nil, 0
	}
}

func (d *desk) caseData(r *http.Request, c *casework.Case) casePage {
	lang := d.Renderer.Lang(r)
	data := casePage{
		Case: c, Base: base(r), Next: d.text(r, "desk.next."+c.Next.Key), Topics: topicNames(c.Topics, lang, ""),
		OnlyTalk: r.URL.Query().Get("show") == "messages", ClosedWas: !c.State.Open(),
		Known: !c.Identity.Sealed && !c.Identity.Unknown, Named: d.namedRows(r, c.Named), Asked: d.asked(r, c),
	}
	if what := r.URL.Query().Get("done"); slices.Contains(deeds(), what) {
		data.Done = d.text(r, "desk.done."+what)
		if waits := d.waitingText(r, c); what == string(casework.DraftMessage) && waits != "" {
			data.Done = waits
		}
	}
	data.CodeText = d.codeNotice(r, c.Code).Text
	data.Heading = c.Subject
	if data.Heading == "" {
		data.Heading = topicNames(c.Topics, lang, d.text(r, "desk.row.nameless"))
	}
	if c.Next.To != "" {
		data.NextPage = data.Base + c.Next.To
	}
	if !c.Next.Due.IsZero() {
		data.By = d.text(r, "desk.next-due", "when", d.clockPhrase(r, c.Next.Clock))
		data.Late = strings.HasSuffix(c.Next.Phrase.Key, ".late")
	}
	for _, k := range c.Erasure.Parts {
		if k.Part == casefile.ScopeStory && !k.Gone.IsZero() {
			data.StoryGone = d.text(r, "desk.case.story-gone", "date", d.date(r, k.Gone))
		}
	}
	if c.Story != nil {
		data.Groups, data.StoryFiles = d.groups(r, c.Story), d.files(data.Base, r, c.Story.Files)
		if at := c.Story.Redacted; !at.IsZero() {
			data.StoryLess = d.text(r, "redact.note", "date", d.date(r, at))
		}
	}
	data.ChargeID, data.StateTag = string(c.Charge.ID), ui.Tag{Text: d.text(r, "common.state."+string(c.State)), Tone: ui.Info}
	data.HeldTag = ui.Tag{Text: d.text(r, "desk.log.kind-hold-set"), Tone: ui.Warn}
	data.AnswerLanguage = d.languageName(r, c.Language)
	data.IdentityAnswers = d.answers(r, c.Identity.Answers, "")
	data.Linked = d.linkRows(r, c)
	data.Distress, data.Harsh = d.distressRows(r, c)
	data.Beside = append(d.besideText(r, c.Beside), d.hereText(r, c.Here)...)
	data.Asleep, data.Passes = d.snoozeText(r, c.Snooze)
	if n := c.Work.Severity(); n > 0 {
		data.Severity = d.text(r, "work.severity-is", "severity", d.text(r, "work.severity."+chosenSeverity(n)))
	}
	data.Assessed = topicNames(d.topicsOf(c.Work.Assessed()), lang, "")
	data.Away = d.awayText(r, c.Charge.Name, c.Away)
	d.fillTimeline(r, &data)
	d.fillClocks(r, &data)
	d.fillSteps(r, &data)
	data.Colleague = []ui.Option{{Label: d.text(r, "desk.nobody")}}
	for _, p := range c.People {
		data.Colleague = append(data.Colleague, ui.Option{Value: string(p.ID), Label: p.Name})
	}
	return data
}

func (d *desk) groups(r *http.Request, s *casework.Story) []answerGroup {
	var list []answerGroup
	for _, g := range s.Groups {
		list = append(list, answerGroup{g.Title, d.answers(r, g.Answers, string(s.Lang))})
	}
	return list
}

func (d *desk) answers(r *http.Request, in []casework.Answer, lang string) []ui.Answer {
	var list []ui.Answer
	for _, a := range in {
		out := ui.Answer{Label: a.Label, Text: a.Text}
		if a.Ticked {
			out.Text = d.text(r, "common.yes")
		}
		if a.Typed {
			out.Lang = lang
		}
		list = append(list, out)
	}
	return list
}

func (d *desk) fillClocks(r *http.Request, data *casePage) {
	for _, k := range data.Case.Clocks {
		label := d.text(r, "common.clock."+string(k.Kind))
		row := clockRow{
			Label: label, Law: k.Law, Hard: k.Hard && !k.Law, State: ui.Tag{Text: d.clockPhrase(r, k), Tone: toneOf(k.State)},
		}
		if k.Open() {
			row.Href = data.Base + "/clock/" + k.ID
		}
		if !k.Promised.IsZero() {
			row.More = append(row.More, d.text(r, "desk.clock.first", "date", d.date(r, k.Promised)))
		}
		if !k.Again.IsZero() {
			row.More = append(row.More, d.text(r, "desk.clock.new-date", "date", d.date(r, k.Again)))
		}
		data.Clocks = append(data.Clocks, row)
		data.Breach = data.Breach || k.Kind == deadline.KindBreachNotice
		if k.ByHand {
			data.ByHand = append(data.ByHand, ui.Option{Value: k.ID, Label: label})
		}
	}
}

func toneOf(s deadline.State) ui.Tone {
	switch s {
	case deadline.Passed:
		return ui.Bad
	case deadline.Resting:
		return ui.Info
	case deadline.Pressing, deadline.MetLate:
		return ui.Warn
	case deadline.Met:
		return ui.Good
	default:
		return ui.Plain
	}
}

func (d *desk) fillSteps(r *http.Request, data *casePage) {
	for _, m := range data.Moves {
		words := d.text(r, "common.state."+string(m.To))
		if m.To == casefile.StateClosed && data.State != casefile.StateMonitoring {
			data.CanClose = true
			continue
		}
		if len(m.Missing) == 0 {
			data.Steps = append(data.Steps, ui.Option{Value: string(m.To), Label: words})
			continue
		}
		b := blocked{To: words}
		for _, g := range m.Missing {
			b.Why = append(b.Why, ui.Link{Text: d.text(r, "error.guard."+string(g)), Href: guardPage(data.Base, g)})
		}
		data.Blocked = append(data.Blocked, b)
	}
}

// guardPage is where what a guard waits for is done; empty when it is done on the
// page of the case.
func guardPage(base string, g casefile.Guard) string {
	if s := g.Sheet(); s != "" {
		return base + "/records/" + string(s)
	}
	if g == casefile.GuardOutcome || g == casefile.GuardFeedback {
		return base + "/close"
	}
	return ""
}

// phrase says how a clock stands.
func (d *desk) phrase(r *http.Request, p deadline.Phrase) string {
	return d.Words.Plural(d.Renderer.Lang(r), p.Key, p.N, map[string]string{"date": d.date(r, p.Date)})
}
