package desk

import (
	"errors"
	"net/http"
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/web/question"
	"klankbord/internal/web/ui"
)

// toldCheckPage shows everything once more before it is registered.
type toldCheckPage struct {
	Draft  string
	Seen   string
	How    []ui.Answer
	Parts  []question.CheckedPart
	Team   string
	Left   []string // who gets no key, in words
	Named  bool     // the member is among them, because their name stands in it
	Reads  bool     // the member can open it afterwards
	Called bool     // the alternative recipient gets it
	Nobody bool     // nobody on the desk can open it
	Asks   []ui.Field
	Asking bool
	Oral   bool
	Mail   bool // a confirmation goes out at once
}

// toldCheck shows what is about to be registered, who will be able to open it, and who not.
func (d *desk) toldCheck(w http.ResponseWriter, r *http.Request) error {
	return d.showToldCheck(w, r, http.StatusOK, nil)
}

func (d *desk) showToldCheck(w http.ResponseWriter, r *http.Request, status int, errs []ui.FormError) error {
	draft, tok, err := d.toldDraft(r)
	if errors.Is(err, intake.ErrNoDraft) {
		ui.Redirect(w, r, "/desk/register")
		return nil
	}
	if err != nil {
		return err
	}
	v, err := d.Intake.ReviewTold(r.Context(), actor(r), tok)
	if err != nil {
		return err
	}
	if wrong := d.toldErrors(r, v); len(wrong) > 0 && len(errs) == 0 {
		return d.renderTold(w, r, http.StatusOK, draft, wrong)
	}
	p := page(d, r, d.text(r, "told.check-title"), d.toldCheckData(r, v, errs))
	p.Errors = errs
	return d.Renderer.Render(w, r, status, "desk/told_check", p)
}

func (d *desk) toldCheckData(r *http.Request, v *intake.ToldReview, errs []ui.FormError) toldCheckPage {
	l, prof := d.Renderer.Lang(r), d.Casework.Profile
	shown := *v.Draft
	shown.Files = v.Draft.Evidence()
	data := toldCheckPage{
		Draft: v.Draft.ID, Seen: v.Seen, How: d.toldFacts(r, v), Named: v.Named, Reads: v.Reads, Called: v.Alternative, Nobody: v.OnlyOutside,
		Parts: d.asker(r).CheckedParts(&shown, func(string) string { return "/desk/register" }), Oral: v.Channel.Oral(),
		Mail: !v.Unknown && v.Draft.Answers.One(profile.FieldEmail) != "" && !v.Draft.Answers.Given(profile.FieldNoMail),
	}
	if team, ok := prof.Team(v.Routing.Team); ok {
		data.Team = team.Name.In(l)
	}
	for _, o := range prof.Functions() {
		for _, f := range v.Routing.Excluded {
			if o.Function == f {
				data.Left = append(data.Left, o.Label.In(l))
			}
		}
	}
	for _, m := range v.Matches {
		name := "named." + string(m.Member)
		if m.Answer == "yes" {
			data.Left = append(data.Left, m.Name)
		}
		data.Asking = data.Asking || m.Answer == "" || r.URL.Query().Get("names") == "change"
		data.Asks = append(data.Asks, ui.Field{
			Kind: ui.KindRadios, Name: name, Label: d.text(r, "form.names.question", "name", m.Name), Error: ui.ErrorFor(errs, name), Values: []string{m.Answer},
			Options: []ui.Option{{Value: "yes", Label: d.text(r, "form.names.yes")}, {Value: "no", Label: d.text(r, "form.names.no")}},
		})
	}
	return data
}

// toldFacts are how and when it was received, in words.
func (d *desk) toldFacts(r *http.Request, v *intake.ToldReview) []ui.Answer {
	l := lang.Lang(d.Renderer.Lang(r))
	list := []ui.Answer{
		{Label: d.text(r, "told.channel"), Text: d.text(r, "common.channel."+string(v.Channel))},
		{Label: d.text(r, "told.received"), Text: lang.DateTime(l, v.At)},
		{Label: d.text(r, "told.written"), Text: d.languageName(r, string(v.Written))},
	}
	if v.Unknown {
		list = append(list, ui.Answer{Label: d.text(r, "told.sender"), Text: d.text(r, "told.sender-unknown")})
	}
	if v.Channel.Oral() {
		list = append(list, ui.Answer{Label: d.text(r, "told.consent"), Text: d.text(r, "told.consent-"+string(v.Consent))})
	}
	for _, f := range v.Draft.Recording() {
		list = append(list, ui.Answer{Label: d.text(r, "told.recording"), Text: f.Name})
	}
	for _, f := range v.Draft.Sounds() {
		list = append(list, ui.Answer{Label: f.Name, Text: d.text(r, "sound.ask-"+string(v.Draft.Heard(f)))})
	}
	return list
}

