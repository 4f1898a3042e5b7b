package house_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"klankbord/bench/browser"
	"klankbord/bench/fixture"
	"klankbord/faults/house"
	"klankbord/internal/sqldb"
	"klankbord/internal/storetest"
)

// tenants are organisations that one process serves, each found under an address of this
// machine of its own.
type tenants struct {
	dir, port, figures string
}

// address is that of the n-th.
func (o tenants) address(n int) string { return fmt.Sprintf("http://127.0.0.%d:%s", n, o.port) }

// found makes the n-th organisation of a furnished instance, whose members are at the desk of
// that address from then on.
func (o tenants) found(t *testing.T, name string, n int, settings map[string]string) *house.House {
	t.Helper()
	h, state := newHouse(t), filepath.Join(o.dir, name)
	if err := h.Stop(); err != nil {
		t.Fatal(err)
	}
	settings["base-url"] = o.address(n)
	text, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(state, os.DirFS(h.State)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(state, "klankbord.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	h.State, h.Site = state, o.address(n)
	return h
}

// serve serves all of them until the test ends.
func (o tenants) serve(t *testing.T, bin string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), bin, "serve", "--organisations", o.dir, "--listen", "0.0.0.0:"+o.port, "--metrics-listen", o.figures, "--log-level", "error")
	cmd.Stderr, cmd.WaitDelay = os.Stderr, time.Second
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Wait() }) // the context of the test has ended it
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.HasPrefix(line, "Serving on ") {
		t.Fatalf("it does not serve: %q %v", line, err)
	}
}

func freePorts(t *testing.T) (list []string) {
	t.Helper()
	for range 2 {
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "0.0.0.0:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		_, port, _ := net.SplitHostPort(l.Addr().String())
		list = append(list, port)
	}
	return list
}

// complains sends a complaint with a file to the n-th organisation.
func (o tenants) complains(t *testing.T, n int, word, file string) {
	t.Helper()
	network := browser.NewNetwork(60 + n)
	t.Cleanup(network.Close)
	b, err := browser.New(network, o.address(n))
	if err != nil {
		t.Fatal(err)
	}
	p := &house.Person{Browser: b, Word: word, File: file}
	if err := p.FillIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status, text := send(t, p); status != http.StatusOK || !strings.HasSuffix(p.At.URL.Path, "/receipt") {
		t.Fatalf("sending answers %d: %.300s", status, text)
	}
}

// counts asks the database of an organisation.
func (o tenants) counts(t *testing.T, name, query string) (n int) {
	t.Helper()
	db, err := sqldb.Open(t.Context(), "sqlite:"+filepath.Join(o.dir, name, "klankbord.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Read(t.Context(), func(tx *sqldb.Tx) error { return tx.QueryRow(query).Scan(&n) }); err != nil {
		t.Fatal(err)
	}
	return n
}

// shows is what a member reads about the file in the case in which a word stands.
func shows(t *testing.T, h *house.House, word string) string {
	t.Helper()
	desk, err := h.SignedIn(t.Context(), fixture.Reader)
	if err != nil {
		t.Fatal(err)
	}
	list, err := desk.Cases(t.Context(), word)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d cases with %s: %v", len(list), word, err)
	}
	page, err := desk.Case(t.Context(), list[0])
	if err != nil {
		t.Fatal(err)
	}
	_, about, _ := strings.Cut(page.Text(), house.FileName)
	return about
}

// Two organisations on one bucket, each below a prefix of its own, with one scanner: a file
// lies with its own organisation alone, both are looked through, and figures have the name of
// the organisation that they are about.
func TestOrganisationsShareABucketAndAScannerAndNothingElse(t *testing.T) {
	s3, scanner, ports := storetest.Bucket(t), "unix:"+storetest.Scanner(t), freePorts(t)
	o := tenants{dir: t.TempDir(), port: ports[0], figures: "127.0.0.1:" + ports[1]}
	houses, before, at := map[string]*house.House{}, map[string]int{}, map[string]string{}
	for n, name := range []string{"north", "south"} {
		at[name] = strings.Replace(s3.Address(""), "/"+s3.Bucket+"?", "/"+s3.Bucket+"/"+name+"?", 1)
		houses[name] = o.found(t, name, n+2, map[string]string{"bucket": at[name], "scanner": scanner})
		before[name] = o.counts(t, name, `SELECT count(*) FROM case_file`)
	}
	o.serve(t, houses["north"].Bin)
	for name, h := range houses { // each in a browser that knows this address
		if _, err := h.SignsInAnew(t.Context(), fixture.Reader); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	o.complains(t, 2, "zeldzaamnoord", "een gewone bijlage")
	o.complains(t, 3, "zeldzaamzuid", "before KLANKBORD-TEST-SIGNATURE-7q4m9x after")
	o.complains(t, 3, "zeldzaamoost", "nog een bijlage")

	const harmful = "Gevaarlijk bestand"
	if text := shows(t, houses["north"], "zeldzaamnoord"); strings.Contains(text, harmful) || strings.Contains(text, "niet gecontroleerd op virussen") {
		t.Errorf("a harmless file is not told to be one: %s", text)
	}
	if text := shows(t, houses["south"], "zeldzaamzuid"); !strings.Contains(text, harmful) {
		t.Errorf("what the scanner found is not told: %s", text)
	}
	for name, want := range map[string]int{"north": 1, "south": 2} {
		if n := o.counts(t, name, `SELECT count(*) FROM case_file`) - before[name]; n != want {
			t.Errorf("%s has %d new cases", name, n)
		}
		files := 0
		for _, object := range s3.Objects(t) {
			if strings.HasPrefix(object, name+"/") {
				files++
			}
		}
		if names := o.counts(t, name, `SELECT count(DISTINCT name) FROM blob_ref`); names != want || files != names {
			t.Errorf("%s: %d objects in the bucket and %d sealed files in the database: %v", name, files, names, s3.Objects(t))
		}
		if _, err := house.Run(t.Context(), houses[name].Bin, "log", "verify", "--state", houses[name].State, "--blobs", at[name]); err != nil {
			t.Error(err)
		}
	}
	o.figuresAreApart(t)
}

func (o tenants) figuresAreApart(t *testing.T) {
	t.Helper()
	r, err := http.Get("http://" + o.figures + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	text, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%d %v", r.StatusCode, err)
	}
	whose := regexp.MustCompile(`(?m)^klankbord_ready\{.*organisation="(\w+)".*\} 1$`).FindAllSubmatch(text, -1)
	if len(whose) != 2 || string(whose[0][1]) == string(whose[1][1]) {
		t.Errorf("whose figures these are cannot be told: %s", text)
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "klankbord_") && !strings.Contains(line, `organisation="north"`) && !strings.Contains(line, `organisation="south"`) {
			t.Errorf("of nobody: %s", line)
		}
		if strings.Contains(line, "127.0.0.") || strings.Contains(line, "zeldzaam") {
			t.Errorf("it tells too much: %s", line)
		}
	}
}
