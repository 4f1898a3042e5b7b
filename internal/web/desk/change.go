package desk

import (
	"net/http"
	"strconv"
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/lang"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
	"klankbord/internal/web/ui"
)

// changePage is a change of the directory that waits for signatures.
type changePage struct {
	*setup.Change
	Base    string
	State   ui.Notice
	Facts   []ui.Answer
	Lead    string
	Compare bool   // there is a fingerprint to compare by voice
	Mark    string // the fingerprint
	Button  string
	Moves   []routingMove // where complaints will go otherwise
}

// changeShow shows what a change does, who signed it and who must: to whoever may
// sign with the form to do so.
func (d *desk) changeShow(w http.ResponseWriter, r *http.Request) error {
	return d.showChange(w, r, http.StatusOK, nil)
}

func (d *desk) showChange(w http.ResponseWriter, r *http.Request, status int, errs []ui.FormError) error {
	c, err := d.Setup.Change(r.Context(), actor(r), r.PathValue("change"))
	if err != nil {
		return err
	}
	data := changePage{
		Change: c, Base: setup.ChangePath(c.ID), State: d.changeState(r, c), Facts: d.changeFacts(r, c),
		Compare: c.Type == staff.Enrol || c.Type == staff.Rekey || c.Type == staff.Assign && c.Delayed,
		Mark:    spaced(c.Person.Fingerprint), Button: d.text(r, "desk.change.sign"), Moves: d.routingMoves(r, c.Moves),
	}
	switch c.Type {
	case staff.Enrol:
		data.Lead = d.text(r, "desk.vouch.lead", "name", c.Person.Name)
		if c.More < 2 {
			data.Button = d.text(r, "desk.vouch.give")
		}
	case staff.Rekey:
		data.Lead = d.text(r, "desk.change.lead-rekey", "name", c.Person.Name)
	case staff.Assign, staff.Revoke, staff.Recover, staff.Genesis, staff.Renew, staff.Open, staff.Routing:
		data.Lead = d.text(r, "desk.change.lead")
	}
	p := page(d, r, d.changeTitle(r, c.Type), data)
	p.Errors, p.Script = errs, proofScript(r)
	return d.Renderer.Render(w, r, status, "desk/change", p)
}

func (d *desk) changeTitle(r *http.Request, t staff.EventType) string {
	return d.text(r, "desk.change.title-"+string(t))
}

// changeState says what is missing, and why this member may not sign.
func (d *desk) changeState(r *http.Request, c *setup.Change) ui.Notice {
	n := ui.Notice{Tone: ui.Info, Text: d.text(r, "desk.change.more-"+strconv.Itoa(min(c.More, 2)))}
	if c.Operator && c.More > 0 {
		n.Text += " " + d.text(r, "desk.change.operator")
	}
	if c.Broken {
		return ui.Notice{Tone: ui.Bad, Text: d.text(r, "desk.change.broken")}
	}
	if c.Why != "" {
		n.Text += "\n\n" + d.text(r, "desk.change.why-"+string(c.Why))
	}
	return n
}

