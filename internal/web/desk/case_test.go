package desk_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"klankbord/internal/apptest"
	"klankbord/internal/profile"
)

const halfHour = 31 * time.Minute

func complaint() profile.Answers { return apptest.Answers("communication") }
func integrity() profile.Answers { return apptest.StrictAnswers("theft") }

// TestCases runs what moves no clock on one desk, as enrolling its members takes
// longest.
func TestCases(t *testing.T) {
	h, c := staffed(t)
	for _, test := range []struct {
		name string
		run  func(*testing.T, *house, crew)
	}{
		{"Naughty strings come out as text", naughtyStringsComeOutAsText},
		{"A case of another answers like one that does not exist", aCaseOfAnotherAnswersLikeOneThatDoesNotExist},
		{"On the general route the name is shown", onTheGeneralRouteTheNameIsShown},
		{"Closing without feedback is refused in words", closingWithoutFeedbackIsRefusedInWords},
		{"A double click sends once", aDoubleClickSendsOnce},
		{"Nothing typed is lost in a conflict", nothingTypedIsLostInAConflict},
		{"Files come back as downloads only", filesComeBackAsDownloadsOnly},
		{"Files added to a message are sent with it", filesAddedToAMessageAreSentWithIt},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, h, c) })
	}
}

const naughty = `<script>alert("kanarie-1")</script> & 'quotes' "double" {{.Base}} é漢字` + "\u202e"

func naughtyStringsComeOutAsText(t *testing.T, h *house, c crew) {
	a := apptest.With(complaint(), profile.FieldStory, naughty+" and then something long enough to be a story")
	number := string(h.Complain("en", a, map[string]string{`<b>"x".txt`: "content"}).Number)
	p := c.sofie.get("/desk/case/" + number)
	note := p.send("/compose", url.Values{"audience": {"message"}, "text": {naughty}, "act": {"check"}})
	note.send("/send", nil)
	for _, path := range []string{"/desk", "/desk/case/" + number} {
		p := c.sofie.get(path)
		if strings.Contains(p.body, "<script>") || strings.Contains(p.body, "<b>\"x") {
			t.Errorf("%s holds markup that was typed", path)
		}
	}
	if p := c.sofie.get("/desk/case/" + number); !strings.Contains(text(p.doc), `<script>alert("kanarie-1")</script>`) {
		t.Error("what was typed is not shown as it was typed")
	}
}

func aCaseOfAnotherAnswersLikeOneThatDoesNotExist(t *testing.T, h *house, c crew) {
	number := string(h.Complain("en", integrity(), nil).Number)
	for _, path := range []string{"", "/identity", "/close", "/check/note", "/file/00000000000000000000000000"} {
		theirs, none := c.sofie.get("/desk/case/"+number+path), c.sofie.get("/desk/case/KB-0000-00"+path)
		if theirs.status != http.StatusNotFound || theirs.status != none.status || theirs.body != none.body {
			t.Errorf("%q: %d and %d differ", path, theirs.status, none.status)
		}
	}
	for _, action := range []string{"/compose", "/send", "/assign", "/state", "/acknowledged", "/clock", "/mail", "/identity", "/close", "/discard"} {
		fill := url.Values{
			"text": {"x"}, "how": {"done"}, "way": {"post"}, "on.day": {"2"}, "on.month": {"3"}, "on.year": {"2026"},
			"reason": {"other"}, "purpose": {"a reason long enough"}, "kind": {"note"},
		}
		theirs, none := c.sofie.post("/desk/case/"+number+action, fill), c.sofie.post("/desk/case/KB-0000-00"+action, fill)
		if theirs.status != http.StatusNotFound || theirs.body != none.body {
			t.Errorf("%s: %d and %d differ", action, theirs.status, none.status)
		}
	}
	if p := c.sofie.get("/desk?view=all"); p.says(number) {
		t.Error("the list shows a case of another team")
	}
}

