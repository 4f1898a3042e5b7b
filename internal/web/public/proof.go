package public

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/dialogue"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/web/ui"
)

// saveProof sends the proof that a complaint was registered, for anyone to check.
func (b *mailbox) saveProof(w http.ResponseWriter, r *http.Request, tok seal.Token) error {
	m, err := b.Dialogue.Proof(r.Context(), tok)
	if err != nil {
		return err
	}
	b.sendProof(w, r, registered{string(m.Number), m.At, m.Proof, m.Key})
	return nil
}

// saveReceiptProof sends the same while the receipt is shown. Its line is signed within
// a second; whoever is faster is asked to try again.
func (f *face) saveReceiptProof(w http.ResponseWriter, r *http.Request) error {
	receipt, err := f.receipt(r)
	if errors.Is(err, intake.ErrNoReceipt) {
		ui.Redirect(w, r, f.at(r, "/receipt"))
		return nil
	}
	if err != nil {
		return err
	}
	proof, err := f.Intake.Proof(r.Context(), receipt)
	if errors.Is(err, custody.ErrNoLine) {
		return dialogue.ErrProofWaits
	}
	if err != nil {
		return err
	}
	f.sendProof(w, r, registered{string(receipt.Number), receipt.Received, proof, f.Intake.LogKey()})
	return nil
}

// registered is what the file is made of.
type registered struct {
	number string
	at     time.Time
	proof  audit.Proof
	key    string
}

func (f *face) sendProof(w http.ResponseWriter, r *http.Request, p registered) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", p.number+"-proof.txt"))
	_, _ = w.Write([]byte(f.proofText(r, p))) // who went away needs no answer
}

// proofText is the file: words for people, and below them what a program reads.
func (f *face) proofText(r *http.Request, p registered) string {
	l := lang.Lang(f.Renderer.Lang(r))
	words := letter.Copy{Title: f.words(r, "public.proof.title", "number", p.number), Parts: []letter.Part{
		{Body: f.words(r, "public.proof.says", "number", p.number, "date", lang.DateTime(l, p.at))},
		{Body: f.words(r, "public.proof.keep")},
		{Heading: f.words(r, "public.proof.check"), Body: f.words(r, "public.proof.command", "file", p.number+"-proof.txt", "key", p.key)},
		{Body: f.words(r, "public.proof.below")},
	}}
	return string(words.Bytes()) + "\r\n" + strings.ReplaceAll(string(p.proof.Encode()), "\n", "\r\n")
}

// proofTitle is the link to the file; a question is no complaint.
func (f *face) proofTitle(r *http.Request, question bool) string { //nolint:revive // two kinds of case
	if question {
		return f.words(r, "public.proof.link-question")
	}
	return f.words(r, "public.proof.link")
}
