package app_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"klankbord/internal/apptest"
)

// Where a request ends is never in doubt, or what follows could be taken for a request
// of somebody else behind the same proxy (ASVS 4.2.1).
func TestABodyHasOneLength(t *testing.T) {
	_, _, both, err := apptest.New(t).Handlers()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(both)
	defer server.Close()
	hidden := "GET /nl/privacy HTTP/1.1\r\nHost: x\r\n\r\n"
	for name, c := range map[string]struct {
		headers, body string
		answer        int
	}{
		"one length":                      {"Content-Length: 3\r\n", "a=1", 422},
		"two that differ":                 {"Content-Length: 3\r\nContent-Length: 5\r\n", "a=1", 400},
		"chunked and a length":            {"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "3\r\na=1\r\n0\r\n\r\n", 422},
		"chunked, and a length past it":   {"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + hidden, 422},
		"chunked in a disguise":           {"Transfer-Encoding: xchunked\r\n", "3\r\na=1\r\n0\r\n\r\n", 501},
		"chunked twice":                   {"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n", 501},
		"a space before the colon":        {"Content-Length : 3\r\n", "a=1", 400},
		"a length that is no number":      {"Content-Length: +3\r\n", "a=1", 400},
		"a chunk whose length is too big": {"Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFFF\r\na=1\r\n0\r\n\r\n", 422},
	} {
		t.Run(name, func(t *testing.T) {
			to, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = to.Close() }()
			request := "POST /nl/resume HTTP/1.1\r\nHost: desk.example\r\nContent-Type: application/x-www-form-urlencoded\r\n" + c.headers + "\r\n" + c.body
			if _, err := io.WriteString(to, request); err != nil {
				t.Fatal(err)
			}
			answers := bufio.NewReader(to)
			first, err := http.ReadResponse(answers, nil)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, first.Body)
			_ = first.Body.Close()
			if first.StatusCode != c.answer {
				t.Errorf("answered with %d, want %d", first.StatusCode, c.answer)
			}
		})
	}
}
