package config_test

import (
	"errors"
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"klankbord/internal/config"
)

var update = flag.Bool("update", false, "rewrite doc/configuration.md")

const page = "../../doc/configuration.md"

func TestReferenceIsFresh(t *testing.T) {
	want := config.Reference()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("doc/configuration.md is stale; run go test ./internal/config -update:\n%s", diff)
	}
}

// One name in three places, and a sentence for whoever sets it.
func TestEverySettingIsTold(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range config.Settings() {
		if s.Name == "" || s.Meaning == "" || s.Section == "" || seen[s.Name] {
			t.Errorf("setting %+v", s)
		}
		seen[s.Name] = true
		if want := "KLANKBORD_" + strings.ToUpper(strings.ReplaceAll(s.Name, "-", "_")); s.Variable != want {
			t.Errorf("%s has the variable %s, want %s", s.Name, s.Variable, want)
		}
		if !regexp.MustCompile(`[.!]$`).MatchString(s.Meaning) {
			t.Errorf("%s: its meaning is no sentence: %s", s.Name, s.Meaning)
		}
	}
	if len(seen) < 40 {
		t.Errorf("only %d settings", len(seen))
	}
}

func TestFileIsRead(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"settings":           {`{"base-url": "https://a.example", "witness": ["a@b.example"], "max-file-mb": 5}`, true},
		"nothing":            {`{}`, true},
		"a key that is none": {`{"base_url": "https://a.example"}`, false},
		"in capitals":        {`{"Base-URL": "https://a.example"}`, false},
		"not JSON":           {`listen = 1`, false},
		"two objects":        {`{} {"listen": "x"}`, false},
		"a list":             {`[]`, false},
	} {
		_, err := config.ReadFile(strings.NewReader(c.text))
		if (err == nil) != c.ok || err != nil && !errors.Is(err, config.ErrFile) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPasswordsAreNotShown(t *testing.T) {
	for _, value := range []string{
		"postgres://klankbord:hunter2@db.example/x", "postgres://db.example/x?user=k&password=hunter2",
		"postgres://k@db.example/x?SSLPassword=hunter2", "host=db user=k password=hunter2", "postgres://k:hunter2%zz@db/x",
	} {
		c := config.Config{Database: value, Mailbox: []string{value}}
		for _, name := range []string{"database", "mailbox"} {
			if got := c.Value(name); strings.Contains(got, "hunter2") || !strings.Contains(got, "hidden") {
				t.Errorf("%s: %s shows %s", value, name, got)
			}
		}
	}
	c := config.Config{Database: "postgres://k@db.example/x", Undo: time.Minute, Witness: []string{"a@b.example", "c@d.example"}}
	for name, want := range map[string]string{"database": "postgres://k@db.example/x", "undo": "1m0s", "witness": "a@b.example, c@d.example", "no-setting": ""} {
		if got := c.Value(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestVariablesThatAreNoSettings(t *testing.T) {
	got := config.Unknown([]string{"KLANKBORD_LISTEN=x", "KLANKBORD_LISTENS=x", "PATH=x", "KLANKBORD_CONFIG=y"})
	if !slices.Equal(got, []string{"KLANKBORD_LISTENS"}) {
		t.Errorf("%v", got)
	}
}

func right() config.Config {
	return config.Config{
		Listen: "127.0.0.1:8443", BaseURL: "https://complaints.example.org", DeskURL: "https://desk.example.org",
		SessionIdle: time.Hour, MaxFileMB: 1,
	}
}

func TestSettingsOfTLSThatCannotBe(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*config.Config)
		want   string // part of the refusal; empty: right
	}{
		"no TLS":                  {func(*config.Config) {}, ""},
		"own certificate":         {func(c *config.Config) { c.TLSCert, c.TLSKey = []string{"c"}, []string{"k"} }, ""},
		"no key":                  {func(c *config.Config) { c.TLSCert = []string{"c"} }, "tls-key"},
		"an authority":            {func(c *config.Config) { c.ACME = "https://acme.example/directory" }, ""},
		"an authority in the raw": {func(c *config.Config) { c.ACME = "http://acme.example/directory" }, "acme"},
		"both": {func(c *config.Config) {
			c.TLSCert, c.TLSKey, c.ACME = []string{"c"}, []string{"k"}, "https://a.example"
		}, "not both"},
		"pages without TLS":     {func(c *config.Config) { c.ACME, c.BaseURL = "https://a.example/d", "http://complaints.example.org" }, "https://"},
		"desk without TLS":      {func(c *config.Config) { c.ACME, c.DeskURL = "https://a.example/d", "http://desk.example.org" }, "https://"},
		"http alone":            {func(c *config.Config) { c.HTTPListen = ":80" }, "http-listen"},
		"everybody a proxy":     {func(c *config.Config) { c.TrustedProxies = []string{"0.0.0.0/0"} }, "every address"},
		"figures here":          {func(c *config.Config) { c.MetricsOn = "127.0.0.1:9464" }, ""},
		"figures near":          {func(c *config.Config) { c.MetricsOn = "10.1.2.3:9464" }, ""},
		"figures for everybody": {func(c *config.Config) { c.MetricsOn = ":9464" }, "metrics-listen"},
		"figures by name":       {func(c *config.Config) { c.MetricsOn = "localhost:9464" }, "metrics-listen"},
		"figures outside":       {func(c *config.Config) { c.MetricsOn = "192.0.2.1:9464" }, "metrics-listen"},
		"figures among pages":   {func(c *config.Config) { c.MetricsOn = c.Listen }, "metrics-listen"},
		"everybody by IPv6":     {func(c *config.Config) { c.TrustedProxies = []string{"::/0"} }, "every address"},
	} {
		s := right()
		c.change(&s)
		err := s.Check()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
