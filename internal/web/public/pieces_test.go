package public_test

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// tus sends one request of the protocol and returns the answer with its body.
func tus(t *testing.T, v *visitor, method, target string, headers map[string]string, body string) (*http.Response, string) {
	t.Helper()
	was := v.header.Clone()
	defer func() { v.header = was }()
	v.header.Set("Tus-Resumable", "1.0.0")
	v.header.Set("Sec-Fetch-Site", "same-origin")
	for name, value := range headers {
		v.header.Set(name, value)
	}
	answer := v.send(method, target, headers["Content-Type"], strings.NewReader(body))
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(raw)
}

func named(name string) string {
	return "filename " + base64.StdEncoding.EncodeToString([]byte(name)) + ",filetype dGV4dA=="
}

func piece(offset string) map[string]string {
	return map[string]string{"Content-Type": "application/offset+octet-stream", "Upload-Offset": offset}
}

// The protocol, as any of its clients speaks it.
func TestAFileComesInPiecesOverTus(t *testing.T) {
	d := newDesk(t)
	p := atFiles(t, d, "nl")
	v := p.v
	at := attribute(p.find("input", "type", "file")[0], "data-upload")
	answer, _ := tus(t, v, "OPTIONS", at, nil, "")
	if h := answer.Header; answer.StatusCode != http.StatusNoContent || h.Get("Tus-Version") != "1.0.0" || h.Get("Tus-Extension") != "creation,expiration,termination" {
		t.Errorf("OPTIONS: %d %v", answer.StatusCode, h)
	}
	answer, _ = tus(t, v, "POST", at, map[string]string{"Tus-Resumable": "0.2.2", "Upload-Length": "11"}, "")
	if answer.StatusCode != http.StatusPreconditionFailed || answer.Header.Get("Tus-Version") != "1.0.0" {
		t.Errorf("another version: %d", answer.StatusCode)
	}
	answer, _ = tus(t, v, "POST", at, map[string]string{"Upload-Length": "11", "Upload-Metadata": named("opname één.m4a")}, "")
	file := answer.Header.Get("Location")
	if answer.StatusCode != http.StatusCreated || file == "" || answer.Header.Get("Upload-Expires") == "" {
		t.Fatalf("POST: %d %v", answer.StatusCode, answer.Header)
	}
	for _, c := range []struct {
		method  string
		headers map[string]string
		body    string
		status  int
		offset  string
	}{
		{"HEAD", nil, "", http.StatusOK, "0"},
		{"PATCH", piece("0"), "hello", http.StatusNoContent, "5"},
		{"PATCH", piece("0"), "hello", http.StatusConflict, ""},
		{"HEAD", nil, "", http.StatusOK, "5"},
		{"PATCH", map[string]string{"Content-Type": "text/plain", "Upload-Offset": "5"}, " world", http.StatusUnsupportedMediaType, ""},
		{"PATCH", piece("-1"), " world", http.StatusBadRequest, ""},
		{"PATCH", piece("5"), " world", http.StatusNoContent, "11"},
		{"HEAD", nil, "", http.StatusOK, "11"},
		{"DELETE", nil, "", http.StatusNoContent, ""},
		{"HEAD", nil, "", http.StatusNotFound, ""},
	} {
		answer, _ := tus(t, v, c.method, file, c.headers, c.body)
		if answer.StatusCode != c.status || c.offset != "" && answer.Header.Get("Upload-Offset") != c.offset || answer.Header.Get("Tus-Resumable") != "1.0.0" {
			t.Errorf("%s %q: %d %v, want %d at %s", c.method, c.body, answer.StatusCode, answer.Header, c.status, c.offset)
		}
	}
	p = v.get("/nl/complaint/files")
	if got := p.find("button", "name", "remove"); len(got) != 1 || !p.says("opname één.m4a") {
		t.Errorf("the file is not in the list: %v", got)
	}
}

// What cannot be taken is said in words that the page shows; what is somebody else's is
// as if it were not there.
func TestAnUploadIsRefusedInWords(t *testing.T) {
	d := newDesk(t)
	v := atFiles(t, d, "fr").v
	at := "/fr/upload/complaint"
	for length, says := range map[string]string{"0": "vide", "99999999": "trop"} {
		answer, text := tus(t, v, "POST", at, map[string]string{"Upload-Length": length, "Upload-Metadata": named("photo.jpg")}, "")
		if answer.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, "photo.jpg") || !strings.Contains(text, says) {
			t.Errorf("%s bytes: %d %q", length, answer.StatusCode, text)
		}
	}
	for _, length := range []string{"", "x", "-1"} {
		if answer, _ := tus(t, v, "POST", at, map[string]string{"Upload-Length": length}, ""); answer.StatusCode != http.StatusBadRequest {
			t.Errorf("length %q: %d", length, answer.StatusCode)
		}
	}
	answer, _ := tus(t, v, "POST", at, map[string]string{"Upload-Length": "4", "Upload-Metadata": named("a.txt")}, "")
	file := answer.Header.Get("Location")
	stranger := atFiles(t, d, "fr").v
	for _, method := range []string{"HEAD", "PATCH"} {
		if answer, _ := tus(t, stranger, method, file, piece("0"), "text"); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s by another browser: %d", method, answer.StatusCode)
		}
	}
	if answer, _ := tus(t, v, "POST", at, map[string]string{"Upload-Length": "4", "Sec-Fetch-Site": "cross-site"}, ""); answer.StatusCode != http.StatusForbidden {
		t.Errorf("from another site: %d", answer.StatusCode)
	}
	if answer, _ := tus(t, d.visitor(), "POST", "/fr/upload/mailbox", map[string]string{"Upload-Length": "4"}, ""); answer.StatusCode != http.StatusNotFound {
		t.Errorf("without a code: %d", answer.StatusCode)
	}
}

// A file of a message is handed to it by its id, once.
func TestAFileInPiecesGoesWithAMessage(t *testing.T) {
	h := newHouse(t)
	p := h.inside("en", h.strictCase("en").Code)
	v := p.v
	field := p.find("input", "type", "file")[0]
	answer, _ := tus(t, v, "POST", attribute(field, "data-upload"), map[string]string{"Upload-Length": "7", "Upload-Metadata": named("note.txt")}, "")
	file := answer.Header.Get("Location")
	if answer, _ := tus(t, v, "PATCH", file, piece("0"), "content"); answer.StatusCode != http.StatusNoContent {
		t.Fatalf("PATCH: %d", answer.StatusCode)
	}
	id := file[strings.LastIndex(file, "/")+1:]
	p = p.submit("/en/mailbox/reply", url.Values{"act": {"add"}, "text": {"See the note."}, attribute(field, "data-hands"): {id, id, "another"}})
	if got := fileNames(p); len(got) != 1 || got[0] != "note.txt" || !strings.Contains(p.body, "See the note.") {
		t.Fatalf("in the form: %v", got)
	}
	p = p.reply("send", "See the note.")
	if !p.says("note.txt") || len(p.find("button", "name", "remove")) != 0 {
		t.Error("the message has no file")
	}
}
