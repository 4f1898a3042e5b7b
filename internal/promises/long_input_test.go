package promises_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/ident"
	"klankbord/internal/lang"
	"klankbord/internal/letter"
	"klankbord/internal/openpgp"
	"klankbord/internal/prior"
	"klankbord/internal/profile"
	"klankbord/internal/rawmail"
	"klankbord/internal/seal"
	"klankbord/internal/web/ui"
)

// longest is how much of an input is given: what takes a time that grows with the square
// of it takes minutes.
const longest = 1 << 20

// processorTime is what one of them may take.
const processorTime = time.Second

// longTexts are texts that careless readers go over again and again.
func longTexts() map[string]string {
	fill := func(piece string) string { return strings.Repeat(piece, longest/len(piece)+1)[:longest] }
	return map[string]string{
		"one letter": fill("a"), "blanks": fill(" "), "line ends": fill("\n"), "quotes": fill("> "), "quotes in quotes": fill(">"),
		"quoted lines": fill("> a\n"), "who wrote when": fill("On Mon, 1 Jan 2026 at 10:00, A B <a@b.c> wrote:\n"), "dashes": fill("-"),
		"brackets": fill("<"), "tags": fill("<b>"), "tags in tags": fill("<div>"), "comments": fill("<!--"), "entities": fill("&amp"),
		"at signs": fill("@"), "addresses": fill("a@b.example,"), "dots": fill("."), "commas": fill(","), "semicolons": fill("; a=b"),
		"quotation marks": fill(`"`), "backslashes": fill(`\`), "words": fill("ab cd "), "quoted words": fill(`"ab cd" `),
		"accents on one letter": "e" + fill("\u0301"), "letters with accents": fill("é"), "ligatures": fill("ﬃ"), "not UTF-8": fill("\xff"),
		"encoded words": fill("=?utf-8?q?a?= "), "half encoded words": fill("=?utf-8?q?"), "percent signs": fill("%"), "ampersands": fill("a=b&"),
		"symbols of a code": fill("7"), "languages": fill("nl;q=0.5,"), "headers": fill("A: b\n"), "folded headers": "A: b\n" + fill(" c\n"),
		"continued parameters": "Content-Type: text/plain" + fill("; a*1=b"), "references": "References:" + fill(" <a@b>") + "\n\n",
		"boundaries":                 "Content-Type: multipart/mixed; boundary=a\n\n" + fill("--a\n"),
		"parts in parts":             strings.Repeat("Content-Type: multipart/mixed; boundary=a\n\n--a\n", longest/48),
		"boundaries that nearly are": "Content-Type: multipart/mixed; boundary=" + strings.Repeat("a", 70) + "\n\n" + fill("--"+strings.Repeat("a", 69)+"\n"),
		"base64 that is none":        "Content-Transfer-Encoding: base64\n\n" + fill("*"),
		"armour without end":         "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n" + fill("A"),
		"HTML mail":                  "Content-Type: text/html\n\n" + fill("<table><tr><td>"), "HTML styles": "Content-Type: text/html\n\n" + fill("<p style='"),
		"mails in a file": fill("From a@b.c Mon Jan  1 00:00:00 2026\n"), "rows": fill("a;b;c\n"), "open quotes in rows": fill("\"a;b\n"),
	}
}

// readers are all that read what comes from outside as text, before anybody is known.
func readers(t *testing.T) map[string]func(string) {
	p, err := profile.Load("wwf-belgium")
	if err != nil {
		t.Fatal(err)
	}
	terms := casefile.ParseTerms(`klacht "ab cd" brieven éé`)
	form := func(kind string) func(string) {
		return func(s string) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(s))
			r.Header.Set("Content-Type", kind)
			_, _ = ui.ReadForm(r, ui.Limits{Fields: 2000, TextBytes: 4 * longest, FileBytes: longest}, func(ui.Upload) error { return nil })
		}
	}
	return map[string]func(string){
		"rawmail.Read":         func(s string) { rawmail.Read(t.Context(), []byte(s), rawmail.Options{Server: "mx.example"}) },
		"rawmail.Fold":         func(s string) { rawmail.Fold(s) },
		"rawmail.Language":     func(s string) { rawmail.Language(s) },
		"casefile.Fold":        func(s string) { casefile.Fold(s) },
		"casefile.FindForm":    func(s string) { casefile.FindForm(s) },
		"casefile.ParseTerms":  func(s string) { casefile.ParseTerms(s) },
		"casefile.Terms":       func(s string) { terms.In(casefile.FindForm(s)); terms.Excerpt(s) },
		"casefile.ParseScan":   func(s string) { casefile.ParseScan(s) },
		"custody.SafeName":     func(s string) { custody.SafeName(s) },
		"ident.CaseNumber":     func(s string) { ident.ParseCaseNumber(s) },
		"lang.Parse":           func(s string) { _, _ = lang.Parse(s) },
		"letter.Address":       func(s string) { _, _ = letter.Address(s) },
		"letter.Wrap":          func(s string) { letter.Wrap(s) },
		"openpgp.Parse":        func(s string) { _, _ = openpgp.Parse([]byte(s), time.Unix(1_800_000_000, 0)) },
		"prior.ReadRegister":   func(s string) { _, _ = prior.ReadRegister(strings.NewReader(s), nil) },
		"profile.ParseEmail":   func(s string) { profile.ParseEmail(s) },
		"profile.Normalise":    func(s string) { p.Normalise(profile.Answers{"story": {s}, "email": {s}, "first_name": {s}}) },
		"seal.ParseCode":       func(s string) { _, _ = seal.ParseCode(s) },
		"seal.ParseToken":      func(s string) { _, _ = seal.ParseToken(s) },
		"ui.ReadForm, encoded": form("application/x-www-form-urlencoded"),
		"ui.ReadForm, parts":   form("multipart/form-data; boundary=a"),
	}
}

// TestNoTextTakesMoreThanItsShareOfTheProcessor (F23).
func TestNoTextTakesMoreThanItsShareOfTheProcessor(t *testing.T) {
	texts := longTexts()
	for name, read := range readers(t) {
		t.Run(name, func(t *testing.T) {
			for what, text := range texts {
				begun := spent(t)
				read(text)
				if took := spent(t) - begun; took > processorTime {
					t.Errorf("%s takes %v", what, took)
				}
			}
		})
	}
}

// spent is the time that the processors gave to this process.
func spent(t *testing.T) time.Duration {
	t.Helper()
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
