package public

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/web/ui"
)

// slipRow leads to something that members put before the person.
type slipRow struct {
	Href, Text string
	State      ui.Tag
}

// slipView is the page on which somebody reads it and answers.
type slipView struct {
	Back, Action string
	Sending      mailboxSending
	Restored     bool
	Number       string
	Lead         string
	Facts        []ui.Answer
	Text         ui.Message
	TextTitle    string
	State        ui.Notice
	Turns        []ui.Message // what was answered before, oldest first
	Print        string
	Way          *ui.Field
	Fields       []ui.Field
	After        string
	Button       string // empty: there is nothing to answer
	Act          string // what the button does where nothing is chosen
}

// doneName is the name of a form without the one thing that it is about.
func doneName(form string) string {
	name, _, _ := strings.Cut(form, "/")
	return name
}

// slipRows are what members put before the person: what waits for an answer, or was
// not seen yet, apart from the rest.
func (b *mailbox) slipRows(r *http.Request, m *dialogue.Mailbox) (waits, rest []slipRow) {
	for _, p := range m.Slips {
		row := slipRow{
			Href: b.at(r, "/mailbox/"+formSlip+"/"+string(p.ID)), Text: b.words(r, "slip.row-"+string(p.Kind), "date", b.day(r, p.At)),
			State: b.slipTag(r, p),
		}
		if p.Waits() && !m.Damaged || p.Unread {
			waits = append(waits, row)
		} else {
			rest = append(rest, row)
		}
	}
	return waits, rest
}

func (b *mailbox) slipTag(r *http.Request, p dialogue.Placed) ui.Tag {
	t := ui.Tag{Text: b.words(r, "slip.state-"+string(p.State()))}
	switch {
	case p.Waits():
		t.Tone = ui.Warn
	case p.State() == casefile.SlipState(casefile.SlipSign) || p.State() == casefile.SlipState(casefile.SlipAgree):
		t.Tone = ui.Good
	}
	return t
}

// showSlip shows what members put before the person.
func (b *mailbox) showSlip(w http.ResponseWriter, r *http.Request, tok seal.Token) error {
	return b.renderSlip(w, r, tok, http.StatusOK, wishForm{}, nil)
}

func (b *mailbox) renderSlip(w http.ResponseWriter, r *http.Request, tok seal.Token, status int, form wishForm, wrong []ui.FormError) error {
	m, err := b.Dialogue.Mailbox(r.Context(), tok)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(m.Slips, func(p dialogue.Placed) bool { return string(p.ID) == r.PathValue("id") })
	if i < 0 {
		return fault.ErrNotFound
	}
	p := m.Slips[i]
	at := "/mailbox/" + formSlip + "/" + string(p.ID)
	v := slipView{
		Back: b.at(r, "/mailbox/case"), Action: b.at(r, at), Sending: sending(m, form.key), Restored: form.restored, Number: string(m.Number),
		Lead: b.words(r, "slip.lead-"+string(p.Kind)), TextTitle: b.words(r, "slip.text-"+string(p.Kind)),
		Facts: b.slipFacts(r, p), Print: casefile.PrintGroups(p.Print),
		Text:  ui.Message{Kind: ui.Received, From: b.teamName(r, m.Team), At: p.At, Text: p.Text, Lang: string(p.Lang)},
		State: ui.Notice{Tone: b.slipTag(r, p).Tone, Text: b.words(r, "slip.stands-"+string(p.Kind)+"-"+string(p.State()))},
	}
	for _, t := range p.Turns {
		v.Turns = append(v.Turns, b.slipTurn(r, m, t))
	}
	if !p.Redacted.IsZero() {
		v.Text.Note = b.words(r, "redact.mailbox", "date", b.day(r, p.Redacted))
	}
	if !m.Damaged {
		b.slipForm(r, p, form, wrong, &v)
	}
	page := mailboxPage(b, m, b.words(r, "slip.title-"+string(p.Kind)), at, wrong, v)
	return b.Renderer.Render(w, r, status, "public/mailbox_slip", page)
}

