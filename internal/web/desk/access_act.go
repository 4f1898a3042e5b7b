package desk

import (
	"net/http"
	"strings"

	"klankbord/internal/casework"
	"klankbord/internal/staff"
	"klankbord/internal/web/ui"
)

// actPage is a page that asks for a reason before somebody gains or loses a case.
type actPage struct {
	Base, Number string
	Members      []ui.Option
	Member       string
	Reasons      []ui.Option
	Reason, Why  string
	Names        []string // of those among whom can be chosen whose name stands in the complaint
	Left         string   // what it means that few stay; empty: enough do
}

// left says what it means when one reader fewer is left.
func (d *desk) left(r *http.Request, p *casework.Readers) string {
	switch stay := len(p.Readers) - 1; {
	case stay >= 2:
		return ""
	case len(p.Reserve) > 0:
		return d.text(r, "desk.act.few")
	case stay == 1:
		return d.text(r, "desk.act.one")
	default:
		return d.text(r, "desk.act.none")
	}
}

// asideReasons are those that can be chosen; the last asks for words.
func asideReasons() []string { return []string{"me", "close", "work", "involved", "other"} }

// asideAsk is the page between reading a case and never reading it again.
func (d *desk) asideAsk(w http.ResponseWriter, r *http.Request) error {
	return d.showAside(w, r, http.StatusOK, actPage{}, nil)
}

func (d *desk) showAside(w http.ResponseWriter, r *http.Request, status int, data actPage, errs []ui.FormError) error {
	p, err := d.Casework.Readers(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	data.Base, data.Number, data.Left = base(r), string(p.Number), d.left(r, p)
	data.Reasons = options(d, r, "desk.aside.reason-", asideReasons())
	return d.renderAct(w, r, status, "aside", d.text(r, "desk.aside.title"), data, errs)
}

func (d *desk) renderAct(w http.ResponseWriter, r *http.Request, status int, act, title string, data actPage, errs []ui.FormError) error {
	p := page(d, r, title, data)
	p.TitleParts, p.Errors = []string{data.Number}, errs
	return d.Renderer.Render(w, r, status, "desk/"+act, p)
}

// asideTake takes the member's own keys away.
func (d *desk) asideTake(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	data := actPage{Reason: f.one("reason"), Why: f.one("why")}
	why, missing := d.reasonWords(r, data)
	if missing != nil {
		return d.showAside(w, r, http.StatusUnprocessableEntity, data, missing)
	}
	err = d.Casework.StepAside(r.Context(), actor(r), number(r), why)
	if errs, status := d.problems(r, err, "why"); errs != nil {
		return d.showAside(w, r, status, data, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk?done=aside")
	return nil
}

// reasonWords joins the reason that was chosen and what was typed beside it.
func (d *desk) reasonWords(r *http.Request, data actPage) (string, []ui.FormError) {
	words := strings.TrimSpace(data.Why)
	for _, known := range asideReasons() {
		if data.Reason != known {
			continue
		}
		if known != "other" {
			words = strings.TrimSpace(d.text(r, "desk.aside.reason-"+known) + ". " + words)
		}
		if words == "" {
			return "", []ui.FormError{{Field: "why", Text: d.text(r, "error.access-reason")}}
		}
		return words, nil
	}
	return "", []ui.FormError{{Field: "reason", Text: d.text(r, "error.choose-one")}}
}

// excludeAsk is the page that takes the keys of a case away from a colleague.
func (d *desk) excludeAsk(w http.ResponseWriter, r *http.Request) error {
	return d.showExclude(w, r, http.StatusOK, actPage{Member: r.URL.Query().Get("member")}, nil)
}

func (d *desk) showExclude(w http.ResponseWriter, r *http.Request, status int, data actPage, errs []ui.FormError) error {
	p, err := d.Casework.Readers(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	data.Base, data.Number, data.Left = base(r), string(p.Number), d.left(r, p)
	for _, x := range p.Readers {
		if !x.Me {
			data.Members = append(data.Members, ui.Option{Value: string(x.ID), Label: x.Name})
		}
	}
	for _, x := range p.Never {
		data.Members = append(data.Members, ui.Option{Value: string(x.ID), Label: d.text(r, "desk.exclude.never", "name", x.Name)})
	}
	return d.renderAct(w, r, status, "exclude", d.text(r, "desk.exclude.title"), data, errs)
}

func (d *desk) excludeTake(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	data := actPage{Member: f.one("member"), Why: f.one("why")}
	if data.Member == string(actor(r).Member) {
		ui.Redirect(w, r, base(r)+"/access/aside")
		return nil
	}
	err = d.Casework.Exclude(r.Context(), actor(r), number(r), staff.ID(data.Member), data.Why)
	if errs, status := d.problems(r, err, actField(err)); errs != nil {
		return d.showExclude(w, r, status, data, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, base(r)+"/access?done=excluded")
	return nil
}

// addAsk is the page that gives a colleague the keys of a case.
func (d *desk) addAsk(w http.ResponseWriter, r *http.Request) error {
	return d.showAdd(w, r, http.StatusOK, actPage{}, nil)
}

func (d *desk) showAdd(w http.ResponseWriter, r *http.Request, status int, data actPage, errs []ui.FormError) error {
	p, err := d.Casework.Readers(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	data.Base, data.Number, data.Members = base(r), string(p.Number), people(p.May)
	for _, n := range p.Named {
		if !n.Reader {
			data.Names = append(data.Names, n.Name)
		}
	}
	return d.renderAct(w, r, status, "add", d.text(r, "desk.add.title"), data, errs)
}

func people(list []casework.Person) []ui.Option {
	var out []ui.Option
	for _, p := range list {
		out = append(out, ui.Option{Value: string(p.ID), Label: p.Name})
	}
	return out
}

func (d *desk) addGive(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	data := actPage{Member: f.one("member"), Why: f.one("why")}
	err = d.Casework.AddReader(r.Context(), actor(r), number(r), staff.ID(data.Member), data.Why)
	if errs, status := d.problems(r, err, actField(err)); errs != nil {
		return d.showAdd(w, r, status, data, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, base(r)+"/access?done=added")
	return nil
}

// returnAsk is the page that asks the others to let somebody read a case again.
func (d *desk) returnAsk(w http.ResponseWriter, r *http.Request) error {
	return d.showReturn(w, r, http.StatusOK, actPage{Member: r.URL.Query().Get("member")}, nil)
}

func (d *desk) showReturn(w http.ResponseWriter, r *http.Request, status int, data actPage, errs []ui.FormError) error {
	p, err := d.Casework.Readers(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	data.Base, data.Number = base(r), string(p.Number)
	for _, x := range p.Out {
		if x.MayAsk {
			data.Members = append(data.Members, ui.Option{Value: string(x.ID), Label: x.Name})
		}
	}
	return d.renderAct(w, r, status, "return", d.text(r, "desk.return.title"), data, errs)
}

func (d *desk) returnSend(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	data := actPage{Member: f.one("member"), Why: f.one("why")}
	_, err = d.Casework.AskReturn(r.Context(), actor(r), number(r), staff.ID(data.Member), data.Why)
	if errs, status := d.problems(r, err, actField(err)); errs != nil {
		return d.showReturn(w, r, status, data, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, base(r)+"/access?done=asked")
	return nil
}

// actField is the field of an act that a fault is about.
func actField(err error) string {
	if saysKey(err, "error.member-missing") {
		return "member"
	}
	return "why"
}