// toldRegister keeps the answers about colleagues who are named, or registers.
func (d *desk) toldRegister(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	_, tok, err := d.toldDraft(r)
	if err != nil && !errors.Is(err, intake.ErrNoDraft) {
		return err
	}
	if _, ok := d.toldToken(r); !ok {
		ui.Redirect(w, r, "/desk/register")
		return nil
	}
	if f.one("act") == "names" {
		return d.toldNames(w, r, f)
	}
	got, err := d.Intake.Register(r.Context(), actor(r), tok, intake.Registering{Draft: f.one("draft"), Seen: f.one("seen"), Who: d.text(r, "desk.item.complainant")})
	if errors.Is(err, intake.ErrNoDraft) {
		ui.Redirect(w, r, "/desk/register")
		return nil
	}
	if errs, status := d.problems(r, err, ""); errs != nil {
		return d.showToldCheck(w, r, status, errs)
	}
	if err != nil {
		return err
	}
	to := "/desk/register/done"
	if got.Reads {
		to = "/desk/case/" + string(got.Number) + "?done=registered#main"
	}
	ui.Redirect(w, r, to)
	return nil
}

func (d *desk) toldNames(w http.ResponseWriter, r *http.Request, f form) error {
	tok, _ := d.toldToken(r)
	v, err := d.Intake.ReviewTold(r.Context(), actor(r), tok)
	if errors.Is(err, intake.ErrNoDraft) {
		ui.Redirect(w, r, "/desk/register")
		return nil
	}
	if err != nil {
		return err
	}
	named, wrong := map[string]string{}, []ui.FormError(nil)
	for _, m := range v.Matches {
		name := "named." + string(m.Member)
		switch answer := f.one(name); answer {
		case "yes", "no":
			named[string(m.Member)] = answer
		default:
			wrong = append(wrong, ui.FormError{Field: name, Text: d.text(r, "form.names.missing", "name", m.Name)})
		}
	}
	if err := d.Intake.NameTold(r.Context(), actor(r), tok, named); err != nil {
		return err
	}
	if len(wrong) > 0 {
		return d.showToldCheck(w, r, http.StatusUnprocessableEntity, wrong)
	}
	ui.Redirect(w, r, "/desk/register/check#who")
	return nil
}

// toldDonePage tells the number of a case that the member cannot open.
type toldDonePage struct{ Number string }

// toldDone shows the number of what was just registered to a member who gets no key.
func (d *desk) toldDone(w http.ResponseWriter, r *http.Request) error {
	data := toldDonePage{}
	_, tok, err := d.toldDraft(r)
	if err != nil && !errors.Is(err, intake.ErrNoDraft) {
		return err
	}
	if _, ok := d.toldToken(r); ok {
		receipt, err := d.Intake.Receipt(r.Context(), tok)
		if err != nil && !errors.Is(err, intake.ErrNoReceipt) {
			return err
		}
		if err == nil {
			data.Number = string(receipt.Number)
		}
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/told_done", page(d, r, d.text(r, "told.done-title"), data))
}

// toldText says in the history of a case how it came in, and who registered it.
func (d *desk) toldText(r *http.Request, t *casefile.Told) string {
	lines := []string{d.text(r, "told.event", "channel", d.text(r, "common.channel."+string(t.Channel)), "when", lang.DateTime(lang.Lang(d.Renderer.Lang(r)), t.At))}
	if t.Unknown {
		lines = append(lines, d.text(r, "told.sender-unknown"))
	}
	if t.Channel.Oral() {
		lines = append(lines, d.text(r, "told.consent-"+string(t.Consent)), d.text(r, "told.event-minutes"))
	}
	if t.LeftOut {
		lines = append(lines, d.text(r, "told.event-left-out"))
	}
	return strings.Join(lines, "\n")
}
