package staff

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"klankbord/internal/casefile"
	"klankbord/internal/seal"
)

// EventType says what a change of the directory does.
type EventType string

// The types of change.
const (
	Genesis EventType = "genesis" // founds the directory: its rules and the recovery key
	Enrol   EventType = "enrol"   // a member enters with keys and assignments
	Assign  EventType = "assign"  // a member's assignments are replaced
	Rekey   EventType = "rekey"   // a member has new keys; assignments stay
	Revoke  EventType = "revoke"  // a member leaves, for good
	Recover EventType = "recover" // the recovery keys and their keepers are replaced
	Renew   EventType = "renew"   // the installation has a new key; nothing of the members changes
	Open    EventType = "open"    // complaints are taken in from now on; once, and never taken back
	Routing EventType = "routing" // where complaints go otherwise than the profile says, and who is left out: all of it anew
)

// Event is one link of the directory as it is stored. Body says where in the chain
// a change stands, from when it holds, and what it is; Signatures is the JSON list
// of those who signed the change; Hash covers both; Place is the installation's
// signature over Hash.
type Event struct {
	Seq        int64
	Body       []byte
	Signatures []byte
	Hash       []byte
	Place      []byte
}

// Change is what members sign. It names what its signers saw, not which event it
// will follow, so that signatures can be gathered while others are placed.
type Change struct {
	Version     int                `json:"version"`
	Instance    string             `json:"instance"`
	Asked       int64              `json:"asked"` // microseconds UTC
	Seen        int64              `json:"seen"`  // how many events there were when it was asked
	Head        string             `json:"head"`  // hex of the hash of the last of them; empty at genesis
	After       int64              `json:"after"` // the last event about the same member, the recovery keys, or the routing; -1: none
	Type        EventType          `json:"type"`
	Member      ID                 `json:"member,omitempty"`
	Person      []byte             `json:"person,omitempty"` // see Commit; empty in a later change: stays
	Reading     seal.PublicKey     `json:"reading,omitempty"`
	Signing     seal.SigningPublic `json:"signing,omitempty"`
	Proof       []byte             `json:"proof,omitempty"` // that the member holds the signing key
	Assignments []Assignment       `json:"assignments,omitempty"`
	Recovery    []Recovery         `json:"recovery,omitempty"`
	Rules       *Rules             `json:"rules,omitempty"`  // genesis only
	Before      seal.SigningPublic `json:"before,omitempty"` // the installation's key until now; renew only
	// Routing is everything that is otherwise than in the profile: a value by the address of
	// its place. None: all is as the profile says. Routing only.
	Routing map[string]string `json:"routing,omitempty"`
}

// Rules are fixed when a directory is founded.
type Rules struct {
	Profile string          `json:"profile"`
	Strict  []casefile.Team `json:"strict"`           // teams that nobody enters by one signature
	Delay   int64           `json:"delay"`            // seconds until what needs two signatures holds
	Closed  bool            `json:"closed,omitempty"` // no complaint is taken in, and no delay holds, before a member opens; false: open from the start
}

// Signature is one signature under a change. By is a member or ByInstance.
type Signature struct {
	By    string `json:"by"`
	Value []byte `json:"value"`
}

// ByInstance is the signer that is no member: the installation itself.
const ByInstance = "instance"

const eventVersion = 1

var errEvent = errors.New("directory event is malformed")

// placement is the body of an event.
type placement struct {
	Version  int    `json:"version"`
	Instance string `json:"instance"`
	Seq      int64  `json:"seq"`
	Previous string `json:"previous"` // hex of the hash before; empty at genesis
	At       int64  `json:"at"`       // microseconds UTC
	From     int64  `json:"from"`     // from when it holds
	Change   Change `json:"change"`
}

// SigningContext binds a signature to the directory of one instance.
func SigningContext(instance string) seal.Context {
	return seal.Context{Instance: instance, Kind: "directory-change"}
}

// ProofContext binds the proof of possession that a member signs over their
// reading key when they enter or have new keys.
func ProofContext(instance string, member ID) seal.Context {
	return seal.Context{Instance: instance, Kind: "directory-proof", Object: string(member)}
}

func placeContext(instance string) seal.Context {
	return seal.Context{Instance: instance, Kind: "directory-place"}
}

func eventHash(body, signatures []byte) []byte {
	b, s := sha256.Sum256(body), sha256.Sum256(signatures)
	h := sha256.Sum256(append(append([]byte("klankbord/directory/1\x00"), b[:]...), s[:]...))
	return h[:]
}

// DecodeChange reads a change as it was signed. It is strict: an unknown field,
// another version or a second encoding of the same change is refused.
func DecodeChange(statement []byte) (Change, error) {
	var c Change
	err := strict(statement, &c)
	if err == nil && c.Version != eventVersion {
		err = errEvent
	}
	return c, err
}

func decodePlacement(body []byte) (placement, error) {
	var p placement
	err := strict(body, &p)
	if err == nil && (p.Version != eventVersion || p.Change.Version != eventVersion) {
		err = errEvent
	}
	return p, err
}

func strict[T any](b []byte, v *T) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return errEvent
	}
	again, err := json.Marshal(v)
	if err != nil || !bytes.Equal(again, b) {
		return errEvent
	}
	return nil
}

func encode(what string, v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", what, err)
	}
	return b, nil
}
