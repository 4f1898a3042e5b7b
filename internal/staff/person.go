package staff

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
)

// Salt draws what hides a person in the directory.
func Salt() []byte {
	salt := make([]byte, 32)
	_, _ = rand.Read(salt) // never returns an error since Go 1.24
	return salt
}

// Commit binds a member's name and address to their place in the directory without
// writing them there: who deletes the salt with the member's row leaves nothing.
func Commit(salt []byte, name, email string) []byte {
	h := sha256.New()
	for _, part := range [][]byte{[]byte("klankbord/person/1"), salt, []byte(name), []byte(email)} {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part)))) //nolint:gosec // far below 4 GiB
		h.Write(part)
	}
	return h.Sum(nil)
}

// Named reports whether the directory vouches for this name and address.
func (e Entry) Named(salt []byte, name, email string) bool {
	return bytes.Equal(e.Person, Commit(salt, name, email))
}
