package desk

import (
	"net/http"
	"time"

	"klankbord/internal/access"
)

// standing is a line above the list of cases that asks for something, or tells what
// everyone must know.
type standing struct {
	Text, Link, Href string
	Warns            bool
}

// useShown is how long a use of the recovery key is told above the cases.
const useShown = 30 * 24 * time.Hour

// standing lists what is asked of the member beside the cases.
func (d *desk) standing(r *http.Request) ([]standing, error) {
	a := actor(r)
	var list []standing
	for _, more := range []func(*http.Request, access.Actor) ([]standing, error){d.standingSetup, d.standingAway, d.standingUse, d.standingReset, d.standingWait, d.standingLost, d.standingDrill, d.standingMail, d.standingDead, d.standingOpenPGP} {
		lines, err := more(r, a)
		if err != nil {
			return nil, err
		}
		list = append(list, lines...)
	}
	return list, nil
}

// standingUse tells that the recovery key was used lately.
func (d *desk) standingUse(r *http.Request, a access.Actor) ([]standing, error) {
	uses, err := d.Setup.RecoveryUses(r.Context(), a, d.Clock.Now().Add(-useShown))
	var list []standing
	for _, u := range uses {
		list = append(list, standing{
			Text: d.text(r, "drill.notice-used", "used", d.date(r, u.At), "name", u.Name), Link: d.text(r, "drill.notice-used-link"), Href: "/desk/drill",
			Warns: true,
		})
	}
	return list, err
}

// standingWait tells a member with new keys what they wait for.
func (d *desk) standingWait(r *http.Request, a access.Actor) ([]standing, error) {
	waits, err := d.Casework.Waits(r.Context(), a)
	if err != nil || !waits {
		return nil, err
	}
	return []standing{{Text: d.text(r, "restore.waiting"), Link: d.text(r, "restore.waiting-link"), Href: "/desk/profile"}}, nil
}

// standingLost asks to restore the access of colleagues.
func (d *desk) standingLost(r *http.Request, a access.Actor) ([]standing, error) {
	lost, err := d.Casework.Lost(r.Context(), a)
	var list []standing
	for _, l := range lost {
		text := d.Words.Plural(d.Renderer.Lang(r), "restore.notice", l.Cases, map[string]string{"name": l.Name})
		list = append(list, standing{Text: text, Link: d.text(r, "restore.notice-link"), Href: "/desk/restore/" + string(l.Member)})
	}
	return list, err
}

// standingDrill asks to open the practice case, or says that a drill is late.
func (d *desk) standingDrill(r *http.Request, a access.Actor) ([]standing, error) {
	v, err := d.Setup.DrillAsk(r.Context(), a)
	if err != nil {
		return nil, err
	}
	s := standing{Link: d.text(r, "drill.link"), Href: "/desk/drill"}
	switch {
	case v.Mine.Waiting():
		s.Text = d.text(r, "drill.notice-mine")
	case v.Overdue:
		s.Text = d.text(r, "drill.notice-due", "due", d.date(r, v.Due))
	default:
		return nil, nil
	}
	return []standing{s}, nil
}
