package app_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"klankbord/internal/access"
	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/configure"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/profile"
	"klankbord/internal/store"
	"klankbord/internal/storetest"
)

// titled are changes that give the privacy page another title in English.
func titled(title string) profile.Changes {
	return profile.Changes{"texts.privacy.title": json.RawMessage(`{"en":` + strconv.Quote(title) + `}`)}
}

func saveTitle(t *testing.T, i *apptest.Instance, actor access.Actor, base int64, title string) {
	t.Helper()
	if _, err := i.Settings.Save(t.Context(), actor, configure.Set{Base: base, Changes: titled(title), Why: "a test"}); err != nil {
		t.Fatal(err)
	}
}

func shownTitle(t *testing.T, h http.Handler) string {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "https://desk.example/en/privacy", http.NoBody))
	_, rest, _ := strings.Cut(w.Body.String(), "<h1")
	_, rest, _ = strings.Cut(rest, ">")
	title, _, _ := strings.Cut(rest, "</h1>")
	return strings.TrimSpace(title)
}

// beside opens the same instance in another process.
func beside(t *testing.T, i *apptest.Instance) (*app.App, error) {
	t.Helper()
	other, err := app.Open(t.Context(), i.Config, app.Options{Clock: i.Clock, Transport: i.Box, Log: slog.New(slog.NewJSONHandler(i.Log, nil))})
	if other != nil {
		t.Cleanup(func() {
			if err := other.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return other, err
}

func TestAConfigurationTakesEffectInEveryProcess(t *testing.T) {
	storetest.EachDSN(t, takesEffectInEveryProcess)
}

func takesEffectInEveryProcess(t *testing.T, dsn string) {
	i, team := apptest.Staffed(t, at(dsn))
	other, err := beside(t, i)
	if err != nil {
		t.Fatal(err)
	}
	_, _, here, err := i.Handlers()
	if err != nil {
		t.Fatal(err)
	}
	_, _, there, err := other.Handlers()
	if err != nil {
		t.Fatal(err)
	}
	was := shownTitle(t, there)
	saveTitle(t, i, team.Manager, 0, "Another title")
	if got := shownTitle(t, here); got != "Another title" {
		t.Errorf("the process that saved shows %q", got)
	}
	if err := other.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := shownTitle(t, there); got != "Another title" {
		t.Errorf("another process shows %q", got)
	}
	if _, err := other.Settings.PutBack(t.Context(), team.Manager, 1, 0); err != nil {
		t.Fatal(err)
	}
	if err := i.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := shownTitle(t, here); got != was {
		t.Errorf("once it is put back, %q shows, want %q", got, was)
	}
}

// A version that a newer program cannot take keeps the instance closed, and an operator puts
// an earlier one back; what an operator imports holds for processes that serve.
func TestAnOperatorPutsAConfigurationBack(t *testing.T) {
	storetest.EachDSN(t, operatorPutsBack)
}

func operatorPutsBack(t *testing.T, dsn string) {
	i, team := apptest.Staffed(t, at(dsn))
	saveTitle(t, i, team.Manager, 0, "A title")
	body, err := profile.Changes{"clocks.D3.length": json.RawMessage(`99`)}.Encode(i.Settings.Name) // longer than the law
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(body)
	leaf := custody.Leaf(i.Clock.Now(), custody.Event{
		Kind: audit.ConfigurationSet, Actor: custody.ByMember(team.Manager.Member), Object: "2", Detail: map[string]string{"hash": hex.EncodeToString(sum[:])},
	})
	err = i.Store.Write(t.Context(), func(tx *store.Tx) error {
		row := store.Configuration{Number: 2, Made: i.Clock.Now(), By: team.Manager.Member, Body: body, Hash: sum[:]}
		return errors.Join(tx.InsertConfiguration(row), tx.InsertLeaf(leaf))
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := beside(t, i); err == nil || errors.Is(err, configure.ErrAltered) {
		t.Fatalf("opening gives %v", err)
	}
	anyway, err := app.Open(t.Context(), i.Config, app.Options{Clock: i.Clock, Transport: i.Box, Log: slog.New(slog.NewJSONHandler(i.Log, nil)), AnyConfiguration: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = anyway.Close() }()
	if v, err := anyway.Settings.Kept(t.Context()); err != nil || v.Number != 2 || len(v.Changes) != 1 {
		t.Errorf("kept is %+v, %v", v, err)
	}
	if n, err := anyway.Settings.ImportBack(t.Context(), 1); n != 3 || err != nil {
		t.Fatalf("version %d, %v", n, err)
	}
	other, err := beside(t, i)
	if err != nil {
		t.Fatal(err)
	}
	_, _, pages, err := other.Handlers()
	if err != nil {
		t.Fatal(err)
	}
	if got := shownTitle(t, pages); got != "A title" {
		t.Errorf("%q shows", got)
	}
	if _, err := anyway.Settings.Import(t.Context(), titled("From a file"), "by command"); err != nil {
		t.Fatal(err)
	}
	if err := other.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := shownTitle(t, pages); got != "From a file" {
		t.Errorf("after an import %q shows", got)
	}
}

// What is in the database depends on the log: a version that was altered, added or removed
// there never takes effect.
func TestAConfigurationThatDoesNotFitTheLogIsRefused(t *testing.T) {
	for name, attack := range map[string]string{
		"the bytes were changed":           `UPDATE configuration SET body = (SELECT body FROM configuration WHERE number = 1) WHERE number = 2`,
		"bytes and hash were changed":      `UPDATE configuration SET body = (SELECT body FROM configuration WHERE number = 1), hash = (SELECT hash FROM configuration WHERE number = 1) WHERE number = 2`,
		"the newest was removed":           `DELETE FROM configuration WHERE number = 2`,
		"one was added":                    `INSERT INTO configuration SELECT 3, made, member_id, why, body, hash FROM configuration WHERE number = 1`,
		"its line in the log was removed":  `DELETE FROM log_leaf WHERE kind = 'configuration-set'`,
		"its line in the log was copied":   `UPDATE log_leaf SET record = (SELECT record FROM log_leaf WHERE kind = 'configuration-set' ORDER BY at LIMIT 1) WHERE kind = 'configuration-set'`,
		"its line in the log has no stamp": `UPDATE log_leaf SET stamp = X'00' WHERE kind = 'configuration-set'`,
	} {
		t.Run(name, func(t *testing.T) {
			i, team := apptest.Staffed(t)
			_, _, here, err := i.Handlers()
			if err != nil {
				t.Fatal(err)
			}
			saveTitle(t, i, team.Manager, 0, "A first title")
			i.Clock.Add(1e9)
			saveTitle(t, i, team.Manager, 1, "Another title")
			err = i.Store.Write(t.Context(), func(tx *store.Tx) error {
				n, err := tx.Exec(attack)
				if n == 0 {
					t.Error("nothing was attacked")
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := beside(t, i); !errors.Is(err, configure.ErrAltered) {
				t.Errorf("opening gives %v", err)
			}
			_ = i.Follow(t.Context()) // what serves goes on
			if got := shownTitle(t, here); got != "Another title" {
				t.Errorf("%q shows", got)
			}
			if _, err := i.Settings.Current(t.Context()); !errors.Is(err, configure.ErrAltered) {
				t.Errorf("reading gives %v", err)
			}
		})
	}
}

func TestBadConfigurationNeverTakesEffect(t *testing.T) {
	i, team := apptest.Staffed(t)
	for name, changes := range map[string]profile.Changes{
		"no such place":     {"topics.nothing.label": json.RawMessage(`{"en":"x"}`)},
		"where it goes":     {"topics.corruption.route": json.RawMessage(`"general"`)},
		"who reads":         {"topics.corruption.team": json.RawMessage(`"supporters-service"`)},
		"another kind":      {"topics.corruption.on": json.RawMessage(`"maybe"`)},
		"a colour not read": {"organisation.accent": json.RawMessage(`"#ffff00"`)},
		"words of the desk": {"words.desk.nav.cases": json.RawMessage(`{"en":"x"}`)},
		"longer than law":   {"clocks.D3.length": json.RawMessage(`4`)},
		"another language":  {"organisation.name": json.RawMessage(`{"es":"x"}`)},
		"an empty text":     {"organisation.name": json.RawMessage(`{"en":""}`)},
	} {
		_, err := i.Settings.Save(t.Context(), team.Manager, configure.Set{Changes: changes})
		var no *configure.Refused
		if !errors.As(err, &no) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, actor := range map[string]access.Actor{"a handler": team.HR, "an auditor": team.Auditor, "nobody": {}} {
		_, err := i.Settings.Save(t.Context(), actor, configure.Set{Changes: titled("x")})
		if f, ok := fault.As(err); !ok || f.Kind != fault.Denied {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n, err := i.Settings.Newest(t.Context()); n != 0 || err != nil {
		t.Errorf("%d versions, %v", n, err)
	}
}
