package cli_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"klankbord/internal/storetest"
)

// house is a folder of organisations.
type house struct {
	*testing.T
	dir string
}

// found makes an organisation as an operator does, and returns the path of the link by
// which its first member enrols.
func (h house) found(name string, settings map[string]any) (link string) {
	h.Helper()
	file := h.settings(name, settings)
	c := exec.CommandContext(h.Context(), "klankbord", "init", "--config", file, "--state", filepath.Dir(file), "--name", "Nele Janssens", "--email", "nele@"+name+".example")
	out, err := c.CombinedOutput()
	if err != nil {
		h.Fatalf("init of %s: %v %s", name, err, out)
	}
	_, after, found := strings.Cut(string(out), "/desk/enrol/")
	if !found {
		h.Fatalf("no link in %s", out)
	}
	return "/desk/enrol/" + strings.TrimSpace(after)
}

func (h house) settings(name string, settings map[string]any) (file string) {
	h.Helper()
	text, err := json.Marshal(settings)
	if err == nil {
		err = os.MkdirAll(filepath.Join(h.dir, name), 0o700)
	}
	if err != nil {
		h.Fatal(err)
	}
	return write(h.T, filepath.Join(h.dir, name, "klankbord.json"), string(text))
}

// serve serves all of them until the test ends, and returns where, and what it says.
func (h house) serve(more ...string) (address string, said func() string) {
	h.Helper()
	address, said, end := h.run(more...)
	h.Cleanup(end)
	return address, said
}

// run serves all of them until end is called.
func (h house) run(more ...string) (address string, said func() string, end func()) {
	h.Helper()
	ctx, cancel := context.WithCancel(h.Context())
	c := exec.CommandContext(ctx, "klankbord", append([]string{"serve", "--organisations", h.dir, "--listen", "127.0.0.1:0", "--log-level", "error"}, more...)...)
	c.Cancel = func() error { return c.Process.Signal(syscall.SIGTERM) }
	out, err := c.StdoutPipe()
	if err != nil {
		h.Fatal(err)
	}
	file, err := os.CreateTemp(h.TempDir(), "said")
	if err != nil {
		h.Fatal(err)
	}
	c.Stderr = file
	said = func() string {
		text, err := os.ReadFile(file.Name())
		if err != nil {
			h.Error(err)
		}
		return string(text)
	}
	if err := c.Start(); err != nil {
		h.Fatal(err)
	}
	end = func() { cancel(); _, _ = c.Wait(), file.Close() }
	line, _ := bufio.NewReader(out).ReadString('\n')
	if address = served.FindString(line); address == "" {
		end()
		h.Fatalf("it does not serve: %s", said())
	}
	return address, said, end
}

// get asks for a page under a host name.
func (h house) get(address, host, path string) (status int, text string) {
	h.Helper()
	r, err := http.NewRequestWithContext(h.Context(), http.MethodGet, address+path, nil)
	if err != nil {
		h.Fatal(err)
	}
	r.Host = host
	answer, err := http.DefaultTransport.RoundTrip(r) // a redirect leads to the host name itself
	if err != nil {
		h.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		h.Fatal(err)
	}
	return answer.StatusCode, string(b)
}

func (h house) wants(address, host, path string, want int) {
	h.Helper()
	if got, text := h.get(address, host, path); got != want {
		h.Errorf("%s%s: %d, want %d: %.200s", host, path, got, want, text)
	}
}

