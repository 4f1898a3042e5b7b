package post_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"mime"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/custody"
	"klankbord/internal/lang"
	"klankbord/internal/letter"
	"klankbord/internal/profile"
	"klankbord/internal/store"
)

// hostile is a complaint whose every field holds what would show in a mail.
func hostile() (answers profile.Answers, words []string) {
	canaries := map[string]string{
		profile.FieldSummary: "kanarie-een\r\nBcc: kanarie-twee@evil.example", profile.FieldStory: "kanarie-drie {number} {address} <b>kanarie-vier</b>",
		profile.FieldFirstName: "Kanarievijf", profile.FieldLastName: "{organisation} Kanariezes",
	}
	answers = apptest.StrictAnswers("theft")
	for field, v := range canaries {
		answers = apptest.With(answers, field, v)
	}
	return answers, []string{"kanarie", "evil.example"}
}

// tells lists the words that say what a case is about, who handles it or which of its
// clocks runs, in every language.
func tells(i *apptest.Instance) (words []string) {
	for _, l := range lang.All() {
		for _, t := range i.Profile.Topics {
			words = append(words, t.Label.In(string(l)))
		}
		for _, key := range i.Words.Keys() {
			if strings.HasPrefix(key, "common.clock.") || strings.HasPrefix(key, "common.route.") || strings.HasPrefix(key, "common.team.") {
				words = append(words, i.Words.Text(l, key, nil))
			}
		}
	}
	return words
}

// everyOrder is each mail in each language, with everything that an order can hold.
func everyOrder(now time.Time, number string) (list []letter.Order) {
	for _, l := range lang.All() {
		for _, t := range letter.Templates() {
			o := letter.Order{
				Template: t, Lang: string(l), To: "somebody@example.org", Number: number, Received: now, AnswerBy: now, Until: now, At: now,
				Confirm: "0123456789abcdef0123456789abcdef", Credential: letter.PasswordChanged,
			}
			switch t {
			case letter.Invitation, letter.Reset, letter.AskSignature, letter.RecoveryUsed, letter.SetupTest:
				o.Link = "/desk/somewhere"
			case letter.FirstToWitness, letter.ToWitness:
				o.Attachment, o.Key, o.Lines, o.Before = &letter.Attachment{Name: "klankbord-9.txt", Text: []byte("checkpoint")}, "key", 9, 8
			default:
			}
			list = append(list, o)
		}
	}
	return list
}

