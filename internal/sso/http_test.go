package sso

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What the provider answers leads to no other address, and fills no memory.
func TestTheProviderLeadsNowhereElseAndFillsNoMemory(t *testing.T) {
	asked := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked[r.URL.Path]++
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, "/inside", http.StatusFound)
		case "/long":
			_, _ = io.Copy(w, io.LimitReader(strings.NewReader(strings.Repeat("x", 3*mostBytes)), 3*mostBytes))
		}
	}))
	defer server.Close()
	to, err := newLimited("")
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string) (status, length int) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := to.client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.Body.Close() != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, len(body)
	}
	if status, _ := get("/away"); status != http.StatusFound || asked["/inside"] != 0 {
		t.Errorf("a redirection was followed: %d, %v", status, asked)
	}
	if _, length := get("/long"); length != mostBytes {
		t.Errorf("%d bytes were read, at most %d", length, mostBytes)
	}
}
