package desk

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/web/ui"
)

// clockPage is one deadline of a case, and what can be done about it.
type clockPage struct {
	Base, Number, Clock string
	Revision            int64
	State               ui.Tag
	Facts               []ui.Answer
	Fixed               string // why nobody can move it; empty: it can be moved, or is done with
	Source              string // the clause of the law, in English
	Acts                []ui.Option
	Act                 string // the only one, or the one that was chosen
	Dated               bool   // one of the acts asks for a date
	Messages            []ui.Option
	Message             string
	To                  []string
	Why, WhyHint        string
	Reason              bool // one of the acts asks for a reason
}

// clockShow shows a deadline with what can be done about it; of a date that does not
// move it says why.
func (d *desk) clockShow(w http.ResponseWriter, r *http.Request) error {
	return d.showClock(w, r, http.StatusOK, form{}, nil)
}

func (d *desk) showClock(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(c.Clocks, func(k casework.Clock) bool { return k.ID == r.PathValue("clock") })
	if i < 0 {
		return fault.ErrNotFound
	}
	k := c.Clocks[i]
	data := clockPage{
		Base: base(r), Number: string(c.Number), Clock: k.ID, Revision: c.Revision, Facts: d.clockFacts(r, k),
		State: ui.Tag{Text: d.clockPhrase(r, k), Tone: toneOf(k.State)},
		Act:   typed.one("act"), Message: typed.one("message"), Why: typed.one("why"), WhyHint: d.text(r, "desk.clock.why-hint"),
		To: []string{typed.one("to.day"), typed.one("to.month"), typed.one("to.year")},
	}
	if k.Told {
		data.WhyHint = d.text(r, "desk.clock.why-told", "language", d.languageName(r, c.Language))
	}
	if k.Hard && k.Open() {
		data.Fixed = d.text(r, "desk.clock.fixed-promise")
		if k.Law {
			data.Fixed, data.Source = d.text(r, "desk.clock.fixed-law"), k.Source
		}
		if !k.Most.IsZero() {
			data.Fixed = d.text(r, "desk.clock.fixed-once", "date", d.date(r, k.Most))
		}
	}
	for _, act := range k.Acts {
		data.Acts = append(data.Acts, ui.Option{Value: string(act), Label: d.text(r, "desk.clock.act-"+string(act)), Hint: d.text(r, "desk.clock.hint-"+string(act))})
		data.Dated = data.Dated || act == casefile.ClockExtended || act == casefile.ClockRenewed
		data.Reason = data.Reason || act != casefile.ClockFeedback
		if act == casefile.ClockFeedback {
			data.Messages = d.messageChoices(r, c)
		}
	}
	if len(data.Acts) == 1 {
		data.Act = data.Acts[0].Value
	}
	p := page(d, r, d.text(r, "common.clock."+string(k.Kind)), data)
	p.TitleParts, p.Errors = []string{data.Number}, errs
	return d.Renderer.Render(w, r, status, "desk/clock", p)
}

// messageChoices are the messages to the complainant, by their date and first words.
func (d *desk) messageChoices(r *http.Request, c *casework.Case) (list []ui.Option) {
	for _, it := range slices.Backward(c.Timeline) {
		if it.Kind == casefile.EntryMessageOut && !it.Damaged && !it.Locked && it.Standing.Taken.IsZero() {
			list = append(list, ui.Option{Value: it.ID, Label: lang.DateTime(lang.Lang(d.Renderer.Lang(r)), it.At), Hint: opening(it.Text)})
		}
	}
	return list
}

// opening is how a text begins.
func opening(s string) string {
	const most = 80
	words := strings.Join(strings.Fields(s), " ")
	if short := []rune(words); len(short) > most {
		return string(short[:most]) + "…"
	}
	return words
}

func (d *desk) clockFacts(r *http.Request, k casework.Clock) []ui.Answer {
	l := lang.Lang(d.Renderer.Lang(r))
	day := func(t time.Time) string {
		if hourly(k.Kind) {
			return lang.DateTime(l, t)
		}
		return d.date(r, t)
	}
	list := []ui.Answer{{Label: d.text(r, "desk.clock.began"), Text: lang.DateTime(l, k.Start)}}
	add := func(key string, t time.Time) {
		if !t.IsZero() {
			list = append(list, ui.Answer{Label: d.text(r, key), Text: day(t)})
		}
	}
	add("desk.clock.promised", k.Promised)
	add("desk.clock.target", k.Target)
	add("desk.clock.due", k.Due)
	add("desk.clock.again", k.Again)
	if k.Open() {
		add("desk.clock.limit", k.Limit)
	}
	if !k.Reminded.IsZero() {
		list = append(list, ui.Answer{Label: d.text(r, "desk.clock.reminded"), Text: lang.DateTime(l, k.Reminded)})
	}
	told := d.text(r, "common.no")
	if k.Told {
		told = d.text(r, "common.yes")
	}
	return append(list, ui.Answer{Label: d.text(r, "desk.clock.told"), Text: told})
}

// hourly reports whether a clock counts hours, so that its time of day counts.
func hourly(k deadline.Kind) bool {
	return k == deadline.KindBreachNotice || k == deadline.KindBreachPersons || k == deadline.KindSerious
}

// clockPhrase says how a clock stands; of one that counts hours with the time.
func (d *desk) clockPhrase(r *http.Request, k casework.Clock) string {
	if hourly(k.Kind) && k.State != deadline.Passed && k.Open() {
		return d.text(r, "desk.clock.by-time", "when", lang.DateTime(lang.Lang(d.Renderer.Lang(r)), k.Due))
	}
	return d.phrase(r, k.Phrase)
}

// clockChange does what was chosen about a deadline.
func (d *desk) clockChange(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	ch := casework.ClockChange{
		Act: casefile.ClockAct(f.one("act")), Clock: r.PathValue("clock"), Message: f.one("message"), Why: f.one("why"),
		Revision: integer(f.one("revision")),
	}
	field := "act"
	switch ch.Act {
	case casefile.ClockExtended, casefile.ClockRenewed:
		var ok bool
		if ch.To, ok = dateOf(f, "to"); !ok {
			return d.showClock(w, r, http.StatusUnprocessableEntity, f, []ui.FormError{{Field: "to", Text: d.text(r, "error.date-wrong")}})
		}
		field = "to"
	case casefile.ClockFeedback:
		field = "message"
	default: // asks for no more
	}
	if blank(ch.Why) && ch.Act != casefile.ClockFeedback && ch.Act != "" {
		field = "why"
	}
	err = d.Casework.ChangeClock(r.Context(), actor(r), number(r), ch)
	if errs, status := d.problems(r, err, field); errs != nil {
		return d.showClock(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	done(w, r, "deadline")
	return nil
}

// dateOf reads a full date of a date field.
func dateOf(f form, name string) (deadline.Date, bool) {
	p, ok := profile.ParseDate(f.one(name+".day"), f.one(name+".month"), f.one(name+".year"))
	return deadline.Date{Year: p.Year, Month: time.Month(p.Month), Day: p.Day}, ok && p.Day != 0
}
