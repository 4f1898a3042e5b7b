package seal

import "encoding/binary"

// frame joins a label and parts injectively: each with its length before it.
func frame(label string, parts ...string) []byte {
	b := appendField(nil, label)
	for _, p := range parts {
		b = appendField(b, p)
	}
	return b
}

// appendField appends f with its length, four bytes, before it.
func appendField[T string | []byte | Box](b []byte, f T) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(f))) //nolint:gosec // fields are far below 4 GiB
	return append(b, f...)
}

// decoder reads what appendField and its like wrote. After the first thing that
// does not fit, bad stays true and every read gives a zero value.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) bytes(n uint64) []byte {
	if d.bad || n > uint64(len(d.b)) {
		d.bad = true
		return nil
	}
	out := d.b[:n]
	d.b = d.b[n:]
	return out
}

func (d *decoder) byte() byte {
	if b := d.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) uint32() uint32 {
	if b := d.bytes(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (d *decoder) uint64() uint64 {
	if b := d.bytes(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

func (d *decoder) field() []byte { return d.bytes(uint64(d.uint32())) }

func (d *decoder) array32() (a [32]byte) {
	copy(a[:], d.bytes(32))
	return a
}

// done reports whether everything fitted and nothing is left.
func (d *decoder) done() bool { return !d.bad && len(d.b) == 0 }
