package desk

import (
	"net/http"
	"strconv"

	"klankbord/internal/setup"
	"klankbord/internal/web/ui"
)

func (d *desk) setupRecovery(r *http.Request, v setupView, step *setupStep) {
	step.Notes = []string{d.text(r, "setup.recovery-print")}
	if !v.May || len(v.Ask) == 0 {
		return
	}
	f := setupForm{Action: "/desk/setup/recovery#errors", Button: d.text(r, "setup.recovery-button")}
	for _, a := range v.Ask {
		field := ui.Field{
			Kind: ui.KindText, Name: "recovery-" + a.Part, Width: "20", Verbatim: true, Autocomplete: "off",
			Label: d.text(r, "setup.recovery-groups", "first", a.First, "second", a.Second), Hint: d.text(r, "setup.recovery-hint"),
		}
		if v.Shares {
			field.Label = d.text(r, "setup.recovery-share", "share", a.Part, "first", a.First, "second", a.Second)
		}
		field.Error = ui.ErrorFor(v.errs, field.Name)
		if v.typed != nil {
			field.Values = v.typed[field.Name]
		}
		f.Fields = append(f.Fields, field)
	}
	step.Forms = append(step.Forms, f)
}

// setupMail sends a mail and asks for what it says; where it did not leave, the page says
// what the server answered.
func (d *desk) setupMail(r *http.Request, v setupView, step *setupStep) error {
	switch {
	case !v.MailOut:
		step.Notes = []string{d.text(r, "setup.mail-none")}
		return nil
	case !v.May:
		return nil
	}
	kept, ok, err := d.found(r, keptMailTest)
	if err != nil {
		return err
	}
	send := setupForm{Action: "/desk/setup/mail#" + step.ID, Button: d.text(r, "setup.mail-send"), Second: ok}
	if ok {
		fate, err := d.Setup.MailFate(r.Context(), actor(r), form(kept.Values).one("id"))
		if err != nil {
			return err
		}
		step.Notes = []string{d.mailFate(r, fate)}
		step.Forms = append(step.Forms, setupForm{
			Action: "/desk/setup/mail/code#errors", Button: d.text(r, "setup.mail-check"),
			Fields: []ui.Field{{
				Kind: ui.KindText, Name: "digits", Label: d.text(r, "setup.mail-digits"), Width: "10", InputMode: "numeric", Autocomplete: "off", Error: ui.ErrorFor(v.errs, "digits"),
			}},
		})
		send.Button = d.text(r, "setup.mail-again")
	}
	step.Forms = append(step.Forms, send)
	return nil
}

// mailFate says in plain words what became of the mail.
func (d *desk) mailFate(r *http.Request, f setup.Fate) string {
	why := ""
	if f.Server != "" {
		why = d.serverSaid(r, f.Server)
	}
	switch {
	case f.State == "dead":
		return d.text(r, "setup.mail-dead", "why", why)
	case f.State == "sent":
		return d.text(r, "setup.mail-left")
	case why != "":
		return d.text(r, "setup.mail-tried", "why", why, "next", d.when(r, f.Next))
	default:
		return d.text(r, "setup.mail-going")
	}
}

// setupPeople shows who each team has, and asks for those whom nobody invited yet.
func (d *desk) setupPeople(r *http.Request, v setupView, step *setupStep) error {
	for _, s := range v.Seats {
		text := d.Words.Plural(d.Renderer.Lang(r), "setup.seats-short", s.Short, nil)
		if s.Short == 0 {
			text = d.text(r, "setup.seats-full")
		}
		for _, p := range s.People {
			text += "\n" + p.Name + ": " + d.seatState(r, p)
			if p.State == setup.Waiting {
				step.Links = append(step.Links, ui.Link{Href: setup.ChangePath(p.Invitation), Text: d.text(r, "setup.people-vouch", "name", p.Name)})
			}
		}
		step.Facts = append(step.Facts, ui.Answer{Label: d.text(r, "common.team."+string(s.Team)), Text: text})
	}
	kept, ok, err := d.found(r, keptInvited)
	if err != nil {
		return err
	}
	if ok && v.May {
		links, names := kept.Values["link"], kept.Values["name"]
		step.Handing = d.text(r, "setup.people-links-hand")
		if v.MailOut {
			step.Handing = d.text(r, "setup.people-links-text")
		}
		for n := range min(len(links), len(names)) {
			step.Invited = append(step.Invited, ui.Answer{Label: names[n], Text: d.address(r) + links[n]})
		}
	}
	if v.May {
		d.setupInvite(r, v, step)
	}
	return nil
}