func (b *mailbox) slipFacts(r *http.Request, p dialogue.Placed) (list []ui.Answer) {
	add := func(key, text string) {
		if text != "" {
			list = append(list, ui.Answer{Label: b.words(r, key), Text: text, Lang: string(p.Lang)})
		}
	}
	if on, err := time.Parse(time.DateOnly, p.On); err == nil {
		list = append(list, ui.Answer{Label: b.words(r, "slip.on"), Text: b.day(r, on)})
	}
	add("slip.whom-"+string(p.Kind), p.Whom)
	add("slip.basis", p.Basis)
	add("slip.why", p.Why)
	return list
}

// slipTurn says what was answered, when and by whom.
func (b *mailbox) slipTurn(r *http.Request, m *dialogue.Mailbox, t casefile.SlipTurn) ui.Message {
	said := ui.Message{Kind: ui.Sent, From: b.words(r, "mailbox.you"), At: t.At, Text: t.Words, Lang: string(t.Lang)}
	note := b.words(r, "slip.turn-"+string(t.Act), "name", t.Name)
	if t.Act == casefile.SlipTakeBack {
		said.Kind, said.From = ui.Received, b.teamName(r, m.Team)
	}
	if said.Note = note; said.Text == "" {
		said.Text, said.Lang, said.Note = note, "", ""
	}
	return said
}

// slipForm is what can be answered now.
func (b *mailbox) slipForm(r *http.Request, p dialogue.Placed, form wishForm, wrong []ui.FormError, v *slipView) {
	words := ui.Field{
		Kind: ui.KindArea, Name: "text", Label: b.words(r, "slip.words-"+string(p.Kind)), Error: ui.ErrorFor(wrong, "text"), Values: []string{form.text},
		Rows: 6, Optional: true, Autocomplete: "off",
	}
	if hint := "slip.words-hint-" + string(p.Kind); b.Words.Has(hint) {
		words.Hint = b.words(r, hint)
	}
	var acts []casefile.SlipAct
	for _, act := range []casefile.SlipAct{casefile.SlipSign, casefile.SlipCorrect, casefile.SlipRefuse, casefile.SlipAgree, casefile.SlipDecline} {
		if p.May(act) {
			acts = append(acts, act)
		}
	}
	switch {
	case len(acts) > 0:
		way := wayField(b.words(r, "slip.way-"+string(p.Kind)), form, wrong)
		for _, act := range acts {
			key := "slip.act-" + string(act)
			if act == casefile.SlipSign && len(p.Corrections()) > 0 {
				key += "-beside"
			}
			way.Options = append(way.Options, ui.Option{Value: string(act), Label: b.words(r, key)})
		}
		v.Way, v.Button = &way, b.words(r, "slip.send-"+string(p.Kind))
		v.Fields = []ui.Field{words}
		if p.May(casefile.SlipSign) {
			v.Fields = []ui.Field{words, {
				Kind: ui.KindText, Name: "name", Label: b.words(r, "slip.name"), Hint: b.words(r, "slip.name-hint"), Error: ui.ErrorFor(wrong, "name"),
				Values: []string{form.name}, Optional: true, Autocomplete: "name",
			}}
		}
		v.After = b.words(r, "slip.after-"+string(p.Kind))
	case p.May(casefile.SlipWithdraw):
		words.Label, words.Hint = b.words(r, "slip.withdraw-words"), ""
		v.Fields, v.Button, v.Act = []ui.Field{words}, b.words(r, "slip.withdraw"), string(casefile.SlipWithdraw)
		v.After = b.words(r, "slip.withdraw-after")
	}
}

// settleSlip sends the answer.
func (b *mailbox) settleSlip(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	return b.wish(w, r, formSlip+"/"+id, func(tok seal.Token, s dialogue.Sending, form wishForm) error {
		return b.Dialogue.Settle(r.Context(), tok, s, dialogue.Settling{
			Slip: id, Act: casefile.SlipAct(form.way), Lang: b.lang(r), Name: form.name, Words: form.text,
		})
	}, b.renderSlip)
}
