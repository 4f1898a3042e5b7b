package desk

import (
	"net/http"
	"strconv"
	"strings"

	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
	"klankbord/internal/web/ui"
)

// colleaguePage is a member, and the form with which a configurator asks for other
// tasks.
type colleaguePage struct {
	Base    string
	Facts   []ui.Answer
	Mark    string
	MayAsk  bool
	Waiting string // address of the change that waits for signatures
	Leave   string // address of the page by which they leave; empty: not for this member
	Me      bool
	Reset   string // address at which new access is started; empty where it cannot be
	Tasks   []ui.Option
	Chosen  []string
}

func (d *desk) colleagueShow(w http.ResponseWriter, r *http.Request) error {
	return d.showColleague(w, r, http.StatusOK, nil, nil)
}

func (d *desk) showColleague(w http.ResponseWriter, r *http.Request, status int, chosen []string, errs []ui.FormError) error {
	id := staff.ID(r.PathValue("member"))
	c, waiting, err := d.Setup.Colleague(r.Context(), actor(r), id)
	if err != nil {
		return err
	}
	data := colleaguePage{
		Base: "/desk/people/member/" + string(id), Mark: spaced(c.Fingerprint), MayAsk: actor(r).Configurator(),
		Tasks: d.tasks(r), Chosen: chosen, Facts: d.colleagueFacts(r, c),
	}
	if a := actor(r); a.Configurator() || a.Handler() {
		data.Leave, data.Me = data.Base+"/leave", a.Member == id
	}
	if waiting != "" {
		data.Waiting = setup.ChangePath(waiting)
	} else if data.MayAsk && c.Member != actor(r).Member {
		data.Reset = setup.ResetPath(c.Member)
	}
	if errs == nil {
		for _, a := range c.Assignments {
			data.Chosen = append(data.Chosen, staff.FormatAssignments([]staff.Assignment{a}))
		}
	}
	p := page(d, r, c.Name, data)
	p.Errors = errs
	return d.Renderer.Render(w, r, status, "desk/colleague", p)
}

func (d *desk) colleagueFacts(r *http.Request, c setup.Colleague) []ui.Answer {
	fact := func(key, text string) ui.Answer { return ui.Answer{Label: d.text(r, key), Text: text} }
	signs := "desk.colleague.signs-one"
	if c.Cosigner {
		signs = "desk.colleague.signs-two"
	}
	return []ui.Answer{
		fact("desk.people.column-email", c.Email),
		fact("desk.people.column-since", lang.Date(lang.Lang(d.Renderer.Lang(r)), c.Since)),
		fact("desk.people.column-tasks", strings.Join(d.assignments(r, c.Assignments), "\n")),
		fact("desk.change.reads", d.reads(r, c.Assignments)),
		fact("desk.colleague.signs", d.text(r, signs)),
	}
}

// colleagueAsk asks that a member do other things.
func (d *desk) colleagueAsk(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	list, err := staff.ParseAssignments(strings.Join(f["task"], ";"))
	if err != nil {
		list = nil // the use case says what is missing
	}
	id, err := d.Setup.AskAssignments(r.Context(), actor(r), staff.ID(r.PathValue("member")), list)
	if errs, status := d.problems(r, err, "task"); errs != nil {
		return d.showColleague(w, r, status, f["task"], errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, setup.ChangePath(id))
	return nil
}

// keepersPage is who keeps a recovery key.
type keepersPage struct {
	Base   string
	Key    setup.RecoveryKey
	Mark   string
	Now    string
	MayAsk bool
	People []ui.Option
	Fields []ui.Field
	Chosen []string
}

func (d *desk) keepersShow(w http.ResponseWriter, r *http.Request) error {
	return d.showKeepers(w, r, http.StatusOK, nil, nil)
}

func (d *desk) showKeepers(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	all, err := d.Setup.Changes(r.Context(), actor(r))
	if err != nil {
		return err
	}
	people, err := d.Setup.People(r.Context(), actor(r))
	if err != nil {
		return err
	}
	for _, k := range all.Recovery {
		if k.ID == r.PathValue("key") {
			p := page(d, r, d.text(r, "desk.keepers.title"), d.keepersData(r, k, people, typed))
			p.Errors = errs
			return d.Renderer.Render(w, r, status, "desk/keepers", p)
		}
	}
	return fault.ErrNotFound
}

func (d *desk) keepersData(r *http.Request, k setup.RecoveryKey, people []setup.Colleague, typed form) keepersPage {
	data := keepersPage{
		Base: "/desk/people/recovery-key/" + k.ID, Key: k, Mark: spaced(k.Fingerprint), Now: d.keepers(r, k), MayAsk: actor(r).Configurator(),
	}
	for _, c := range people {
		if c.State == setup.Active {
			data.People = append(data.People, ui.Option{Value: string(c.Member), Label: c.Name})
		}
	}
	if !k.Shared {
		for _, x := range k.Keepers {
			data.Chosen = append(data.Chosen, string(x.ID))
		}
		if typed != nil {
			data.Chosen = typed["keeper"]
		}
		return data
	}
	outside := append([]ui.Option{{Label: d.text(r, "desk.keepers.outside")}}, data.People...)
	for n, x := range k.Keepers {
		f := ui.Field{
			Kind: ui.KindSelect, Name: shareField(n), Label: d.text(r, "desk.keepers.share", "n", n+1),
			Options: outside, Values: []string{string(x.ID)}, Bare: true,
		}
		if typed != nil {
			f.Values = typed[f.Name]
		}
		data.Fields = append(data.Fields, f)
	}
	return data
}

func shareField(n int) string { return "keeper." + strconv.Itoa(n+1) }

// keepers says who keeps a key.
func (d *desk) keepers(r *http.Request, k setup.RecoveryKey) string {
	if len(k.Keepers) == 0 {
		return d.text(r, "desk.keepers.outside")
	}
	var list []string
	for n, x := range k.Keepers {
		who := x.Name
		if who == "" {
			who = d.text(r, "desk.keepers.outside")
		}
		if k.Shared {
			who = d.text(r, "desk.keepers.share-of", "n", n+1, "name", who)
		}
		list = append(list, who)
	}
	return strings.Join(list, "\n")
}

// keepersAsk asks that others be noted as those who keep a recovery key.
func (d *desk) keepersAsk(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	var keepers []staff.ID
	for _, id := range f["keeper"] {
		keepers = append(keepers, staff.ID(id))
	}
	for n := 0; len(f[shareField(n)]) > 0; n++ {
		keepers = append(keepers, staff.ID(f.one(shareField(n))))
	}
	id, err := d.Setup.AskKeepers(r.Context(), actor(r), r.PathValue("key"), keepers)
	if errs, status := d.problems(r, err, ""); errs != nil {
		return d.showKeepers(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, setup.ChangePath(id))
	return nil
}
