package rawmail_test

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"klankbord/internal/rawmail"
)

// read reads a mail with all its files and fails when that takes too much.
func read(t testing.TB, raw []byte) *rawmail.Message {
	t.Helper()
	before := bytes.Clone(raw[:min(len(raw), 4096)])
	var a, b runtime.MemStats
	runtime.ReadMemStats(&a)
	start := time.Now()
	m := rawmail.Read(t.Context(), raw, rawmail.Options{Server: "mx.desk.example"})
	for _, f := range m.Files {
		if _, err := io.Copy(io.Discard, f.Open()); err != nil {
			t.Errorf("file %q: %v", f.Name, err)
		}
	}
	took := time.Since(start)
	runtime.ReadMemStats(&b)
	if took > time.Second {
		t.Errorf("took %v", took)
	}
	if used := b.TotalAlloc - a.TotalAlloc; used > 64<<20 {
		t.Errorf("used %d MB", used>>20)
	}
	if !bytes.Equal(before, raw[:len(before)]) {
		t.Error("the raw mail was changed")
	}
	sound(t, m)
	return m
}

// sound checks what holds for every mail.
func sound(t testing.TB, m *rawmail.Message) {
	t.Helper()
	if m.Flawed(rawmail.FlawNotRead) {
		t.Error("reading broke off")
	}
	if !utf8.ValidString(m.Text) || !utf8.ValidString(m.Subject) || strings.ContainsAny(m.Subject, "\r\n\x00") || strings.ContainsAny(m.Text, "\r\x00") {
		t.Error("text or subject holds what is no text")
	}
	if (m.Text == "") != m.Flawed(rawmail.FlawNoText) {
		t.Error("no text, and not told")
	}
	if len(m.Text) > 3<<20 || len(m.Files) > 100 {
		t.Errorf("beyond the budget: %d bytes, %d files", len(m.Text), len(m.Files))
	}
	for _, list := range [][]rawmail.Address{m.From, m.To, m.Cc, m.ReplyTo} {
		for _, a := range list {
			if strings.ContainsAny(a.Email+a.Name, "\r\n\x00") || strings.Count(a.Email, "@") != 1 {
				t.Errorf("address %q", a)
			}
		}
	}
	rawmail.Fold(m.Text)
}

func TestEachClassOfMailIsRead(t *testing.T) {
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			m := read(t, []byte(c.raw))
			if !strings.Contains(m.Text, c.text) {
				t.Errorf("text = %q, want %q", m.Text[:min(len(m.Text), 300)], c.text)
			}
			if c.not != "" && strings.Contains(m.Text, c.not) {
				t.Errorf("%q stands in the text", c.not)
			}
			if c.flaw != "" && !m.Flawed(c.flaw) {
				t.Errorf("flaws = %v, want %s", m.Flaws, c.flaw)
			}
			var names []string
			for _, f := range m.Files {
				names = append(names, f.Name)
			}
			if c.files != nil && !slices.Equal(names, c.files) {
				t.Errorf("files = %q, want %q", names, c.files)
			}
			if c.check != nil {
				if wrong := c.check(m); wrong != "" {
					t.Error(wrong)
				}
			}
		})
	}
}

func TestOrdinaryMailsHaveNoFlaw(t *testing.T) {
	for _, c := range append(ordinary(), replies()...) {
		if m := read(t, []byte(c.raw)); c.flaw == "" && len(m.Flaws) > 0 {
			t.Errorf("%s: %v", c.name, m.Flaws)
		}
	}
}

// corpora are the public sets of mails that stand beside the repository on a machine
// that has them; what they hold of each class stands in cases as well.
func corpora(t *testing.T) []string {
	roots := []string{os.Getenv("KLANKBORD_CORPORA"), filepath.Join("..", "..", "..", "shared", "corpora"), filepath.Join("..", "..", "..", "..", "shared", "corpora")}
	var files []string
	for _, root := range roots {
		if _, err := os.Stat(root); root == "" || err != nil {
			continue
		}
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	return files
}

func TestNoMailOfThePublicSetsIsLost(t *testing.T) {
	files := corpora(t)
	mails, textless := 0, 0
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		// Whatever the file is, it can come as a mail; the sets of mails must be readable too.
		t.Run(filepath.Base(path), func(t *testing.T) {
			m := read(t, raw)
			if strings.Contains(path, "mime-") || strings.HasSuffix(path, ".eml") {
				mails++
				if m.Text == "" && len(m.Files) == 0 && m.Subject == "" {
					textless++
					t.Logf("nothing readable: %v", m.Flaws)
				}
			}
		})
	}
	t.Logf("%d files read as mails, %d are mails, %d with nothing readable", len(files), mails, textless)
	if textless*20 > mails {
		t.Errorf("%d of %d mails give neither subject nor text nor file", textless, mails)
	}
}