// changeFacts are whom it is about, what they do and will do, what they can read and
// from when, and who signed.
func (d *desk) changeFacts(r *http.Request, c *setup.Change) []ui.Answer {
	l := lang.Lang(d.Renderer.Lang(r))
	fact := func(key, text string) ui.Answer { return ui.Answer{Label: d.text(r, "desk.change."+key), Text: text} }
	var list []ui.Answer
	if c.Person.Name != "" {
		list = append(list, fact("person", c.Person.Name+"\n"+c.Person.Email))
	}
	if len(c.Before) > 0 {
		list = append(list, fact("before", strings.Join(d.assignments(r, c.Before), "\n")))
	}
	switch c.Type {
	case staff.Enrol, staff.Assign:
		list = append(list, fact("after", strings.Join(d.assignments(r, c.After), "\n")), fact("reads", d.reads(r, c.After)))
	case staff.Rekey:
		list = append(list, fact("reads", d.text(r, "desk.change.reads-rekey")))
	case staff.Revoke:
		list = append(list, fact("reads", d.text(r, "desk.change.reads-nothing")))
	case staff.Recover:
		list = append(list, d.recoveryFacts(r, c.Recovery)...)
	case staff.Genesis, staff.Renew, staff.Open, staff.Routing:
	}
	from := d.text(r, "desk.change.from-now")
	if c.Delayed {
		from = d.text(r, "desk.change.from-delay", "date", lang.DateTime(l, c.From))
	}
	signed := d.text(r, "desk.change.signed-none")
	var names []string
	for _, s := range c.Signed {
		names = append(names, d.text(r, "desk.change.by", "name", s.Name, "date", lang.DateTime(l, s.At)))
	}
	if len(names) > 0 {
		signed = strings.Join(names, "\n")
	}
	who := d.text(r, "desk.change.who-anyone")
	if len(c.Cosigners) > 0 {
		who = strings.Join(c.Cosigners, ", ")
	}
	asked := lang.DateTime(l, c.Asked)
	if c.AskedBy != "" {
		asked = d.text(r, "desk.change.by", "name", c.AskedBy, "date", asked)
	}
	return append(list, fact("from", from), fact("asked", asked), fact("signed", signed), fact("who", who), fact("until", lang.DateTime(l, c.Until)))
}

// reads says what somebody with these assignments can read.
func (d *desk) reads(r *http.Request, list []staff.Assignment) string {
	var out []string
	for _, a := range list {
		switch {
		case a.Role == staff.RoleAuditor:
			out = append(out, d.text(r, "desk.change.reads-log"))
		case a.Role != staff.RoleHandler:
		case a.Team == casefile.Alternative:
			out = append(out, d.text(r, "desk.change.reads-alternative"))
		default:
			out = append(out, d.text(r, "desk.change.reads-team", "team", d.text(r, "common.team."+string(a.Team))))
		}
	}
	if len(out) == 0 {
		return d.text(r, "desk.change.reads-nothing")
	}
	return strings.Join(append(out, d.text(r, "desk.change.reads-older")), "\n")
}

func (d *desk) recoveryFacts(r *http.Request, keys []setup.RecoveryKey) []ui.Answer {
	var list []ui.Answer
	for _, k := range keys {
		text := d.keepers(r, k) + "\n" + d.text(r, "desk.keepers.mark", "mark", spaced(k.Fingerprint))
		if k.New {
			text += "\n" + d.text(r, "desk.change.new-key")
		}
		list = append(list, ui.Answer{Label: d.text(r, "desk.keepers.key"), Text: text})
	}
	return list
}

// changeSign signs a change.
func (d *desk) changeSign(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	if f.one("compare") != "" && f.one("compared") != "yes" {
		missing := []ui.FormError{{Field: "compared", Text: d.text(r, "error.not-compared")}}
		return d.showChange(w, r, http.StatusUnprocessableEntity, missing)
	}
	err = d.Setup.Sign(r.Context(), actor(r), setup.Signing{Change: r.PathValue("change"), Digest: f.one("digest"), Password: d.proof(r, f)})
	if errs, status := d.problems(r, err, "password"); errs != nil {
		return d.showChange(w, r, status, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/people?done=signed")
	return nil
}

// changeWithdraw takes a change back.
func (d *desk) changeWithdraw(w http.ResponseWriter, r *http.Request) error {
	if err := d.Setup.Withdraw(r.Context(), actor(r), r.PathValue("change")); err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/people?done=withdrawn")
	return nil
}

// changeRenew asks again for a change that cannot be signed any more.
func (d *desk) changeRenew(w http.ResponseWriter, r *http.Request) error {
	if err := d.Setup.Renew(r.Context(), actor(r), r.PathValue("change")); err != nil {
		return err
	}
	ui.Redirect(w, r, setup.ChangePath(r.PathValue("change")))
	return nil
}
