package desk

import (
	"net/http"
	"strings"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/staff"
	"klankbord/internal/web/ui"
)

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// done leads back to the case after a small form, which says what was done.
func done(w http.ResponseWriter, r *http.Request, what string) {
	ui.Redirect(w, r, base(r)+"?done="+what+"#main")
}

// caseAssign puts a member in charge. It never touches a draft.
func (d *desk) caseAssign(w http.ResponseWriter, r *http.Request) error {
	f, answered, err := d.readBeside(w, r)
	if answered || err != nil {
		return err
	}
	err = d.Casework.Assign(r.Context(), actor(r), number(r), staff.ID(f.one("member")), integer(f.one("revision")))
	if err != nil {
		return d.refused(w, r, err, "member", f, nil)
	}
	done(w, r, "assign")
	return nil
}

// caseState moves the case along.
func (d *desk) caseState(w http.ResponseWriter, r *http.Request) error {
	f, answered, err := d.readBeside(w, r)
	if answered || err != nil {
		return err
	}
	err = d.Casework.ChangeState(r.Context(), actor(r), number(r), casework.Transition{
		To: casefile.State(f.one("to")), Why: f.one("why"), Revision: integer(f.one("revision")),
	})
	if err != nil {
		return d.refused(w, r, err, "to", f, nil)
	}
	done(w, r, "state")
	return nil
}

// caseAcknowledged records that receipt was confirmed by post, phone or in person.
func (d *desk) caseAcknowledged(w http.ResponseWriter, r *http.Request) error {
	f, answered, err := d.readBeside(w, r)
	if answered || err != nil {
		return err
	}
	on, ok := dayOf(f)
	if !ok {
		wrong := []ui.FormError{{Field: "on", Text: d.text(r, "error.date-wrong")}}
		return d.showCase(w, r, http.StatusUnprocessableEntity, f, nil, wrong)
	}
	how := f.one("way")
	err = d.Casework.MarkAcknowledged(r.Context(), actor(r), number(r), casework.Acknowledgement{
		How: how, On: on, Revision: integer(f.one("revision")),
		Words: d.text(r, "desk.acknowledged."+wayKnown(how), "date", d.date(r, on)),
	})
	if err != nil {
		return d.refused(w, r, err, "on", f, nil)
	}
	done(w, r, "acknowledged")
	return nil
}

func wayKnown(how string) string {
	switch how {
	case "phone", "person":
		return how
	default:
		return "post"
	}
}

// dayOf reads a full date; noon keeps it on the same day in every time zone near.
func dayOf(f form) (time.Time, bool) {
	p, ok := profile.ParseDate(f.one("on.day"), f.one("on.month"), f.one("on.year"))
	if !ok || p.Day == 0 {
		return time.Time{}, false
	}
	return time.Date(p.Year, time.Month(p.Month), p.Day, 12, 0, 0, 0, lang.Brussels()), true
}

// caseClock records that what a deadline waits for was done outside the desk.
func (d *desk) caseClock(w http.ResponseWriter, r *http.Request) error {
	f, answered, err := d.readBeside(w, r)
	if answered || err != nil {
		return err
	}
	err = d.Casework.StopClock(r.Context(), actor(r), number(r), f.one("clock"), f.one("how"), integer(f.one("revision")))
	if err != nil {
		return d.refused(w, r, err, "how", f, nil)
	}
	done(w, r, "clock")
	return nil
}

// caseMail sends a mail again that no server took.
func (d *desk) caseMail(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	if err := d.Casework.RetryMail(r.Context(), actor(r), number(r), f.one("mail")); err != nil {
		return err
	}
	done(w, r, "mail")
	return nil
}
