package casework_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
)

func TestEvidenceTellsItsFingerprintAndWhoseHandsItWasIn(t *testing.T) {
	i, s := apptest.Staffed(t)
	const content = "every invoice of May"
	r := i.Complain("nl", apptest.StrictAnswers("theft"), map[string]string{"invoices.txt": content})
	list := func() []casework.Exhibit {
		t.Helper()
		got, err := i.Casework.Exhibits(t.Context(), s.Manager, r.Number, "")
		must(t, err)
		return got
	}
	sum := sha256.Sum256([]byte(content))
	first := list()
	if len(first) != 1 || first[0].Name != "invoices.txt" || first[0].Print != hex.EncodeToString(sum[:]) || len(first[0].Touches) != 0 {
		t.Fatalf("%d files, of which %d were opened", len(first), len(first[0].Touches))
	}
	i.Clock.Add(time.Minute)
	f, err := i.Casework.Open(t.Context(), s.HR, r.Number, first[0].ID, casework.Take{Original: true})
	must(t, err)
	if got, err := io.ReadAll(f.Body); err != nil || string(got) != content {
		t.Fatalf("the file holds %q, %v", got, err)
	}
	i.Clock.Add(time.Minute)
	ticket, err := i.Casework.AllowCaseFile(t.Context(), s.Manager, r.Number, i.Password(s.Manager))
	must(t, err)
	must(t, i.Casework.ExportCase(t.Context(), s.Manager, ticket, []byte("paper"), io.Discard))
	touches := list()[0].Touches
	if len(touches) != 2 || touches[0].Along || touches[0].Who.Me || touches[0].Who.Name == "" || !touches[1].Along || !touches[1].Who.Me {
		t.Errorf("%d touches: %+v", len(touches), touches)
	}
	if _, err := i.Casework.Exhibits(t.Context(), s.Service[0], r.Number, ""); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("somebody without a key: %v", err)
	}
}
