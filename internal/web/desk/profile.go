package desk

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/signin"
	"klankbord/internal/web/ui"
)

type profilePage struct {
	Name     string
	Tasks    []string
	Mark     string
	Lang     string
	Langs    []ui.Option
	Idle     string // minutes
	Idles    []ui.Option
	Done     string // what was just changed; empty: nothing
	Ways     signin.Ways
	Host     string
	Provider string
	Sessions ui.Table
	Others   bool // there are other sessions
}

func (d *desk) profileShow(w http.ResponseWriter, r *http.Request) error {
	return d.showProfile(w, r, http.StatusOK, nil)
}

func (d *desk) showProfile(w http.ResponseWriter, r *http.Request, status int, errs []ui.FormError) error {
	a := actor(r)
	data := profilePage{
		Name: a.Name, Tasks: d.assignments(r, a.Entry.Assignments), Mark: spaced(a.Keys.Public().Fingerprint()), Lang: a.Language,
		Host: d.SignIn.PasskeyHost(), Provider: d.SignIn.ProviderName(),
	}
	if done := r.URL.Query().Get("done"); slices.Contains(profileDone(), done) {
		data.Done = d.text(r, "desk.profile.done-"+done)
	}
	for _, l := range d.Languages {
		data.Langs = append(data.Langs, ui.Option{Value: l, Label: d.text(r, "common.language."+l)})
	}
	idle, err := d.SignIn.Idle(r.Context(), a)
	if err != nil {
		return err
	}
	data.Idle = minutes(idle)
	for _, c := range d.SignIn.IdleChoices() {
		data.Idles = append(data.Idles, ui.Option{Value: minutes(c), Label: d.span(r, c)})
	}
	if data.Ways, err = d.SignIn.Ways(r.Context(), a); err != nil {
		return err
	}
	if err := d.sessions(r, &data); err != nil {
		return err
	}
	p := page(d, r, d.text(r, "desk.profile.title"), data)
	p.Errors = errs
	return d.Renderer.Render(w, r, status, "desk/profile", p)
}

// profileDone lists what the profile page can tell that it was changed.
func profileDone() []string {
	return []string{"saved", "password", "app", "app-removed", "passkey", "passkey-alone", "passkey-removed", "account", "account-removed", "sessions"}
}

func (d *desk) dateTime(r *http.Request, t time.Time) string {
	return lang.DateTime(lang.Lang(d.Renderer.Lang(r)), t)
}

func minutes(d time.Duration) string { return strconv.Itoa(int(d / time.Minute)) }

// span words how long something lasts.
func (d *desk) span(r *http.Request, t time.Duration) string {
	if t < time.Hour || t%time.Hour != 0 {
		return d.Words.Plural(d.Renderer.Lang(r), "desk.profile.minutes", int(t/time.Minute), map[string]string{"n": minutes(t)})
	}
	n := int(t / time.Hour)
	return d.Words.Plural(d.Renderer.Lang(r), "desk.profile.hours", n, map[string]string{"n": strconv.Itoa(n)})
}

// sessions lists where the member is signed in: since when and how, because neither
// address nor device is stored.
func (d *desk) sessions(r *http.Request, data *profilePage) error {
	list, err := d.SignIn.Sessions(r.Context(), actor(r))
	if err != nil {
		return err
	}
	t := ui.Table{Caption: d.text(r, "desk.sessions.title"), Stacked: true, Select: "session"}
	for _, key := range []string{"way", "since", "seen", "ends"} {
		t.Columns = append(t.Columns, ui.Column{Text: d.text(r, "desk.sessions."+key)})
	}
	for _, s := range list {
		how := d.text(r, "desk.way."+string(s.Way))
		if s.Present {
			how = d.text(r, "desk.sessions.present", "how", how)
		}
		data.Others = data.Others || !s.Present
		t.Rows = append(t.Rows, ui.Row{Key: s.ID, Name: how + ", " + d.dateTime(r, s.Since), Cells: []ui.Cell{
			{Text: how, Head: true}, {Text: d.dateTime(r, s.Since)}, {Text: d.dateTime(r, s.Seen)}, {Text: d.dateTime(r, s.Ends)},
		}})
	}
	data.Sessions = t
	return nil
}

func (d *desk) profileSave(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	if l := f.one("lang"); slices.Contains(d.Languages, l) {
		if err := d.SignIn.SetLanguage(r.Context(), actor(r), l); err != nil {
			return err
		}
	}
	if n, err := strconv.Atoi(f.one("idle")); err == nil {
		err := d.SignIn.SetIdle(r.Context(), actor(r), time.Duration(n)*time.Minute)
		if errs, status := d.problems(r, err, "idle"); errs != nil {
			return d.showProfile(w, r, status, errs)
		}
		if err != nil {
			return err
		}
	}
	ui.Redirect(w, r, "/desk/profile?done=saved")
	return nil
}

// sessionsEnd signs the member out elsewhere: where it was ticked, or everywhere.
func (d *desk) sessionsEnd(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	if f.one("act") == "others" {
		if err := d.SignIn.EndOtherSessions(r.Context(), actor(r)); err != nil {
			return err
		}
		ui.Redirect(w, r, "/desk/profile?done=sessions")
		return nil
	}
	if len(f["session"]) == 0 {
		none := []ui.FormError{{Field: "session", Text: d.text(r, "error.session-choose")}}
		return d.showProfile(w, r, http.StatusUnprocessableEntity, none)
	}
	for _, id := range f["session"] {
		err := d.SignIn.EndSession(r.Context(), actor(r), id)
		if err != nil && !errors.Is(err, fault.ErrNotFound) { // not found: it had ended by itself
			return err
		}
	}
	ui.Redirect(w, r, "/desk/profile?done=sessions")
	return nil
}