func TestIdentityOpensOnlyWithAPurpose(t *testing.T) {
	h, c := staffed(t)
	number := string(h.Complain("en", integrity(), nil).Number)
	sealed := c.thomas.get("/desk/case/" + number)
	if sealed.says("Ingrid") || sealed.says("ingrid.maes@mail.example") || !sealed.says("Sealed.") {
		t.Error("the identity is not sealed")
	}
	ask := c.thomas.get(sealed.link("/desk/case/" + number + "/identity"))
	for name, fill := range map[string]url.Values{
		"nothing":        {},
		"too short":      {"reason": {"other"}, "purpose": {"because"}},
		"unknown reason": {"reason": {"whatever"}},
	} {
		if p := ask.send("/identity", fill); p.status != http.StatusUnprocessableEntity || p.says("Ingrid") {
			t.Errorf("%s: answers %d", name, p.status)
		}
	}
	open := ask.send("/identity", url.Values{"reason": {"other"}, "purpose": {"She asked us to call her"}})
	if !open.says("Ingrid Maes") || !open.says("ingrid.maes@mail.example") {
		t.Errorf("after a purpose the page is %q, %d", open.title(), open.status)
	}
	if p := c.nele.get("/desk/case/" + number); p.says("Ingrid") || !p.says("She asked us to call her") {
		t.Error("opening for one member opened for another, or left no reason")
	}
	h.Clock.Add(halfHour)
	if p := c.thomas.get("/desk/case/" + number); p.says("Ingrid Maes") {
		t.Error("the identity stays open after half an hour")
	}
}

func onTheGeneralRouteTheNameIsShown(t *testing.T, h *house, c crew) {
	number := string(h.Complain("en", complaint(), nil).Number)
	if p := c.sofie.get("/desk/case/" + number); !p.says("Ingrid Maes") {
		t.Error("the name is not shown")
	}
}

func closingWithoutFeedbackIsRefusedInWords(t *testing.T, h *house, c crew) {
	number := string(h.Complain("en", complaint(), nil).Number)
	h.DeliverMail()
	p := c.sofie.get("/desk/case/" + number)
	p.send("/state", url.Values{"to": {"acknowledged"}})
	form := c.sofie.get("/desk/case/" + number + "/close")
	for name, test := range map[string]struct {
		fill url.Values
		says []string
	}{
		"nothing":    {url.Values{"outcome": {}, "feedback": {""}, "why": {""}}, []string{"Choose the outcome first", "Tell the complainant what you do or did", "why you decided this"}},
		"no why":     {url.Values{"outcome": {"upheld"}, "feedback": {"We stop the calls."}, "why": {" "}}, []string{"why you decided this"}},
		"no outcome": {url.Values{"outcome": {}, "feedback": {"We stop the calls."}, "why": {"They were too many."}}, []string{"Choose the outcome first"}},
	} {
		refused := form.send("/close", test.fill)
		if refused.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: answers %d", name, refused.status)
		}
		for _, words := range test.says {
			if !refused.says(words) {
				t.Errorf("%s: does not say %q", name, words)
			}
		}
		form = c.sofie.get("/desk/case/" + number + "/close")
	}
	check := form.send("/close", url.Values{"outcome": {"upheld"}, "feedback": {"We stop the calls."}, "why": {"They were too many."}})
	if !check.says("We stop the calls.") || !check.says("Nothing has been sent yet") {
		t.Fatalf("the check page is %q", check.title())
	}
	closed := check.send("/send", nil)
	again := check.send("/send", nil)
	if !closed.says("The case is closed") || again.status != http.StatusOK {
		t.Errorf("closing shows %q; again %d", closed.title(), again.status)
	}
	if n := strings.Count(again.body, "We stop the calls."); n != 1 {
		t.Errorf("the outcome stands %d times", n)
	}
	if p := c.sofie.get("/desk?view=closed"); !p.says(number) {
		t.Error("the list of closed cases does not show it")
	}
}

func aDoubleClickSendsOnce(t *testing.T, h *house, c crew) {
	number := string(h.Complain("en", complaint(), nil).Number)
	var p *page
	for kind, words := range map[string]string{"message": "We look at it today", "note": "Ask the call centre"} {
		check := c.sofie.get("/desk/case/"+number).send("/compose", url.Values{"audience": {kind}, "text": {words}, "act": {"check"}})
		first, second := check.send("/send", nil), check.send("/send", nil)
		if first.status != http.StatusOK || second.status != http.StatusOK || strings.Count(second.body, words) != 1 {
			t.Errorf("%s: %d, %d, %d times", kind, first.status, second.status, strings.Count(second.body, words))
		}
	}
	if p = c.sofie.get("/desk/case/" + number); !p.says("Acknowledged") {
		t.Error("the first message does not confirm receipt")
	}
}