func TestWhatNoPersonWroteIsTold(t *testing.T) {
	for name, want := range map[string]struct {
		fields string
		is     func(rawmail.Automatic) bool
	}{
		"a person's mail":    {"", func(a rawmail.Automatic) bool { return !a.Any() }},
		"submitted by hand":  {"Auto-Submitted: no\r\n", func(a rawmail.Automatic) bool { return !a.Any() }},
		"out of office":      {"Auto-Submitted: auto-replied (vacation)\r\n", func(a rawmail.Automatic) bool { return a.Auto }},
		"old out of office":  {"Precedence: auto_reply\r\n", func(a rawmail.Automatic) bool { return a.Auto }},
		"newsletter":         {"List-Unsubscribe: <https://x.example>\r\n", func(a rawmail.Automatic) bool { return a.List }},
		"list":               {"Precedence: list\r\n", func(a rawmail.Automatic) bool { return a.List }},
		"spam":               {"X-Spam-Flag: YES\r\n", func(a rawmail.Automatic) bool { return a.Spam }},
		"empty return path":  {"Return-Path: <>\r\n", func(a rawmail.Automatic) bool { return a.Bounce }},
		"a real return path": {"Return-Path: <jan@example.org>\r\n", func(a rawmail.Automatic) bool { return !a.Any() }},
	} {
		if m := read(t, []byte(mail(want.fields, "x"))); !want.is(m.Automatic) {
			t.Errorf("%s: %+v", name, m.Automatic)
		}
	}
}

func TestBounceNamesTheMailItIsAbout(t *testing.T) {
	raw := mail("Return-Path: <>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n",
		"--b\r\n\r\nCould not deliver.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; jan@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <ours@desk.example>\r\n--b--")
	a := read(t, []byte(raw)).Automatic
	if !a.Bounce || !a.Failed || a.Original != "<ours@desk.example>" {
		t.Errorf("%+v", a)
	}
	delayed := strings.ReplaceAll(strings.ReplaceAll(raw, "failed", "delayed"), "5.1.1", "4.4.1")
	if a := read(t, []byte(delayed)).Automatic; !a.Bounce || a.Failed {
		t.Errorf("a delay is told as a failure: %+v", a)
	}
}

func TestOnlyTheOwnServerIsBelieved(t *testing.T) {
	const ours = "Authentication-Results: mx.desk.example;\r\n spf=pass (sender ok; dmarc=fail) smtp.mailfrom=a@b;\r\n dkim=fail header.d=x; dkim=pass header.d=b;\r\n dmarc=pass header.from=b\r\n"
	const forged = "Authentication-Results: mx.desk.example; spf=pass; dkim=pass; dmarc=pass\r\n"
	const foreign = "Authentication-Results: mx.other.example; dmarc=pass\r\n"
	const hop = "Received: from x by mx.desk.example; Thu, 26 Nov 2026 09:00:00 +0100\r\n"
	for name, c := range map[string]struct {
		fields string
		want   rawmail.Checks
	}{
		"the own server":            {ours + hop, rawmail.Checks{SPF: "pass", DKIM: "pass", DMARC: "pass"}},
		"in another's name":         {foreign + hop, rawmail.Checks{}},
		"a forged one below":        {strings.ReplaceAll(ours, "dmarc=pass", "dmarc=fail") + hop + forged, rawmail.Checks{SPF: "pass", DKIM: "pass", DMARC: "fail"}},
		"a result that is no word":  {"Authentication-Results: mx.desk.example; dmarc=\"><script>\r\n", rawmail.Checks{}},
		"a comment that reads so":   {"Authentication-Results: mx.other.example (mx.desk.example; dmarc=pass)\r\n", rawmail.Checks{}},
		"the name in another name":  {"Authentication-Results: mx.desk.example.evil.example; dmarc=pass\r\n", rawmail.Checks{}},
		"nothing checked, and said": {"Authentication-Results: mx.desk.example; none\r\n", rawmail.Checks{}},
	} {
		if m := read(t, []byte(c.fields+mail("", "x"))); m.Checks != c.want {
			t.Errorf("%s: %+v, want %+v", name, m.Checks, c.want)
		}
	}
	m := rawmail.Read(t.Context(), []byte(ours+mail("", "x")), rawmail.Options{})
	if m.Checks.Said() {
		t.Errorf("believed without a server: %+v", m.Checks)
	}
}

func TestLanguageIsToldApart(t *testing.T) {
	for want, texts := range map[string][]string{
		"nl": {"Beste, ik wil een klacht indienen over de manier waarop mijn gegevens zijn gebruikt.", "Goedemorgen, ik heb al drie weken geen antwoord gekregen op mijn vraag."},
		"fr": {"Bonjour, je souhaite déposer une plainte au sujet de vos lettres que je ne veux plus recevoir.", "Madame, Monsieur, depuis un mois vous ne répondez pas à mes courriels."},
		"en": {"Hello, I would like to complain about the way your volunteer spoke to me.", "Dear team, my request has not been answered and I am not happy with it."},
		"de": {"Sehr geehrte Damen und Herren, ich möchte mich über Ihre Werbung beschweren, die ich nicht bestellt habe.", "Guten Tag, warum wurde mein Konto zweimal belastet? Bitte um eine Antwort."},
		"":   {"", "ok", "https://example.org/12345", "Det är en svensk text som inte hör hit alls."},
	} {
		for _, s := range texts {
			if got := rawmail.Language(s); got != want {
				t.Errorf("%q reads as %q, want %q", s, got, want)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range append(ordinary(), append(broken(), replies()...)...) {
		f.Add([]byte(c.raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := rawmail.Read(t.Context(), raw, rawmail.Options{Server: "mx.desk.example"})
		sound(t, m)
		for _, file := range m.Files {
			if n, err := io.Copy(io.Discard, file.Open()); err != nil || n == 0 {
				t.Errorf("file %q: %d bytes, %v", file.Name, n, err)
			}
		}
		own, quoted := rawmail.Fold(m.Text)
		if len(own)+len(quoted) > len(m.Text)+1 {
			t.Errorf("folding adds words: %q", m.Text)
		}
	})
}
