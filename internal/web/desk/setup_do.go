package desk

import (
	"net/http"
	"strconv"
	"strings"

	"klankbord/internal/fault"
	"klankbord/internal/setup"
	"klankbord/internal/web/ui"
)

// setupRead reads the form of the page, of which every button sends all.
func (d *desk) setupRead(do func(http.ResponseWriter, *http.Request, form) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, err := readForm(r)
		if err != nil {
			return err
		}
		return do(w, r, f)
	}
}

// setupTyped does what the field asks for in which somebody pressed Enter, as far as what was
// typed tells: no button was pressed.
func (d *desk) setupTyped(w http.ResponseWriter, r *http.Request, f form) error {
	if !actor(r).Configurator() {
		return fault.New(fault.Denied, "error.not-allowed")
	}
	typed := func(prefix string) bool {
		for name := range f {
			if strings.HasPrefix(name, prefix) && f.one(name) != "" {
				return true
			}
		}
		return false
	}
	switch {
	case typed("password"), typed("passkey"):
		return d.setupOpened(w, r, f)
	case typed("digits"):
		return d.setupMailCode(w, r, f)
	case typed("recovery-"):
		return d.setupKept(w, r, f)
	case typed("name-"), typed("email-"):
		return d.setupInviteAll(w, r, f)
	default:
		ui.Redirect(w, r, "/desk/setup")
		return nil
	}
}

// setupConfirmed notes that a step was found right.
func (d *desk) setupConfirmed(w http.ResponseWriter, r *http.Request, f form) error {
	step, part, _ := strings.Cut(f.one("confirm"), ".")
	if err := d.Setup.Confirm(r.Context(), actor(r), setup.Step(step), part); err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/setup?done=confirmed#main")
	return nil
}

// setupKept takes the groups of the recovery key that were typed back.
func (d *desk) setupKept(w http.ResponseWriter, r *http.Request, f form) error {
	typed := map[string]string{}
	for _, part := range []string{"1", "2", "3"} {
		typed[part] = f.one("recovery-" + part)
	}
	wrong, err := d.Setup.KeepRecovery(r.Context(), actor(r), typed)
	if errs, status := d.problems(r, err, "recovery-"+wrong); errs != nil {
		return d.showSetup(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/setup?done=confirmed#main")
	return nil
}

// setupMailSend sends the test mail and keeps what it says for this browser.
func (d *desk) setupMailSend(w http.ResponseWriter, r *http.Request) error {
	if err := d.sendMailTest(w, r); err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/setup?done=sent#s-mail")
	return nil
}

// sendMailTest sends whoever asks a mail, and keeps which one it is.
func (d *desk) sendMailTest(w http.ResponseWriter, r *http.Request) error {
	t, err := d.Setup.TestMail(r.Context(), actor(r))
	if err != nil {
		return err
	}
	return d.keep(w, r, keptMailTest, map[string][]string{"id": {t.ID}, "digits": {t.Code}})
}

func (d *desk) setupMailCode(w http.ResponseWriter, r *http.Request, f form) error {
	kept, _, err := d.found(r, keptMailTest)
	if err != nil {
		return err
	}
	err = d.Setup.MailArrived(r.Context(), actor(r), form(kept.Values).one("digits"), f.one("digits"))
	if errs, status := d.problems(r, err, "digits"); errs != nil {
		return d.showSetup(w, r, status, nil, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/setup?done=confirmed#main")
	return nil
}

// setupInviteAll invites everybody whose row was filled in.
func (d *desk) setupInviteAll(w http.ResponseWriter, r *http.Request, f form) error {
	people, rows := invitedIn(f)
	if len(rows) == 0 {
		rows = []string{"0"} // where the page says that somebody is missing
	}
	paths, at, err := d.Setup.InviteAll(r.Context(), actor(r), people)
	if errs, status := d.problems(r, err, inviteField(err)+"-"+rows[at]); errs != nil {
		return d.showSetup(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	var names []string
	for _, p := range people {
		names = append(names, p.Name)
	}
	if err := d.keep(w, r, keptInvited, map[string][]string{"link": paths, "name": names}); err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/setup?done=invited#s-people")
	return nil
}

// invitedIn are the people whose rows have anything in them, with the names of the rows.
func invitedIn(f form) (people []setup.Person, rows []string) {
	most, _ := strconv.Atoi(f.one("rows"))
	for n := range min(most, len(f)) {
		row := strconv.Itoa(n)
		if f.one("name-"+row) == "" && f.one("email-"+row) == "" {
			continue
		}
		people = append(people, setup.Person{
			Name: f.one("name-" + row), Email: f.one("email-" + row), Language: f.one("lang-" + row), Assignments: assigned(f.one("task-" + row)),
		})
		rows = append(rows, row)
	}
	return people, rows
}

// setupOpened opens the form.
func (d *desk) setupOpened(w http.ResponseWriter, r *http.Request, f form) error {
	err := d.Setup.Open(r.Context(), actor(r), d.proof(r, f))
	if errs, status := d.problems(r, err, "password"); errs != nil {
		return d.showSetup(w, r, status, nil, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/setup?done=opened#main")
	return nil
}
