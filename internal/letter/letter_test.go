package letter_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"klankbord/internal/letter"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const canary = "kanarie-9f2"

func sample() letter.Mail {
	return letter.Mail{
		FromName:    "Natuurfonds België, klachten",
		FromAddress: "klachten@natuurfonds.example",
		To:          "an.peeters@example.org",
		ReplyTo:     "klachten+7q4m@natuurfonds.example",
		Lang:        "nl",
		Subject:     "Wij hebben uw klacht ontvangen: KB-7Q4M-9X",
		Text: "Dag,\n\nWij hebben uw klacht ontvangen op zondag 1 maart 2026. Het nummer van uw klacht is KB-7Q4M-9X, één keer.\n\n" +
			"Lees onze berichten en schrijf ons hier:\n\nhttps://klachten.natuurfonds.example/nl/mailbox\n",
		MessageID: "<01hv7example0token@natuurfonds.example>",
		Date:      time.Date(2026, time.March, 1, 13, 5, 0, 0, time.UTC),
	}
}

func encode(t testing.TB, m letter.Mail) []byte {
	t.Helper()
	b, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestAMailAsItLeaves(t *testing.T) { golden(t, "mail.eml", encode(t, sample())) }

func TestSendingAgainSendsTheSameBytes(t *testing.T) {
	if !bytes.Equal(encode(t, sample()), encode(t, sample())) {
		t.Error("two attempts differ")
	}
}

// parts reads a mail back with the standard library: headers, text and HTML.
func parts(t testing.TB, b []byte) (mail.Header, map[string]string) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type %s, %v", kind, err)
	}
	out := map[string]string{}
	r := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return m.Header, out
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
		out[kind] = string(body)
	}
}

func TestAMailHasOnlyTheHeadersItNeeds(t *testing.T) {
	h, _ := parts(t, encode(t, sample()))
	var names []string
	for name, values := range h {
		names = append(names, name)
		if len(values) != 1 {
			t.Errorf("%s stands there %d times", name, len(values))
		}
	}
	slices.Sort(names)
	want := []string{
		"Auto-Submitted", "Content-Language", "Content-Type", "Date", "From", "Message-Id",
		"Mime-Version", "Reply-To", "Subject", "To", "X-Auto-Response-Suppress",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	if h.Get("Auto-Submitted") != "auto-generated" || h.Get("Message-Id") != sample().MessageID {
		t.Errorf("headers are %v", h)
	}
}

func TestAnAnswerPointsToTheEarlierMail(t *testing.T) {
	m := sample()
	m.InReplyTo = "<01earlier0token@natuurfonds.example>"
	h, _ := parts(t, encode(t, m))
	if h.Get("In-Reply-To") != m.InReplyTo || h.Get("References") != m.InReplyTo {
		t.Errorf("headers are %v", h)
	}
}

func TestTheHTMLLoadsNothingAndRunsNothing(t *testing.T) {
	m := sample()
	m.Text += "\n<script src=x></script>\n<img src=\"https://evil.example/p.png\">\njavascript:alert(1)\nhttps://evil.example/\" onclick=x\n"
	_, p := parts(t, encode(t, m))
	html := p["text/html"]
	for _, bad := range []string{"<script", "<img", "<link", "src=\"", "url(", `href="javascript`, "onclick=\"", `" onclick`} {
		if strings.Contains(html, bad) {
			t.Errorf("the HTML holds %s:\n%s", bad, html)
		}
	}
	if n := strings.Count(html, "<a "); n != 1 {
		t.Errorf("%d links, want the one address of the page", n)
	}
}

// Whatever stands in subject and text, the mail has one set of headers, two parts,
// and says what it was given.
func TestAnyWordsArriveAsTheyWere(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := sample()
		m.Subject = rapid.StringMatching(`[ -~àéüß€😀\-]{1,100}`).Draw(rt, "subject")
		m.Text = rapid.String().Draw(rt, "text")
		if strings.TrimSpace(m.Subject) != m.Subject || m.Subject == "" {
			return
		}
		b, err := m.Encode()
		if err != nil {
			rt.Fatal(err)
		}
		h, p := parts(t, b)
		got, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
		if err != nil || got != m.Subject {
			rt.Fatalf("subject %q arrives as %q, %v", m.Subject, got, err)
		}
		if len(p) != 2 || len(h) != 11 {
			rt.Fatalf("%d parts, %d headers:\n%s", len(p), len(h), b)
		}
		for _, line := range strings.Split(string(b), "\r\n") {
			if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
				rt.Fatalf("line %q", line)
			}
		}
	})
}

