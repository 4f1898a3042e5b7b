package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"sync"
)

// Construction 5, stamp: HMAC-SHA256 under a subkey of the instance key over
// context, epoch, hash and author. It shows that this installation wrote a thing,
// in this place and this revision; it hides nothing.
//
//	stamp = version, HMAC (32)
const stampLabel = "klankbord/stamp/1"

// Stamper stamps what this installation writes. It is safe for concurrent use.
type Stamper struct {
	hidden
	s veiled[stamperState]
}

type stamperState struct {
	key  [32]byte
	macs sync.Pool // of hash.Hash, keyed: a scan checks a hundred thousand stamps
}

// Stamp returns the stamp, 33 bytes, of a payload by an author in its place.
func (s *Stamper) Stamp(c Context, epoch uint32, payload []byte, author string) []byte {
	sum := sha256.Sum256(payload)
	input := appendField(make([]byte, 0, 160+len(c.Case)+len(c.Kind)+len(c.Object)), stampLabel)
	input = binary.BigEndian.AppendUint32(c.append(input), epoch)
	input = append(input, sum[:]...)
	mac, ready := s.s().macs.Get().(hash.Hash)
	if !ready {
		mac = hmac.New(sha256.New, s.s().key[:])
	}
	defer s.s().macs.Put(mac)
	mac.Reset()
	mac.Write(appendField(input, author))
	return mac.Sum(append(make([]byte, 0, 1+sha256.Size), version))
}

// Verify reports whether stamp is the one that Stamp gives for the rest.
func (s *Stamper) Verify(c Context, epoch uint32, payload []byte, author string, stamp []byte) bool {
	return hmac.Equal(stamp, s.Stamp(c, epoch, payload, author))
}
