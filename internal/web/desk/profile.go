package desk

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/fault"
	"klankbord/internal/signin"
	"klankbord/internal/web/ui"
)

type profilePage struct {
	Name     string
	Tasks    []string
	Mark     string
	Lang     string
	Idle     string // minutes
	Idles    []ui.Option
	Done     string // what was just changed; empty: nothing
	Ways     signin.Ways
	Host     string
	Provider string
	Sessions []signin.Open
	Here     ui.Tag // on the session of this browser
	Others   bool   // there are other sessions
	Keys     bool   // single keys do something on their pages
	OpenPGP  openpgpView
	Absence  string // when they are away, and who stands in; empty: handles no cases
}

// profileShow tells a member who they are on the desk. The language is chosen at the
// top of every page.
func (d *desk) profileShow(w http.ResponseWriter, r *http.Request) error {
	return d.showProfile(w, r, http.StatusOK, nil)
}

func (d *desk) showProfile(w http.ResponseWriter, r *http.Request, status int, errs []ui.FormError) error {
	a := actor(r)
	data := profilePage{
		Name: a.Name, Keys: a.Shortcuts == access.ShortcutsOn, Tasks: d.assignments(r, a.Entry.Assignments), Mark: spaced(a.Keys.Public().Fingerprint()),
		Lang: d.text(r, "common.language."+a.Language),
		Host: d.SignIn.PasskeyHost(), Provider: d.SignIn.ProviderName(),
		Here: ui.Tag{Text: d.text(r, "desk.sessions.present"), Tone: ui.Info},
	}
	if done := r.URL.Query().Get("done"); slices.Contains(profileDone(), done) {
		data.Done = d.text(r, "desk.profile.done-"+done)
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
	if data.Sessions, err = d.SignIn.Sessions(r.Context(), a); err != nil {
		return err
	}
	key, err := d.SignIn.OpenPGP(r.Context(), a)
	if err != nil {
		return err
	}
	data.OpenPGP = d.openpgpView(r, key)
	switch away, err := d.Casework.Absence(r.Context(), a); {
	case err == nil:
		data.Absence = d.absenceNotice(r, away.Away)
	case !errors.Is(err, fault.ErrNotFound):
		return err
	}
	data.Others = len(data.Sessions) > 1
	p := page(d, r, d.text(r, "desk.profile.title"), data)
	p.Errors = errs
	return d.Renderer.Render(w, r, status, "desk/profile", p)
}

// profileDone lists what the profile page can tell that it was changed.
func profileDone() []string {
	return []string{"saved", "absence", "password", "app", "app-removed", "passkey", "passkey-alone", "passkey-removed", "account", "account-removed", "openpgp", "openpgp-removed", "sessions"}
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

func (d *desk) profileSave(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
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
	ui.Redirect(w, r, profileAfter("saved"))
	return nil
}

// sessionsEnd signs the member out of one other session, or of all others.
func (d *desk) sessionsEnd(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	if f.one("act") == "others" {
		err = d.SignIn.EndOtherSessions(r.Context(), actor(r))
	} else {
		err = d.SignIn.EndSession(r.Context(), actor(r), f.one("session"))
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, profileAfter("sessions"))
	return nil
}