// The list of naughty strings stands outside the tree; a few of each kind are here.
func TestNaughtyText(t *testing.T) {
	for _, text := range []string{
		".", "..", ".\r\nQUIT", "\r\n.\r\n", "From me", "\x00\x01\x1b[31m", "\ufeff", "\u202etxt.exe",
		"--8c6865ed18ddef9d5318def5aecf10221dd3938f--", "=0D=0A", "=?utf-8?q?x?=", strings.Repeat("x", 5000),
		strings.Repeat("é ", 3000), "𝒳😀👩‍👩‍👧", "<!--#exec cmd=\"ls\"-->", "{{.}} ${x} %s %n",
	} {
		m := sample()
		m.Text = text
		h, p := parts(t, encode(t, m))
		if len(p) != 2 || len(h) != 11 {
			t.Errorf("%.40q: %d parts, %d headers", text, len(p), len(h))
		}
		for _, part := range p {
			if strings.ContainsAny(part, "\x00\x01\x1b\u202e") {
				t.Errorf("%.40q arrives with control characters", text)
			}
		}
	}
}

func TestWrap(t *testing.T) {
	long := strings.Repeat("woord ", 30)
	for _, line := range strings.Split(letter.Wrap(long), "\n") {
		if n := len([]rune(line)); n > 72 {
			t.Errorf("a line of %d: %q", n, line)
		}
	}
	if got := strings.Join(strings.Fields(letter.Wrap(long)), " "); got != strings.TrimSpace(long) {
		t.Errorf("words were lost: %q", got)
	}
	address := "https://example.org/" + strings.Repeat("a", 100)
	if got := letter.Wrap("Lees " + address + " nu"); !strings.Contains(got, "\n"+address+"\n") {
		t.Errorf("the address was broken: %q", got)
	}
	if got := letter.Wrap("a\n\nb  \nc"); got != "a\n\nb\nc" {
		t.Errorf("lines that were there changed: %q", got)
	}
}

func TestTheCopyThatAPersonKeeps(t *testing.T) {
	golden(t, "copy.txt", letter.Copy{
		Title: "Ontvangst van uw klacht",
		Parts: []letter.Part{
			{Heading: "Nummer van uw klacht", Body: "KB-7Q4M-9X"},
			{Heading: "Code van uw klacht", Body: "7Q4M-9XKD-2B8N-V3TR-H6WP-E1CF-0GJY"},
			{Body: "Bewaar deze code. Daarmee leest u onze berichten en schrijft u ons. Wij kunnen hem niet opnieuw tonen."},
			{Heading: "Wat er gebeurde\r\nmet een regel", Body: "Eerste regel.\r\nTweede\x00 regel.\u202e\n\n"},
		},
	}.Bytes())
}

func TestNothingPrintsAnAddressOrACode(t *testing.T) {
	m := sample()
	m.To, m.Text = canary+"@example.org", canary
	for name, v := range map[string]any{
		"mail":    m,
		"copy":    letter.Copy{Title: canary},
		"order":   letter.Order{To: canary},
		"address": letter.NoticeAddress{Email: canary},
	} {
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("mail", "mail", v)
		printed := fmt.Sprintf("%v %+v %#v %s", v, v, v, v) + log.String()
		if strings.Contains(printed, canary) || strings.Count(printed, "[sealed]") != 5 {
			t.Errorf("%s prints as %s", name, printed)
		}
	}
}

func TestAnOrderIsReadAsItWasPacked(t *testing.T) {
	want := letter.Order{
		Template: letter.News, Lang: "fr", Number: "KB-7Q4M-9X",
		Received: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		AnswerBy: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC),
	}
	b, err := letter.Pack(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := letter.Unpack[letter.Order](b)
	if err != nil || !cmp.Equal(want, got) {
		t.Errorf("got another order, %v", err)
	}
	if _, err := letter.Unpack[letter.Order]([]byte("{")); err == nil {
		t.Error("half an order is read")
	}
}
