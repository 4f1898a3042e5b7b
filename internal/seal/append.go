package seal

// Construction 3, append: whoever does not hold the compartment's secret seals
// under a random object key and wraps that key to the compartment. The first
// reader adds a derived row, the object key under the compartment's own key, so
// that later readings cost microseconds; the object's bytes never change.
//
//	box = version, suite, length and bytes of the wrapped key, sealed object

// Append seals plain for a compartment whose secret the caller does not have. The
// context names the compartment's case. It fails with ErrRecipient when to is not
// a compartment.
func Append(to Recipient, c Context, plain []byte) (Box, error) {
	if to.kind != RecipientCompartment || c.Compartment == None {
		return nil, ErrRecipient
	}
	object := NewKey()
	wrapped, err := wrap(to, c, appendID(c), object.s().secret[:])
	if err != nil {
		return nil, err
	}
	box := appendField(Box{version, suiteHPKE}, wrapped)
	return append(box, object.Seal(c, plain)...), nil
}

// appendID is the recipient id that an appended object is bound to. A compartment
// is named by its case and its kind, whatever its recipient was called.
func appendID(c Context) string { return string(frame(c.Case, c.Compartment.String())) }

// OpenAppended opens what Append made, and gives the derived row with which
// OpenDerived opens it next time. It fails with ErrOpen.
func (k *CompartmentKey) OpenAppended(c Context, b Box) (plain []byte, derived Box, err error) {
	wrapped, body, ok := splitAppended(b)
	if !ok || c.Compartment == None {
		return nil, nil, ErrOpen
	}
	secret, err := unwrap(k.s().kem(), c, RecipientCompartment, appendID(c), wrapped)
	if err != nil || len(secret) != 32 {
		return nil, nil, ErrOpen
	}
	plain, err = keyOf([32]byte(secret)).Open(c, body)
	if err != nil {
		return nil, nil, ErrOpen
	}
	return plain, k.s().derived().Seal(c, secret), nil
}

// OpenDerived opens what Append made by means of its derived row. It fails with
// ErrOpen.
func (k *CompartmentKey) OpenDerived(c Context, b, derived Box) ([]byte, error) {
	_, body, ok := splitAppended(b)
	if !ok {
		return nil, ErrOpen
	}
	secret, err := k.s().derived().Open(c, derived)
	if err != nil || len(secret) != 32 {
		return nil, ErrOpen
	}
	return keyOf([32]byte(secret)).Open(c, body)
}

func splitAppended(b Box) (wrapped, body Box, ok bool) {
	d := decoder{b: b}
	v, suite := d.byte(), d.byte()
	wrapped = d.field()
	return wrapped, d.b, !d.bad && v == version && suite == suiteHPKE
}