func nothingTypedIsLostInAConflict(t *testing.T, h *house, c crew) {
	number := string(h.Complain("en", integrity(), nil).Number)
	h.DeliverMail()
	mine, theirs := c.thomas.get("/desk/case/"+number), c.nele.get("/desk/case/"+number)
	check := mine.send("/compose", url.Values{"audience": {"message"}, "text": {"Carefully worded"}, "act": {"check"}})
	theirs.send("/compose", url.Values{"audience": {"note"}, "text": {"Wait with answering"}, "act": {"check"}}).send("/send", nil)
	stale := check.send("/send", nil)
	if stale.status != http.StatusConflict || !stale.says("Carefully worded") || !stale.says("Something new came in") {
		t.Errorf("sending over news answers %d %q", stale.status, stale.title())
	}
	if sent := stale.send("/send", nil); sent.status != http.StatusOK || !sent.says("Carefully worded") {
		t.Errorf("sending after having seen the news answers %d", sent.status)
	}
	late := mine.send("/assign", url.Values{"member": {""}})
	if late.status != http.StatusConflict && late.status != http.StatusOK {
		t.Errorf("assigning from an old page answers %d", late.status)
	}
	step := mine.send("/state", url.Values{"to": {"triage"}, "why": {"a long reason"}})
	if step.status != http.StatusConflict || !step.says("a long reason") {
		t.Errorf("moving from an old page answers %d and keeps the reason: %v", step.status, step.says("a long reason"))
	}
}

func filesComeBackAsDownloadsOnly(t *testing.T, h *house, c crew) {
	number := string(h.Complain("en", complaint(), map[string]string{"reçu \"1\".html": "<script>1</script>"}).Number)
	p := c.sofie.get("/desk/case/" + number)
	f := c.sofie.get(p.link("/desk/case/" + number + "/file/"))
	if f.status != http.StatusOK || f.body != "<script>1</script>" {
		t.Fatalf("the file comes with %d: %q", f.status, f.body)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
	} {
		if got := f.header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if d := f.header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment;") || !strings.Contains(d, "filename*=utf-8''re%C3%A7u") {
		t.Errorf("Content-Disposition is %q", d)
	}
	if csp := f.header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "sandbox") {
		t.Errorf("Content-Security-Policy is %q", csp)
	}
}

func filesAddedToAMessageAreSentWithIt(t *testing.T, h *house, c crew) {
	number := string(h.Complain("en", complaint(), nil).Number)
	_, values := c.sofie.get("/desk/case/" + number).form("/compose")
	values.Set("audience", "message")
	values.Set("text", "See the file")
	values.Set("act", "draft")
	draft := c.sofie.upload("/desk/case/"+number+"/compose", values, map[string]string{"answer.txt": "sealed words", "empty.txt": ""})
	if draft.status != http.StatusUnprocessableEntity || !draft.says("answer.txt") || !draft.says("empty.txt is empty") {
		t.Fatalf("one good and one empty file: %d %q", draft.status, draft.title())
	}
	sent := draft.send("/compose", url.Values{"act": {"check"}}).send("/send", nil)
	f := c.sofie.get(sent.link("/desk/case/" + number + "/file/"))
	if f.body != "sealed words" {
		t.Errorf("the file holds %q", f.body)
	}
}

func (b *browser) upload(path string, values url.Values, files map[string]string) *page {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, list := range values {
		for _, v := range list {
			if err := w.WriteField(name, v); err != nil {
				b.t.Fatal(err)
			}
		}
	}
	for name, content := range files {
		part, err := w.CreateFormFile("file", name)
		if err != nil {
			b.t.Fatal(err)
		}
		if _, err := part.Write([]byte(content)); err != nil {
			b.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.t.Fatal(err)
	}
	return b.do(http.MethodPost, path, w.FormDataContentType(), body.String())
}

func TestReadingIsLoggedOnceAndFilesAlways(t *testing.T) {
	h, c := staffed(t)
	r := h.Complain("en", complaint(), map[string]string{"a.txt": "a"})
	path := "/desk/case/" + string(r.Number)
	before := c.anke.kinds()
	p := c.sofie.get(path)
	c.sofie.get(path)
	c.sofie.get(p.link(path + "/file/"))
	c.sofie.get(p.link(path + "/file/"))
	h.Clock.Add(halfHour / 2)
	c.sofie.get(path)
	after := c.anke.kinds()
	if got := after["Case opened"] - before["Case opened"]; got != 2 {
		t.Errorf("%d lines for reading the case, want 2", got)
	}
	if got := after["File opened"] - before["File opened"]; got != 2 {
		t.Errorf("%d lines for reading the file, want 2", got)
	}
}

// kinds counts the lines of the log by what they say to an auditor.
func (b *browser) kinds() map[string]int {
	b.t.Helper()
	b.Sequence()
	counts := map[string]int{}
	for _, row := range all(b.get("/desk/log?lang=en").doc, func(n *html.Node) bool { s, _ := attr(n, "scope"); return n.Data == "th" && s == "row" }) {
		counts[strings.TrimSpace(text(row))]++
	}
	return counts
}
