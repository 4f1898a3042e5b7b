package desk

import (
	"net/http"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/setup"
	"klankbord/internal/web/ui"
)

// requestPage is what a member asked the others on a case, and what became of it.
type requestPage struct {
	casework.Asked
	Base, Number string
	Facts        []ui.Answer
	State        ui.Notice
	Open         bool // this member can open the identity with it now
	Return       bool // this member can let somebody back in with it now
	Code         bool // this member can give a code with it now
	Remove       bool // this member can remove something with it now
	Withdraw     bool
	Typed        form // into the form that was refused
}

// requestShow shows a request: to whoever may decide with the form to do so.
func (d *desk) requestShow(w http.ResponseWriter, r *http.Request) error {
	return d.showRequest(w, r, http.StatusOK, nil, nil)
}

func (d *desk) showRequest(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	for _, a := range c.Requests {
		if a.ID != r.PathValue("request") {
			continue
		}
		data := requestPage{
			Asked: a, Base: base(r), Number: string(c.Number), Facts: d.requestFacts(r, c, a), State: d.requestState(r, a), Typed: typed,
			Open:     a.ID == c.Identity.Request && c.Identity.Way == casework.WayApproved,
			Return:   a.Mine && a.Matter == casefile.MatterExclusion && a.State == casework.RequestApproved,
			Code:     a.ID == c.Code.Request && c.Code.Way == casework.WayApproved,
			Remove:   a.ID == c.Removal.Request && c.Removal.Way == casework.WayApproved,
			Withdraw: a.Mine && (a.State == casework.RequestWaiting || a.State == casework.RequestApproved),
		}
		title := d.text(r, "desk.request.title")
		if a.MayDecide {
			title = d.text(r, "desk.request.title-decide")
		}
		p := page(d, r, title, data)
		p.Script = proofScript(r)
		p.TitleParts, p.Errors = []string{data.Number}, errs
		return d.Renderer.Render(w, r, status, "desk/request", p)
	}
	return fault.ErrNotFound
}

// requestFacts are who asks, why, in which case, and what will be opened for how
// long.
func (d *desk) requestFacts(r *http.Request, c *casework.Case, a casework.Asked) []ui.Answer {
	for_ := a.By.Name
	if a.For.Name != "" {
		for_ = a.For.Name
	}
	subject := string(c.Number)
	if c.Subject != "" {
		subject += ": " + c.Subject
	}
	facts := []ui.Answer{
		{Label: d.text(r, "desk.request.what"), Text: d.matter(r, a.Matter)},
		{Label: d.text(r, "desk.request.who"), Text: a.By.Name},
		{Label: d.text(r, "desk.request.why"), Text: a.Reason},
		{Label: d.text(r, "desk.request.case"), Text: subject},
		{Label: d.text(r, "desk.request.scope"), Text: d.allows(r, a, for_)},
	}
	if k := c.Work.Single(casefile.SheetDecision); a.Matter == casefile.MatterClosing && string(k.Version) == a.Object {
		facts = append(facts, d.recordAnswers(r, k.Record)...)
	} else if a.Matter == casefile.MatterClosing {
		facts = append(facts, ui.Answer{Label: d.text(r, "work.sheet.decision"), Text: d.text(r, "work.decision-changed")})
	}
	if a.Matter == casefile.MatterRedaction {
		facts = append(facts, d.removalFacts(r, a.Removal)...)
	}
	if a.Words != "" {
		facts = append(facts, ui.Answer{Label: d.text(r, "desk.request.words-of", "name", a.Decider.Name), Text: a.Words})
	}
	return facts
}

// allows says what somebody can do once a colleague agrees.
func (d *desk) allows(r *http.Request, a casework.Asked, name string) string {
	if p := casefile.Scope(a.Object); a.Matter == casefile.MatterErasure && (p == casefile.ScopeStory || p == casefile.ScopeIdentity) {
		return d.text(r, "desk.scope.erasure-"+string(p), "name", name)
	}
	return d.text(r, "desk.scope."+string(a.Matter), "name", name)
}

func (d *desk) matter(r *http.Request, m casefile.Matter) string {
	return d.text(r, "desk.matter."+string(m))
}

// requestState says how far a request is.
func (d *desk) requestState(r *http.Request, a casework.Asked) ui.Notice {
	l := lang.Lang(d.Renderer.Lang(r))
	n := ui.Notice{Tone: ui.Info, Text: d.text(r, "desk.request.state-"+string(a.State),
		"name", a.Decider.Name, "date", lang.DateTime(l, a.Decided), "until", lang.DateTime(l, a.Until))}
	switch a.State {
	case casework.RequestApproved, casework.RequestUsed:
		n.Tone = ui.Good
	case casework.RequestRefused:
		n.Tone = ui.Warn
	case casework.RequestWaiting, casework.RequestWithdrawn, casework.RequestLapsed:
	}
	return n
}

// requestAct approves or refuses, signed with the member's password, or takes the
// member's own request back.
func (d *desk) requestAct(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	did := "decided"
	if f.one("act") == "withdraw" {
		did, err = "withdrawn", d.Casework.Withdraw(r.Context(), actor(r), number(r), r.PathValue("request"))
	} else {
		err = d.Casework.Decide(r.Context(), actor(r), number(r), casework.Ruling{
			Request: r.PathValue("request"), Verdict: casefile.Verdict(f.one("verdict")), Words: f.one("why"), Password: d.proof(r, f),
		})
	}
	if errs, status := d.problems(r, err, rulingField(err)); errs != nil {
		return d.showRequest(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	done(w, r, did)
	return nil
}

// rulingField is the field of the form that a fault is about.
func rulingField(err error) string {
	f, _ := fault.As(err)
	switch {
	case f == nil:
		return ""
	case f.Key == "error.choose-one":
		return "verdict"
	case f.Key == "error.text-too-long":
		return "why"
	default:
		return "password"
	}
}

// asked are the boxes of a case that ask this member for a decision.
func (d *desk) asked(r *http.Request, c *casework.Case) []ui.Link {
	var list []ui.Link
	for _, a := range c.Requests {
		if a.MayDecide {
			list = append(list, ui.Link{
				Href: base(r) + "/request/" + a.ID,
				Text: d.text(r, "desk.request.asks", "name", a.By.Name, "what", d.matter(r, a.Matter)),
			})
		}
	}
	return list
}

// waiting are the requests of colleagues and the changes of the list of members that
// wait for this member, on the first
// page of the desk.
func (d *desk) waiting(r *http.Request) ([]ui.Link, error) {
	list, err := d.Casework.Waiting(r.Context(), actor(r))
	if err != nil {
		return nil, err
	}
	var links []ui.Link
	for _, a := range list {
		links = append(links, ui.Link{
			Href: "/desk/case/" + string(a.Number) + "/request/" + a.ID,
			Text: d.text(r, "desk.request.row", "name", a.By, "number", string(a.Number), "date", d.date(r, a.Until)),
		})
	}
	changes, err := d.Setup.ToSign(r.Context(), actor(r))
	if err != nil {
		return nil, err
	}
	for _, c := range changes {
		text := d.changeTitle(r, c.Type)
		if c.Person.Name != "" {
			text += ": " + c.Person.Name
		}
		links = append(links, ui.Link{Href: setup.ChangePath(c.ID), Text: text})
	}
	return links, nil
}