func TestEveryMailHoldsItsNumberAndDateAndNothingOfTheCase(t *testing.T) {
	i, _ := apptest.Staffed(t)
	answers, canaries := hostile()
	r := i.Complain("nl", answers, map[string]string{"kanarie-bestand.txt": "kanarie-inhoud"})
	i.DeliverMail()
	known := len(i.Box.Mails())
	orders := everyOrder(i.Clock.Now(), string(r.Number))
	err := i.Store.Write(ctx, func(tx *store.Tx) error {
		for _, o := range orders {
			m, err := i.Custody.SealMail(i.Casework.Mails, store.Mail{Case: r.Case, Kind: string(o.Template)}, o)
			if err == nil {
				err = custody.QueueMails(tx, []store.Mail{m})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		i.DeliverMail()
	}
	mails := i.Box.Mails()
	if len(mails) != known+len(orders) {
		t.Fatalf("%d mails, want %d", len(mails), known+len(orders))
	}
	about := append(tells(i), canaries...)
	for _, m := range mails {
		raw, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range about {
			if holds(m.Subject, word) || holds(m.Text, word) {
				t.Errorf("%s: %q tells %q", m.Lang, m.Subject, word)
			}
		}
		for _, word := range canaries {
			if strings.Contains(strings.ToLower(string(raw)), word) {
				t.Errorf("the mail %q holds %q", m.Subject, word)
			}
		}
		onlyOurHeaders(t, string(raw))
	}
}

// holds looks for whole words, whatever their case: a topic named "Werk" is no part of
// "netwerk".
func holds(text, words string) bool {
	return regexp.MustCompile(`(?i)(^|[^\pL])` + regexp.QuoteMeta(words) + `($|[^\pL])`).MatchString(text)
}

var onlySign = regexp.MustCompile(`^<t-[0-9a-f]{32}@[a-z.]+>$`)

func onlyOurHeaders(t *testing.T, raw string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(m.Body); err != nil {
		t.Fatal(err)
	}
	ours := []string{
		"Date", "Mime-Version", "Message-Id", "Auto-Submitted", "X-Auto-Response-Suppress", "Content-Language", "Subject", "From", "To", "Content-Type",
		"Content-Transfer-Encoding", "References", "In-Reply-To",
	}
	for name, values := range m.Header {
		if !slices.Contains(ours, name) || len(values) != 1 {
			t.Errorf("a mail has the header %s %d times", name, len(values))
		}
	}
	for _, name := range []string{"References", "In-Reply-To"} { // the sign, and nothing else
		if v := m.Header.Get(name); v != "" && !onlySign.MatchString(v) {
			t.Errorf("%s is %q", name, v)
		}
	}
	if kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type")); err != nil || !strings.HasPrefix(kind, "multipart/") || params["boundary"] == "" {
		t.Errorf("content type %q: %v", m.Header.Get("Content-Type"), err)
	}
}

// reasons is why each mail about a case is sent: something new, a deadline near or passed, an
// action asked. That receipt is confirmed, and that a code or an address is another, is new.
func reasons() map[letter.Template]string {
	return map[letter.Template]string{
		letter.Acknowledgement: "new", letter.QuestionReceipt: "new", letter.MailReceipt: "new", letter.ToldReceipt: "new", letter.News: "new",
		letter.ToMember: "new", letter.CodeReplaced: "new", letter.AddressChanged: "new", letter.DeadlineNear: "near", letter.DeadlinePassed: "passed",
		letter.AskMember: "asked", letter.ConfirmAddress: "asked", letter.CheckIn: "asked", letter.FirstCode: "asked", letter.CodeLink: "asked",
	}
}

// telling are words by which a mail would say what a case is about, which route or team has it, or
// which of its clocks runs, in whatever form a language bends them.
var telling = regexp.MustCompile(`(?i)integrit|intégrit|privacy|vie privée|datenschutz|gegevensbescherming|represaille|retaliat|repressalie|vergeltung|fraud|fraude|` +
	`betrug|corrupt|diefstal|theft|\bvol\b|diebstahl|intimidat|pesten|mobbing|harc[eè]lement|belästigung|discriminat|diskriminier|supporters|klachtenteam|` +
	`complaints team|équipe plaintes|beschwerdeteam|vertrouwenspersoon|onderzoek|investigat|enquête|untersuchung|feedback|bewaring|beroep|appeal|recours`)

// TestEveryMailAboutACaseHasItsNumberADateAndAReason reads what is written, in the four languages, of
// every mail that there is, subjects as well.
func TestEveryMailAboutACaseHasItsNumberADateAndAReason(t *testing.T) {
	i, _ := apptest.Staffed(t)
	args := map[string]string{}
	for _, name := range []string{"number", "date", "received", "until", "answer_by"} {
		args[name] = "{" + name + "}"
	}
	why, date := reasons(), regexp.MustCompile(`\{(date|received|until|answer_by)\}`)
	for _, l := range lang.All() {
		for _, x := range letter.Templates() {
			subject, text := i.Words.Text(l, "mail."+string(x)+".subject", args), ""
			if x != letter.CredentialNotice {
				text = i.Words.Text(l, "mail."+string(x)+".text", args)
			}
			about := strings.Contains(subject+text, "{number}")
			if about != (why[x] != "") {
				t.Errorf("%s in %s: about a case %t, reason %q", x, l, about, why[x])
			}
			if about && (!strings.Contains(subject, "{number}") || !strings.Contains(text, "{number}") || !date.MatchString(text)) {
				t.Errorf("%s in %s lacks its number or a date: %q", x, l, subject)
			}
			if word := telling.FindString(subject + "\n" + text); word != "" {
				t.Errorf("%s in %s tells %q", x, l, word)
			}
		}
	}
}

// The four mails to a member about a case say one of four reasons, its number and a date.
func TestAMemberIsToldOneOfFourReasonsANumberAndADate(t *testing.T) {
	i, _ := apptest.Staffed(t)
	for _, l := range lang.All() {
		for _, key := range []string{"member-notice", "deadline-near", "deadline-passed", "member-asked"} {
			args := map[string]string{"number": "KB-7Q4M-9X", "date": lang.Date(l, i.Clock.Now()), "address": "https://desk.example/desk/", "organisation": "O"}
			subject, text := i.Words.Text(l, "mail."+key+".subject", args), i.Words.Text(l, "mail."+key+".text", args)
			if !strings.Contains(subject, "KB-7Q4M-9X") || !strings.Contains(text, "KB-7Q4M-9X") || !strings.Contains(text, args["date"]) {
				t.Errorf("%s in %s: %q, %q", key, l, subject, text)
			}
		}
	}
}

// TestEveryTemplateIsWritten holds the list that the tests go by against the source.
func TestEveryTemplateIsWritten(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "../letter/order.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	ast.Inspect(f, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); ok && name.Name == "Template" {
			n++
			v, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil || !slices.Contains(letter.Templates(), letter.Template(v)) {
				t.Errorf("no test writes the mail %s", spec.Names[0])
			}
		}
		return true
	})
	if n != len(letter.Templates()) {
		t.Errorf("%d mails in the source, %d in the list", n, len(letter.Templates()))
	}
}
