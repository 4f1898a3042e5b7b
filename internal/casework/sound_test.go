package casework_test

import (
	"strings"
	"testing"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
)

// wav begins like what a phone records.
const wav = "RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x00\x00\x00\x00"

// Directive (EU) 2019/1937 art. 18(2): a recording of a conversation is kept with consent, wherever
// a member adds it.
func TestSoundThatAMemberAddsIsHeldAgainstConsent(t *testing.T) {
	i, s := apptest.Staffed(t)
	me, n := s.Manager, i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	save := func(w casework.Writing, names ...string) (*casework.Draft, error) {
		t.Helper()
		for _, name := range names {
			in, err := i.Casework.Receive(t.Context(), me, n, name, strings.NewReader(wav))
			if err != nil {
				t.Fatal(err)
			}
			w.Add = append(w.Add, in)
		}
		w.Kind, w.Was, w.Text = casework.DraftNote, casework.DraftNote, "Geluid erbij."
		return i.Casework.SaveDraft(t.Context(), me, n, w)
	}
	d, err := save(casework.Writing{}, "bewijs.wav", "gesprek.wav", "stiekem.wav")
	if err != nil || len(d.Sounds()) != 3 {
		t.Fatalf("%d sounds, %v", len(d.Sounds()), err)
	}
	send := func() error {
		c := i.Case(me, n)
		return i.Casework.Send(t.Context(), me, n, casework.Sending{Kind: d.Kind, ID: d.ID, Revision: c.Drafts[0].Revision, Seen: c.Seen})
	}
	said := map[string]casefile.Heard{d.Files[0].ID: casefile.HeardElse, d.Files[1].ID: casefile.HeardAgreed}
	for _, step := range []map[string]casefile.Heard{nil, {d.Files[0].ID: "perhaps"}, said} {
		if d, err = save(casework.Writing{Revision: d.Revision, Heard: step}); err != nil {
			t.Fatal(err)
		}
		if err := send(); !isFault(err, "error.sound-unasked") {
			t.Fatalf("with %d answers it is sent: %v", len(step), err)
		}
		if _, err := i.Casework.Check(t.Context(), me, n, d.Kind); !isFault(err, "error.sound-unasked") {
			t.Errorf("with %d answers the check says %v", len(step), err)
		}
	}
	before := rows(t, i, "blob_ref")
	if _, err = save(casework.Writing{Revision: d.Revision, Heard: map[string]casefile.Heard{d.Files[2].ID: casefile.HeardWithheld}}); !isFault(err, "error.sound-withheld") {
		t.Fatalf("a recording without consent: %v", err)
	}
	if left := i.Case(me, n).Drafts[0].Files; len(left) != 2 || rows(t, i, "blob_ref") != before-1 {
		t.Errorf("%d files are left, want the two that may be kept", len(left))
	}
	if err := send(); err != nil {
		t.Fatal(err)
	}
	heard := map[string]casefile.Heard{}
	for _, it := range i.Case(me, n).Timeline {
		for _, f := range it.Files {
			heard[f.Name] = f.Heard
		}
	}
	if heard["bewijs.wav"] != casefile.HeardElse || heard["gesprek.wav"] != casefile.HeardAgreed || len(heard) != 2 {
		t.Errorf("the case says %v", heard)
	}
}
