package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// The copy of an installation's two key files that lies with its backups: an age
// file (age-encryption.org/v1, armored) to a hybrid post-quantum recipient that
// follows from the recovery key. A plain age program opens it as well; then its
// first lines are the instance key's file and those after them the pepper's.

// keyCopyMost bounds what is read of such a file.
const keyCopyMost = 64 << 10

// AgeIdentity returns the identity, AGE-SECRET-KEY-PQ-1…, with which a plain age
// program opens what SealKeyCopy wrote. It follows from the code alone, not from
// the instance. Danger: it is a secret, for the eyes of the one who keeps the code.
func (c Code) AgeIdentity() string {
	seed := c.derive("", "/age", "")
	return strings.ToUpper(bech32("age-secret-key-pq-", seed[:]))
}

func (c Code) age() (*age.HybridIdentity, error) {
	id, err := age.ParseHybridIdentity(c.AgeIdentity())
	if err != nil {
		return nil, fmt.Errorf("age identity: %w", err)
	}
	return id, nil
}

// SealKeyCopy writes both key files of an installation to its recovery key.
func SealKeyCopy(recovery Code, instance *InstanceKey, pepper *Key) ([]byte, error) {
	id, err := recovery.age()
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	outer := armor.NewWriter(&file)
	inner, err := age.Encrypt(outer, id.Recipient())
	if err != nil {
		return nil, fmt.Errorf("seal key copy: %w", err)
	}
	_, err = inner.Write(append(instance.Marshal(), MarshalPepper(pepper)...))
	if err = errors.Join(err, inner.Close(), outer.Close()); err != nil {
		return nil, fmt.Errorf("seal key copy: %w", err)
	}
	return file.Bytes(), nil
}

// OpenKeyCopy reads what SealKeyCopy wrote. It fails with ErrOpen for another code
// or a changed file, and with ErrKeyFile when what is inside is no key file.
func OpenKeyCopy(recovery Code, file []byte) (*InstanceKey, *Key, error) {
	id, err := recovery.age()
	if err != nil {
		return nil, nil, err
	}
	r, err := age.Decrypt(armor.NewReader(bytes.NewReader(file)), id)
	if err != nil {
		return nil, nil, ErrOpen
	}
	plain, err := io.ReadAll(io.LimitReader(r, keyCopyMost))
	if err != nil {
		return nil, nil, ErrOpen
	}
	at := bytes.Index(plain, []byte(pepperKeyFile+" "))
	if at < 0 {
		return nil, nil, ErrKeyFile
	}
	instance, err := LoadInstanceKey(plain[:at])
	if err != nil {
		return nil, nil, err
	}
	pepper, err := LoadPepper(plain[at:])
	if err != nil {
		return nil, nil, err
	}
	return instance, pepper, nil
}
