package desk_test

import (
	"net/url"
	"strings"
	"testing"

	"klankbord/internal/apptest"
)

// A key comes as a file as well as pasted; a private one is neither kept nor shown again.
func TestAKeyIsTakenFromAFileAndAPrivateOneIsNotShownAgain(t *testing.T) {
	h, c := staffed(t)
	key := apptest.NewOpenPGP(t, h.Clock.Now(), 0)
	c.sofie.get("/desk/profile/openpgp").send("/desk/profile/openpgp", c.sofie.anew())
	refused := c.sofie.post("/desk/profile/openpgp/new", url.Values{"key": {key.Private()}})
	if refused.status != 422 || !strings.Contains(refused.body, "private key") || strings.Contains(refused.body, "PRIVATE KEY BLOCK") {
		t.Errorf("status %d, the words are there: %v, and the private key comes back: %v", refused.status, strings.Contains(refused.body, "private key"), strings.Contains(refused.body, "PRIVATE KEY BLOCK"))
	}
	if form := c.sofie.get("/desk/profile/openpgp/new"); strings.Contains(form.body, " multiple") || strings.Contains(form.body, `value="add"`) {
		t.Error("the form takes several files, or adds one without using it")
	}
	done := c.sofie.upload("/desk/profile/openpgp/new", url.Values{"key": {""}}, map[string]string{"key.asc": key.Public()})
	if done.status != 200 || !strings.Contains(done.body, "somebody@desk.example") {
		t.Errorf("status %d, and the key is not on the profile", done.status)
	}
}
