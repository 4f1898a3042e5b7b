package public_test

import (
	"net/http"
	"strings"
	"testing"

	"klankbord/internal/app"
	"klankbord/internal/audit"
)

// The proof tells the number and the time, and nothing else; anyone can check it
// with the public key.
func TestComplainantTakesAProofAlong(t *testing.T) {
	for _, lang := range []string{"nl", "fr", "en", "de"} {
		t.Run(lang, func(t *testing.T) {
			h := newHouse(t)
			r := h.strictCase(lang)
			p := h.inside(lang, r.Code)
			if early := p.v.get("/" + lang + "/mailbox/proof.txt"); early.status != http.StatusConflict || strings.Contains(early.body, "tlog-proof") {
				t.Errorf("before its line is signed: %d %.80s", early.status, early.body)
			}
			h.Sequence()
			file := p.v.get("/" + lang + "/mailbox/proof.txt")
			if file.status != http.StatusOK || !strings.Contains(file.header.Get("Content-Disposition"), string(r.Number)+"-proof.txt") {
				t.Fatalf("status %d: %.200s", file.status, file.body)
			}
			proof, err := audit.FindProof([]byte(file.body))
			if err != nil {
				t.Fatal(err)
			}
			v, err := app.LogVerifier(h.Oversight.Key)
			if err != nil {
				t.Fatal(err)
			}
			record, err := audit.CheckProof(proof, v)
			if err != nil {
				t.Fatal(err)
			}
			if number, err := audit.ReceiptOf(record); err != nil || number != string(r.Number) || !record.At.Equal(r.Received) {
				t.Errorf("it proves %s at %v, %v", number, record.At, err)
			}
			for what, secret := range map[string]string{"the case": string(r.Case), "the code": r.Code, "the route": "integrity", "the team": "complaints", "the name": "Maes"} {
				if strings.Contains(file.body, secret) || strings.Contains(string(proof.Record), secret) {
					t.Errorf("it tells %s", what)
				}
			}
			if !strings.Contains(file.body, h.Oversight.Key) || !strings.Contains(file.body, "klankbord log check "+string(r.Number)+"-proof.txt --key") {
				t.Error("it does not say how it is checked")
			}
			if link := p.find("a", "href", "/"+lang+"/mailbox/proof.txt"); len(link) != 1 {
				t.Errorf("%d links in the mailbox lead to it", len(link))
			}
			if out := h.front.visitor().get("/" + lang + "/mailbox/proof.txt"); strings.Contains(out.body, "tlog-proof") {
				t.Error("somebody without a code gets it")
			}
		})
	}
}
