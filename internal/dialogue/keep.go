package dialogue

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"

	"klankbord/internal/casefile"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
)

// Kept is what somebody had typed when their session turned out to be over. It
// waits in the page that asks for the code, sealed under the cookie, so that it is
// neither lost nor there for the next person to read.
type Kept struct {
	Form    string          `json:"form"` // which form it is of
	Number  casefile.Number `json:"number"`
	Text    string          `json:"text,omitempty"`
	Name    string          `json:"name,omitempty"`
	Way     string          `json:"way,omitempty"`
	Tickets []string        `json:"tickets,omitempty"`
	Answers profile.Answers `json:"answers,omitempty"`
}

// String hides the content.
func (Kept) String() string { return "[sealed]" }

// LogValue hides the content.
func (Kept) LogValue() slog.Value { return slog.StringValue("[sealed]") }

func (d *Dialogue) keptContext() seal.Context {
	return seal.Context{Instance: d.instance(), Kind: "mailbox-kept"}
}

// Keep seals what was typed under the cookie of a browser.
func (d *Dialogue) Keep(tok seal.Token, k Kept) (string, error) {
	plain, err := json.Marshal(k)
	if err != nil {
		return "", fmt.Errorf("keep what was typed: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(tok.Key().Seal(d.keptContext(), plain)), nil
}

// Restore opens what Keep sealed; false when it is not of this browser.
func (d *Dialogue) Restore(tok seal.Token, sealed string) (Kept, bool) {
	box, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil || sealed == "" {
		return Kept{}, false
	}
	plain, err := tok.Key().Open(d.keptContext(), box)
	if err != nil {
		return Kept{}, false
	}
	var k Kept
	err = json.Unmarshal(plain, &k)
	return k, err == nil
}
