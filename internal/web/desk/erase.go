package desk

import (
	"net/http"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/web/ui"
)

// erasePage says until when a case is kept, and lets a member erase it or stop that.
type erasePage struct {
	casework.Erasure
	Base, Number string
	Stands       ui.Notice
	Rule         string
	Rows         []ui.Answer // both parts, where one goes or went before the other
	What         []string    // what erasing now takes, and what it leaves
	Held         string      // who stopped it, when and why
	Again        ui.Notice
	Typed        form
	On           []string // typed into the form that stops it
	Barred       string   // who keeps it until a claim is time-barred, until when and why
	Until        []string // typed into the form that sets that
}

// eraseShow is the page about keeping and erasing a case.
func (d *desk) eraseShow(w http.ResponseWriter, r *http.Request) error {
	return d.showErase(w, r, http.StatusOK, nil, nil)
}

func (d *desk) showErase(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	e := c.Erasure
	data := erasePage{
		Erasure: e, Base: base(r), Number: string(c.Number), Stands: d.keptNotice(r, e), Typed: typed,
		On:    []string{typed.one("on.day"), typed.one("on.month"), typed.one("on.year")},
		Until: []string{typed.one("barred.day"), typed.one("barred.month"), typed.one("barred.year")},
	}
	data.Rows, data.What = d.partRows(r, e), d.taken(r, e.Due)
	if e.Rule != "" && len(e.Parts) == 0 {
		data.Rule = d.text(r, "desk.erase.rule", "rule", d.text(r, "common.retention."+string(e.Rule)))
	}
	if t := e.Term; t != nil {
		data.Barred = d.text(r, "desk.term.stands", "name", t.By.Name, "date", d.date(r, t.Since), "until", d.date(r, t.Until), "reason", t.Reason)
	}
	if h := e.Hold; h != nil {
		data.Held = d.text(r, "desk.hold.stands", "name", h.By.Name, "date", d.date(r, h.Since), "reason", h.Reason)
		data.Again = ui.Notice{Tone: ui.Plain, Text: d.text(r, "desk.hold.again", "date", d.date(r, h.Review))}
		if h.Late {
			data.Again = ui.Notice{Tone: ui.Warn, Text: d.text(r, "desk.hold.late", "date", d.date(r, h.Review))}
		}
	}
	p := page(d, r, d.text(r, "desk.erase.title"), data)
	p.TitleParts, p.Errors, p.Script = []string{data.Number}, errs, proofScript(r)
	return d.Renderer.Render(w, r, status, "desk/erase", p)
}

// keptNotice says until when a case is kept.
func (d *desk) keptNotice(r *http.Request, e casework.Erasure) ui.Notice {
	switch {
	case e.Hold != nil:
		return ui.Notice{Tone: ui.Warn, Text: d.text(r, "desk.erase.held")}
	case e.After.IsZero():
		return ui.Notice{Tone: ui.Plain, Text: d.text(r, "desk.erase.open")}
	case e.Due == casefile.ScopeStory || e.Due == casefile.ScopeIdentity:
		return ui.Notice{Tone: ui.Info, Text: d.text(r, "desk.erase.due-"+string(e.Due))}
	case e.Due != "":
		return ui.Notice{Tone: ui.Info, Text: d.text(r, "desk.erase.due", "date", d.date(r, e.After))}
	default:
		return ui.Notice{Tone: ui.Plain, Text: d.text(r, "desk.erase.kept", "date", d.date(r, e.After))}
	}
}

