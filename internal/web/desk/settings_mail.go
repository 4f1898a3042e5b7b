package desk

import (
	"net/http"

	"klankbord/internal/casework"
	"klankbord/internal/lang"
	"klankbord/internal/web/ui"
)

// settingsMailPage says how mail comes and goes, and lets whoever sets up the desk try it.
type settingsMailPage struct {
	Done  string
	Out   mailWay
	Boxes []mailWay
	None  string // no mailbox is read
}

// mailWay is a mailbox or the way out, with the button that tries it.
type mailWay struct {
	ID, Title string
	State     ui.Tag
	Lines     []string
	Button    string // empty: there is nothing to try
}

// settingsMail shows a configurator the mailboxes that are read, and where mail leaves.
func (d *desk) settingsMail(w http.ResponseWriter, r *http.Request) error {
	boxes, err := d.Casework.Boxes(r.Context(), actor(r))
	if err != nil {
		return err
	}
	data := settingsMailPage{}
	if data.Out, err = d.mailOut(r); err != nil {
		return err
	}
	for _, b := range boxes {
		data.Boxes = append(data.Boxes, d.mailBox(r, b))
	}
	if len(boxes) == 0 {
		data.None = d.text(r, "settings.mail-none")
	}
	switch r.URL.Query().Get("done") {
	case "tried":
		data.Done = d.text(r, "settings.mail-done-tried")
	case "sent":
		data.Done = d.text(r, "settings.mail-done-sent")
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/settings_mail", page(d, r, d.text(r, "settings.mail"), data))
}

// mailOut is the way out, with what became of a mail that was sent to try it.
func (d *desk) mailOut(r *http.Request) (mailWay, error) {
	v := mailWay{Title: d.text(r, "settings.mail-out"), State: ui.Tag{Text: d.text(r, "settings.mail-set")}}
	if !d.Setup.MailOut {
		v.State, v.Lines = ui.Tag{Text: d.text(r, "settings.mail-not-set"), Tone: ui.Bad}, []string{d.text(r, "setup.mail-none")}
		return v, nil
	}
	v.Lines, v.Button = []string{d.text(r, "settings.mail-out-about")}, d.text(r, "setup.mail-send")
	kept, ok, err := d.found(r, keptMailTest)
	if err != nil || !ok {
		return v, err
	}
	fate, err := d.Setup.MailFate(r.Context(), actor(r), form(kept.Values).one("id"))
	if err != nil {
		return v, err
	}
	switch {
	case fate.State == "dead":
		v.State = ui.Tag{Text: d.text(r, "settings.mail-wrong"), Tone: ui.Bad}
	case fate.Server != "":
		v.State = ui.Tag{Text: d.text(r, "settings.mail-wrong"), Tone: ui.Warn}
	}
	v.Lines = []string{d.mailFate(r, fate)}
	return v, nil
}

func (d *desk) mailBox(r *http.Request, b casework.Box) mailWay {
	l := d.Renderer.Lang(r)
	v := mailWay{ID: b.ID, Title: b.Name, State: ui.Tag{Text: d.text(r, "settings.mail-works")}, Button: d.text(r, "settings.mail-try")}
	v.Lines = []string{d.text(r, "settings.mail-team", "team", d.text(r, "common.team."+string(b.Team)))}
	switch {
	case b.Trouble != "":
		v.State = ui.Tag{Text: d.text(r, "settings.mail-wrong"), Tone: ui.Bad}
		v.Lines = append(v.Lines, d.text(r, "mailin.trouble."+b.Trouble))
	case b.Looked.IsZero():
		v.State = ui.Tag{Text: d.text(r, "settings.mail-never"), Tone: ui.Info}
	}
	if !b.Looked.IsZero() {
		v.Lines = append(v.Lines, d.text(r, "settings.mail-read", "when", lang.DateTime(lang.Lang(l), b.Looked)))
	}
	return v
}

// settingsMailTry tries one mailbox, or sends the configurator a mail.
func (d *desk) settingsMailTry(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	id := f.one("box")
	if id == "" {
		if err := d.sendMailTest(w, r); err != nil {
			return err
		}
		ui.Redirect(w, r, "/desk/settings/mail?done=sent")
		return nil
	}
	if err := d.Casework.TryBox(r.Context(), actor(r), id); err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/settings/mail?done=tried#"+ui.ID("box-"+id))
	return nil
}
