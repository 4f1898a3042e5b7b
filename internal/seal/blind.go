package seal

import "encoding/hex"

// Blind returns 64 hexadecimal digits that stand for a use and its parts: the same
// for the same, and telling nothing about them to whoever lacks the key. What is
// counted or looked up by it, such as a network or an account at an identity
// provider, is in the database without being readable there.
func (k *Key) Blind(use string, parts ...string) string {
	id := expand32(&k.s().root, "klankbord/blind/1", append([]string{use}, parts...)...)
	return hex.EncodeToString(id[:])
}
