package seal

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
)

// InstanceKey is the key of one installation, kept in a file outside the database
// and its backup. Whoever has it can stamp, sign checkpoints, lift gates and read
// notice addresses; it opens no compartment by itself.
type InstanceKey struct {
	hidden
	s veiled[instanceState]
}

type instanceState struct{ secret, root [32]byte }

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

// LoadInstanceKey reads the file that Marshal wrote. It fails with ErrKeyFile.
func LoadInstanceKey(file []byte) (*InstanceKey, error) {
	secret, err := parseKeyFile(instanceKeyFile, file)
	if err != nil {
		return nil, err
	}
	return instanceOf(secret), nil
}

// Marshal gives the key file: one line, with its version. Danger: it is the
// secret, for a file that only the service may read.
func (k *InstanceKey) Marshal() []byte { return keyFile(instanceKeyFile, k.s().secret) }

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
