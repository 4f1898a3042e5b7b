package public_test

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"klankbord/internal/profile"
)

var caseNumber = regexp.MustCompile(`KB-[0-9A-Z]{4}-[0-9A-Z]{2}`)

// basic is what a general complaint needs at least.
func basic(topics ...string) profile.Answers {
	return profile.Answers{
		"topics": topics, "story": {"The same letter came three times, and nobody could tell me why it did."},
		"first_name": {"Ingrid"}, "last_name": {"Maes"}, "email": {"ingrid.maes@mail.example"},
		"privacy_read": {"yes"}, "about_supporters_service": {"no"}, "other_topic": {"A stamp"},
	}
}

// strict is what the stricter routes need beyond that.
func strict(topics ...string) profile.Answers {
	a := basic(topics...)
	maps.Copy(a, profile.Answers{
		"danger": {"no"}, "concerns": {"none"}, "relation": {"employee"}, "how_known": {"saw-it"}, "for_whom": {"me"},
		"best_knowledge": {"yes"}, "permission": {"yes"},
	})
	return a
}

func with(a profile.Answers, pairs ...string) profile.Answers {
	b := maps.Clone(a)
	for i := 0; i+1 < len(pairs); i += 2 {
		b[pairs[i]] = []string{pairs[i+1]}
		if pairs[i+1] == "" {
			delete(b, pairs[i])
		}
	}
	return b
}

func TestEveryRouteReachesWhoItShouldAndNobodyElse(t *testing.T) {
	service := []string{"Julie Lambert", "Karim Benali", "Sofie Peeters"}
	team := []string{"Nele Janssens", "Thomas Dubois"}
	for _, tc := range []struct {
		name    string
		answers profile.Answers
		readers []string
	}{
		{"general complaint", basic("response-time"), service},
		{"question", basic("question"), service},
		{"privacy complaint", strict("data-breach"), team},
		{"integrity complaint", strict("theft"), team},
		{"mixed complaint goes to the stricter", strict("response-time", "corruption"), team},
		{"not sure", strict("not-sure"), team},
		{"something else, told in words", strict("other-integrity"), team},
		{"for someone else", with(strict("theft"), "for_whom", "someone-else"), team},
		{"about Supporters Service", with(basic("representative-conduct"), "about_supporters_service", "yes"), team},
		{"about the integrity manager", with(strict("theft"), "concerns", "integrity-manager"), []string{"Marc Verstraete", "Thomas Dubois"}},
		{"about the director", with(strict("corruption"), "concerns", "director"), []string{"Marc Verstraete", "Nele Janssens", "Thomas Dubois"}},
		{"without e-mail", with(strict("theft"), "email", "", "phone", "+32 470 12 34 56"), team},
		{"by post only", with(basic("communication"), "email", "", "address", "Grote Markt 1\n1000 Brussel"), service},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := newDesk(t)
			check := d.visitor().start("en").answer(tc.answers, nil, nil)
			receipt := check.sendOff()
			if !strings.HasSuffix(receipt.path, "/en/receipt") || receipt.status != http.StatusOK {
				t.Fatalf("sending led to %s with status %d: %s", receipt.path, receipt.status, text(receipt.document))
			}
			number := caseNumber.FindString(receipt.body)
			got := slices.Sorted(maps.Keys(d.readers(number)))
			if !slices.Equal(got, tc.readers) {
				t.Errorf("read by %v, want %v", got, tc.readers)
			}
			mailed := receipt.says("We are also sending you an e-mail")
			if mailed != (tc.answers["email"] != nil) {
				t.Errorf("the receipt tells of an e-mail: %v", mailed)
			}
		})
	}
}

func TestTheCheckPageTellsWhoWillNotReceiveIt(t *testing.T) {
	d := newDesk(t)
	check := d.visitor().start("en").answer(with(strict("theft"), "concerns", "integrity-manager"), nil, nil)
	for _, words := range []string{"Complaints team", "The integrity manager", "We make no key for them", "The alternative recipient reads it too", "Nothing has been sent yet."} {
		if !check.says(words) {
			t.Errorf("the check page does not say %q", words)
		}
	}
}

