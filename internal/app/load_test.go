package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"klankbord/internal/app"
	"klankbord/internal/clock"
	"klankbord/internal/config"
	"klankbord/internal/post"
	"klankbord/internal/setup"
)

// serveHere makes this test program serve a fresh instance in the folder that it names.
const serveHere = "KLANKBORD_TEST_SERVE"

// TestMain lets the test program be the server, so that its memory and descriptors are
// those of a server and not of whoever attacks it.
func TestMain(m *testing.M) {
	if state := os.Getenv(serveHere); state != "" {
		if err := serveFresh(state); err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func serveFresh(state string) error {
	c := config.Config{
		State: state, Listen: "127.0.0.1:0", BaseURL: "http://127.0.0.1", MaxFileMB: 100, MinFreeMB: 16,
		SessionIdle: time.Hour, SessionMost: time.Hour, TrustedProxies: []string{"127.0.0.1/32"},
	}
	ctx := context.Background()
	if _, err := app.Found(ctx, c, "wwf-belgium", app.First("Nele Janssens", "nele@desk.example", "en"), setup.Keeping{}, clock.System{}); err != nil {
		return err
	}
	if err := app.Shown(state); err != nil {
		return err
	}
	a, err := app.Open(ctx, c, app.Options{Transport: &post.Sink{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	go func() { _, _ = io.Copy(io.Discard, os.Stdin); stop() }() // whoever started it has gone
	return a.Serve(ctx, func(at []string) { fmt.Println("serving", at[0]) })
}

// attacked is a server in a process of its own.
type attacked struct {
	t     *testing.T
	url   string
	state string
	pid   int
}

func attack(t *testing.T) *attacked {
	t.Helper()
	moreDescriptors(t)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	state := t.TempDir() + "/state"
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), program)
	cmd.Env = append(os.Environ(), serveHere+"="+state)
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		done := make(chan struct{})
		go func() { _ = cmd.Wait(); close(done) }()
		select {
		case <-done:
		case <-time.After(30 * time.Second):
			_ = cmd.Process.Kill()
			t.Error("the server did not stop within 30 seconds")
		}
	})
	line := make([]byte, 200)
	n, err := out.Read(line)
	at, ok := strings.CutPrefix(strings.TrimSpace(string(line[:n])), "serving ")
	if err != nil || !ok {
		t.Fatalf("%q, %v", line[:n], err)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return &attacked{t, at, state, cmd.Process.Pid}
}

// moreDescriptors raises the soft limit of this process and of what it starts.
func moreDescriptors(t *testing.T) {
	t.Helper()
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &l); err != nil {
		t.Fatal(err)
	}
	const need = 12_000
	if l.Max < need {
		t.Fatalf("10,000 connections need %d descriptors, and this machine gives %d at most; run: ulimit -Hn %d", need, l.Max, need)
	}
	l.Cur = l.Max
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &l); err != nil {
		t.Fatal(err)
	}
}

// status reads a number of MiB or descriptors that the system tells of the server.
func (a *attacked) resident() int {
	a.t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", a.pid))
	if err != nil {
		a.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "VmRSS:")
	kb, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		a.t.Fatal(err)
	}
	return kb >> 10
}

func (a *attacked) descriptors() int {
	a.t.Helper()
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", a.pid))
	if err != nil {
		a.t.Fatal(err)
	}
	return len(list)
}

