package ui

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// quick is a pace for tests: 10,000 bytes a second after a fifth of a second.
func quick() Pace {
	return Pace{Stall: 300 * time.Millisecond, Grace: 200 * time.Millisecond, Rate: 10_000}
}

// paced serves what reads all and answers with as many bytes as it is asked for.
func paced(t *testing.T) (address string, ends chan error) {
	t.Helper()
	ends = make(chan error, 10)
	server := httptest.NewServer(Paced(quick(), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		if r.URL.Path == "/work" {
			time.Sleep(600 * time.Millisecond) // longer than any stall
			if err = r.Context().Err(); err == nil {
				_, err = io.WriteString(w, "done")
			}
		}
		if r.URL.Path == "/large" {
			block := make([]byte, 32<<10)
			for range 2000 {
				if _, err = w.Write(block); err != nil {
					break
				}
			}
		}
		ends <- err
	})))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String(), ends
}

func dial(t *testing.T, address, request string) net.Conn {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	return c
}

func within(t *testing.T, ends chan error, limit time.Duration) error {
	t.Helper()
	select {
	case err := <-ends:
		return err
	case <-time.After(limit):
		t.Fatalf("after %v the request still holds the server", limit)
		return nil
	}
}

const post = "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"

func TestABodyThatStallsIsCut(t *testing.T) {
	address, ends := paced(t)
	dial(t, address, fmt.Sprintf(post, "/", 1000)+"half")
	if err := within(t, ends, 2*time.Second); err == nil {
		t.Error("it is taken for a whole one")
	}
}

func TestABodyThatDripsIsCut(t *testing.T) {
	address, ends := paced(t)
	c := dial(t, address, fmt.Sprintf(post, "/", 1_000_000))
	go func() {
		for {
			if _, err := io.WriteString(c, "x"); err != nil {
				return
			}
			time.Sleep(20 * time.Millisecond) // far less than a stall
		}
	}()
	if err := within(t, ends, 2*time.Second); err == nil {
		t.Error("it is taken for a whole one")
	}
}

func TestABodyAtTheSlowestPaceArrives(t *testing.T) {
	address, ends := paced(t)
	c := dial(t, address, fmt.Sprintf(post, "/", 20_000))
	for range 40 {
		time.Sleep(25 * time.Millisecond) // 500 bytes each: 20,000 a second
		if _, err := io.WriteString(c, strings.Repeat("x", 500)); err != nil {
			t.Fatal(err)
		}
	}
	if err := within(t, ends, 2*time.Second); err != nil {
		t.Error(err)
	}
}

func TestAReaderThatTakesNothingIsCut(t *testing.T) {
	address, ends := paced(t)
	dial(t, address, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
	if err := within(t, ends, 6*time.Second); err == nil {
		t.Error("60 MB went to somebody who reads nothing")
	}
}

func TestAReaderWhoReadsGetsAll(t *testing.T) {
	address, ends := paced(t)
	c := dial(t, address, "GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	n, err := io.Copy(io.Discard, c)
	if err != nil || n < 2000*32<<10 {
		t.Errorf("%d bytes, %v", n, err)
	}
	if err := within(t, ends, time.Second); err != nil {
		t.Error(err)
	}
}

// What is done with a body that came whole may take longer than any stall, and the next
// request on the same connection is held to the pace anew.
func TestWorkAfterTheBodyIsNotCut(t *testing.T) {
	address, ends := paced(t)
	c := dial(t, address, fmt.Sprintf(post, "/work", 3)+"abc")
	answers := bufio.NewReader(c)
	for range 2 {
		if err := within(t, ends, 3*time.Second); err != nil {
			t.Fatal(err)
		}
		r, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r.Body)
		if err != nil || string(b) != "done" {
			t.Fatalf("%q, %v", b, err)
		}
		if _, err := io.WriteString(c, fmt.Sprintf(post, "/work", 3)+"abc"); err != nil {
			t.Fatal(err)
		}
	}
}
