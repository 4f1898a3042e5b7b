package house_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"klankbord/bench/fixture"
	"klankbord/faults/house"
	"klankbord/internal/sqldb"
)

// newHouse serves a furnished instance of the real program.
func newHouse(t *testing.T, extra ...string) *house.House {
	t.Helper()
	return newHouseIn(t, t.TempDir(), func(bin string) string { return bin }, extra...)
}

// newHouseIn is newHouse on a disk of one's own; by names what starts the program instead of it.
// build makes a program of the tree, with further flags for the compiler.
func build(t *testing.T, name string, flags ...string) (bin string) {
	t.Helper()
	bin = filepath.Join(t.TempDir(), name)
	compile := exec.Command("go", append(append([]string{"build"}, flags...), "-o", bin, "./cmd/klankbord")...)
	compile.Dir = "../.."
	if out, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("build: %v: %s", err, out)
	}
	return bin
}

func newHouseIn(t *testing.T, folder string, by func(bin string) string, extra ...string) *house.House {
	t.Helper()
	const root = "../.."
	h, err := house.New(t.Context(), root, by(build(t, "klankbord")), folder, t.Logf, extra...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// ready is somebody who has filled in a complaint.
func ready(t *testing.T, h *house.House) *house.Person {
	t.Helper()
	p, err := h.Person()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.FillIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

// send presses the button of the check page and returns the status and text of the page.
func send(t *testing.T, p *house.Person) (status int, text string) {
	t.Helper()
	f, err := p.At.Form("draft")
	if err != nil {
		t.Fatal(err)
	}
	if p.At, err = p.Press(t.Context(), f, ""); err != nil {
		t.Fatal(err)
	}
	return p.At.Status, p.At.Text()
}

// arrives expects that a complaint can be sent and is one case on the desk.
func arrives(t *testing.T, h *house.House, p *house.Person) {
	t.Helper()
	if p.At.Status != http.StatusOK {
		var err error
		if p.At, err = p.Open(t.Context(), "/nl/complaint/check"); err != nil {
			t.Fatal(err)
		}
	}
	if status, text := send(t, p); status != http.StatusOK || !strings.HasSuffix(p.At.URL.Path, "/receipt") {
		t.Fatalf("sending answers %d: %.300s", status, text)
	}
	desk, err := h.SignedIn(t.Context(), fixture.Reader)
	if err != nil {
		t.Fatal(err)
	}
	list, err := desk.Cases(t.Context(), p.Word)
	if err != nil || len(list) != 1 {
		t.Errorf("%d cases on the desk: %v", len(list), err)
	}
}

func TestAnotherProcessHoldsTheDatabaseForAMinute(t *testing.T) {
	h := newHouse(t)
	p := ready(t, h)
	db, err := sqldb.Open(t.Context(), "sqlite:"+filepath.Join(h.State, "klankbord.db"))
	if err != nil {
		t.Fatal(err)
	}
	held, letGo, done := make(chan bool), make(chan bool), make(chan error)
	ctx := t.Context()
	go func() {
		done <- db.Write(ctx, func(*sqldb.Tx) error {
			close(held)
			<-letGo
			return nil
		})
	}()
	<-held
	for range 2 { // the second waits as short as the first
		began := time.Now()
		status, text := send(t, p)
		if took := time.Since(began); status != http.StatusServiceUnavailable || !strings.Contains(text, "Er is niets verstuurd") || took > 12*time.Second {
			t.Errorf("after %s sending answers %d: %.300s", took, status, text)
		}
	}
	close(letGo)
	if err := errors.Join(<-done, db.Close()); err != nil {
		t.Fatal(err)
	}
	arrives(t, h, p)
}

// half begins to send a file of a megabyte to the form, and sends half of it.
func half(t *testing.T, h *house.House, p *house.Person) *net.TCPConn {
	t.Helper()
	page, err := p.Open(t.Context(), "/nl/complaint/files")
	if err != nil || page.Status != http.StatusOK {
		t.Fatalf("%v %v", page, err)
	}
	address := strings.TrimPrefix(h.Site, "http://")
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	const name = "klankbord"
	if p.Cookie(name) == "" {
		t.Fatal("the form has set no cookie")
	}
	cookies := name + "=" + p.Cookie(name)
	head := "--between\r\nContent-Disposition: form-data; name=\"files\"; filename=\"film.mp4\"\r\nContent-Type: video/mp4\r\n\r\n"
	const size = 1 << 20
	fmt.Fprintf(c, "POST /nl/complaint/files HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nSec-Fetch-Site: same-origin\r\nContent-Type: multipart/form-data; boundary=between\r\nContent-Length: %d\r\n\r\n%s%s",
		address, cookies, size, head, strings.Repeat("x", size/2))
	return c.(*net.TCPConn)
}

// parts counts the files that are still written.
func parts(t *testing.T, h *house.House) (n int) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(h.State, "blobs"), func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".part") {
			n++
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func within(t *testing.T, most time.Duration, what string, is func() bool) {
	t.Helper()
	for until := time.Now().Add(most); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("not within %s: %s", most, what)
		}
	}
}

func TestAnUploadThatIsCutLeavesNothing(t *testing.T) {
	h := newHouse(t)
	p := ready(t, h)
	for name, cut := range map[string]func(*net.TCPConn){
		"reset":      func(c *net.TCPConn) { _ = c.SetLinger(0) },
		"closed":     func(*net.TCPConn) {},
		"half close": func(c *net.TCPConn) { _ = c.CloseWrite(); _, _ = bufio.NewReader(c).ReadString('\n') },
	} {
		t.Run(name, func(t *testing.T) {
			c := half(t, h, p)
			within(t, 10*time.Second, "the file is begun", func() bool { return parts(t, h) == 1 })
			cut(c)
			_ = c.Close()
			within(t, 10*time.Second, "what came of it is gone", func() bool { return parts(t, h) == 0 })
			page, err := p.Open(t.Context(), "/nl/complaint/files")
			if err != nil || page.Status != http.StatusOK || strings.Contains(page.Text(), "film.mp4") {
				t.Errorf("the form tells of the file: %v", err)
			}
		})
	}
	arrives(t, h, p)
}

func TestAStopDuringAnUploadEndsInTime(t *testing.T) {
	h := newHouse(t)
	p := ready(t, h)
	c := half(t, h, p)
	defer c.Close()
	within(t, 10*time.Second, "the file is begun", func() bool { return parts(t, h) == 1 })
	began := time.Now()
	if err := h.Stop(); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("stopping took %s", took)
	}
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	arrives(t, h, p)
}