// good asks for the public page as often as told and gives the slowest but one in twenty.
func (a *attacked) good(times int) time.Duration {
	a.t.Helper()
	var took []time.Duration
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for range times {
		begun := time.Now()
		r, err := client.Get(a.url + "/en/")
		if err != nil {
			a.t.Fatalf("a good request: %v", err)
		}
		b, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil || r.StatusCode != http.StatusOK || !bytes.Contains(b, []byte("</html>")) {
			a.t.Fatalf("a good request: %d, %d bytes, %v", r.StatusCode, len(b), err)
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	return took[len(took)*95/100]
}

func (a *attacked) dial() (net.Conn, error) {
	return (&net.Dialer{Timeout: 10 * time.Second}).DialContext(a.t.Context(), "tcp", strings.TrimPrefix(a.url, "http://"))
}

// TestTenThousandHalfOpenConnectionsAndAGoodRequest (F16, F17): headers that never end are
// cut in time, cost little memory, and hold up nobody.
func TestTenThousandHalfOpenConnectionsAndAGoodRequest(t *testing.T) {
	a := attack(t)
	before, files := a.resident(), a.descriptors()
	const many = 10_000
	begun := time.Now()
	conns := make([]net.Conn, 0, many)
	defer func() {
		for _, c := range conns {
			_ = c.Close()
		}
	}()
	for i := range many {
		c, err := a.dial()
		if err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		conns = append(conns, c)
		if _, err := io.WriteString(c, "GET /en/ HTTP/1.1\r\nHost: x\r\nX-Slow: "); err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
	}
	held := a.descriptors() - files
	slow, memory := a.good(20), a.resident()-before
	t.Logf("%d connections in %v, %d of them held at once; a good request took %v, memory grew by %d MiB", many, time.Since(begun), held, slow, memory)
	if held < many*9/10 {
		t.Errorf("only %d connections were held", held)
	}
	if slow > 2*time.Second {
		t.Errorf("a good request takes %v", slow)
	}
	if memory > 400 {
		t.Errorf("memory grew by %d MiB", memory)
	}
	for limit := time.Now().Add(25 * time.Second); a.descriptors() > files+100; time.Sleep(200 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("%d connections are still held 25 seconds later", a.descriptors()-files)
		}
	}
}

// TestFiveHundredSignInsAtOnceHoldUpNobody (F24).
func TestFiveHundredSignInsAtOnceHoldUpNobody(t *testing.T) {
	a := attack(t)
	before := a.resident()
	var answers [600]atomic.Int32
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for i := range 500 {
		wg.Go(func() {
			client := &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			<-begin
			r := a.request(t.Context(), http.MethodPost, "/desk/signin", i, strings.NewReader(url.Values{
				"email": {fmt.Sprintf("somebody%d@desk.example", i)}, "password": {"correct horse battery staple"},
			}.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			got, err := client.Do(r)
			if err != nil {
				t.Errorf("sign-in %d: %v", i, err)
				return
			}
			_ = got.Body.Close()
			answers[got.StatusCode].Add(1)
		})
	}
	close(begin)
	peak, slow := 0, time.Duration(0)
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
			slow = max(slow, a.good(3))
			peak = max(peak, a.resident()-before)
		}
	}
	told := ""
	for status := range answers {
		if n := answers[status].Load(); n > 0 {
			told += fmt.Sprintf(" %d×%d", n, status)
		}
	}
	t.Logf("answers%s; a good request beside them took %v at most, memory grew by %d MiB", told, slow, peak)
	if answers[503].Load() == 0 || answers[422].Load() == 0 || answers[503].Load()+answers[422].Load() != 500 {
		t.Errorf("answers%s: want some told that too many sign in, and the others looked at", told)
	}
	if slow > 3*time.Second {
		t.Errorf("a good request took %v", slow)
	}
	if peak > 4*64 {
		t.Errorf("memory grew by %d MiB, more than four passwords take", peak)
	}
}

// request comes from a network of its own, by the proxy.
func (a *attacked) request(ctx context.Context, method, path string, i int, body io.Reader) *http.Request {
	r, err := http.NewRequestWithContext(ctx, method, a.url+path, body)
	if err != nil {
		a.t.Fatal(err)
	}
	r.Header.Set("X-Forwarded-For", fmt.Sprintf("10.%d.%d.7", i>>8, i&255))
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

// TestAFloodOfUploadsHoldsUpNobody: two hundred uploads that stall, from one network and
// from as many as there are; others are served, memory stays, and nothing of it is kept.
func TestAFloodOfUploadsHoldsUpNobody(t *testing.T) {
	for name, networks := range map[string]int{"one network": 1, "many networks": 200} {
		t.Run(name, func(t *testing.T) {
			a := attack(t)
			a.good(5)
			before := a.resident()
			var wg sync.WaitGroup
			ctx, cut := context.WithCancel(t.Context())
			var sent atomic.Int64
			for i := range 200 {
				wg.Go(func() { a.stall(ctx, i%networks, &sent) })
			}
			// What was sent may still lie in buffers of the system: it counts once it is sealed.
			for limit := time.Now().Add(30 * time.Second); (sent.Load() < 200*256<<10 || a.blobs() < 50) && time.Now().Before(limit); time.Sleep(50 * time.Millisecond) {
				a.good(1)
			}
			slow, memory := a.good(20), a.resident()-before
			t.Logf("%d KiB are held by 200 uploads; a good request took %v, memory grew by %d MiB", sent.Load()>>10, slow, memory)
			if n := a.blobs(); n < 50 {
				t.Errorf("only %d uploads were being sealed", n)
			}
			if slow > 2*time.Second || memory > 200 {
				t.Errorf("a good request took %v, memory grew by %d MiB", slow, memory)
			}
			cut()
			wg.Wait()
			a.good(5)
			for limit := time.Now().Add(10 * time.Second); a.blobs() > 0; time.Sleep(100 * time.Millisecond) {
				if time.Now().After(limit) {
					t.Fatalf("%d files are left of uploads that never ended", a.blobs())
				}
			}
		})
	}
}

// blobs counts what lies among the sealed files, whole or not.
func (a *attacked) blobs() (n int) {
	a.t.Helper()
	err := filepath.WalkDir(a.state+"/blobs", func(_ string, e os.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			n++
		}
		return nil
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return n
}

// stall begins a complaint, and sends a file of which the end never comes.
func (a *attacked) stall(ctx context.Context, network int, sent *atomic.Int64) {
	jar, _ := cookiejar.New(nil)
	client := &http.Client{Jar: jar, Timeout: 2 * time.Minute}
	r := a.request(ctx, http.MethodGet, "/en/complaint/files", network, nil)
	if got, err := client.Do(r); err == nil {
		_, _ = io.Copy(io.Discard, got.Body)
		_ = got.Body.Close()
	}
	out, in := io.Pipe()
	form := multipart.NewWriter(in)
	go func() {
		part, err := form.CreateFormFile("files", "film.bin")
		block := bytes.Repeat([]byte("x"), 64<<10)
		for n := 0; err == nil && n < 5; n++ {
			if _, err = part.Write(block); err == nil {
				sent.Add(int64(len(block)))
			}
		}
		<-ctx.Done()
		_ = in.CloseWithError(io.ErrUnexpectedEOF)
	}()
	r = a.request(ctx, http.MethodPost, "/en/complaint/files", network, out)
	r.Header.Set("Content-Type", form.FormDataContentType())
	if got, err := client.Do(r); err == nil {
		_ = got.Body.Close()
	}
	_ = out.Close()
}
