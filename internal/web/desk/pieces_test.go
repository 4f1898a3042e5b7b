package desk_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"strconv"
	"strings"
	"testing"
)

// tus sends one request of the protocol in which files come in pieces.
func (b *browser) tus(method, at string, headers map[string]string, body string) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(method, "https://desk.example"+at, strings.NewReader(body))
	r.Header.Set("Tus-Resumable", "1.0.0")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		b.cookies[c.Name] = c.Value
	}
	return w
}

// inPieces sends a file in two pieces and returns its id.
func (b *browser) inPieces(at, name, content string) string {
	b.t.Helper()
	begun := b.tus("POST", at, map[string]string{
		"Upload-Length": strconv.Itoa(len(content)), "Upload-Metadata": "filename " + base64.StdEncoding.EncodeToString([]byte(name)),
	}, "")
	file := begun.Header().Get("Location")
	if begun.Code != http.StatusCreated || !strings.HasPrefix(file, at+"/") {
		b.t.Fatalf("begin at %s: %d %q %s", at, begun.Code, file, begun.Body.String())
	}
	half := len(content) / 2
	for _, x := range []struct {
		from int
		body string
	}{{0, content[:half]}, {half, content[half:]}} {
		w := b.tus("PATCH", file, map[string]string{"Content-Type": "application/offset+octet-stream", "Upload-Offset": strconv.Itoa(x.from)}, x.body)
		if w.Code != http.StatusNoContent {
			b.t.Fatalf("piece at %d: %d %s", x.from, w.Code, w.Body.String())
		}
	}
	return path.Base(file)
}

// sends is where the first place for files of that name on a page sends them in pieces, and
// as what it hands them to the form.
func (p *page) sends(field string) (at, as string) {
	p.b.t.Helper()
	_, rest, ok := strings.Cut(p.body, `name="`+field+`"`)
	if !ok || !strings.Contains(p.body, "/upload.") {
		p.b.t.Fatalf("%s has no place for files called %s, or no script that sends them", p.path, field)
	}
	tag, _, _ := strings.Cut(rest, ">")
	_, to, _ := strings.Cut(tag, `data-upload="`)
	at, _, _ = strings.Cut(to, `"`)
	if _, name, ok := strings.Cut(tag, `data-hands="`); ok {
		as, _, _ = strings.Cut(name, `"`)
	}
	return at, as
}

func TestAFileInPiecesGoesWithWhatAMemberWrites(t *testing.T) {
	h, c := staffed(t)
	at := "/desk/case/" + string(h.Complain("en", complaint(), nil).Number)
	p := c.sofie.get(at)
	upload, as := p.sends("file")
	id := c.sofie.inPieces(upload, "scan.txt", "the whole scan")
	if w := c.nele.tus("HEAD", upload+"/"+id, nil, ""); w.Code != http.StatusNotFound {
		t.Errorf("another member asks how far it is: %d", w.Code)
	}
	if w := c.sofie.tus("POST", upload, map[string]string{"Upload-Length": "4", "Sec-Fetch-Site": "cross-site"}, ""); w.Code != http.StatusForbidden {
		t.Errorf("from another site: %d", w.Code)
	}
	saved := p.send("/compose", url.Values{"act": {"draft"}, "text": {"See the scan."}, as: {id}})
	if !saved.says("scan.txt") || saved.status != http.StatusOK {
		t.Fatalf("%d: %s", saved.status, text(saved.doc))
	}
	other := c.sofie.inPieces(upload, "second.txt", "beside it")
	beside := c.sofie.get(at).send("/watch", url.Values{"text": {"See the scans."}, as: {other}})
	if !beside.says("second.txt") || !beside.says("scan.txt") {
		t.Errorf("a button beside the text costs the file: %d %s", beside.status, beside.path)
	}
}

func TestARecordingInPiecesIsHeldAgainstConsent(t *testing.T) {
	h, c := staffed(t)
	for _, x := range []struct {
		consent string
		kept    bool
	}{{"no", false}, {"yes", true}} {
		upload, as := c.sofie.get("/desk/register").sends("told.recording")
		id := c.sofie.inPieces(upload, "gesprek.wav", recording())
		if w := c.thomas.tus("HEAD", upload+"/"+id, nil, ""); w.Code != http.StatusNotFound {
			t.Errorf("a colleague asks how far it is: %d", w.Code)
		}
		p := c.sofie.post("/desk/register", h.spoken("phone", url.Values{"told.consent": {x.consent}, "act": {"save"}, as: {id}}))
		if p.says("The recording was not kept") == x.kept || c.sofie.get("/desk/register").says("gesprek.wav") != x.kept {
			t.Errorf("consent %s: %d %s", x.consent, p.status, text(p.doc))
		}
	}
}

// Whose session is over reads so, and the page is not lost to a redirect that a script cannot
// follow.
func TestAPieceFromASessionThatIsOverIsRefusedInWords(t *testing.T) {
	h, c := staffed(t)
	upload, _ := c.sofie.get("/desk/case/" + string(h.Complain("en", complaint(), nil).Number)).sends("file")
	c.sofie.post("/desk/signout", nil)
	for _, at := range []string{upload, "/desk/register/upload"} {
		w := c.sofie.tus("POST", at+"?lang=en", map[string]string{"Upload-Length": "4"}, "")
		if w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), "You are signed out") {
			t.Errorf("%s: %d %q", at, w.Code, w.Body.String())
		}
	}
}