func (d *desk) seatState(r *http.Request, p setup.Colleague) string {
	switch p.State {
	case setup.Active:
		return d.text(r, "setup.seat-active")
	case setup.Entering:
		return d.text(r, "setup.seat-entering", "date", d.dated(r, p))
	case setup.Waiting:
		return d.text(r, "setup.seat-waiting")
	case setup.Expired:
		return d.text(r, "setup.seat-expired")
	default:
		return d.text(r, "setup.seat-invited")
	}
}

// setupInvite asks for everybody who is missing at once.
func (d *desk) setupInvite(r *http.Request, v setupView, step *setupStep) {
	f := setupForm{Action: "/desk/setup/people#errors", Button: d.text(r, "setup.people-button"), Lead: d.text(r, "setup.people-lead")}
	row := 0
	for _, s := range v.Seats {
		tasks := d.seatTasks(r, string(s.Team))
		for range s.Free {
			n, team := strconv.Itoa(row), d.text(r, "common.team."+string(s.Team))
			row++
			field := func(kind ui.FieldKind, name, label, value string) ui.Field {
				x := ui.Field{Kind: kind, Name: name + n, Label: label, Width: "20", Values: []string{value}, Autocomplete: "off"}
				if v.typed != nil {
					x.Values = v.typed[x.Name]
				}
				x.Error = ui.ErrorFor(v.errs, x.Name)
				return x
			}
			language := field(ui.KindSelect, "lang-", d.text(r, "desk.invite.language"), d.Renderer.Lang(r))
			language.Bare = true
			for _, l := range d.Languages {
				language.Options = append(language.Options, ui.Option{Value: l, Label: d.text(r, "common.language."+l)})
			}
			task := field(ui.KindSelect, "task-", d.text(r, "setup.people-task"), tasks[0].Value)
			task.Options, task.Bare = tasks, true
			name, mail := field(ui.KindText, "name-", d.text(r, "desk.invite.name"), ""), field(ui.KindEmail, "email-", d.text(r, "desk.invite.email"), "")
			name.Caption, mail.Verbatim = d.text(r, "setup.people-seat", "n", row, "team", team), true
			f.Fields = append(f.Fields, name, mail, language)
			if len(tasks) > 1 {
				f.Fields = append(f.Fields, task)
			} else {
				f.Hidden = append(f.Hidden, ui.Option{Value: tasks[0].Value, Label: task.Name})
			}
		}
	}
	if row > 0 {
		f.Hidden = append(f.Hidden, ui.Option{Value: strconv.Itoa(row), Label: "rows"})
		step.Forms = append(step.Forms, f)
	}
}

func (d *desk) setupPages(r *http.Request, v setupView, step *setupStep) {
	for _, l := range d.Offered {
		done := false
		for _, c := range v.Confirmed[setup.StepPages] {
			if c.Part == l {
				done = true
				step.Facts = append(step.Facts, ui.Answer{Label: d.text(r, "common.language."+l), Text: d.text(r, "setup.by", "name", c.Name, "date", d.date(r, c.At))})
			}
		}
		step.Links = append(step.Links, ui.Link{Href: d.Public + "/" + l + "/", Text: d.text(r, "setup.pages-link", "language", d.text(r, "common.language."+l))})
		if !done {
			d.setupConfirm(r, v, step, setup.StepPages, l)
		}
	}
}

func (d *desk) setupPractice(r *http.Request, v setupView, step *setupStep) {
	step.Notes = []string{d.text(r, "setup.practice-trace")}
	if v.Done(setup.StepPractice, d.Offered) {
		return
	}
	step.Notes = append(step.Notes, d.text(r, "setup.practice-how"))
	if actor(r).Handler() {
		step.Forms = append(step.Forms, setupForm{Action: "/desk/practice", Button: d.text(r, "setup.practice-button")})
	}
}

func (d *desk) setupOpen(r *http.Request, v setupView, step *setupStep) {
	switch missing := v.Missing(); {
	case v.Opened && v.By:
		step.Notes = []string{d.text(r, "setup.open-opened")}
	case v.Opened:
		step.Notes = []string{d.text(r, "setup.open-always")}
	case len(missing) > 0:
		step.Notes = []string{d.text(r, "setup.open-missing", "missing", d.setupNames(r, missing))}
	case v.May:
		step.Links = []ui.Link{{Href: d.Public, Text: d.text(r, "setup.open-page")}}
		step.Forms = append(step.Forms, setupForm{
			Action: "/desk/setup/open#errors", Button: d.text(r, "setup.open-button"), Proof: true,
			Fields: []ui.Field{{
				Kind: ui.KindPassword, Name: "password", Label: d.text(r, "desk.vouch.password"), Hint: d.text(r, "setup.open-hint"), Width: "20",
				Autocomplete: "current-password", Verbatim: true, Error: ui.ErrorFor(v.errs, "password"),
			}},
		})
	}
}
