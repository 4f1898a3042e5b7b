package desk

import (
	"net/http"
	"strconv"

	"klankbord/internal/access"
	"klankbord/internal/custody"
	"klankbord/internal/lang"
	"klankbord/internal/web/ui"
)

// warnings are what every page tells a signed-in member: that nothing can be granted,
// signed or closed, why and what to do; and that an operator accepted an older
// database.
func (d *desk) warnings(r *http.Request, a access.Actor) []ui.Warning {
	w := d.SignIn.Warning(a)
	var list []ui.Warning
	if len(w.Alarms) > 0 {
		list = append(list, d.alarm(r, w.Alarms))
	}
	if w.Accepted != nil {
		list = append(list, d.accepted(r, w.Accepted))
	}
	// Where the log cannot be read the page itself says so.
	if s, err := d.Casework.Standing(r.Context()); err == nil {
		list = append(list, d.logAlarms(r, s)...)
	}
	return list
}

func (d *desk) alarm(r *http.Request, alarms []custody.Alarm) ui.Warning {
	l := lang.Lang(d.Renderer.Lang(r))
	w := ui.Warning{Tone: ui.Bad, Title: d.text(r, "desk.alarm.title"), Text: d.text(r, "desk.alarm.lead")}
	for _, a := range alarms {
		w.List = append(w.List, d.text(r, "desk.alarm.since", "what", d.text(r, "desk.alarm."+string(a.Kind)), "date", lang.DateTime(l, a.Since)))
	}
	w.Then = d.text(r, "desk.alarm.then")
	for _, key := range []string{"call", "close", "operator"} {
		w.Do = append(w.Do, d.text(r, "desk.alarm.do-"+key))
	}
	return w
}

func (d *desk) accepted(r *http.Request, a *custody.Acceptance) ui.Warning {
	l := lang.Lang(d.Renderer.Lang(r))
	return ui.Warning{
		Tone: ui.Warn, Title: d.text(r, "desk.accepted.title"),
		Text: d.text(r, "desk.accepted.text", "date", lang.DateTime(l, a.At), "reason", a.Reason,
			"from", strconv.FormatInt(a.From.Count, 10), "to", strconv.FormatInt(a.To.Count, 10)),
		Post: "/desk/accepted", Button: d.text(r, "desk.accepted.read"),
	}
}

// acceptedRead notes that the member read it.
func (d *desk) acceptedRead(w http.ResponseWriter, r *http.Request) error {
	if err := d.SignIn.ReadAcceptance(r.Context(), actor(r)); err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk")
	return nil
}