func TestEachOrganisationAnswersUnderItsOwnNameAlone(t *testing.T) {
	u, err := url.Parse(storetest.PostgreSQL(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, database := range map[string]func(*url.URL) string{
		"SQLite":     func(*url.URL) string { return "" },
		"PostgreSQL": ownSchema,
	} {
		t.Run(name, func(t *testing.T) {
			h := house{t, t.TempDir()}
			other, err := url.Parse(storetest.PostgreSQL(t))
			if err != nil {
				t.Fatal(err)
			}
			one := h.found("one", map[string]any{"base-url": "https://one.example", "database": database(u)})
			two := h.found("two", map[string]any{"base-url": "https://two.example", "desk-url": "https://desk.two.example", "database": database(other)})
			address, _ := h.serve()
			h.wants(address, "one.example", "/nl/", 200)
			h.wants(address, "ONE.example.:443", "/nl/", 200)
			h.wants(address, "two.example", "/nl/", 200)
			h.wants(address, "one.example", one, 200)
			h.wants(address, "desk.two.example", two, 200)
			h.wants(address, "two.example", one, 404)      // there is no desk under that name
			h.wants(address, "desk.two.example", one, 404) // a link of the other organisation
			h.wants(address, "one.example", two, 404)
			h.wants(address, "desk.two.example", "/nl/", 404) // and no public page under this one
			h.wants(address, "three.example", "/nl/", 421)
			h.wants(address, "127.0.0.1", "/desk/signin", 421)
			h.wants(address, "127.0.0.1", "/readyz", 204)
			h.wants(address, "two.example", "/readyz", 204)
		})
	}
}

// ownSchema is the address of a schema as an operator writes it.
func ownSchema(u *url.URL) string {
	v, query := *u, u.Query()
	query.Set("schema", query.Get("search_path"))
	query.Set("connections", "4")
	query.Del("search_path")
	v.RawQuery = query.Encode()
	return v.String()
}

func TestAnOrganisationThatCannotBeOpenedLeavesTheOthersAlone(t *testing.T) {
	h := house{t, t.TempDir()}
	h.found("one", map[string]any{"base-url": "https://one.example"})
	h.found("rotten", map[string]any{"base-url": "https://rotten.example"})
	h.settings("never", map[string]any{"base-url": "https://never.example"})
	file := filepath.Join(h.dir, "rotten", "klankbord.db")
	if err := os.WriteFile(file, []byte("this is no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	// Two that could be taken for one another: a host name and a database.
	h.found("twin-a", map[string]any{"base-url": "https://twin.example"})
	h.found("twin-b", map[string]any{"base-url": "https://twin-b.example", "desk-url": "https://TWIN.example:8443"})
	h.settings("thief", map[string]any{"base-url": "https://thief.example", "database": "sqlite:" + filepath.Join(h.dir, "five", "klankbord.db")})
	h.found("five", map[string]any{"base-url": "https://five.example"})
	address, said := h.serve()
	h.wants(address, "one.example", "/nl/", 200)
	h.wants(address, "rotten.example", "/nl/", 503)
	h.wants(address, "never.example", "/nl/", 503)
	for _, host := range []string{"twin.example", "twin-b.example", "thief.example", "five.example"} {
		h.wants(address, host, "/nl/", 421)
	}
	h.wants(address, "127.0.0.1", "/readyz", 204)
	for _, name := range []string{"rotten", "never", "twin-a", "twin-b", "thief", "five"} {
		if !strings.Contains(said(), `"organisation":"`+name+`"`) {
			t.Errorf("nothing is said of %s: %s", name, said())
		}
	}
}

func TestAnOrganisationCannotBeGivenTheDatabaseOfAnother(t *testing.T) {
	for name, servedBefore := range map[string]bool{"new": false, "served before": true} {
		t.Run(name, func(t *testing.T) {
			h := house{t, t.TempDir()}
			h.found("one", map[string]any{"base-url": "https://one.example"})
			h.found("two", map[string]any{"base-url": "https://two.example"})
			if servedBefore {
				address, _, end := h.run()
				h.wants(address, "two.example", "/nl/", 200)
				end()
			}
			// Spelled so that nobody sees it is the same.
			h.settings("two", map[string]any{"base-url": "https://two.example", "database": "sqlite:" + filepath.Join(h.dir, "two") + "/../one/klankbord.db"})
			address, said := h.serve()
			h.wants(address, "one.example", "/nl/", 200)
			h.wants(address, "two.example", "/nl/", 503)
			if servedBefore && !strings.Contains(said(), "another instance") {
				t.Errorf("it says %s", said())
			}
		})
	}
}

func TestSettingsOfAnOrganisationThatCannotBeAreTold(t *testing.T) {
	t.Setenv("KLANKBORD_BASE_URL", "https://process.example") // is not one of theirs
	for name, c := range map[string]struct {
		settings map[string]any
		want     string
	}{
		"a setting of the process":  {map[string]any{"base-url": "https://one.example", "listen": "0.0.0.0:80"}, "listen is a setting of the process"},
		"a folder of its own":       {map[string]any{"base-url": "https://one.example", "state": "/elsewhere"}, "state is a setting of the process"},
		"a name that is no setting": {map[string]any{"base-url": "https://one.example", "max-file": 3}, "max-file"},
		"no address":                {map[string]any{}, "base-url is missing"},
		"a value that cannot be":    {map[string]any{"base-url": "https://one.example/path"}, "base-url: want"},
	} {
		t.Run(name, func(t *testing.T) {
			h := house{t, t.TempDir()}
			h.settings("one", c.settings)
			out, err := exec.CommandContext(t.Context(), "klankbord", "serve", "--organisations", h.dir, "--listen", "127.0.0.1:0").CombinedOutput()
			if err == nil || !strings.Contains(string(out), c.want) {
				t.Errorf("%v %s", err, out)
			}
			checked, err := exec.CommandContext(t.Context(), "klankbord", "config", "check", "--organisations", h.dir).CombinedOutput()
			if err == nil || !strings.Contains(string(checked), c.want) {
				t.Errorf("config check: %v %s", err, checked)
			}
		})
	}
	empty, err := exec.CommandContext(t.Context(), "klankbord", "serve", "--organisations", t.TempDir()).CombinedOutput()
	if err == nil || !strings.Contains(string(empty), "want a folder with a folder for each organisation") {
		t.Errorf("an empty folder: %v %s", err, empty)
	}
}
