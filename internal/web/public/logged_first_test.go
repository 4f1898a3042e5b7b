package public_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"klankbord/internal/apptest"
	"klankbord/internal/casework"
	"klankbord/internal/profile"
	"klankbord/internal/store"
	"klankbord/internal/web/public"
	"klankbord/internal/web/ui"
)

// Reads are logged before bytes leave: when the line of the log cannot be written, no
// page of the mailbox shows a word of what is sealed, nor a proof. Every route of the
// table that a code opens is asked for, by a browser that has read nothing yet.
func TestNothingSealedLeavesWhenTheLogIsFull(t *testing.T) {
	h := newHouse(t)
	words := map[string]string{
		"story": "Kanariestory", "file name": "kanariefile", "file": "Kanariecontent", "message": "Kanariemessage", "reply": "Kanariereply",
		"name": "Ingrid", "address": "ingrid.maes@mail.example", "purpose": "Kanariepurpose", "proof": "c2sp.org/tlog-proof",
	}
	a := apptest.With(apptest.StrictAnswers("theft"), profile.FieldStory, words["story"]+" and enough words around it to be a story that somebody tells us.")
	r := h.Complain("en", a, map[string]string{words["file name"] + ".txt": words["file"]})
	h.Write(h.team.Manager, r.Number, casework.DraftMessage, words["message"])
	if err := h.Casework.OpenIdentity(t.Context(), h.team.Manager, r.Number, words["purpose"]+" and more"); err != nil {
		t.Fatal(err)
	}
	first := h.inside("en", r.Code).reply("send", words["reply"])
	h.Sequence()
	file := first.find("a")
	entry := ""
	for _, n := range file {
		if _, id, ok := strings.Cut(attribute(n, "href"), "/mailbox/file/"); ok {
			entry = id
		}
	}
	fresh := h.front.visitor()
	maps.Copy(fresh.cookies, map[string]string{"__Host-klankbord-mailbox": h.Enter(r.Code).Cookie()})

	look := func(v *visitor, report func(route, word string)) {
		for _, route := range slices.Sorted(maps.Keys(public.Policies())) {
			method, pattern, _ := strings.Cut(route, " ")
			if method != http.MethodGet || public.Policies()[route] != ui.HolderOfCode {
				continue
			}
			p := v.get("/en" + strings.Replace(pattern, "{id}", entry, 1))
			for _, word := range words {
				if strings.Contains(p.body, word) {
					report(route, word)
				}
			}
		}
	}
	seen := map[string][]string{}
	look(first.v, func(route, word string) { seen[route] = append(seen[route], word) })
	for route, word := range map[string]string{
		"GET /mailbox/case": "message", "GET /mailbox/contact": "name", "GET /mailbox/copy.txt": "story", "GET /mailbox/file/{id}": "file", "GET /mailbox/proof.txt": "proof",
	} {
		if !slices.Contains(seen[route], words[word]) {
			t.Errorf("%s shows no %s as it is, so that this test would prove nothing", route, word)
		}
	}

	err := h.Store.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec("CREATE TRIGGER log_is_full BEFORE INSERT ON log_leaf BEGIN SELECT RAISE(ABORT, 'the log is full'); END")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	look(fresh, func(route, word string) {
		t.Errorf("%s shows %q although the line of the log was not written", route, word)
	})
}
