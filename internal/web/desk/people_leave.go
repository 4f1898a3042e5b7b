package desk

import (
	"net/http"
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
	"klankbord/internal/web/ui"
)

// leavePage is the hand-over before a member leaves the desk.
type leavePage struct {
	Base, Name string
	Me         bool // then they hand over, and a colleague takes them off the desk
	Keeps      bool // a recovery key, or a share of one
	Cases      []heldRow
	NoCases    bool // the one who signs handles no cases
	Tasks      []string
}

// heldRow is a case that has to be handed over.
type heldRow struct {
	Number, Subject, Readers string
	Take                     *ui.Field // who is in charge from then on; nil: somebody is already
	Few                      bool
}

func (d *desk) leaveShow(w http.ResponseWriter, r *http.Request) error {
	return d.showLeave(w, r, http.StatusOK, form{}, nil)
}

func (d *desk) showLeave(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	who, err := d.colleague(r, staff.ID(r.PathValue("member")))
	if err != nil {
		return err
	}
	data := leavePage{
		Base: "/desk/people/member/" + string(who.Member), Name: who.Name, Me: who.Member == actor(r).Member, NoCases: !actor(r).Handler(),
		Tasks: d.assignments(r, who.Assignments),
	}
	if err := d.Setup.MayLeave(r.Context(), actor(r), who.Member); err != nil {
		f, ok := fault.As(err)
		if !ok || f.Kind != fault.Invalid {
			return err
		}
		if errs == nil {
			errs = []ui.FormError{{Text: d.say(r, f)}}
		}
	}
	if data.Keeps, err = d.Setup.Keeps(r.Context(), who.Member); err != nil {
		return err
	}
	held, err := d.Casework.HeldBy(r.Context(), actor(r), who.Member)
	if err != nil {
		return err
	}
	for _, h := range held {
		data.Cases = append(data.Cases, d.heldRow(r, h, typed))
	}
	p := page(d, r, d.leaveTitle(r, who.Name, data.Me), data)
	p.Errors, p.Script = errs, proofScript(r)
	return d.Renderer.Render(w, r, status, "desk/leave", p)
}

func (d *desk) leaveTitle(r *http.Request, name string, me bool) string {
	if me {
		return d.text(r, "desk.leave.title-me")
	}
	return d.text(r, "desk.leave.title", "name", name)
}

// colleague finds an active member.
func (d *desk) colleague(r *http.Request, member staff.ID) (setup.Colleague, error) {
	list, err := d.Setup.People(r.Context(), actor(r))
	if err != nil {
		return setup.Colleague{}, err
	}
	for _, c := range list {
		if c.State == setup.Active && c.Member == member {
			return c, nil
		}
	}
	return setup.Colleague{}, fault.ErrNotFound
}

func (d *desk) heldRow(r *http.Request, h casework.Held, typed form) heldRow {
	row := heldRow{Number: string(h.Number), Subject: h.Subject, Readers: peopleNames(h.Takers), Few: h.Few}
	if row.Subject == "" {
		row.Subject = d.text(r, "desk.row.nameless")
	}
	if h.Charge && len(h.Takers) > 0 {
		name := "take." + row.Number
		chosen := typed.one(name)
		if chosen == "" {
			chosen = string(h.Takers[0].ID)
		}
		row.Take = &ui.Field{
			Kind: ui.KindSelect, Name: name, Label: d.text(r, "desk.leave.take", "number", row.Number), Bare: true,
			Options: people(h.Takers), Values: []string{chosen},
		}
	}
	return row
}

// leaveSign hands over and takes the member off the desk.
func (d *desk) leaveSign(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	member := staff.ID(r.PathValue("member"))
	takers := map[casefile.Number]staff.ID{}
	for name := range f {
		if n, ok := strings.CutPrefix(name, "take."); ok {
			takers[casefile.Number(n)] = staff.ID(f.one(name))
		}
	}
	if f.one("sure") != "yes" {
		missing := []ui.FormError{{Field: "sure", Text: d.text(r, "error.leave-sure")}}
		return d.showLeave(w, r, http.StatusUnprocessableEntity, f, missing)
	}
	err = d.Setup.Leave(r.Context(), actor(r), setup.Leaving{Member: member, Takers: takers, Password: d.proof(r, f)})
	if errs, status := d.problems(r, err, leaveField(err)); errs != nil {
		return d.showLeave(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	if member == actor(r).Member {
		ui.Redirect(w, r, "/desk/people?done=handed")
		return nil
	}
	ui.Redirect(w, r, "/desk/people?done=left")
	return nil
}

func leaveField(err error) string {
	if saysKey(err, "error.signin-refused") || saysKey(err, "error.signin-busy") {
		return "password"
	}
	return ""
}
