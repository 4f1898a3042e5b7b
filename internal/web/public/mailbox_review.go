package public

import (
	"net/http"

	"klankbord/internal/dialogue"
	"klankbord/internal/seal"
	"klankbord/internal/web/ui"
)

// reviewView is the page on which somebody asks that another member looks again.
type reviewView struct {
	wishView
	Until string // until when it can be asked for; empty: it cannot
	Asked string // that it was
}

// showReview tells what a review is and asks what is not right.
func (b *mailbox) showReview(w http.ResponseWriter, r *http.Request, tok seal.Token) error {
	return b.renderReview(w, r, tok, http.StatusOK, wishForm{}, nil)
}

func (b *mailbox) renderReview(w http.ResponseWriter, r *http.Request, tok seal.Token, status int, form wishForm, wrong []ui.FormError) error {
	m, err := b.Dialogue.Mailbox(r.Context(), tok)
	if err != nil {
		return err
	}
	v := reviewView{wishView: b.wishView(r, m, form, wrong), Asked: b.reviewAsked(r, m)}
	v.Action = b.at(r, "/mailbox/"+formReview)
	if m.Review.Open() {
		v.Until = b.words(r, "mailbox.review.until", "date", b.day(r, m.Review.Until))
	}
	v.Text.Label, v.Text.Hint, v.Text.Optional, v.Text.Rows = b.words(r, "mailbox.review.why"), b.words(r, "mailbox.review.why-hint"), false, 9
	return b.Renderer.Render(w, r, status, "public/mailbox_review",
		mailboxPage(b, m, b.words(r, "mailbox.review.title"), "/mailbox/"+formReview, wrong, v))
}

// reviewAsked says that a review was asked for; empty where it was not.
func (b *mailbox) reviewAsked(r *http.Request, m *dialogue.Mailbox) string {
	if m.Review.Asked.IsZero() {
		return ""
	}
	return b.words(r, "mailbox.review.asked", "date", b.day(r, m.Review.Asked))
}

// askReview sends the wish.
func (b *mailbox) askReview(w http.ResponseWriter, r *http.Request) error {
	return b.wish(w, r, formReview, func(tok seal.Token, s dialogue.Sending, form wishForm) error {
		return b.Dialogue.AskReview(r.Context(), tok, s, b.lang(r), form.text)
	}, b.renderReview)
}