// eraseAct erases the case, stops that, lets it go on, or asks a second member.
func (d *desk) eraseAct(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	ctx, a, n := r.Context(), actor(r), number(r)
	part := casefile.Scope(f.one("part"))
	ask := func(q casework.Question) error {
		q.Reason = f.one("why")
		_, err := d.Casework.Ask(ctx, a, n, q)
		return err
	}
	did := "asked"
	switch f.one("act") {
	case "hold":
		did = "hold-set"
		on, ok := dayOf(f)
		if !ok {
			return d.showErase(w, r, http.StatusUnprocessableEntity, f, []ui.FormError{{Field: "on", Text: d.text(r, "error.date-wrong")}})
		}
		err = d.Casework.SetHold(ctx, a, n, f.one("reason"), on)
	case "term":
		did = "term-set"
		until, _ := dateOf(f, "barred") // no date is one that cannot be
		err = d.Casework.SetTerm(ctx, a, n, f.one("barred-why"), until)
	case "end-term":
		did, err = "term-ended", d.Casework.EndTerm(ctx, a, n, f.one("barred-why"))
	case "lift":
		did, err = "hold-lifted", d.Casework.LiftHold(ctx, a, n, f.one("why"))
	case "ask-lift":
		err = ask(casework.Question{Matter: casefile.MatterHold})
	case "ask":
		err = ask(casework.AboutErasing(part))
	case "erase-part":
		did, err = "part-erased", d.Casework.ErasePart(ctx, a, n, part, d.proof(r, f))
	default:
		did, err = "erased", d.Casework.Erase(ctx, a, n, d.proof(r, f))
	}
	if errs, status := d.problems(r, err, eraseField(f, err)); errs != nil {
		return d.showErase(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	if did == "erased" {
		ui.Redirect(w, r, "/desk/erased/"+string(n)+"?done=erased")
		return nil
	}
	done(w, r, did)
	return nil
}

// partRows say until when each part is kept and why, or that it is gone.
func (d *desk) partRows(r *http.Request, e casework.Erasure) []ui.Answer {
	var list []ui.Answer
	for _, k := range e.Parts {
		text := d.text(r, "desk.erase.part-gone", "date", d.date(r, k.Gone))
		if k.Gone.IsZero() {
			text = d.text(r, "desk.erase.part-kept", "date", d.date(r, k.Until), "rule", d.text(r, "common.retention."+string(k.Why)))
		}
		list = append(list, ui.Answer{Label: d.text(r, "common.part."+string(k.Part)), Text: text})
	}
	return list
}

// taken is what erasing a part takes and what it leaves.
func (d *desk) taken(r *http.Request, p casefile.Scope) []string {
	if p == casefile.ScopeStory || p == casefile.ScopeIdentity {
		return []string{d.text(r, "desk.erase.gone-"+string(p)), d.text(r, "desk.erase.stays-"+string(p)), d.text(r, "desk.erase.copies")}
	}
	return []string{d.text(r, "desk.erase.gone"), d.text(r, "desk.erase.stays"), d.text(r, "desk.erase.copies")}
}

// eraseField is the field that a fault is about.
func eraseField(typed form, err error) string {
	f, _ := fault.As(err)
	switch {
	case f == nil:
		return ""
	case f.Key == "error.term-date":
		return "barred"
	case typed.one("act") == "term" || typed.one("act") == "end-term":
		return "barred-why"
	case typed.one("act") == "hold" && f.Key != "error.hold-date":
		return "reason"
	case f.Key == "error.purpose-short" || f.Key == "error.text-too-long":
		return "why"
	case f.Key == "error.hold-date":
		return "on"
	default:
		return "password"
	}
}

// holdText words an event of a hold.
func (d *desk) holdText(r *http.Request, it casework.Item) string {
	if it.Hold.Act == casefile.TermSet {
		return d.text(r, "desk.event.term-set", "date", d.date(r, it.Hold.Until), "reason", it.Text)
	}
	if it.Hold.Act == casefile.TermEnded {
		return d.text(r, "desk.event.term-ended", "reason", it.Text)
	}
	if it.Hold.Act == casefile.HoldSet {
		return d.text(r, "desk.event.hold-set", "date", d.date(r, it.Hold.Review), "reason", it.Text)
	}
	return d.text(r, "desk.event.hold-lifted", "reason", it.Text)
}

// partText words that a part of the case was erased.
func (d *desk) partText(r *http.Request, it casework.Item) string {
	if it.Part == nil || !it.Part.Part.Known() {
		return it.Text
	}
	return d.text(r, "desk.event.part-"+string(it.Part.Part), "rule", d.text(r, "common.retention."+it.Part.Rule))
}
