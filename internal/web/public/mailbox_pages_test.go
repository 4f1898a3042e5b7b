package public_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/seal"
)

func TestTheMailboxFromTheCodeToSigningOut(t *testing.T) {
	h := newHouse(t)
	r := h.strictCase("en")
	h.DeliverMail()
	p := h.inside("en", strings.ToLower(strings.ReplaceAll(r.Code, "-", " ")))
	if !p.says("Received") || !p.says(string(r.Number)) || !p.says("You hear from us by 16 March 2026") {
		t.Errorf("the mailbox does not tell how it stands: %s", text(p.document))
	}
	p = p.reply("send", "One thing more.\n\nIt was a Tuesday.", upload{"list.txt", "a,b,c"})
	if p.status != http.StatusOK || !strings.HasSuffix(p.path, "done=reply") || !p.says("Your message was sent") || !p.says("It was a Tuesday") || !p.says("Not read yet") {
		t.Fatalf("%s, status %d: %s", p.path, p.status, text(p.document))
	}
	if got := text(p.find("textarea")[0]); got != "" {
		t.Errorf("the sent text still stands in the form: %q", got)
	}
	h.Clock.Add(time.Hour)
	h.Case(h.team.Manager, r.Number)
	h.Write(h.team.Manager, r.Number, casework.DraftMessage, "Thank you. We look into it.")
	p = p.v.get("/en/mailbox/case")
	if !p.says("1 new message") || !p.says("We look into it") || !p.says("Read by us on 2 March 2026") {
		t.Errorf("what is new is not told: %s", text(p.document))
	}
	if !p.says("Complaints team (Integrity manager), read your complaint") || p.says("Nele") || p.says("Janssens") {
		t.Error("who opened the file is not told, or by name")
	}
	if p = p.v.get("/en/mailbox/case"); p.says("new message") {
		t.Error("what was read is still new")
	}
	for _, a := range p.find("a", "download", "") {
		href := attribute(a, "href")
		if !strings.Contains(href, "/file/") {
			continue
		}
		answer := p.v.send("GET", href, "", nil)
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK || len(body) == 0 || !strings.HasPrefix(answer.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: status %d, %d bytes, %v", href, answer.StatusCode, len(body), err)
		}
	}
	answer := p.v.send("GET", "/en/mailbox/copy.txt", "", nil)
	copied, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{string(r.Number), "It was a Tuesday", "We look into it", "invoice was paid twice", "list.txt", "photo.txt", "Maes", "Integrity manager"} {
		if !strings.Contains(string(copied), want) {
			t.Errorf("the copy lacks %q", want)
		}
	}
	if strings.Contains(string(copied), "⟦") || strings.Contains(string(copied), r.Code) {
		t.Error("the copy has a hole or holds the code")
	}
	p = p.submit("/en/mailbox/leave", nil)
	if !strings.HasSuffix(p.path, "/mailbox/left") || !p.says("Keep your code") {
		t.Errorf("signing out leads to %s", p.path)
	}
	if p = p.v.get("/en/mailbox/case"); p.status != http.StatusForbidden || p.says("Tuesday") {
		t.Errorf("after signing out: status %d", p.status)
	}
}

func TestWithoutTheCodeEveryPageAsksForIt(t *testing.T) {
	h := newHouse(t)
	r := h.strictCase("nl")
	paths := []string{"case", "contact", "withdraw", "conversation", "copy.txt", "file/x"}
	cookies := []string{"", "x", seal.NewToken().Cookie(), strings.Repeat("A", 43)}
	for _, path := range paths {
		for _, cookie := range cookies {
			v := h.front.visitor()
			if cookie != "" {
				v.cookies["__Host-klankbord-mailbox"] = cookie
			}
			p := v.get("/nl/mailbox/" + path)
			if p.status != http.StatusForbidden || len(p.find("input", "name", "code")) != 1 || strings.Contains(p.body, string(r.Number)) {
				t.Errorf("%s with cookie %.5q: status %d", path, cookie, p.status)
			}
		}
	}
	for _, path := range []string{"reply", "contact", "withdraw", "conversation", "mail", "language"} {
		p := h.front.visitor().open("POST", "/nl/mailbox/"+path, "application/x-www-form-urlencoded", strings.NewReader("text=x&number="+string(r.Number)))
		if p.status != http.StatusForbidden || len(p.find("input", "name", "code")) != 1 {
			t.Errorf("POST %s: status %d", path, p.status)
		}
	}
}

