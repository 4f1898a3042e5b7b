package public

import (
	"errors"
	"net/http"

	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/web/ui"
)

// confirmReceipt notes that the person kept the code. Without the tick the code is
// shown once more.
func (f *face) confirmReceipt(w http.ResponseWriter, r *http.Request) error {
	values, err := read(r)
	if err != nil {
		return err
	}
	receipt, err := f.receipt(r)
	if errors.Is(err, intake.ErrNoReceipt) {
		ui.Redirect(w, r, f.at(r, "/receipt/kept"))
		return nil
	}
	if err != nil {
		return err
	}
	if first(values, "kept") != "yes" || first(values, "draft") != receipt.Draft {
		return f.renderReceipt(w, r, http.StatusUnprocessableEntity, receipt, []ui.FormError{
			{Field: "kept", Text: f.words(r, "public.receipt.not-kept")},
		})
	}
	tok, _ := f.token(r)
	err = f.Intake.Confirm(r.Context(), tok, receipt.Draft)
	if fault.Unkept(err) {
		f.Renderer.Failed(r, err)
		return f.renderReceipt(w, r, http.StatusServiceUnavailable, receipt, []ui.FormError{{Text: f.words(r, "public.receipt.not-noted")}})
	}
	if err != nil && !errors.Is(err, intake.ErrNoReceipt) {
		return err
	}
	ui.Redirect(w, r, f.at(r, "/receipt/kept#main"))
	return nil
}

// keptPage tells what to do next, once the code is kept.
type keptPage struct{ MailboxPath string }

// showKept answers with that page. It names no number, so that it may stay open.
func (f *face) showKept(w http.ResponseWriter, r *http.Request) error {
	return f.Renderer.Render(w, r, http.StatusOK, "public/receipt-kept", ui.Page[keptPage]{
		Title: f.words(r, "public.kept.title"), Path: "/receipt/kept", Data: keptPage{f.at(r, "/mailbox")},
	})
}
