package ui_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"klankbord/internal/fault"
	"klankbord/internal/web/ui"
)

func roomy() ui.Limits { return ui.Limits{Fields: 100, TextBytes: 1 << 20, FileBytes: 1 << 20} }

func encoded(body string) *http.Request {
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// parted builds a multipart form; a name that ends in "@file" is a file.
func parted(t testing.TB, pairs ...string) *http.Request {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		name, isFile := strings.CutSuffix(pairs[i], "@file")
		var w io.Writer
		var err error
		if isFile {
			w, err = m.CreateFormFile(name, "C:\\photos\\holiday.jpg")
		} else {
			w, err = m.CreateFormField(name)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, pairs[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/", &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return r
}

func TestReadFormKeepsTextAsItWasTyped(t *testing.T) {
	want := map[string][]string{"what": {"  é\n\nline two\t\uFFFD "}, "topic": {"a", "b"}, "empty": {""}}
	for name, r := range map[string]*http.Request{
		"encoded": encoded("what=++%C3%A9%0D%0A%0D%0Aline+two%09%FF+&topic=a&topic=b&empty="),
		"parted":  parted(t, "what", "  é\r\n\r\nline two\t\xff ", "topic", "a", "topic", "b", "empty", ""),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ui.ReadForm(r, roomy(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestReadFormHandsFilesOverAsTheyArrive(t *testing.T) {
	var got []string
	r := parted(t, "before", "x", "file@file", "one", "file@file", "two", "act", "next")
	values, err := ui.ReadForm(r, roomy(), func(u ui.Upload) error {
		b, err := io.ReadAll(u.Body)
		got = append(got, fmt.Sprint(u.Field, " ", u.Name, " ", string(b)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || !strings.HasSuffix(got[1], "two") || values["act"][0] != "next" || len(values["file"]) != 0 {
		t.Errorf("files %q, values %q", got, values)
	}
}

func TestAFileThatIsTooLargeLeavesTheGoodOnes(t *testing.T) {
	l := roomy()
	l.FileBytes = 5
	r := parted(t, "f@file", "12345", "f@file", "123456", "f@file", "123", "act", "next")
	var good, large int
	values, err := ui.ReadForm(r, l, func(u ui.Upload) error {
		switch _, err := io.Copy(io.Discard, u.Body); {
		case errors.Is(err, ui.ErrTooLarge):
			large++
		case err != nil:
			return err
		default:
			good++
		}
		return nil
	})
	if err != nil || good != 2 || large != 1 || values["act"] == nil {
		t.Errorf("good %d, too large %d, values %v, %v", good, large, values, err)
	}
}

func TestReadFormStopsAtItsLimits(t *testing.T) {
	small := ui.Limits{Fields: 3, TextBytes: 20}
	for name, r := range map[string]*http.Request{
		"many encoded":  encoded("a=1&b=2&c=3&d=4"),
		"large encoded": encoded("a=" + strings.Repeat("x", 100)),
		"large decoded": encoded("a=" + strings.Repeat("x", 21)),
		"many parted":   parted(t, "a", "1", "b", "2", "c", "3", "d", "4"),
		"large parted":  parted(t, "a", strings.Repeat("x", 21)),
		"cut off": func() *http.Request {
			r := parted(t, "a", "1")
			r.Body = io.NopCloser(io.LimitReader(r.Body, 90))
			return r
		}(),
		"no boundary": func() *http.Request { r := encoded(""); r.Header.Set("Content-Type", "multipart/form-data"); return r }(),
		"json":        func() *http.Request { r := encoded("{}"); r.Header.Set("Content-Type", "application/json"); return r }(),
		"no type":     func() *http.Request { r := encoded("a=1"); r.Header.Del("Content-Type"); return r }(),
		"bad escape":  encoded("a=%zz"),
	} {
		t.Run(name, func(t *testing.T) {
			if v, err := ui.ReadForm(r, small, nil); err == nil {
				t.Errorf("read %v", v)
			}
		})
	}
}

func TestAFormThatWasCutOffNeverPassesForAWholeOne(t *testing.T) {
	whole, err := io.ReadAll(parted(t, "a", "1", "f@file", "content", "b", "2").Body)
	if err != nil {
		t.Fatal(err)
	}
	kind := "multipart/form-data; boundary=" + string(whole[2:bytes.IndexByte(whole, '\r')])
	for n := range len(whole) - len("--\r\n") {
		r := httptest.NewRequest("POST", "/", bytes.NewReader(whole[:n]))
		r.Header.Set("Content-Type", kind)
		v, err := ui.ReadForm(r, roomy(), func(u ui.Upload) error {
			_, err := io.Copy(io.Discard, u.Body)
			return err
		})
		if err == nil {
			t.Fatalf("%d of %d bytes read as %v", n, len(whole), v)
		}
	}
}

// TestAnErrorOfTheFileReaderComesBack also shows that nothing is left in the
// folder for temporary files.
func TestAnErrorOfTheFileReaderComesBack(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	full := fault.New(fault.Unavailable, "error.disk-full")
	_, err := ui.ReadForm(parted(t, "f@file", strings.Repeat("secret", 1<<16)), roomy(), func(ui.Upload) error { return full })
	if !errors.Is(err, full) {
		t.Errorf("error %v", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left in the temporary folder: %v, %v", left, err)
	}
}

func FuzzReadForm(f *testing.F) {
	f.Add("application/x-www-form-urlencoded", "a=1&b=%C3%A9")
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nv\r\n--x--\r\n")
	f.Fuzz(func(t *testing.T, kind, body string) {
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		l := ui.Limits{Fields: 10, TextBytes: 1000, FileBytes: 100}
		values, err := ui.ReadForm(r, l, func(u ui.Upload) error {
			_, err := io.Copy(io.Discard, u.Body)
			return err
		})
		n := 0
		for _, v := range values {
			n += len(v)
			for _, s := range v {
				if strings.ToValidUTF8(s, "") != s || strings.Contains(s, "\r\n") {
					t.Errorf("value %q", s)
				}
			}
		}
		if err == nil && n > l.Fields {
			t.Errorf("%d values", n)
		}
	})
}