func TestAWrongAnswerComesBackWithWhatWasTypedAndThenGoesOn(t *testing.T) {
	d := newDesk(t)
	p := d.visitor().start("en").answer(basic("response-time"), nil, nil).v.get("/en/complaint/reach")
	values := p.fill(profile.Answers{"email": {"ingrid at mail"}, "phone": {"x"}})
	wrong := p.press("next", values)
	if wrong.status != http.StatusUnprocessableEntity {
		t.Fatalf("status %d", wrong.status)
	}
	for _, kept := range []string{"ingrid at mail"} {
		if !strings.Contains(wrong.body, kept) {
			t.Errorf("%q was lost", kept)
		}
	}
	links := wrong.find("section", "id", "errors")
	if len(links) != 1 || !strings.Contains(wrong.body, `href="#email"`) || !strings.Contains(wrong.body, `aria-invalid="true"`) {
		t.Errorf("the summary does not lead to the field")
	}
	again := d.visitor()
	again.cookies = p.v.cookies
	if page := again.get("/en/complaint/reach"); !strings.Contains(page.body, "ingrid at mail") {
		t.Errorf("what was typed wrongly is not there after leaving the page")
	}
	right := wrong.press("next", wrong.fill(profile.Answers{"email": {"ingrid@mail.example"}, "phone": {""}}))
	if right.status != http.StatusOK || strings.HasSuffix(right.formAction(), "/reach") {
		t.Errorf("the right answer led to %s with status %d", right.path, right.status)
	}
}

func TestEveryMandatoryQuestionSaysWhatIsMissing(t *testing.T) {
	d := newDesk(t)
	p := d.visitor().start("nl")
	missed := 0
	p.answer(strict("theft"), nil, func(p *page) {
		if strings.HasSuffix(p.formAction(), "/check") || strings.HasSuffix(p.formAction(), "/short") {
			return
		}
		_, blank := p.form(p.formAction())
		for name := range blank {
			if name != "from" && name != "name_sharing" && name != "language" {
				blank.Del(name)
			}
		}
		if empty := p.press("next", blank); empty.status == http.StatusUnprocessableEntity {
			missed++
		}
	})
	if missed < 10 {
		t.Errorf("only %d questions ask to be filled in", missed)
	}
}

func TestAChangeOfTopicAsksOnlyWhatIsNew(t *testing.T) {
	d := newDesk(t)
	check := d.visitor().start("en").answer(basic("response-time"), nil, nil)
	topics := check.v.get("/en/complaint/topics?from=check")
	values := topics.fill(profile.Answers{"topics": {"theft"}})
	p := topics.press("next", values)
	var asked []string
	check = p.answer(strict("theft"), nil, func(p *page) { asked = append(asked, p.formAction()) })
	for _, old := range []string{"/en/complaint/story", "/en/complaint/name", "/en/complaint/reach"} {
		if slices.Contains(asked, old) {
			t.Errorf("%s was asked again", old)
		}
	}
	for _, more := range []string{"/en/complaint/danger", "/en/complaint/concerns", "/en/complaint/declaration"} {
		if !slices.Contains(asked, more) {
			t.Errorf("%s was not asked: %v", more, asked)
		}
	}
	if receipt := check.sendOff(); !strings.HasSuffix(receipt.path, "/receipt") {
		t.Errorf("sending led to %s", receipt.path)
	}
}

func TestTwoTabsThatSendGetTheSameReceipt(t *testing.T) {
	d := newDesk(t)
	check := d.visitor().start("fr").answer(strict("theft"), nil, nil)
	first, second := check.sendOff(), check.sendOff()
	code := regexp.MustCompile(`(?s)id="code">.*?</p>`)
	if a, b := code.FindString(first.body), code.FindString(second.body); a == "" || a != b {
		t.Errorf("two receipts differ")
	}
	if caseNumber.FindString(first.body) != caseNumber.FindString(second.body) {
		t.Errorf("two numbers for one complaint")
	}
}

