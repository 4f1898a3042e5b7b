package desk_test

import (
	"encoding/binary"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"klankbord/internal/store"
)

// recording is a second of silence, as a phone keeps it.
func recording() string {
	samples := make([]byte, 16_000)
	head := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x00\x00\x00\x00")
	binary.LittleEndian.PutUint32(head[4:], uint32(36+len(samples)))
	binary.LittleEndian.PutUint32(head[40:], uint32(len(samples)))
	return string(head) + string(samples)
}

// play asks for a stretch of a recording as a player does.
func (b *browser) play(at, stretch string) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(http.MethodGet, "https://desk.example"+at, nil)
	r.Header.Set("Range", stretch)
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, r)
	return w
}

// A recording plays on the desk out of its sealed parts, for whoever may read the case
// and nobody else, and the log tells of it once however often the player asks.
func TestARecordingPlaysOnTheDesk(t *testing.T) {
	h, c := staffed(t)
	made := h.Complain("en", complaint(), map[string]string{"memo.wav": recording(), "letter.txt": "Dear all"})
	at := "/desk/case/" + string(made.Number)
	look := c.sofie.get(at).link(at + "/look/")
	p := c.sofie.get(look)
	sound := at + "/sound/" + path.Base(look)
	if !strings.Contains(p.body, `src="`+sound+`"`) || !strings.Contains(p.header.Get("Content-Security-Policy"), "media-src 'self'") {
		t.Fatalf("the page does not play the recording; policy %s", p.header.Get("Content-Security-Policy"))
	}
	before := h.readings()
	for stretch, want := range map[string]string{"bytes=0-3": "RIFF", "bytes=8-11": "WAVE", "bytes=36-39": "data"} {
		w := c.sofie.play(sound, stretch)
		if w.Code != http.StatusPartialContent || w.Body.String() != want || !strings.HasPrefix(w.Header().Get("Content-Type"), "audio/") {
			t.Errorf("%s: %d %q %v", stretch, w.Code, w.Body.String(), w.Header())
		}
	}
	if w := c.sofie.play(sound, "bytes=0-"); w.Body.String() != recording() {
		t.Errorf("the whole has %d bytes", w.Body.Len())
	}
	if w := c.sofie.play(sound, "bytes=99999-"); w.Code != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("behind the end: %d", w.Code)
	}
	if n := h.readings() - before; n != 1 {
		t.Errorf("%d lines of the log tell of it", n)
	}
	h.Clock.Add(16 * time.Minute)
	c.sofie.play(sound, "bytes=0-3")
	if n := h.readings() - before; n != 2 {
		t.Errorf("a quarter of an hour later there are %d", n)
	}
	for who, b := range map[string]*browser{"another team": c.nele, "an auditor": c.anke, "nobody": h.browser()} {
		if w := b.play(sound, "bytes=0-3"); w.Code == http.StatusPartialContent || strings.Contains(w.Body.String(), "RIFF") {
			t.Errorf("%s hears it: %d", who, w.Code)
		}
	}
	others := fileLinks(c.sofie.get(at), at)
	if len(others) == 0 {
		t.Error("there is no other file to try")
	}
	for _, f := range others {
		if w := c.sofie.play(at+"/sound/"+path.Base(f), "bytes=0-3"); path.Base(f) != path.Base(look) && w.Code != http.StatusNotFound {
			t.Errorf("what is no recording plays: %d", w.Code)
		}
	}
	sheet := c.sofie.get(p.link(at + "/records/meeting?sound="))
	if !strings.Contains(sheet.body, `src="`+sound+`"`) {
		t.Errorf("it does not play beside the minutes, status %d", sheet.status)
	}
}

// readings is how often a member opened a file, as the store has it.
func (h *house) readings() (n int) {
	h.t.Helper()
	err := h.Store.Read(h.t.Context(), func(tx *store.Tx) error {
		return tx.QueryRow("SELECT count(*) FROM opening WHERE what = 'file'").Scan(&n)
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

// fileLinks are the addresses of files that a case page leads to at once.
func fileLinks(p *page, at string) (list []string) {
	for _, a := range all(p.doc, func(n *html.Node) bool { return n.Data == "a" }) {
		if href, _ := attr(a, "href"); strings.HasPrefix(href, at+"/file/") {
			list = append(list, href)
		}
	}
	return list
}
