package intake_test

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime/metrics"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
)

// publicMails are the sets of mails that stand beside the repository, where they do, and a mail
// of each of their classes.
func publicMails(t *testing.T) map[string]string {
	t.Helper()
	mails := generated()
	for _, root := range []string{os.Getenv("KLANKBORD_CORPORA"), filepath.Join("..", "..", "..", "shared", "corpora"), filepath.Join("..", "..", "..", "..", "shared", "corpora")} {
		_ = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() && (strings.Contains(path, "mime-") || strings.Contains(path, "replies-")) {
				if raw, err := os.ReadFile(path); err == nil {
					mails[path[len(root):]] = string(raw)
				}
			}
			return nil
		})
	}
	return mails
}

// generated is a mail of each class of the sets, however broken, and of those that are meant to
// take long.
func generated() map[string]string {
	part := func(fields, body string) string { return "--b\r\n" + fields + "\r\n" + body + "\r\n" }
	mixed := func(parts ...string) string {
		return "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Join(parts, "") + "--b--"
	}
	deep := ""
	for n := range 5000 {
		deep += fmt.Sprintf("Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", n, n)
	}
	mails := map[string]string{
		"nothing": "", "no end": oldLetter(1, "", "x")[:40], "no text": "\x00\x01", "only a header": "From: a@b.example\r\nSubject: x\r\n",
		"plain":                       "From: a@b.example\r\nSubject: plain\r\n\r\nIk klaag.",
		"lines that end with LF":      "From: a@b.example\nSubject: lf\n\nIk klaag.\n",
		"HTML":                        "From: a@b.example\r\nContent-Type: text/html\r\n\r\n<p>x<script>alert(1)</script>",
		"HTML never closed":           "Content-Type: text/html\r\n\r\n" + strings.Repeat("<div><table><td>", 20_000),
		"an attachment":               "From: a@b.example\r\n" + mixed(part("", "x"), part("Content-Disposition: attachment; filename=\"=?iso-2022-jp?B?GyRCJDMkcyRLJEEkTxsoQi50eHQ=?=\"\r\n", "y")),
		"an attachment cut off":       mixed(part("Content-Disposition: attachment; filename=a.bin\r\nContent-Transfer-Encoding: base64\r\n", "QUJDR")),
		"a boundary that never comes": oldLetter(2, "Content-Type: multipart/mixed; boundary=b\r\n", "--c"),
		"a report":                    "Return-Path: <>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" + part("Content-Type: message/delivery-status\r\n", "Action: failed\r\nStatus: 5.1.1") + "--b--",
		"a list":                      "List-Id: <x>\r\nPrecedence: bulk\r\n\r\nnieuws",
		"old forms":                   "From: Pete(A nice \\) chap) <pete(his account)@silly.test>\r\nTo: A Group:c@d.example,e@f.example;\r\nDate: 21 Nov 97 09:55 UT\r\n\r\nx",
		"UTF-8 in the header":         "From: Zoë <zoe@example.org>\r\nSubject: très urgent\r\n\r\nx",
		"Shift_JIS":                   "Content-Type: text/plain; charset=shift_jis\r\n\r\n\x82\xb1\x82\xf1",
		"an unknown charset":          "Content-Type: text/plain; charset=x-klingon\r\n\r\ngro\xdfe",
		"an unknown encoding":         "Content-Transfer-Encoding: rot13\r\n\r\nx",
		"uuencode":                    "From: a@b.example\r\n\r\nbegin 644 a.txt\r\n#0V%T\r\n`\r\nend",
		"winmail.dat":                 mixed(part("Content-Type: application/ms-tnef; name=winmail.dat\r\n", "\x78\x9f\x3e\x22")),
		"encrypted":                   "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nMIAGCSqGSIb3",
		"a mail in a mail":            mixed(part("Content-Type: message/rfc822\r\n", "Subject: binnen\r\n\r\nx")),
		"a reply":                     "From: a@b.example\r\n\r\nMaandag.\r\n\r\nOp do 26 nov. 2026 om 09:00 schreef K <k@desk.example>:\r\n> Wanneer?",
		"levels":                      deep,
		"parts":                       mixed(strings.Repeat(part("Content-Disposition: attachment; filename=f\r\n", "x"), 5000)),
		"a long header":               "X: " + strings.Repeat("a", 4<<20) + "\r\nFrom: a@b.example\r\n\r\nx",
		"fields":                      strings.Repeat("a: b\r\n", 200_000) + "\r\nx",
		"encoded words":               "Subject: " + strings.Repeat("=?utf-8?Q?=41?= ", 20_000) + "\r\n\r\nx",
		"references":                  "References:" + strings.Repeat(" <a@b>\r\n", 100_000) + "\r\nx",
		"text of 8 MB":                oldLetter(3, "", strings.Repeat("klacht ", 1<<20)),
	}
	return mails
}

// used is how much the process computed: the time on the wall says more of who else is on the
// machine.
func used(t *testing.T) time.Duration {
	t.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		t.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// held is the memory that is in use, with what nobody has cleared away yet.
func held() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// within runs something that one mail causes, and holds it to a second and 64 MB.
func within(t *testing.T, name string, do func()) {
	t.Helper()
	start, before, done, most := used(t), held(), make(chan struct{}), make(chan uint64)
	go func() {
		top := uint64(0)
		for {
			select {
			case <-done:
				most <- max(top, held())
				return
			case <-time.After(2 * time.Millisecond):
				top = max(top, held())
			}
		}
	}()
	do()
	took := used(t) - start
	close(done)
	if took > time.Second {
		t.Errorf("%s took %v", name, took)
	}
	if top := <-most; top > before+64<<20 {
		t.Errorf("%s took %d MB", name, (top-before)>>20)
	}
}

// TestNoMailOfThePublicSetsIsLost takes each in as it comes from a server. It is a case, a
// mail that waits, or the same as one before; and the mail itself is kept byte by byte.
func TestNoMailOfThePublicSetsIsLost(t *testing.T) {
	d := staffed(t)
	d.Intake.Limits.FileBytes = 64 << 20
	mails, fates := publicMails(t), map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(mails)) {
		raw := mails[name]
		var number casefile.Number
		within(t, name, func() {
			switch got := d.take(complaints(), raw); {
			case got.Again:
				fates["again"]++
			case got.Unsorted:
				number = got.Number
				fates["waits"]++
			default:
				number = got.Number
				fates["complaint"]++
			}
		})
		if number == "" {
			continue
		}
		kept := d.keptMail(number)
		if kept != raw {
			t.Errorf("%s: %d bytes are kept of %d", name, len(kept), len(raw))
		}
	}
	t.Logf("%d mails: %v", len(mails), fates)
	if fates["again"] > len(mails)/10 {
		t.Errorf("%d of %d are taken for one that was there", fates["again"], len(mails))
	}
}

// keptMail is the mail itself, as a member who may read it gets it.
func (d *desk) keptMail(n casefile.Number) string {
	d.T.Helper()
	for _, by := range d.team.Service { // whoever is named in it does not get it
		c, err := d.Casework.Case(d.T.Context(), by, n)
		if err != nil {
			continue
		}
		k := slices.IndexFunc(c.Timeline, func(it casework.Item) bool { return it.Facts != nil })
		if k < 0 || len(c.Timeline[k].Files) != 1 {
			d.T.Fatalf("the mail itself is not there")
		}
		return d.Download(by, n, c.Timeline[k].Files[0].ID)
	}
	d.T.Fatal("nobody reads it")
	return ""
}
