package desk_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

var formAction = regexp.MustCompile(`(?:formaction|action|href)="([^"#]*)`)

// address is the first address on the page that holds a part.
func (p *page) address(part string) string {
	p.b.t.Helper()
	for _, m := range formAction.FindAllStringSubmatch(p.body, -1) {
		if strings.Contains(m[1], part) {
			return strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	p.b.t.Fatalf("%s has no address with %s", p.path, part)
	return ""
}

// together renders what members do with each other in a case, and what they take back.
func (s *states) together() {
	at := "/desk/case/" + string(s.Complain("nl", integrity(), nil).Number)
	s.DeliverMail()
	s.recalled(at)
	s.conflicts(at)
	s.shares(at)
	s.bulks(at)
	s.saved()
}

func (s *states) recalled(at string) {
	s.Casework.UndoFor = time.Minute
	defer func() { s.Casework.UndoFor = 0 }()
	nele, thomas := s.crew.nele, s.crew.thomas
	nele.write(at, "message", "Wij kijken dit na.\n\nU hoort van ons.")
	s.keep("recall-waits", nele.get(s.in(at+"?done=message")))
	s.keep("recall-waits-other", thomas.get(s.in(at)))
	waits := nele.get(at)
	undo := waits.address("/undo/")
	waits.send(undo, nil)
	s.keep("recall-undone", nele.get(s.in(at+"?write=message&done=undone")))
	nele.get(at+"?write=message").send("/compose", url.Values{"act": {"check"}}).send("/send", nil)
	s.Clock.Add(2 * time.Minute)
	link := nele.get(at).address("/withdraw/")
	s.keep("withdraw", nele.get(s.in(link)))
	s.keep("recall-late", nele.post(s.in(strings.Replace(link, "/withdraw/", "/undo/", 1)), nil))
	thomas.get(link).send(link, nil)
	s.keep("withdraw-cannot", nele.get(s.in(link)))
	s.keep("recall-withdrawn", nele.get(s.in(at+"?done=message-withdrawn")))
}

// A member who presses undo loses nothing of what they had begun to type since.
func TestUndoingKeepsWhatWasTypedMeanwhile(t *testing.T) {
	h, c := staffed(t)
	h.Casework.UndoFor = time.Minute
	at := "/desk/case/" + string(h.Complain("nl", complaint(), nil).Number)
	c.sofie.write(at, "message", "First text.")
	p := c.sofie.get(at)
	p = p.send(p.address("/undo/"), url.Values{"audience": {"note"}, "text": {"A note begun meanwhile."}})
	if p.status != 200 || !strings.Contains(p.body, "First text.</textarea>") {
		t.Fatalf("the draft is not shown again: %d", p.status)
	}
	if other := c.sofie.get(at + "?write=note"); !strings.Contains(other.body, "A note begun meanwhile.</textarea>") {
		t.Error("what was typed meanwhile is lost")
	}
	if again := c.sofie.get(at); strings.Contains(again.body, "/undo/") || strings.Contains(again.body, "/withdraw/") {
		t.Error("what was undone can be taken back once more")
	}
}

func TestWithdrawingIsOfferedUntilTheComplainantHasRead(t *testing.T) {
	h, c := staffed(t)
	r := h.Complain("nl", complaint(), nil)
	at := "/desk/case/" + string(r.Number)
	c.sofie.write(at, "message", "First text.")
	link := c.sofie.get(at).address("/withdraw/")
	if p := c.thomas.get(link); p.status != 404 {
		t.Errorf("somebody without a key gets %d", p.status)
	}
	if _, err := h.Dialogue.Mailbox(t.Context(), h.Enter(r.Code)); err != nil {
		t.Fatal(err)
	}
	if p := c.sofie.get(at); strings.Contains(p.body, "/withdraw/") {
		t.Error("what was read can be withdrawn")
	}
	if p := c.sofie.post(link, nil); p.status != 409 || strings.Contains(p.body, link+"#errors") {
		t.Errorf("withdrawing what was read gives %d", p.status)
	}
}

// conflicts renders what a member sees whose text, or whose case, changed meanwhile.
func (s *states) conflicts(at string) {
	nele, thomas := s.crew.nele, s.crew.thomas
	old := nele.get(at + "?write=message")
	nele.get(at+"?write=message").send("/compose", url.Values{"audience": {"message"}, "text": {"Saved in the other window.\n\nAnd more."}, "act": {"draft"}})
	s.keep("conflict-error", old.sendIn(s.lang, "/compose", url.Values{"audience": {"message"}, "was": {"message"}, "text": {"Typed here."}, "act": {"check"}}))
	s.keep("conflict", nele.get(s.in(at+"/conflict/message")))
	s.keep("case-beside", thomas.get(s.in(at)))
	thomas.write(at, "note", "I called the bank.")
	s.keep("check-news", nele.get(s.in(at+"/check/message")))
	nele.post(at+"/discard", url.Values{"kind": {"message"}})
	before := nele.get(at + "/close")
	nele.get(at+"/close").send("/close", url.Values{"outcome": {"upheld"}, "feedback": {"Saved."}, "why": {"It was so."}, "act": {"draft"}})
	s.keep("conflict-outcome", before.sendIn(s.lang, "/close", url.Values{"outcome": {"not-upheld"}, "feedback": {"Typed."}, "why": {"It was not so."}}))
	nele.post(at+"/discard", url.Values{"kind": {"outcome"}})
}

// sendIn is send to the page in another language.
func (p *page) sendIn(lang, action string, fill url.Values) *page {
	p.b.t.Helper()
	to, values := p.form(action)
	for key, v := range fill {
		values[key] = v
	}
	to, _, _ = strings.Cut(to, "#")
	return p.b.post(to+"?lang="+lang, values)
}

// Whoever writes in two windows loses neither text, whatever they press.
func TestTwoWindowsNeverCostATextInTheComposerOrAtClosing(t *testing.T) {
	h, c := staffed(t)
	at := "/desk/case/" + string(h.Complain("nl", complaint(), nil).Number)
	old := c.sofie.get(at)
	c.sofie.get(at).send("/compose", url.Values{"audience": {"note"}, "text": {"First window."}, "act": {"draft"}})
	for name, p := range map[string]*page{
		"saving":    old.send("/compose", url.Values{"audience": {"note"}, "was": {"note"}, "text": {"Second window."}}),
		"assigning": old.send("/assign", url.Values{"audience": {"note"}, "was": {"note"}, "text": {"Second window."}}),
	} {
		if p.status != 409 || !strings.Contains(p.body, "First window.") || !strings.Contains(p.body, "Second window.</textarea>") {
			t.Fatalf("%s: %d %q does not show both texts", name, p.status, p.title())
		}
		if name == "saving" {
			defer func() {
				both := p.send("/compose", url.Values{"act": {"both"}})
				if !strings.Contains(both.body, "First window.\n\nSecond window.</textarea>") {
					t.Error("keeping both keeps one")
				}
			}()
		}
	}
	first := c.sofie.get(at + "/close")
	c.sofie.get(at+"/close").send("/close", url.Values{"outcome": {"upheld"}, "feedback": {"First feedback."}, "why": {"First why."}, "act": {"draft"}})
	p := first.send("/close", url.Values{"outcome": {"not-upheld"}, "feedback": {"Second feedback."}, "why": {"Second why."}})
	for _, want := range []string{"First feedback.", "First why.", "Second feedback.</textarea>", "Second why.</textarea>"} {
		if p.status != 409 || !strings.Contains(p.body, want) {
			t.Errorf("closing in two windows: %d without %q", p.status, want)
		}
	}
}

// A file that comes with an older version of a text is kept with the newer one.
func TestAFileSentFromAnOlderPageIsNotLost(t *testing.T) {
	h, c := staffed(t)
	at := "/desk/case/" + string(h.Complain("nl", complaint(), nil).Number)
	_, old := c.sofie.get(at).form("/compose")
	c.sofie.get(at).send("/compose", url.Values{"audience": {"note"}, "text": {"First window."}, "act": {"draft"}})
	old.Set("audience", "note")
	old.Set("was", "note")
	old.Set("text", "Second window.")
	p := c.sofie.upload(at+"/compose", old, map[string]string{"letter.txt": "words"})
	if p.status != 409 || !p.says("letter.txt") || !strings.Contains(p.body, "Second window.</textarea>") {
		t.Errorf("%d: the file or the text is lost", p.status)
	}
}

func TestOnlyWhoMayReadTheCaseLearnsWhoIsWriting(t *testing.T) {
	h, c := staffed(t)
	r := h.Complain("nl", integrity(), nil)
	at := "/desk/case/" + string(r.Number)
	c.nele.get(at).send("/compose", url.Values{"audience": {"message"}, "text": {"Secret words."}, "act": {"draft"}})
	p := c.thomas.get(at)
	if !p.says("Nele Janssens is writing to the complainant") || strings.Contains(p.body, "Secret words") {
		t.Error("a colleague does not learn that somebody is writing, or learns what")
	}
	if p := c.nele.get(at); p.says("schrijft aan de klager") {
		t.Error("a member is told of their own writing")
	}
	if p := c.sofie.get(at); p.status != 404 || p.says("Nele") {
		t.Errorf("somebody without a key gets %d", p.status)
	}
	h.Clock.Add(20 * time.Minute)
	if p := c.thomas.get(at); p.says("is writing to the complainant") || !p.says("has an unsent message") {
		t.Error("after twenty minutes somebody still counts as writing")
	}
	c.thomas.get(at).send("/compose", url.Values{"audience": {"note"}, "text": {"About me."}, "act": {"draft"}})
	if p := c.nele.get(at); !p.says("Thomas Dubois schrijft een notitie") {
		t.Error("a colleague who writes is not told of")
	}
	exclude := c.nele.get(at + "/access/exclude")
	c.nele.post(at+"/access/exclude", url.Values{"member": {exclude.member("Thomas")}, "why": {"It is about him"}})
	if p := c.nele.get(at); p.says("Thomas Dubois schrijft") || p.status != 200 {
		t.Errorf("of whoever was left out it is still said that they write: %d", p.status)
	}
	if p := c.thomas.get(at); p.status != 404 {
		t.Errorf("whoever was left out gets %d", p.status)
	}
}

// shares renders a text that a colleague checks, a note that calls one in, and what a
// member sets for themselves.
func (s *states) shares(at string) {
	nele, thomas := s.crew.nele, s.crew.thomas
	nele.post(at+"/compose", url.Values{"audience": {"message"}, "was": {"message"}, "text": {"Dear reader,\n\nthis is a draft."}, "lang": {"nl"}, "act": {"reread"}})
	s.keep("reread_ask", nele.get(s.in(at+"/ask/message")))
	s.keep("reread_ask-error", nele.post(s.in(at+"/ask/message"), nil))
	ask := nele.get(at + "/ask/message")
	ask.send("/ask/message", url.Values{"to": {ask.value("Thomas")}, "words": {"Is this clear?"}})
	s.keep("reread-asked", nele.get(s.in(at+"?done=reread-asked")))
	s.keep("inbox-wanted", thomas.get(s.in("/desk?view=all")))
	review := thomas.get(at).address("/reread/")
	s.keep("reread", thomas.get(s.in(review)))
	s.keep("reread-error", thomas.post(s.in(review), nil))
	thomas.get(review).send(review, url.Values{"text": {"Dear reader,\n\nthis is a better draft."}, "say": {"I made it shorter."}})
	s.keep("reread-done", thomas.get(s.in(review)))
	back := nele.get(s.in(at))
	s.keep("reread-back", back)
	nele.get(at).send(back.address("/take"), nil)
	nele.post(at+"/discard", url.Values{"kind": {"message"}})
	nele.post(at+"/compose", url.Values{"audience": {"note"}, "was": {"note"}, "text": {"Thomas, call the bank."}, "mention": {ask.value("Thomas")}, "act": {"check"}})
	s.keep("check-mention", nele.get(s.in(at+"/check/note")))
	nele.get(at+"/check/note").send("/send", nil)
	s.keep("case-mention", nele.get(s.in(at)))
	nele.post(at+"/watch", url.Values{"watch": {"on"}})
	s.keep("snooze", nele.get(s.in(at+"/snooze")))
	s.keep("snooze-error", nele.post(s.in(at+"/snooze"), url.Values{"how": {"date"}, "until.day": {"31"}, "until.month": {"2"}, "until.year": {"2027"}}))
	nele.post(at+"/snooze", fill(url.Values{"how": {"date"}}, day("until", s.Clock.Now().AddDate(0, 2, 0))))
	s.keep("snooze-on", nele.get(s.in(at+"/snooze")))
	s.keep("case-snoozed", nele.get(s.in(at+"?done=snoozed")))
	s.keep("inbox-snoozed", nele.get(s.in("/desk?view=snoozed")))
	nele.post(at+"/snooze", url.Values{"how": {"end"}})
	nele.post(at+"/watch", url.Values{"watch": {"off"}})
	other := string(s.Complain("nl", integrity(), nil).Number)
	s.keep("links", nele.get(s.in(at+"/links")))
	s.keep("links-error", nele.post(s.in(at+"/links"), url.Values{"other": {"KB-0000-00"}, "kind": {"related"}}))
	nele.get(at+"/links").send("/links", url.Values{"other": {other}, "kind": {"duplicate"}})
	s.keep("links-one", nele.get(s.in(at+"/links")))
	s.keep("case-linked", nele.get(s.in(at+"?done=linked")))
}

// value is what a choice whose label begins so sends.
func (p *page) value(label string) string {
	p.b.t.Helper()
	for _, l := range all(p.doc, func(n *html.Node) bool { return n.Data == "label" }) {
		if !strings.HasPrefix(strings.TrimSpace(text(l)), label) {
			continue
		}
		of, _ := attr(l, "for")
		for _, n := range all(p.doc, func(n *html.Node) bool { id, _ := attr(n, "id"); return n.Data == "input" && id == of }) {
			v, _ := attr(n, "value")
			return v
		}
	}
	p.b.t.Fatalf("%s has no choice %s", p.path, label)
	return ""
}

func TestCallingInAColleagueThroughThePages(t *testing.T) {
	h, c := staffed(t)
	at := "/desk/case/" + string(h.Complain("nl", integrity(), nil).Number)
	c.thomas.get(at)
	p := c.nele.get(at)
	check := p.send("/compose", url.Values{"audience": {"note"}, "text": {"Look at page 3."}, "mention": {p.value("Thomas")}, "act": {"check"}})
	if !check.says("Thomas Dubois: krijgt een e-mail") {
		t.Fatalf("the check does not say who is told: %q", check.title())
	}
	check.send("/send", nil)
	if list := c.thomas.get("/desk"); !list.says("a colleague mentions you in a note") {
		t.Error("the list does not tell whoever is mentioned")
	}
	if p := c.thomas.get(at); !p.says("For Thomas Dubois") {
		t.Error("the note does not say for whom it is")
	}
	if list := c.thomas.get("/desk"); list.says("a colleague mentions you in a note") {
		t.Error("after reading the list still tells it")
	}
	if list := c.sofie.get("/desk"); list.says("a colleague mentions you") {
		t.Error("somebody without access is told")
	}
}

// bulks renders how several cases are changed at once.
func (s *states) bulks(at string) {
	nele := s.crew.nele
	one, other := strings.TrimPrefix(at, "/desk/case/"), strings.TrimPrefix(s.general, "/desk/case/")
	chosen := "/desk/bulk?case=" + one + "&case=" + other + "&do="
	for _, do := range []string{"assign", "tag", "untag"} {
		s.keep("bulk-"+do, nele.get(s.in(chosen+do)))
	}
	s.keep("bulk-none", nele.get(s.in("/desk/bulk?do=tag")))
	s.keep("bulk-error", nele.post(s.in("/desk/bulk"), url.Values{"case": {one}, "do": {"tag"}, "tag-word": {" "}}))
	nele.get(chosen+"tag").send("/desk/bulk", url.Values{"tag-word": {"zomeractie"}})
	s.keep("bulk_done", nele.get(s.in("/desk/bulk/done")))
	s.keep("bulk_done-gone", s.crew.thomas.get(s.in("/desk/bulk/done")))
	s.keep("case-tagged", nele.get(s.in(at+"?done=tag")))
	s.keep("inbox-tagged", nele.get(s.in("/desk?view=all&tag=zomeractie")))
	p := nele.get(at)
	p.send("/tag", url.Values{"untag": {"zomeractie"}})
}

func TestCasesAreTickedInTheListAndChangedTogether(t *testing.T) {
	h, c := staffed(t)
	one, two := h.Complain("nl", complaint(), nil).Number, h.Complain("nl", complaint(), nil).Number
	list := c.sofie.get("/desk?view=all")
	to, values := list.form("/desk/bulk")
	values["case"], values["do"] = []string{string(one), string(two)}, []string{"assign"}
	ask := c.sofie.get(to + "?" + values.Encode())
	if !ask.says(string(one)) || !ask.says(string(two)) {
		t.Fatalf("%d %q does not show what was ticked", ask.status, ask.title())
	}
	done := ask.send("/desk/bulk", url.Values{"member": {h.memberOf(ask, "Sofie Peeters")}, "case": {string(one), string(two), "KB-0000-00"}})
	if done.status != 200 || !done.says("Changed") || !done.says("KB-0000-00: You may not read this case, or it is not there.") {
		t.Errorf("%d %q does not name what failed", done.status, done.title())
	}
	if list := c.sofie.get("/desk?view=mine"); !list.says(string(one)) || !list.says(string(two)) {
		t.Error("the cases are not hers")
	}
}

// memberOf is what a select sends for a name.
func (h *house) memberOf(p *page, name string) string {
	h.t.Helper()
	for _, o := range all(p.doc, func(n *html.Node) bool { return n.Data == "option" }) {
		if text(o) == name {
			v, _ := attr(o, "value")
			return v
		}
	}
	h.t.Fatalf("%s offers no %s", p.path, name)
	return ""
}

// saved renders lists under a name.
func (s *states) saved() {
	nele := s.crew.nele
	s.keep("lists-none", s.crew.thomas.get(s.in("/desk/lists")))
	at := "/desk/lists?view=all&route=integrity&topic=theft&state=triage&severity=3&tag=zomer"
	s.keep("lists-new", nele.get(s.in(at)))
	s.keep("lists-error", nele.post(s.in("/desk/lists"), url.Values{"view": {"all"}, "tag": {"zomer"}}))
	nele.get(at).send("/desk/lists", url.Values{"name": {"Ernstig en open"}, "whose": {"own"}})
	s.keep("lists", nele.get(s.in("/desk/lists?done=saved")))
	s.keep("inbox-saved", nele.get(s.in("/desk?view=all")))
	p := nele.get("/desk/lists")
	for _, id := range p.valuesOf("remove") {
		nele.post("/desk/lists", url.Values{"remove": {id}})
	}
}

// valuesOf are what the buttons of a name send.
func (p *page) valuesOf(name string) (list []string) {
	for _, b := range all(p.doc, func(n *html.Node) bool { v, _ := attr(n, "name"); return n.Data == "button" && v == name }) {
		v, _ := attr(b, "value")
		list = append(list, v)
	}
	return list
}

func TestATemplateGoesBehindWhatWasTyped(t *testing.T) {
	h, c := staffed(t)
	at := "/desk/case/" + string(h.Complain("nl", complaint(), nil).Number)
	p := c.sofie.get(at).send("/compose", url.Values{"template": {"question"}, "act": {"insert"}})
	if p.status != 200 || !p.says("Dank u voor wat u ons vertelde") || !strings.Contains(p.body, `value="message" checked`) {
		t.Fatalf("%d: the template is not in the message", p.status)
	}
	p = p.send("/compose", url.Values{"text": {"My own words."}, "template": {"sorry"}, "lang": {"de"}, "act": {"insert"}})
	if !p.says("My own words.") || !p.says("Wir entschuldigen uns.") {
		t.Error("the second template replaces what was typed")
	}
	if p := c.sofie.get(at).send("/compose", url.Values{"text": {"Still here."}, "act": {"insert"}}); p.status != 422 || !p.says("Still here.") {
		t.Errorf("without a choice it is %d, or what was typed is lost", p.status)
	}
}
