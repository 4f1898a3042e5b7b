package public

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/web/ui"
)

// saveReceipt answers with the receipt as a text file. Its name tells nothing but
// the number.
func (f *face) saveReceipt(w http.ResponseWriter, r *http.Request) error {
	receipt, err := f.receipt(r)
	if errors.Is(err, intake.ErrNoReceipt) {
		ui.Redirect(w, r, f.at(r, "/receipt"))
		return nil
	}
	if err != nil {
		return err
	}
	text := f.receiptText(r, receipt)
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", string(receipt.Number)+".txt"))
	_, _ = w.Write([]byte(text)) // who went away needs no answer
	return nil
}

// receiptText is the receipt for a plain file, with line ends that every editor
// knows.
func (f *face) receiptText(r *http.Request, receipt *intake.Receipt) string {
	p, l := f.receiptPage(r, receipt), lang.Lang(f.Renderer.Lang(r))
	lines := []string{
		f.receiptTitle(r, receipt), "",
		f.words(r, "public.receipt.number") + ": " + p.Number,
		f.words(r, "public.receipt.received") + ": " + lang.DateTime(l, p.Received), "",
		f.words(r, "public.receipt.code") + ":", p.Code.Text, "",
		f.words(r, "public.receipt.keep"), f.words(r, "public.receipt.where") + " " + p.Mailbox, "",
		f.words(r, "public.receipt.next"),
	}
	for _, d := range p.Dates {
		if d.Done {
			lines = append(lines, "- "+lang.Date(l, d.Due)+": "+d.Label)
			continue
		}
		lines = append(lines, "- "+f.words(r, "public.receipt.by", "date", lang.Date(l, d.Due))+": "+d.Label)
	}
	for _, later := range p.Later {
		lines = append(lines, "- "+f.words(r, "public.receipt.later")+": "+later)
	}
	return strings.Join(lines, "\r\n") + "\r\n"
}

// printReceipt answers with the receipt on one sheet.
func (f *face) printReceipt(w http.ResponseWriter, r *http.Request) error {
	receipt, err := f.receipt(r)
	if errors.Is(err, intake.ErrNoReceipt) {
		ui.Redirect(w, r, f.at(r, "/receipt"))
		return nil
	}
	if err != nil {
		return err
	}
	return f.Renderer.Render(w, r, http.StatusOK, "public/receipt-print", ui.Page[receiptPage]{
		Title: f.receiptTitle(r, receipt), Path: "/receipt/print", Exit: f.exitsOn(receipt), Data: f.receiptPage(r, receipt),
	})
}
