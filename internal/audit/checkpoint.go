package audit

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// ErrCheckpoint is in every error about a checkpoint that is malformed, not
// signed by this log, or not of this log.
var ErrCheckpoint = errors.New("not a checkpoint of this log")

// Checkpoint says that the tree of its first Size leaves has this root. Whoever
// holds one notices when a leaf before it changes or goes.
type Checkpoint struct {
	Origin string // see Origin
	Size   int64
	Root   tlog.Hash
}

// Origin names the log of an instance, on checkpoints and in its keys.
func Origin(instance string) string { return "klankbord/" + instance }

// Text is the body of the checkpoint that is signed: origin, size and root on a
// line each (C2SP tlog-checkpoint).
func (c Checkpoint) Text() []byte {
	return fmt.Appendf(nil, "%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]))
}

// ParseCheckpoint is the inverse of Text; it refuses extension lines.
func ParseCheckpoint(text []byte) (Checkpoint, error) {
	lines := strings.Split(string(text), "\n")
	if len(lines) != 4 {
		return Checkpoint{}, fmt.Errorf("%w: want three lines", ErrCheckpoint)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return Checkpoint{}, fmt.Errorf("%w: size %q", ErrCheckpoint, lines[1])
	}
	c := Checkpoint{Origin: lines[0], Size: size}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != len(c.Root) {
		return Checkpoint{}, fmt.Errorf("%w: root %q", ErrCheckpoint, lines[2])
	}
	copy(c.Root[:], root)
	// Signs before numbers, zeros in front, an empty origin: no second way to say one thing.
	if c.Origin == "" || !bytes.Equal(c.Text(), text) {
		return Checkpoint{}, fmt.Errorf("%w: not in its canonical form", ErrCheckpoint)
	}
	return c, nil
}

// signer signs notes as golang.org/x/mod/sumdb/note defines them, from a key in
// memory: the package itself takes only keys in text.
type signer struct {
	note.Verifier
	key ed25519.PrivateKey
}

func (s signer) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(s.key, msg), nil }

// NewSigner returns what signs the checkpoints of an instance. It fails for a name
// that cannot stand in a signature line.
func NewSigner(instance string, key ed25519.PrivateKey) (note.Signer, error) {
	public, ok := key.Public().(ed25519.PublicKey)
	if !ok {
		return nil, errors.New("checkpoint key is not an Ed25519 key")
	}
	text, err := VerifierKey(instance, public)
	if err != nil {
		return nil, err
	}
	v, err := note.NewVerifier(text)
	if err != nil {
		return nil, fmt.Errorf("checkpoint key: %w", err)
	}
	return signer{v, key}, nil
}

// VerifierKey returns the public key as text, origin+hash+key, for whoever checks
// the log from outside; note.NewVerifier reads it.
func VerifierKey(instance string, public ed25519.PublicKey) (string, error) {
	text, err := note.NewEd25519VerifierKey(Origin(instance), public)
	if err != nil {
		return "", fmt.Errorf("checkpoint key: %w", err)
	}
	return text, nil
}

// Sign returns the checkpoint as a signed note.
func (c Checkpoint) Sign(s note.Signer) ([]byte, error) {
	if c.Origin != s.Name() {
		return nil, fmt.Errorf("sign checkpoint of %q with the key of %q: %w", c.Origin, s.Name(), ErrCheckpoint)
	}
	signed, err := note.Sign(&note.Note{Text: string(c.Text())}, s)
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint: %w", err)
	}
	return signed, nil
}

// OpenCheckpoint checks the signature and origin of a signed checkpoint. Further
// signatures, such as those of witnesses, may stand on it.
func OpenCheckpoint(signed []byte, v note.Verifier) (Checkpoint, error) {
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	c, err := ParseCheckpoint([]byte(n.Text))
	if err != nil {
		return Checkpoint{}, err
	}
	if c.Origin != v.Name() {
		return Checkpoint{}, fmt.Errorf("%w: origin is %q", ErrCheckpoint, c.Origin)
	}
	return c, nil
}
