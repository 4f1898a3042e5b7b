package desk

import (
	"net/http"
	"strconv"

	"klankbord/internal/access"
	"klankbord/internal/casework"
	"klankbord/internal/web/ui"
)

// practicePage is where a member makes up a complaint to practise on.
type practicePage struct {
	Done   string // what was just done; empty: nothing
	Number string // of the one that there is; empty: there is none
	Open   string // where it is
	Until  string
	Ends   string
	Steps  []practiceStep
}

// practiceStep is something that a real case asks for as well.
type practiceStep struct {
	Text, Href string
	State      ui.Tag
}

func (d *desk) practiceShow(w http.ResponseWriter, r *http.Request) error {
	p, err := d.Casework.Practice(r.Context(), actor(r))
	if err != nil {
		return err
	}
	data := practicePage{Number: string(p.Number), Ends: d.text(r, "practice.ends", "days", strconv.Itoa(casework.PracticeDays))}
	if r.URL.Query().Get("done") == "ended" && p.Number == "" {
		data.Done = d.text(r, "practice.ended")
	}
	if p.Number != "" {
		data.Open = "/desk/case/" + data.Number
		data.Until = d.text(r, "practice.until", "number", data.Number, "until", d.date(r, p.Ends))
	}
	for _, s := range p.Steps {
		step := practiceStep{Text: d.text(r, "practice.step-"+s.Key), Href: data.Open + s.To, State: ui.Tag{Text: d.text(r, "practice.not-yet")}}
		if s.Done {
			step.State = ui.Tag{Text: d.text(r, "practice.done"), Tone: ui.Good}
		}
		data.Steps = append(data.Steps, step)
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/practice", page(d, r, d.text(r, "practice.title"), data))
}

// practiceBegin makes a complaint up, in the language in which the member reads.
func (d *desk) practiceBegin(w http.ResponseWriter, r *http.Request) error {
	say := func(key string) string { return d.text(r, "practice.story-"+key) }
	n, err := d.Casework.Practise(r.Context(), actor(r), casework.PracticeStory{
		Subject: say("subject"), Text: say("text"), First: say("first"), Last: say("last"),
	})
	if err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/case/"+string(n))
	return nil
}

func (d *desk) practiceEnd(w http.ResponseWriter, r *http.Request) error {
	if err := d.Casework.EndPractice(r.Context(), actor(r)); err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/practice?done=ended")
	return nil
}

// sayPractice says above every page of a made-up complaint, and in its title, that it is
// one.
func (d *desk) sayPractice(r *http.Request, a access.Actor, title *string, user *ui.User) {
	n := number(r)
	if n == "" {
		return
	}
	until, err := d.Casework.Practising(r.Context(), a, n)
	if err != nil {
		d.Renderer.Failed(r, err) // the page itself could be read: it is shown all the same
	}
	if until.IsZero() {
		return
	}
	*title = d.text(r, "practice.word") + ": " + *title
	user.Warnings = append([]ui.Warning{{
		Tone: ui.Info, Title: d.text(r, "practice.banner-title", "number", string(n)),
		Text: d.text(r, "practice.banner", "until", d.date(r, until)),
		Link: ui.Link{Href: "/desk/practice", Text: d.text(r, "practice.banner-link")},
	}}, user.Warnings...)
}