func TestWhatIsWrongWithACodeIsSaidInWords(t *testing.T) {
	h := newHouse(t)
	r := h.strictCase("en")
	v := h.front.visitor()
	at := v.get("/en/mailbox")
	for typed, words := range map[string]string{
		"": "Enter the code", r.Code[:20]: "There is a typing mistake in the code", seal.NewCode().Text(): "We do not know this code",
	} {
		p := at.typeCode("en", typed)
		if p.status != http.StatusUnprocessableEntity || !p.says(words) || attribute(p.find("input", "name", "code")[0], "value") != typed {
			t.Errorf("%.8q: status %d: %s", typed, p.status, text(p.find("section", "id", "errors")[0]))
		}
	}
}

// Whoever guesses is slowed down; whoever holds the code is not, even from there.
func TestGuessingIsSlowedDownAndTheRightfulPersonIsNot(t *testing.T) {
	h := newHouse(t)
	r := h.strictCase("en")
	at := h.front.visitor().get("/en/mailbox")
	var p *page
	for range 21 {
		p = at.typeCode("en", seal.NewCode().Text())
	}
	if p.status != http.StatusTooManyRequests || !p.says("Try again after 09:3") {
		t.Errorf("status %d: %s", p.status, text(p.document))
	}
	for range 30 {
		if p = at.typeCode("en", r.Code[:27]); p.status != http.StatusUnprocessableEntity {
			t.Fatalf("a typing mistake: status %d", p.status)
		}
	}
	if p = at.typeCode("en", r.Code); p.status != http.StatusOK || !p.says(string(r.Number)) {
		t.Errorf("the right code: status %d", p.status)
	}
}

func TestLeavingTheSiteForgetsTheMailbox(t *testing.T) {
	h := newHouse(t)
	p := h.inside("en", h.strictCase("en").Code)
	if len(p.find("section", "class", "exit")) != 1 {
		t.Error("an integrity complaint has no button that leaves")
	}
	answer := p.v.send("GET", "/leave", "", nil)
	if answer.StatusCode != http.StatusSeeOther || strings.Contains(answer.Header.Get("Location"), "wwf") {
		t.Errorf("leads to %s", answer.Header.Get("Location"))
	}
	if len(p.v.cookies) != 0 {
		t.Errorf("cookies are left: %d", len(p.v.cookies))
	}
}

func TestConversationAndWithdrawal(t *testing.T) {
	h := newHouse(t)
	r := h.strictCase("en")
	p := h.inside("en", r.Code)
	talk := p.v.get("/en/mailbox/conversation")
	wrong := talk.submit("/en/mailbox/conversation", url.Values{"text": {"after six"}})
	if wrong.status != http.StatusUnprocessableEntity || !wrong.says("Choose how") || text(wrong.find("textarea")[0]) != "after six" {
		t.Errorf("without a way: status %d", wrong.status)
	}
	p = wrong.submit("/en/mailbox/conversation", url.Values{"way": {"phone"}})
	if !p.says("You asked for a conversation: by phone") || !p.says("after six") || !p.says("The conversation you asked for takes place") {
		t.Errorf("%s: %s", p.path, text(p.document))
	}
	confirm := p.v.get("/en/mailbox/withdraw")
	if !confirm.says("to protect others") {
		t.Error("what withdrawing means on this route is not told")
	}
	p = confirm.submit("/en/mailbox/withdraw", url.Values{"text": {"I moved on"}})
	if !p.says("Withdrawn by you on 2 March 2026") || !p.says("I moved on") {
		t.Errorf("%s: %s", p.path, text(p.document))
	}
	if again := p.v.get("/en/mailbox/withdraw"); len(again.find("form", "action", "/en/mailbox/withdraw#errors")) != 0 {
		t.Error("what is withdrawn can be withdrawn again")
	}
}

func TestTheDeskThatIsLateSaysSo(t *testing.T) {
	h := newHouse(t)
	r := h.Complain("en", with(apptest.StrictAnswers("theft"), "email", "", "phone", "+32 470 12 34 56"), nil)
	h.Clock.Add(15 * 24 * time.Hour)
	p := h.inside("en", r.Code)
	if !p.says("We are late") || !p.says("Promised by 16 March 2026") || !p.says("You can also turn to") {
		t.Errorf("%s", text(p.document))
	}
}

func TestWhenItIsYourTurnTheFormComesFirst(t *testing.T) {
	h := newHouse(t)
	r := h.strictCase("en")
	h.DeliverMail()
	h.Move(h.team.Manager, r.Number, casefile.StateTriage)
	h.Write(h.team.Manager, r.Number, casework.DraftMessage, "On which day was it?")
	h.Move(h.team.Manager, r.Number, casefile.StateWaiting)
	p := h.inside("en", r.Code)
	if !p.says("Waiting for your reply") || strings.Index(p.body, `id="write"`) > strings.Index(p.body, `id="messages"`) {
		t.Error("the question is not put first")
	}
	if p = p.reply("send", "On Tuesday"); !p.says("Being looked at") {
		t.Errorf("after the answer: %s", text(p.document))
	}
}
