package post_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"klankbord/internal/apptest"
	"klankbord/internal/letter"
	"klankbord/internal/post"
)

func keyFile(t *testing.T, kind string) string {
	t.Helper()
	private, _, err := post.NewDKIMKey(kind)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), kind+".pem")
	if err := os.WriteFile(file, private, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func bothKeys(t *testing.T) *post.DKIM {
	t.Helper()
	d, err := post.NewDKIM("", "desk@natuurfonds.example", []string{"kb-rsa=" + keyFile(t, "rsa"), "kb-ed=" + keyFile(t, "ed25519")})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func plainMail() letter.Mail {
	return letter.Mail{
		FromName: "Natuurfonds België", FromAddress: "desk@natuurfonds.example", To: "an@example.org", Lang: "nl", Subject: "Één vraag: KB-7Q4M-9X",
		Text: "Dag,\n\n.een punt vooraan, en een é.", MessageID: "<aaaaaaaa@natuurfonds.example>", Date: apptest.Start,
	}
}

// verified checks every signature with a library that is not ours, against the records
// that are to be published.
func verified(t *testing.T, d *post.DKIM, mail []byte) (good int) {
	t.Helper()
	records, err := d.Records()
	if err != nil {
		t.Fatal(err)
	}
	list, err := dkim.VerifyWithOptions(bytes.NewReader(mail), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		for _, r := range records {
			if strings.TrimSuffix(name, ".") == r.Name {
				return []string{r.Text}, nil
			}
		}
		return nil, os.ErrNotExist
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range list {
		if v.Err == nil && v.Domain == "natuurfonds.example" {
			good++
		}
	}
	return good
}

func TestAnyoneCanCheckThatAMailIsOurs(t *testing.T) {
	d := bothKeys(t)
	raw, err := plainMail().Encode()
	if err != nil {
		t.Fatal(err)
	}
	mail, err := d.Sign(raw)
	if err != nil {
		t.Fatal(err)
	}
	if n := verified(t, d, mail); n != 2 {
		t.Fatalf("%d signatures hold, want one of RSA and one of Ed25519:\n%s", n, mail)
	}
	if !bytes.HasSuffix(mail, raw) {
		t.Error("signing changed the mail itself")
	}
	for what, forged := range map[string][]byte{
		"another text":    bytes.Replace(mail, []byte("Dag,"), []byte("Bel,"), 1),
		"another subject": bytes.Replace(mail, []byte("\r\nSubject: "), []byte("\r\nSubject: X"), 1),
		"another id":      bytes.Replace(mail, []byte("<aaaaaaaa@"), []byte("<bbbbbbbb@"), 1),
		"a second sender": bytes.Replace(mail, []byte("\r\nSubject: "), []byte("\r\nFrom: boss@natuurfonds.example\r\nSubject: "), 1),
		"a reply address": bytes.Replace(mail, []byte("\r\nSubject: "), []byte("\r\nReply-To: x@evil.example\r\nSubject: "), 1),
	} {
		if bytes.Equal(forged, mail) {
			t.Fatalf("%s: the mail is not changed", what)
		}
		if n := verified(t, d, forged); n != 0 {
			t.Errorf("%s: %d signatures hold", what, n)
		}
	}
}

func TestAKeyThatCannotSignIsRefusedAtTheStart(t *testing.T) {
	short, err := rsa.GenerateKey(rand.Reader, 1024) // short on purpose
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(short)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, text []byte, mode os.FileMode) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, text, mode); err != nil {
			t.Fatal(err)
		}
		return file
	}
	good, err := os.ReadFile(keyFile(t, "ed25519"))
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct{ domain, key string }{
		"of 1024 bits":         {"", "s=" + write("short", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)},
		"no key":               {"", "s=" + write("none", []byte("hello"), 0o600)},
		"open to everybody":    {"", "s=" + write("open", good, 0o644)},
		"not there":            {"", "s=" + filepath.Join(dir, "absent")},
		"without a selector":   {"", write("good", good, 0o600)},
		"of another domain":    {"other.example", "s=" + write("good", good, 0o600)},
		"of a whole top level": {"example", "s=" + write("good", good, 0o600)},
		"selector with a dot":  {"", "a.b=" + write("good", good, 0o600)},
	} {
		if _, err := post.NewDKIM(c.domain, "desk@natuurfonds.example", []string{c.key}); err == nil {
			t.Errorf("a key %s is taken", what)
		}
	}
	if _, err := post.NewDKIM("natuurfonds.example", "desk@mail.natuurfonds.example", []string{"s=" + write("good", good, 0o600)}); err != nil {
		t.Errorf("the domain above: %v", err)
	}
}

func TestARecordIsRecognisedHoweverItIsCut(t *testing.T) {
	records, err := bothKeys(t).Records()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		spaced := strings.ReplaceAll(r.Text, "; ", ";\t ")
		if !r.Matches([]string{"v=spf1 -all", spaced}) || !r.Matches([]string{r.Text[:40] + " " + r.Text[40:]}) {
			t.Errorf("%s: not recognised", r.Name)
		}
		if r.Matches([]string{"v=DKIM1; p="}) || r.Matches(nil) || r.Matches([]string{"v=DKIM1; p=AAAA"}) {
			t.Errorf("%s: another record is taken for it", r.Name)
		}
	}
}
