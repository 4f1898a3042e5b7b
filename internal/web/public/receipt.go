package public

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/web/ui"
)

// receiptPage is what the complainant keeps.
type receiptPage struct {
	Number, Draft string
	Code          ui.Code
	Received      time.Time
	Team, Readers string
	LeftOut       bool   // somebody receives nothing
	Alternative   string // what the alternative recipient does; empty when not called in
	OnlyOutside   bool
	Question      bool
	Mail          bool
	Dates         []promise
	Later         []string // what follows once a member has confirmed
	Actions       []string
	Bodies        []body
	Emergency     *emergency
	Mailbox       string // its address, with host where that is known
	MailboxPath   string
	Kept          ui.Field
}

// promise is what happens by a date. Done says that it has happened.
type promise struct {
	Due   time.Time
	Label string
	Done  bool
}

// receipt reads the receipt of this browser; intake.ErrNoReceipt when it has none.
func (f *face) receipt(r *http.Request) (*intake.Receipt, error) {
	tok, ok := f.token(r)
	if !ok {
		return nil, intake.ErrNoReceipt
	}
	return f.Intake.Receipt(r.Context(), tok)
}

// showReceipt answers with the receipt until the code is confirmed; after that it
// says where to go.
func (f *face) showReceipt(w http.ResponseWriter, r *http.Request) error {
	receipt, err := f.receipt(r)
	if errors.Is(err, intake.ErrNoReceipt) {
		return f.receiptGone(w, r)
	}
	if err != nil {
		return err
	}
	return f.renderReceipt(w, r, http.StatusOK, receipt, nil)
}

func (f *face) renderReceipt(w http.ResponseWriter, r *http.Request, status int, receipt *intake.Receipt, wrong []ui.FormError) error {
	data := f.receiptPage(r, receipt)
	data.Kept.Error = ui.ErrorFor(wrong, "kept")
	return f.Renderer.Render(w, r, status, "public/receipt", ui.Page[receiptPage]{
		Title: f.receiptTitle(r, receipt), Path: "/receipt", Exit: f.exitsOn(receipt), Errors: wrong, Data: data,
	})
}

func (f *face) receiptTitle(r *http.Request, receipt *intake.Receipt) string {
	if receipt.Question {
		return f.words(r, "public.receipt.title-question")
	}
	return f.words(r, "public.receipt.title")
}

// exitsOn reports whether the receipt shows the button that leaves.
func (f *face) exitsOn(receipt *intake.Receipt) bool {
	return slices.Contains(f.Profile.Settings.ExitRoutes, receipt.Route)
}

func (f *face) receiptPage(r *http.Request, receipt *intake.Receipt) receiptPage {
	l := f.Renderer.Lang(r)
	p := receiptPage{
		Number: string(receipt.Number), Draft: receipt.Draft, Received: receipt.Received,
		Code:    ui.Code{Text: receipt.Code, Label: f.words(r, "public.receipt.code-label")},
		LeftOut: receipt.Excluded, OnlyOutside: receipt.OnlyOutside, Question: receipt.Question, Mail: receipt.Mail,
		Bodies: bodiesIn(f.Profile.ExternalOn(receipt.Route), l), Emergency: f.emergency(l), MailboxPath: f.at(r, "/mailbox"),
	}
	p.Mailbox = f.Address + p.MailboxPath
	if team, ok := f.Profile.Team(receipt.Team); ok {
		p.Team, p.Readers = team.Name.In(l), team.Readers.In(l)
	}
	if team, ok := f.Profile.Team("alternative"); ok && receipt.Alternative {
		p.Alternative = team.Readers.In(l)
	}
	for _, a := range f.Profile.ActionsOn(receipt.Route) {
		p.Actions = append(p.Actions, a.Label.In(l))
	}
	p.Dates, p.Later = f.promises(receipt, l)
	p.Kept = ui.Field{
		Kind: ui.KindChecks, Name: "kept", Label: f.words(r, "public.receipt.kept"),
		Options: []ui.Option{{Value: "yes", Label: f.words(r, "public.receipt.kept-yes")}},
	}
	return p
}

// promises lists the dated steps, soonest first, and those whose date is known only
// after a member has confirmed.
func (f *face) promises(receipt *intake.Receipt, l string) (dated []promise, later []string) {
	labels := map[string]profile.ClockRule{}
	for _, rule := range f.Profile.Clocks.For(receipt.Routes, receipt.Topics) {
		labels[rule.ID] = rule
	}
	known := map[string]bool{}
	for _, d := range receipt.Dates {
		rule, ok := labels[d.Rule]
		if !ok {
			continue
		}
		known[d.Rule] = true
		dated = append(dated, promise{d.Due, rule.Label.In(l), !d.Due.After(receipt.Received)})
	}
	slices.SortStableFunc(dated, func(a, b promise) int { return a.Due.Compare(b.Due) })
	for _, rule := range f.Profile.Clocks.For(receipt.Routes, receipt.Topics) {
		if rule.ToComplainant && !known[rule.ID] && rule.Start == "acknowledged" {
			later = append(later, rule.Label.In(l))
		}
	}
	return dated, later
}

// receiptGone tells that number and code are no longer shown here.
func (f *face) receiptGone(w http.ResponseWriter, r *http.Request) error {
	_, err := f.draft(r)
	if err != nil && !errors.Is(err, intake.ErrNoDraft) {
		return err
	}
	data := goneReceipt{MailboxPath: f.at(r, "/mailbox"), Start: f.at(r, "/")}
	if err == nil {
		data.Draft = f.at(r, "/complaint/check")
	}
	return f.Renderer.Render(w, r, http.StatusOK, "public/receipt-gone", ui.Page[goneReceipt]{
		Title: f.words(r, "public.gone.title"), Path: "/receipt", Data: data,
	})
}

// goneReceipt tells where to go instead.
type goneReceipt struct {
	MailboxPath, Start string
	Draft              string // check page of a complaint that was not sent yet
}