func TestTheReceiptIsAGate(t *testing.T) {
	d := newDesk(t)
	receipt := d.visitor().start("en").answer(strict("theft"), nil, nil).sendOff()
	number := caseNumber.FindString(receipt.body)
	f, values := receipt.form("/en/receipt")
	without := receipt.post(f, values)
	if without.status != http.StatusUnprocessableEntity || !strings.Contains(without.body, number) || len(without.find("p", "id", "code")) != 1 {
		t.Fatalf("finishing without the tick does not show the code once more")
	}
	if again := receipt.v.get("/en/receipt"); !strings.Contains(again.body, number) {
		t.Errorf("a reload does not show the receipt")
	}
	file := receipt.v.get("/en/receipt.txt")
	if !strings.Contains(file.body, number) || !strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the text file is not a receipt: %s", file.body)
	}
	if !strings.Contains(file.body, "https://complaints.example/en/mailbox") {
		t.Errorf("the text file does not say where to go")
	}
	if printed := receipt.v.get("/en/receipt/print"); !strings.Contains(printed.body, number) {
		t.Errorf("the print version is not a receipt")
	}
	values.Set("kept", "yes")
	if kept := receipt.post(f, values); !strings.Contains(kept.path, "/en/receipt/kept") {
		t.Fatalf("finishing led to %s", kept.path)
	}
	after := receipt.v.get("/en/receipt")
	if strings.Contains(after.body, number) || !after.says("We no longer show a code here") {
		t.Errorf("the receipt is still shown")
	}
}

func TestAShortStoryIsAskedAboutAndNeverRefused(t *testing.T) {
	d := newDesk(t)
	asked := false
	check := d.visitor().start("en").answer(with(basic("response-time"), "story", "Too slow."), nil, func(p *page) {
		asked = asked || strings.HasSuffix(p.formAction(), "/short") && p.says("Too slow.")
	})
	if !asked {
		t.Error("nobody asked whether this is all")
	}
	if receipt := check.sendOff(); !strings.HasSuffix(receipt.path, "/receipt") {
		t.Errorf("sending led to %s", receipt.path)
	}
}

func TestATypedNameOfAReaderIsAskedAbout(t *testing.T) {
	for answer, readers := range map[string][]string{
		"yes": {"Marc Verstraete", "Nele Janssens"}, "no": {"Nele Janssens", "Thomas Dubois"},
	} {
		t.Run(answer, func(t *testing.T) {
			d := newDesk(t)
			check := d.visitor().start("en").answer(with(strict("theft"), "story", "I saw Thomas Dubois take the collection box home with him twice."), nil, nil)
			if len(check.find("form", "action", "/en/complaint/check#errors")) != 0 {
				t.Fatal("it can be sent before the name is asked about")
			}
			f, values := check.form("/en/complaint/names")
			if unanswered := check.post(f, values); unanswered.status != http.StatusUnprocessableEntity {
				t.Errorf("no answer gives status %d", unanswered.status)
			}
			values.Set("named."+string(d.members["Thomas Dubois"]), answer)
			values.Set("named."+string(d.members["Sofie Peeters"]), "yes") // not asked about
			check = check.post(f, values)
			check.path = "/en/complaint/check"
			receipt := check.sendOff()
			got := slices.Sorted(maps.Keys(d.readers(caseNumber.FindString(receipt.body))))
			if !slices.Equal(got, readers) {
				t.Errorf("read by %v, want %v", got, readers)
			}
		})
	}
}

// Whoever looked at who reads their complaint sends it to nobody else: where that changed
// meanwhile they look again first, and nothing of it is lost.
func TestWhoReadsIsWhatThePageSaid(t *testing.T) {
	for name, x := range map[string]struct {
		about  string
		change map[string]string
	}{
		"another team":              {"none", map[string]string{"topics.communication.team": "complaints"}},
		"the alternative recipient": {"none", map[string]string{"topics.communication.alternative": "true"}},
		"somebody else left out":    {"board", map[string]string{"options.concerns.board.function": "hr"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			check := d.visitor().start("en").answer(with(basic("communication"), "concerns", x.about), nil, nil)
			routed, err := d.intake.Profile.Routed(x.change)
			if err != nil {
				t.Fatal(err)
			}
			d.intake.Profile = routed
			again := check.sendOff()
			if again.status != http.StatusConflict || !again.says("Who reads the complaint has changed while you read this page.") {
				t.Fatalf("it answers %d: %s", again.status, again.h1())
			}
			if receipt := again.sendOff(); !strings.HasSuffix(receipt.path, "/receipt") {
				t.Errorf("sending it once more leads to %s with %d", receipt.path, receipt.status)
			}
		})
	}
}
