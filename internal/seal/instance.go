package seal

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"slices"
)

// InstanceKey is the key of one installation, kept in a file outside the database
// and its backup. Whoever has it can stamp, sign checkpoints, lift gates and read
// notice addresses; it opens no compartment by itself.
type InstanceKey struct {
	hidden
	s veiled[instanceState]
}

type instanceState struct {
	secret, root [32]byte
	before       *InstanceKey // the one that was renewed; nil: none was
}

// ErrKeyFile means that a key file is not one, is of another version or kind, or
// was damaged.
var ErrKeyFile = errors.New("seal: not a key file of this version and kind")

const (
	instanceLabel   = "klankbord/instance/1"
	instanceKeyFile = "klankbord-instance-key-1"
	pepperKeyFile   = "klankbord-pepper-1"
)

// NewInstanceKey draws the key of an installation.
func NewInstanceKey() *InstanceKey { return instanceOf(random32()) }

func instanceOf(secret [32]byte) *InstanceKey {
	return &InstanceKey{s: veil(&instanceState{secret: secret, root: extract(secret[:], instanceLabel)})}
}

// mostInstanceKeys bounds how often the key of an installation can be renewed.
const mostInstanceKeys = 16

// RenewInstanceKey draws a key that comes after another. ErrKeyFile: it was renewed too
// often.
func RenewInstanceKey(k *InstanceKey) (*InstanceKey, error) {
	n := 0
	for one := k; one != nil; one = one.Before() {
		n++
	}
	if n >= mostInstanceKeys {
		return nil, ErrKeyFile
	}
	next := NewInstanceKey()
	next.s().before = k
	return next, nil
}

// Before is the key that was renewed by this one; nil where none was. It stamps, signs and
// opens nothing of the database any more: by it that is recognised which was only ever kept
// as a keyed hash.
func (k *InstanceKey) Before() *InstanceKey { return k.s().before }

// Same reports whether two keys are one, whatever came before them.
func (k *InstanceKey) Same(other *InstanceKey) bool {
	return other != nil && subtle.ConstantTimeCompare(k.s().secret[:], other.s().secret[:]) == 1
}

// LoadInstanceKey reads the file that Marshal wrote. It fails with ErrKeyFile.
func LoadInstanceKey(file []byte) (*InstanceKey, error) {
	lines := bytes.Split(bytes.TrimRight(file, "\r\n"), []byte("\n"))
	if len(lines) > mostInstanceKeys {
		return nil, ErrKeyFile
	}
	var key *InstanceKey
	for _, line := range slices.Backward(lines) {
		secret, err := parseKeyFile(instanceKeyFile, line)
		if err != nil {
			return nil, err
		}
		next := instanceOf(secret)
		for before := key; before != nil; before = before.Before() {
			if next.Same(before) {
				return nil, ErrKeyFile
			}
		}
		next.s().before = key
		key = next
	}
	return key, nil
}

// Marshal gives the key file: a line for it and one for each before it, the newest first.
// Danger: it is the secret, for a file that only the service may read.
func (k *InstanceKey) Marshal() (file []byte) {
	for ; k != nil; k = k.Before() {
		file = append(file, keyFile(instanceKeyFile, k.s().secret)...)
	}
	return file
}

// Subkey returns the key for one use, such as notices or gates; subkeys tell
// nothing about each other or about the instance key.
func (k *InstanceKey) Subkey(label string) *Key {
	return keyOf(expand32(&k.s().root, instanceLabel+"/subkey", label))
}

// Stamper returns the stamps of this installation.
func (k *InstanceKey) Stamper() *Stamper {
	key := expand32(&k.s().root, instanceLabel+"/stamp")
	return &Stamper{s: veil(&stamperState{key: key})}
}

// CheckpointKey returns the key that signs the log's checkpoints. Danger: it is a
// standard type and prints.
func (k *InstanceKey) CheckpointKey() ed25519.PrivateKey {
	seed := expand32(&k.s().root, instanceLabel+"/checkpoint")
	return ed25519.NewKeyFromSeed(seed[:])
}

// Signer returns the key with which the installation signs events of the
// directory in its own name.
func (k *InstanceKey) Signer() *Signer {
	seed := expand32(&k.s().root, instanceLabel+"/signer")
	key := ed25519.NewKeyFromSeed(seed[:])
	return &Signer{key: veil(&key)}
}

// keyFile writes "kind base64(secret, first four bytes of its hash)".
func keyFile(kind string, secret [32]byte) []byte {
	sum := sha256.Sum256(append([]byte(kind), secret[:]...))
	raw := append(secret[:], sum[:4]...)
	return []byte(kind + " " + base64.RawURLEncoding.EncodeToString(raw) + "\n")
}

func parseKeyFile(kind string, file []byte) (secret [32]byte, err error) {
	text, ok := bytes.CutPrefix(bytes.TrimRight(file, "\r\n"), []byte(kind+" "))
	if !ok || len(text) != 48 {
		return secret, ErrKeyFile
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(string(text))
	if err != nil || len(raw) != 36 {
		return secret, ErrKeyFile
	}
	secret = [32]byte(raw)
	if !bytes.Equal(bytes.TrimRight(file, "\r\n"), bytes.TrimRight(keyFile(kind, secret), "\n")) {
		return [32]byte{}, ErrKeyFile
	}
	return secret, nil
}
