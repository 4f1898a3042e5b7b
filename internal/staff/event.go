package staff

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"klankbord/internal/seal"
)

// EventType says what an event of the directory does.
type EventType string

// The types of event.
const (
	Genesis EventType = "genesis" // founds the directory and names the recovery key
	Enrol   EventType = "enrol"   // a member enters with keys and assignments
	Assign  EventType = "assign"  // a member's assignments are replaced
	Revoke  EventType = "revoke"  // a member leaves
)

// Event is one link of the directory as it is stored. Body is what was signed;
// Signatures is a JSON list; Hash covers both.
type Event struct {
	Seq        int64
	Body       []byte
	Signatures []byte
	Hash       []byte
}

// Change is what an event says.
type Change struct {
	Version     int                `json:"version"`
	Instance    string             `json:"instance"`
	Seq         int64              `json:"seq"`
	Previous    string             `json:"previous"` // hex of the hash before; empty at genesis
	At          int64              `json:"at"`       // microseconds UTC
	Type        EventType          `json:"type"`
	Member      ID                 `json:"member,omitempty"`
	Reading     seal.PublicKey     `json:"reading,omitempty"`
	Signing     seal.SigningPublic `json:"signing,omitempty"`
	Proof       []byte             `json:"proof,omitempty"` // that the member holds the signing key
	Assignments []Assignment       `json:"assignments,omitempty"`
	Recovery    []Recovery         `json:"recovery,omitempty"`
}

// Signature is one signature under an event. By is a member or "instance".
type Signature struct {
	By    string `json:"by"`
	Value []byte `json:"value"`
}

// ByInstance is the signer that is no member: the installation itself.
const ByInstance = "instance"

const eventVersion = 1

var errEvent = errors.New("directory event is malformed")

// Compose writes the body of the event that follows d. A nil d founds a
// directory.
func Compose(d *Directory, instance string, at time.Time, c Change) ([]byte, error) {
	c.Version, c.Instance, c.At = eventVersion, instance, at.UnixMicro()
	c.Seq, c.Previous = 0, ""
	if d != nil {
		c.Seq, c.Previous = d.next(), hex.EncodeToString(d.head)
	}
	body, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("compose directory event: %w", err)
	}
	return body, nil
}

// SigningContext binds a signature to the directory of one instance.
func SigningContext(instance string) seal.Context {
	return seal.Context{Instance: instance, Kind: "directory-event"}
}

// ProofContext binds the proof of possession that an entering member signs.
func ProofContext(instance string, member ID) seal.Context {
	return seal.Context{Instance: instance, Kind: "directory-proof", Object: string(member)}
}

// Complete joins a body with its signatures into the event to store.
func Complete(body []byte, signatures []Signature) (Event, error) {
	c, err := decodeChange(body)
	if err != nil {
		return Event{}, err
	}
	list, err := json.Marshal(signatures)
	if err != nil {
		return Event{}, fmt.Errorf("complete directory event: %w", err)
	}
	return Event{Seq: c.Seq, Body: body, Signatures: list, Hash: eventHash(body, list)}, nil
}

func eventHash(body, signatures []byte) []byte {
	b, s := sha256.Sum256(body), sha256.Sum256(signatures)
	h := sha256.Sum256(append(append([]byte("klankbord/directory/1\x00"), b[:]...), s[:]...))
	return h[:]
}

// decodeChange is strict: an unknown field, another version or a second encoding
// of the same change is refused.
func decodeChange(body []byte) (Change, error) {
	var c Change
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return c, errEvent
	}
	again, err := json.Marshal(c)
	if err != nil || !bytes.Equal(again, body) || c.Version != eventVersion {
		return c, errEvent
	}
	return c, nil
}