func TestFewDescriptorsAreGivenBack(t *testing.T) {
	h := newHouse(t)
	p := ready(t, h)
	if err := exec.Command("prlimit", fmt.Sprintf("--pid=%d", h.PID()), "--nofile=64:64").Run(); err != nil {
		t.Fatal(err)
	}
	var lines []net.Conn
	for range 100 {
		if c, err := net.DialTimeout("tcp", strings.TrimPrefix(h.Site, "http://"), time.Second); err == nil {
			lines = append(lines, c)
		}
	}
	time.Sleep(time.Second)
	for _, c := range lines {
		_ = c.Close()
	}
	if !h.Alive() {
		t.Fatal("the program ended")
	}
	arrives(t, h, p)
}

// TestNobodyReadsTheTextLog blocks the pipe into which the program logs, and then makes
// it log.
func TestNobodyReadsTheTextLog(t *testing.T) {
	h := newHouse(t)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = read.Close(), write.Close() }()
	full := strings.Repeat("x", 4096)
	_ = write.SetWriteDeadline(time.Now().Add(time.Second))
	for err == nil {
		_, err = write.WriteString(full)
	}
	if err := h.Stop(); err != nil {
		t.Fatal(err)
	}
	h.Errors = write
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := ready(t, h)
	db, err := sqldb.Open(t.Context(), "sqlite:"+filepath.Join(h.State, "klankbord.db"))
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(t.Context(), func(*sqldb.Tx) error {
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()
		f, err := p.At.Form("draft")
		if err != nil {
			return err
		}
		page, err := p.Press(ctx, f, "") // its refusal is logged
		if err == nil && page.Status != http.StatusServiceUnavailable {
			err = fmt.Errorf("answers %d", page.Status)
		}
		p.At = page
		return err
	})
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	arrives(t, h, p)
}

func TestBombsInTheHeadOfARequestAreRefusedAtOnce(t *testing.T) {
	h := newHouse(t)
	address := strings.TrimPrefix(h.Site, "http://")
	many := func(line string) string { return strings.Repeat(line, 10_000) }
	for name, c := range map[string]struct{ request, want string }{
		"one header of a megabyte": {"GET /nl/ HTTP/1.1\r\nHost: x\r\nA: " + strings.Repeat("x", 1<<20) + "\r\n\r\n", "431"},
		"ten thousand headers":     {"GET /nl/ HTTP/1.1\r\nHost: x\r\n" + many("A: b\r\n") + "\r\n", "431"},
		"ten thousand cookies":     {"GET /nl/ HTTP/1.1\r\nHost: x\r\n" + many("Cookie: a=b\r\n") + "\r\n", "431"},
		"an address of a megabyte": {"GET /nl/" + strings.Repeat("x", 1<<20) + " HTTP/1.1\r\nHost: x\r\n\r\n", "431"},
		"two lengths":              {"POST /nl/resume HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", "400"},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			began := time.Now()
			go func() { _, _ = conn.Write([]byte(c.request)) }() // it may be cut before its end
			_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			line, err := bufio.NewReader(conn).ReadString('\n')
			if took := time.Since(began); err != nil || !strings.Contains(line, c.want) || took > 5*time.Second {
				t.Errorf("answered %q after %s: %v", line, took, err)
			}
		})
	}
	arrives(t, h, ready(t, h))
}
