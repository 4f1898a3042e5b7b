package app_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/pquerna/otp/totp"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/leaving"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
)

// takenAlong takes everything along and opens it with age alone.
func takenAlong(t *testing.T, i *apptest.Instance) (files map[string][]byte, got app.Along) {
	t.Helper()
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	to, err := seal.ParseBackupRecipient(id.Recipient().String())
	if err != nil {
		t.Fatal(err)
	}
	key, err := i.Setup.RecoveryKey(t.Context(), i.Founded.Recovery)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "all.zip.age")
	order := leaving.Order{Code: i.Founded.Recovery, Key: key, Purpose: "We move to another system"}
	if got, err = i.TakeAlong(t.Context(), order, to, out); err != nil {
		t.Fatal(err)
	}
	if _, err := i.TakeAlong(t.Context(), order, to, out); err == nil {
		t.Error("written over a file")
	}
	sealed, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if sum := fmt.Sprintf("%x", sha256.Sum256(sealed)); sum != got.SHA256 {
		t.Errorf("%s, said %s", sum, got.SHA256)
	}
	left, err := os.ReadDir(filepath.Dir(out))
	if err != nil || len(left) != 1 {
		t.Errorf("left in the folder: %v %v", left, err)
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), id)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(plain), int64(len(plain)))
	if err != nil {
		t.Fatal(err)
	}
	files = map[string][]byte{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(in); err != nil {
			t.Fatal(err)
		}
	}
	return files, got
}

func TestEverythingIsTakenAlongAndOpensWithAgeAlone(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), map[string]string{"../invoice?.txt": "paid twice"})
	other := i.Complain("fr", apptest.Answers("communication"), nil)
	i.Write(team.HR, r.Number, casework.DraftNote, "I asked the bank for its records.")
	files, got := takenAlong(t, i)
	if got.Cases != 2 || got.Files != 1 || got.Damaged != 0 || len(got.Without) != 0 {
		t.Errorf("%+v", got)
	}
	for _, name := range []string{"README.nl.txt", "README.fr.txt", "README.en.txt", "README.de.txt", "schema.json", "members.json", "not-included.json", "log.txt", "SHA256SUMS.txt"} {
		if len(files[name]) == 0 {
			t.Errorf("%s is missing", name)
		}
	}
	dir := "cases/" + string(r.Number) + "/"
	whole := string(files[dir+"case.json"])
	for _, want := range []string{"The same invoice was paid twice", "ingrid.maes@mail.example", "I asked the bank for its records.", `"kind": "identity"`, `"compartment": "investigation"`} {
		if !strings.Contains(whole, want) {
			t.Errorf("case.json lacks %s", want)
		}
	}
	if got := string(files[dir+"files/01-invoice_.txt"]); got != "paid twice" {
		t.Errorf("the file holds %q: %v", got, names(files))
	}
	if len(files["cases/"+string(other.Number)+"/case.json"]) == 0 {
		t.Error("the other case is missing")
	}
	for _, line := range strings.Split(strings.TrimSpace(string(files["SHA256SUMS.txt"])), "\n") {
		sum, name, _ := strings.Cut(line, "  ")
		if fmt.Sprintf("%x", sha256.Sum256(files[name])) != sum {
			t.Errorf("%s has another hash", name)
		}
	}
	fits(t, files["schema.json"], files[dir+"case.json"])
	for name, content := range files {
		if bytes.Contains(content, []byte(i.Founded.Recovery.Text())) || bytes.Contains(content, []byte(r.Code)) {
			t.Errorf("%s holds a code", name)
		}
	}
	told(t, i, r.Code)
}

func names(files map[string][]byte) (list []string) {
	for name := range files {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// told wants the log, the complainant and the members to know.
func told(t *testing.T, i *apptest.Instance, code string) {
	t.Helper()
	m, err := i.Dialogue.Mailbox(t.Context(), i.Enter(code))
	if err != nil {
		t.Fatal(err)
	}
	seen := false
	for _, o := range m.Openings {
		seen = seen || o.What == "identity" && o.Purpose == "We move to another system"
	}
	if !seen {
		t.Errorf("the complainant does not see it: %+v", m.Openings)
	}
	before := len(i.Box.Mails())
	i.DeliverMail()
	n := 0
	for _, mail := range i.Box.Mails()[before:] {
		if strings.Contains(mail.Subject, "meegenomen") {
			n++
		}
	}
	if n < 6 {
		t.Errorf("%d members were told", n)
	}
}

// fits holds a case to its schema, as far as names and what is required go.
func fits(t *testing.T, schema, file []byte) {
	t.Helper()
	type object struct {
		Required   []string                   `json:"required"`
		Properties map[string]json.RawMessage `json:"properties"`
	}
	var top object
	var entries struct {
		Items object `json:"items"`
	}
	if err := json.Unmarshal(schema, &top); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(top.Properties["entries"], &entries); err != nil {
		t.Fatal(err)
	}
	check := func(o object, raw []byte) map[string]json.RawMessage {
		t.Helper()
		got := map[string]json.RawMessage{}
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err)
		}
		for _, name := range o.Required {
			if _, ok := got[name]; !ok {
				t.Errorf("%s is missing: %s", name, raw)
			}
		}
		for name := range got {
			if _, ok := o.Properties[name]; !ok {
				t.Errorf("the schema does not know %s", name)
			}
		}
		return got
	}
	var list []json.RawMessage
	if err := json.Unmarshal(check(top, file)["entries"], &list); err != nil || len(list) < 4 {
		t.Fatalf("%d entries: %v", len(list), err)
	}
	for _, e := range list {
		check(entries.Items, e)
	}
}

// A case that the recovery key was kept from, because it is about who keeps it, does not
// go along; the file says so by number alone.
func TestCasesThatTheRecoveryKeyWasKeptFromStayBehind(t *testing.T) {
	i := apptest.Kept(t, setup.Keeping{First: []int{1}})
	start, err := i.SignIn.Enrol(t.Context(), i.Founded.Enrol, apptest.Password)
	if err != nil {
		t.Fatal(err)
	}
	digits, err := totp.GenerateCode(start.TOTPSecret, i.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := i.SignIn.ConfirmTOTP(t.Context(), i.Founded.Enrol, digits); err != nil {
		t.Fatal(err)
	}
	about := i.Complain("nl", apptest.With(apptest.StrictAnswers("corruption"), profile.FieldConcerns, "integrity-manager"), nil).Number
	plain := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	files, got := takenAlong(t, i)
	if got.Cases != 1 || !slices.Equal(got.Without, []casefile.Number{about}) || len(files["cases/"+string(plain)+"/case.json"]) == 0 {
		t.Errorf("%+v %v", got, names(files))
	}
	if !strings.Contains(string(files["not-included.json"]), string(about)) {
		t.Errorf("%s", files["not-included.json"])
	}
	for name := range files {
		if strings.Contains(name, string(about)) {
			t.Errorf("%s went along", name)
		}
	}
}
