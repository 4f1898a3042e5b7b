package public

import (
	"net/http"

	"klankbord/internal/casefile"
	"klankbord/internal/dialogue"
	"klankbord/internal/seal"
	"klankbord/internal/web/ui"
)

// showData asks what somebody wants to know or have changed about their data.
func (b *mailbox) showData(w http.ResponseWriter, r *http.Request, tok seal.Token) error {
	return b.renderData(w, r, tok, http.StatusOK, wishForm{}, nil)
}

func (b *mailbox) renderData(w http.ResponseWriter, r *http.Request, tok seal.Token, status int, form wishForm, wrong []ui.FormError) error {
	m, err := b.Dialogue.Mailbox(r.Context(), tok)
	if err != nil {
		return err
	}
	v := b.wishView(r, m, form, wrong)
	v.Action = b.at(r, "/mailbox/"+formData)
	v.Way = wayField(b.words(r, "mailbox.data.what"), form, wrong)
	for _, right := range casefile.DataRights() {
		v.Way.Options = append(v.Way.Options, ui.Option{
			Value: string(right), Label: b.words(r, "common.data-right."+string(right)), Hint: b.words(r, "mailbox.data.hint-"+string(right)),
		})
	}
	v.Text.Label = b.words(r, "mailbox.data.text")
	return b.Renderer.Render(w, r, status, "public/mailbox_data",
		mailboxPage(b, m, b.words(r, "mailbox.data.title"), "/mailbox/"+formData, wrong, v))
}

// askData sends the request.
func (b *mailbox) askData(w http.ResponseWriter, r *http.Request) error {
	return b.wish(w, r, formData, func(tok seal.Token, s dialogue.Sending, form wishForm) error {
		return b.Dialogue.AskData(r.Context(), tok, s, b.lang(r), casefile.DataRight(form.way), form.text)
	}, b.renderData)
}
