package seal

import (
	"encoding/binary"
	"errors"
)

// PartSize is the most bytes that a part of a file has. A part is shorter where the file
// ends, or where it was cut because its upload broke off there.
const PartSize = 8 << 20

// ErrManifest means that a manifest is of an upload that has not ended, or that
// one to resume has ended.
var ErrManifest = errors.New("seal: not the manifest for this")

// Manifest describes a sealed file: the keys and hashes of its parts. It is the
// secret of the file; it is stored sealed, under the context of the draft or case
// that the file belongs to, and moves by being sealed anew.
type Manifest struct {
	hidden
	Name     string // as the person named it
	Type     string // media type
	Scan     string // what a scanner said of it, in the caller's words; empty: none was asked
	Size     int64  // bytes of the parts so far; of the whole when Complete
	Parts    []Part
	Complete bool // false: an upload, never a file
}

// Part is one sealed part of a file.
type Part struct {
	hidden
	Blob       string // where its sealed bytes are
	Size       int64  // before sealing
	SealedSize int64

	secret veiled[partSecret]
}

type partSecret struct {
	key [16]byte // age file key
	sum [32]byte // SHA-256 of the sealed bytes
}

// versionScanned is the format of a manifest with what a scanner said; one without has
// the first.
const versionScanned = version + 1

// Encode gives the one encoding of a manifest. Danger: it holds the file's keys
// and is only ever stored sealed.
func (m Manifest) Encode() []byte {
	v := byte(version)
	if m.Scan != "" {
		v = versionScanned
	}
	b := appendField([]byte{v}, m.Name)
	b = appendField(b, m.Type)
	if m.Scan != "" {
		b = appendField(b, m.Scan)
	}
	complete := byte(0)
	if m.Complete {
		complete = 1
	}
	b = binary.BigEndian.AppendUint64(append(b, complete), uint64(m.Size)) //nolint:gosec // sizes are never negative, parts are few
	b = binary.BigEndian.AppendUint32(b, uint32(len(m.Parts)))             //nolint:gosec // sizes are never negative, parts are few
	for _, p := range m.Parts {
		b = appendField(b, p.Blob)
		b = binary.BigEndian.AppendUint64(b, uint64(p.Size))       //nolint:gosec // sizes are never negative, parts are few
		b = binary.BigEndian.AppendUint64(b, uint64(p.SealedSize)) //nolint:gosec // sizes are never negative, parts are few
		b = append(b, p.secret().key[:]...)
		b = append(b, p.secret().sum[:]...)
	}
	return b
}

// DecodeManifest is the inverse of Encode. It fails with ErrOpen, also when sizes
// and parts do not agree.
func DecodeManifest(b []byte) (Manifest, error) {
	d := decoder{b: b}
	v := d.byte()
	m := Manifest{Name: string(d.field()), Type: string(d.field())}
	if v == versionScanned {
		m.Scan = string(d.field())
	}
	complete := d.byte()
	m.Size = int64(d.uint64()) //nolint:gosec // a size that does not fit is refused below
	m.Complete = complete == 1
	for n := d.uint32(); n > 0 && !d.bad; n-- {
		m.Parts = append(m.Parts, d.part())
	}
	if v != version && (v != versionScanned || m.Scan == "") || complete > 1 || !d.done() || !m.sound() {
		return Manifest{}, ErrOpen
	}
	return m, nil
}

func (d *decoder) part() Part {
	secret := &partSecret{}
	p := Part{
		Blob: string(d.field()), Size: int64(d.uint64()), SealedSize: int64(d.uint64()), //nolint:gosec // a size that does not fit is refused below
		secret: veil(secret),
	}
	copy(secret.key[:], d.bytes(16))
	secret.sum = d.array32()
	return p
}

// sound reports whether sizes and parts agree: no part is empty or too long, and
// together they are the whole.
func (m Manifest) sound() bool {
	var total int64
	for _, p := range m.Parts {
		switch {
		case p.secret == nil, p.Size < 1, p.Size > PartSize:
			return false
		case p.SealedSize != sealedSize(p.Size):
			return false
		}
		total += p.Size
	}
	return total == m.Size
}
