package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/dialogue"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
)

// parts of who the complainant is, as somebody would search for them.
func parts() []string {
	return []string{
		"Zwaantje", "Kwinkelbergh", "kwinkel", "post.example", "0475", "98 76 54", "Onbestaandestraat", "Nergensgem",
		"zwaluwnest", "Nieuwgeheim",
	}
}

// gatedCase is an integrity case of somebody with every way to be reached, who also
// wrote and changed their address since.
func gatedCase(h *house) string {
	a := integrity()
	for field, value := range map[string]string{
		profile.FieldFirstName: "Zwaantje", profile.FieldLastName: "Kwinkelbergh", profile.FieldEmail: "zwaantje@post.example",
		profile.FieldPhone: "0475 98 76 54", profile.FieldAddress: "Onbestaandestraat 77\n9999 Nergensgem", "safe_contact": "na acht uur, in het zwaluwnest",
	} {
		a = apptest.With(a, field, value)
	}
	r := h.Complain("nl", a, map[string]string{"bewijs.txt": "proof"})
	h.DeliverMail()
	tok := h.Enter(r.Code)
	sending := func() dialogue.Sending { return dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number} }
	h.must(h.Dialogue.Reply(h.t.Context(), tok, sending(), lang.NL, "Ik voeg nog iets toe.", nil))
	h.must(h.Dialogue.AskConversation(h.t.Context(), tok, sending(), lang.NL, "phone", "Liefst in de voormiddag."))
	h.changeName(tok, sending(), "Nieuwgeheim")
	return "/desk/case/" + string(r.Number)
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) changeName(tok seal.Token, s dialogue.Sending, last string) {
	h.t.Helper()
	m, err := h.Dialogue.Mailbox(h.t.Context(), tok)
	h.must(err)
	h.must(h.Dialogue.ChangeContact(h.t.Context(), tok, s, apptest.With(h.Dialogue.ContactAnswers(m), profile.FieldLastName, last)))
}

// walk follows every link of the desk, sends every form of the case with nothing in
// it, and hands each page to look.
func (b *browser) walk(base string, look func(*page)) (pages int) {
	b.t.Helper()
	seen, todo := map[string]bool{}, []string{"/desk", base, "/desk?view=all", "/desk/go?q=" + base[len("/desk/case/"):]}
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		p := b.get(path)
		look(p)
		pages++
		for _, n := range all(p.doc, func(n *html.Node) bool { return n.Data == "a" || n.Data == "form" }) {
			href, _ := attr(n, "href")
			action, _ := attr(n, "action")
			href, _, _ = strings.Cut(href, "#")
			action, _, _ = strings.Cut(action, "#")
			switch {
			case strings.HasPrefix(href, "/desk") && !strings.HasPrefix(href, "/desk/sign"):
				todo = append(todo, href)
			case strings.HasPrefix(action, base) && !seen["POST "+action]:
				seen["POST "+action] = true
				look(b.post(action, nil))
				pages++
			}
		}
	}
	return pages
}

// Until an identity is opened, every page and every mail says "the complainant":
// with a second member as with a reason, and after a request that still waits.
func TestASealedIdentityStandsOnNoPageAndInNoMail(t *testing.T) {
	h, c := staffed(t)
	var base string
	look := func(p *page) {
		everything := p.body + p.path
		for name, values := range p.header {
			everything += name + strings.Join(values, " ")
		}
		paper := strings.HasPrefix(p.header.Get("Content-Type"), "application/pdf")
		for _, part := range parts() {
			if paper && strings.Trim(part, "0123456789") == "" {
				continue // numbers stand in every PDF: where its parts begin
			}
			if strings.Contains(strings.ToLower(everything), strings.ToLower(part)) {
				t.Errorf("%s (%d) holds %q", p.path, p.status, part)
			}
		}
	}
	for _, second := range []bool{false, true} {
		h.secondMember(second)
		base = gatedCase(h)
		c.thomas.write(base, "message", "Bedankt, wij kijken het na.")
		c.thomas.write(base, "note", "Eerst de bank bellen.")
		if second {
			c.thomas.ask(base)
		}
		c.nele.get(base).send("/compose", url.Values{"audience": {"note"}, "text": {"Nog niet klaar."}, "act": {"draft"}})
		for _, member := range []*browser{c.thomas, c.nele} {
			if n := member.walk(base, look); n < 20 {
				t.Errorf("only %d pages were read", n)
			}
		}
		h.Sequence()
		for _, member := range []*browser{c.sofie, c.anke} {
			member.walk(base, look)
		}
	}
	if p := c.thomas.get(base); !p.says("The complainant") {
		t.Error("the case does not speak of “the complainant”")
	}
	if p := c.thomas.get("/desk/case/KB-0000-00"); p.status != http.StatusNotFound {
		t.Errorf("a case that is none answers %d", p.status)
	}
	h.DeliverMail()
	if len(h.Box.Mails()) < 6 {
		t.Errorf("only %d mails", len(h.Box.Mails()))
	}
	for _, m := range h.Box.Mails() {
		for _, part := range parts() {
			if strings.Contains(strings.ToLower(m.FromName+m.Subject+m.Text+m.ReplyTo+m.MessageID), strings.ToLower(part)) {
				t.Errorf("a mail (%s) holds %q", m.Subject, part)
			}
		}
	}
	if text := h.Log.String(); strings.Contains(text, "Zwaantje") || strings.Contains(text, "post.example") {
		t.Error("the log of the process holds who the complainant is")
	}
	if got := casefile.Number(base[len("/desk/case/"):]); got == "" {
		t.Error("no case")
	}
}
