package prior_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"klankbord/internal/prior"
)

func contents(t testing.TB, list []prior.Mail) (all []string) {
	t.Helper()
	for _, m := range list {
		f, err := m.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		all = append(all, string(b))
	}
	return all
}

const stamp = "From jan@example.org Mon Mar  2 08:00:00 2020\n"

func wired(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

func TestEachFormOfAMailboxFileGivesTheSameMails(t *testing.T) {
	one := "Subject: een\n\nDe kas.\nFrom Jan kreeg ik\nniets.\n\nFrom here on\n"
	two := "Subject: twee\n\n>From Piet ook niet\n\n\n"
	want := []string{wired(one), wired(two)}
	o := strings.NewReplacer("\nFrom ", "\n>From ")
	rd := strings.NewReplacer("\nFrom ", "\n>From ", "\n>From ", "\n>>From ")
	counted := func(quoted string) string {
		_, body, _ := strings.Cut(quoted, "\n\n")
		return strings.Replace(quoted, "\n\n", fmt.Sprintf("\nContent-Length: %d\n\n", len(body)), 1)
	}
	for _, c := range []struct {
		name string
		form prior.Form
		file string
		two  string // what the form cannot tell apart
	}{
		{"mboxo", prior.FormO, stamp + o.Replace(one) + "\n" + stamp + o.Replace(two) + "\n", strings.Replace(want[1], ">From", "From", 1)},
		{"mboxrd", prior.FormRD, stamp + rd.Replace(one) + "\n" + stamp + rd.Replace(two) + "\n", want[1]},
		{"mboxrd, found", prior.FormAuto, stamp + rd.Replace(one) + "\n" + stamp + rd.Replace(two) + "\n", want[1]},
		{"mboxrd of Windows", prior.FormAuto, wired(stamp + rd.Replace(one) + "\n" + stamp + rd.Replace(two) + "\n"), want[1]},
		{"mboxrd without an empty line at the end", prior.FormRD, stamp + rd.Replace(one) + "\n" + stamp + rd.Replace(two), want[1][:len(want[1])-2]},
	} {
		list, err := prior.Mbox(strings.NewReader(c.file), c.form)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{want[0], c.two}, contents(t, list)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
	for _, c := range []struct {
		form  prior.Form
		quote func(string) string
		two   string
	}{
		{prior.FormCL2, func(s string) string { return s }, want[1]},
		{prior.FormCL, o.Replace, strings.Replace(want[1], ">From", "From", 1)},
		{prior.FormAuto, o.Replace, strings.Replace(want[1], ">From", "From", 1)},
	} {
		file := stamp + counted(c.quote(one)) + "\n" + stamp + counted(c.quote(two)) + "\n"
		list, err := prior.Mbox(strings.NewReader(file), c.form)
		if err != nil || len(list) != 2 {
			t.Fatalf("%s: %d mails, %v", c.form, len(list), err)
		}
		got := contents(t, list)
		for n, wants := range []string{want[0], c.two} {
			head, body, _ := strings.Cut(got[n], "\r\n\r\n")
			_, wanted, _ := strings.Cut(wants, "\r\n\r\n")
			if body != wanted || !strings.Contains(head, "Content-Length") {
				t.Errorf("%s, mail %d: %q", c.form, n, got[n])
			}
		}
	}
}

func TestAMailboxFileIsNotTakenApartByWhatAMailSays(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want int
	}{
		"a line that begins with From":        {stamp + "Subject: x\n\ntext\n\nFrom my window I see it\n\n", 1},
		"a postmark that is quoted in a text": {stamp + "Subject: x\n\n" + stamp + "as you see above\n\n", 1},
		"a length that is wrong":              {stamp + "Subject: x\nContent-Length: 3\n\nlonger text\n\n" + stamp + "Subject: y\n\ntwo\n", 2},
		"a length beyond the end":             {stamp + "Subject: x\nContent-Length: 99999\n\ntext\n\n" + stamp + "Subject: y\n\ntwo\n", 2},
		"no empty line between":               {stamp + "Subject: x\n\ntext\n" + stamp + "Subject: y\n\ntwo\n", 2},
		"a mail without a body":               {stamp + "Subject: x\n\n" + stamp + "Subject: y\n\ntwo\n", 2},
		"lines of a megabyte":                 {stamp + "Subject: x\n\n" + strings.Repeat("From jan@x Mon Mar  2 08:00:00 2020 ", 30_000) + "\n\n" + stamp + "Subject: y\n\ntwo\n", 2},
		"nothing":                             {"", 0},
		"a postmark of Thunderbird":           {"From - Mon Mar  2 08:00:00 2020\nSubject: x\n\ntext\n\nFrom - Tue Mar  3 08:00:00 2020\nSubject: y\n\ntwo\n", 2},
	} {
		list, err := prior.Mbox(strings.NewReader(c.file), prior.FormAuto)
		if err != nil || len(list) != c.want {
			t.Errorf("%s: %d mails, want %d: %v", name, len(list), c.want, err)
		}
	}
	if _, err := prior.Mbox(strings.NewReader("PK\x03\x04"), prior.FormAuto); err == nil {
		t.Error("a file that is no mailbox was read")
	}
}

func TestWhatWasThrownAwayIsKnown(t *testing.T) {
	for field, gone := range map[string]bool{
		"X-Mozilla-Status: 0009": true, "X-Mozilla-Status: 0001": false, "X-Status: D": true, "Status: RO": false,
		"Status: Done": false, "X-IMAP: 123 0\nSubject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA": true,
	} {
		list, err := prior.Mbox(strings.NewReader(stamp+field+"\n\nx\n"), prior.FormAuto)
		if err != nil || len(list) != 1 || list[0].Gone != gone {
			t.Errorf("%s: %v %v", field, list[0].Gone, err)
		}
		if want := time.Date(2020, 3, 2, 8, 0, 0, 0, time.UTC); !list[0].At.Equal(want) {
			t.Errorf("delivered %v", list[0].At)
		}
	}
}

func TestAMailFolderGivesWhatWasDelivered(t *testing.T) {
	dir := fstest.MapFS{
		"cur/1583136000.M1P2.host:2,RS":      {Data: []byte("Subject: een\n\nx\n")},
		"cur/1583136001.M1P2.host:2,ST":      {Data: []byte("Subject: weg\n\nx\n")},
		"cur/1583136002.M1P2.host:2,D":       {Data: []byte("Subject: ontwerp\n\nx\n")},
		"new/1583135000.M1P2.host":           {Data: []byte("Subject: eerder\r\n\r\n>From\r\n")},
		"tmp/1583135001.M1P2.host":           {Data: []byte("half")},
		"cur/.hidden":                        {Data: []byte("x")},
		".Sent/cur/1583136003.M1P2.host:2,S": {Data: []byte("x")},
		"dovecot-uidlist":                    {Data: []byte("x")},
	}
	list, err := prior.Maildir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var kept []prior.Mail
	for _, m := range list {
		if !m.Gone {
			kept = append(kept, m)
		}
	}
	if len(list) != 4 || !list[0].At.Equal(time.Unix(1583135000, 0)) {
		t.Errorf("%d mails", len(list))
	}
	if diff := cmp.Diff([]string{"Subject: eerder\r\n\r\n>From\r\n", "Subject: een\r\n\r\nx\r\n"}, contents(t, kept)); diff != "" {
		t.Error(diff)
	}
	if _, err := prior.Maildir(fstest.MapFS{"cur/x": {}}); err == nil {
		t.Error("a folder without new was read")
	}
}

// FuzzMbox: whatever a file holds, its mails are pieces of it in order, and nothing of them
// is lost but postmarks and what stands between mails.
func FuzzMbox(f *testing.F) {
	f.Add(stamp + "Subject: x\n\n>From y\n\n" + stamp + "Content-Length: 2\n\nab\n")
	f.Fuzz(func(t *testing.T, file string) {
		for _, form := range []prior.Form{prior.FormAuto, prior.FormCL2} {
			list, err := prior.Mbox(strings.NewReader(file), form)
			if err != nil {
				continue
			}
			n := 0
			for _, s := range contents(t, list) {
				if n += len(strings.ReplaceAll(s, "\r", "")); strings.Contains(strings.ReplaceAll(s, "\r\n", ""), "\n") {
					t.Fatalf("a line that does not end as on the wire: %q", s)
				}
			}
			if n > len(file) {
				t.Fatalf("%d bytes of %d", n, len(file))
			}
		}
	})
}
