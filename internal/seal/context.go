package seal

import "encoding/binary"

// Compartment is a part of a case with a key of its own.
type Compartment uint8

// The compartments. None stands for what belongs to no compartment.
const (
	None          Compartment = 0
	Identity      Compartment = 1 // who the complainant is and how to reach them; raw mail
	Dialogue      Compartment = 2 // story, messages, outcome and their files
	Investigation Compartment = 3 // notes, people concerned, evidence, findings, internal files
)

// String names the compartment; an unknown one is "unknown".
func (c Compartment) String() string {
	switch c {
	case None:
		return "none"
	case Identity:
		return "identity"
	case Dialogue:
		return "dialogue"
	case Investigation:
		return "investigation"
	default:
		return "unknown"
	}
}

// Context says what a sealed thing is and where it belongs. It is bound into the
// ciphertext: under any other context the thing does not open, so it cannot be
// moved, swapped or replayed. Every thing sealed under one key has its own.
type Context struct {
	Instance    string
	Case        string
	Compartment Compartment
	Kind        string // what sort of thing, down to the field
	Object      string // which one
	Revision    uint64
}

// Encode gives the bytes that are bound: format version, instance, case,
// compartment, kind, object, revision. No two contexts have the same bytes.
func (c Context) Encode() []byte {
	return c.append(make([]byte, 0, 26+len(c.Instance)+len(c.Case)+len(c.Kind)+len(c.Object)))
}

func (c Context) append(b []byte) []byte {
	b = append(b, version)
	b = appendField(b, c.Instance)
	b = appendField(b, c.Case)
	b = append(b, byte(c.Compartment))
	b = appendField(b, c.Kind)
	b = appendField(b, c.Object)
	return binary.BigEndian.AppendUint64(b, c.Revision)
}

// ParseContext is the inverse of Encode. It fails with ErrOpen.
func ParseContext(b []byte) (Context, error) {
	d := decoder{b: b}
	v := d.byte()
	c := Context{
		Instance:    string(d.field()),
		Case:        string(d.field()),
		Compartment: Compartment(d.byte()),
		Kind:        string(d.field()),
		Object:      string(d.field()),
		Revision:    d.uint64(),
	}
	if v != version || !d.done() {
		return Context{}, ErrOpen
	}
	return c, nil
}
