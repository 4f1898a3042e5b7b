package clamd

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// harmful is what the one signature of the daemon of the tests finds.
const harmful = "KLANKBORD-TEST-SIGNATURE-7q4m9x"

// daemons are the real daemon of the tests, by its socket and by its port.
func daemons(t *testing.T) map[string]*Scanner {
	t.Helper()
	list := map[string]*Scanner{}
	for name, address := range map[string]string{
		"socket": "unix:" + os.Getenv("KLANKBORD_TEST_CLAMD"), "port": "tcp:" + os.Getenv("KLANKBORD_TEST_CLAMD_TCP"),
	} {
		s, err := New(address, 100<<20, Patience)
		if err != nil {
			t.Fatalf("%v; run the tests by tools/test.sh, which starts the daemon", err)
		}
		list[name] = s
	}
	return list
}

func scan(t *testing.T, s *Scanner, content []byte) Answer {
	t.Helper()
	return s.Scan(t.Context(), bytes.NewReader(content), int64(len(content)))
}

func zipped(t *testing.T, name string, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err == nil {
		_, err = f.Write(content)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTheRealDaemonSaysWhatItFinds(t *testing.T) {
	nested := []byte("nothing")
	for range 8 {
		nested = zipped(t, "again.zip", nested)
	}
	for how, s := range daemons(t) {
		for name, c := range map[string]struct {
			content []byte
			want    Answer
		}{
			"an ordinary text":              {[]byte("Good morning"), Answer{}},
			"nothing at all":                {nil, Answer{}},
			"two MB":                        {bytes.Repeat([]byte("abcd"), 1<<19), Answer{}},
			"the signature":                 {[]byte("before " + harmful + " after"), Answer{Found: "Klankbord.Test-1.UNOFFICIAL"}},
			"across two chunks":             {append(bytes.Repeat([]byte("x"), chunk-10), harmful...), Answer{Found: "Klankbord.Test-1.UNOFFICIAL"}},
			"in an archive":                 {zipped(t, "letter.txt", []byte(harmful)), Answer{Found: "Klankbord.Test-1.UNOFFICIAL"}},
			"too large for the daemon":      {bytes.Repeat([]byte("abcd"), 2<<20), Answer{Why: TooBig}},
			"an archive in eight others":    {nested, Answer{Why: Closed}},
			"a bomb that unpacks to 100 MB": {zipped(t, "zeros", make([]byte, 100<<20)), Answer{Why: Closed}},
		} {
			if got := scan(t, s, c.content); got != c.want {
				t.Errorf("%s, %s: %+v, want %+v", how, name, got, c.want)
			}
		}
		if v, err := s.Version(t.Context()); err != nil || !strings.HasPrefix(v, "ClamAV ") {
			t.Errorf("%s: version %q, %v", how, v, err)
		}
	}
}

func TestManyFilesAtOnceAreAllLookedThrough(t *testing.T) {
	s := daemons(t)["socket"]
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			want, content := Answer{}, strings.Repeat("x", 100_000)
			if i%3 == 0 {
				want, content = Answer{Found: "Klankbord.Test-1.UNOFFICIAL"}, content+harmful
			}
			if got := s.Scan(t.Context(), strings.NewReader(content), int64(len(content))); got != want {
				t.Errorf("file %d: %+v", i, got)
			}
		})
	}
	wg.Wait()
}

// answering is a daemon that does as it is told.
func answering(t *testing.T, do func(net.Conn)) *Scanner {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer func() { _ = conn.Close() }(); do(conn) }()
		}
	}()
	s, err := New("unix:"+path, 1<<20, 300*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhateverADaemonDoesNothingPassesForClean(t *testing.T) {
	swallow := func(c net.Conn) { _, _ = io.CopyN(io.Discard, c, 10+4+5+4) }
	say := func(text string) func(net.Conn) {
		return func(c net.Conn) { swallow(c); _, _ = io.WriteString(c, text) }
	}
	for name, c := range map[string]struct {
		do   func(net.Conn)
		want Why
	}{
		"hangs":                         {func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, Slow},
		"reads nothing":                 {func(net.Conn) { time.Sleep(time.Second) }, Slow},
		"hangs up":                      {func(net.Conn) {}, Failed},
		"hangs up after it read":        {swallow, Failed},
		"says half":                     {say("stream: O"), Failed},
		"says OK without the end":       {say("stream: OK"), Failed},
		"says an error":                 {say("stream: lstat() failed ERROR\x00"), Failed},
		"says something else":           {say("HTTP/1.1 200 OK\r\n\r\n\x00"), Failed},
		"says OK of another command":    {say("OK\x00"), Failed},
		"finds what has no name":        {say("stream:  FOUND\x00"), Failed},
		"talks without end":             {say(strings.Repeat("x", 1<<20)), Failed},
		"has enough":                    {say("INSTREAM size limit exceeded. ERROR\x00"), TooBig},
		"cannot open what is encrypted": {say("stream: Heuristics.Encrypted.Zip FOUND\x00"), Closed},
	} {
		t.Run(name, func(t *testing.T) {
			s := answering(t, c.do)
			if got := scan(t, s, []byte("hello")); got != (Answer{Why: c.want}) {
				t.Errorf("%+v, want %s", got, c.want)
			}
		})
	}
	s, err := New("unix:"+filepath.Join(t.TempDir(), "none"), 4, Patience)
	if err != nil {
		t.Fatal(err)
	}
	if got := scan(t, s, []byte("abcd")); got != (Answer{Why: Down}) {
		t.Errorf("nobody there: %+v", got)
	}
	if got := scan(t, s, []byte("abcde")); got != (Answer{Why: TooBig}) {
		t.Errorf("beyond our limit: %+v", got)
	}
	if _, err := s.Version(t.Context()); err == nil {
		t.Error("nobody there has a version")
	}
}

func TestADaemonThatHangsHoldsUpOneFileAndNotEachOne(t *testing.T) {
	s := answering(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	scan(t, s, []byte("hello"))
	begun := time.Now()
	for range 100 {
		if got := scan(t, s, []byte("hello")); got.Why != Slow {
			t.Fatalf("%+v", got)
		}
	}
	if took := time.Since(begun); took > 200*time.Millisecond {
		t.Errorf("a hundred files after it took %v", took)
	}
}

func TestAnOriginalThatBreaksIsNotCalledClean(t *testing.T) {
	s := daemons(t)["socket"]
	broken := io.MultiReader(strings.NewReader("half"), brokenReader{})
	if got := s.Scan(t.Context(), broken, 100); got != (Answer{Why: Failed}) {
		t.Errorf("%+v", got)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("the disk") }

func TestTheNameOfAFindingIsOneShortLine(t *testing.T) {
	got := read("stream: Evil\n\x1b[31m\u202e" + strings.Repeat("x", 500) + " FOUND")
	if strings.ContainsAny(got.Found, "\n\x1b") || len([]rune(got.Found)) != nameMost {
		t.Errorf("%q", got.Found)
	}
}

func TestOnlyTheTwoKindsOfAddressAreTaken(t *testing.T) {
	for _, bad := range []string{"", "unix:", "/run/clamd", "tcp:host", "tcp:", "http://host", "udp:host:1"} {
		if _, err := New(bad, 1, Patience); !errors.Is(err, ErrAddress) {
			t.Errorf("%q is taken: %v", bad, err)
		}
	}
}
