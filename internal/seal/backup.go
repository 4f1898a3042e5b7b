package seal

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
)

// A backup is an age file (age-encryption.org/v1) to one hybrid post-quantum
// recipient, whose identity the operator keeps away from the server: what makes
// backups cannot read them. A plain age program opens them as well.

// ErrBackupRecipient means that a text names no recipient to which backups are sealed.
var ErrBackupRecipient = errors.New("seal: want a post-quantum age recipient, age1pq1…")

// ErrBackupIdentity means that a file holds no identity that opens backups.
var ErrBackupIdentity = errors.New("seal: want a file with one post-quantum age identity, AGE-SECRET-KEY-PQ-1…")

// BackupRecipient is to whom backups are sealed. It holds no secret.
type BackupRecipient struct{ to *age.HybridRecipient }

// ParseBackupRecipient reads what BackupIdentity.Recipient writes. It fails with
// ErrBackupRecipient.
func ParseBackupRecipient(text string) (BackupRecipient, error) {
	to, err := age.ParseHybridRecipient(strings.TrimSpace(text))
	if err != nil {
		return BackupRecipient{}, ErrBackupRecipient
	}
	return BackupRecipient{to}, nil
}

// Seal gives a writer of what is sealed into w; it is whole once it is closed.
func (r BackupRecipient) Seal(w io.Writer) (io.WriteCloser, error) {
	sealed, err := age.Encrypt(w, r.to)
	if err != nil {
		return nil, fmt.Errorf("seal backup: %w", err)
	}
	return sealed, nil
}

// BackupIdentity opens backups.
type BackupIdentity struct {
	hidden
	s veiled[age.HybridIdentity]
}

// NewBackupIdentity draws an identity.
func NewBackupIdentity() (BackupIdentity, error) {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		return BackupIdentity{}, fmt.Errorf("draw backup identity: %w", err)
	}
	return BackupIdentity{s: veil(id)}, nil
}

// identityMost bounds what is read of an identity file.
const identityMost = 64 << 10

// ReadBackupIdentity reads a file as MarshalBackupIdentity or age-keygen -pq writes it:
// comments, and one identity. It fails with ErrBackupIdentity.
func ReadBackupIdentity(file io.Reader) (BackupIdentity, error) {
	var found *age.HybridIdentity
	lines := bufio.NewScanner(io.LimitReader(file, identityMost))
	for lines.Scan() {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		id, err := age.ParseHybridIdentity(string(line))
		if err != nil || found != nil {
			return BackupIdentity{}, ErrBackupIdentity
		}
		found = id
	}
	if lines.Err() != nil || found == nil {
		return BackupIdentity{}, ErrBackupIdentity
	}
	return BackupIdentity{s: veil(found)}, nil
}

// MarshalBackupIdentity is the identity as an age program reads it. Danger: it is the
// secret itself, for the file that the operator keeps.
func MarshalBackupIdentity(id BackupIdentity) []byte {
	return fmt.Appendf(nil, "# public key: %s\n%s\n", id.Recipient(), id.s().String())
}

// Recipient is the public half, age1pq1….
func (id BackupIdentity) Recipient() string { return id.s().Recipient().String() }

// Open reads what was sealed to the identity's recipient. Reading on fails when the
// file was changed or cut short. It fails with ErrOpen for another recipient's.
func (id BackupIdentity) Open(r io.Reader) (io.Reader, error) {
	plain, err := age.Decrypt(r, id.s())
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}
