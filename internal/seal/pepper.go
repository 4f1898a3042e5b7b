package seal

import (
	"bytes"
	"slices"
)

// The pepper is mixed into every way in which a member opens their secret, and into
// sessions, so that a copy of the database without it gives nobody a password to guess.
// One that was renewed knows those before it: they still open what was sealed under them,
// and seal nothing. ADR 0044.

const layerLabel = "klankbord/envelope-layer/1"

// mostPeppers bounds how often a pepper can be renewed.
const mostPeppers = 16

// RenewPepper draws a pepper that comes after another. ErrKeyFile: it was renewed too
// often.
func RenewPepper(pepper *Key) (*Key, error) {
	if len(pepper.chain()) >= mostPeppers {
		return nil, ErrKeyFile
	}
	k := NewKey()
	k.s().before = pepper
	return k, nil
}

// chain is a pepper and those before it, the newest first.
func (k *Key) chain() (list []*Key) {
	for ; k != nil; k = k.s().before {
		list = append(list, k)
	}
	return list
}

// LoadPepper reads the file that MarshalPepper wrote. It fails with ErrKeyFile.
func LoadPepper(file []byte) (*Key, error) {
	lines := bytes.Split(bytes.TrimRight(file, "\r\n"), []byte("\n"))
	if len(lines) > mostPeppers {
		return nil, ErrKeyFile
	}
	var pepper *Key
	for _, line := range slices.Backward(lines) {
		secret, err := parseKeyFile(pepperKeyFile, line)
		if err != nil {
			return nil, err
		}
		next := keyOf(secret)
		next.s().before = pepper
		pepper = next
	}
	return pepper, nil
}

// MarshalPepper gives the key file of a pepper: a line for it and one for each before
// it, the newest first. Danger: it is the secret, for a file that only the service may
// read.
func MarshalPepper(pepper *Key) (file []byte) {
	for _, k := range pepper.chain() {
		file = append(file, keyFile(pepperKeyFile, k.s().secret)...)
	}
	return file
}

// SamePepper reports whether two peppers are the same, with all before them.
func SamePepper(a, b *Key) bool { return bytes.Equal(MarshalPepper(a), MarshalPepper(b)) }

// Blinds is Blind under a pepper and under each before it, the newest first: what was
// looked up under an older one is still found.
func (k *Key) Blinds(use string, parts ...string) (list []string) {
	for _, one := range k.chain() {
		list = append(list, one.Blind(use, parts...))
	}
	return list
}

func (e Envelope) layerContext(instance, member string) Context {
	return Context{Instance: instance, Kind: "member-secret-layer/" + e.Kind, Object: member}
}

// layerKey is what a layer lies under: this pepper alone, not those before it.
func (e Envelope) layerKey(pepper *Key, instance, member string) *Key {
	return keyOf(expand32(&pepper.s().root, layerLabel, e.Kind, e.Credential, e.Params, string(e.Salt), instance, member))
}

// Layer seals an envelope once more under the newest pepper, without what opens it: from
// then on an older pepper and a copy of the database give nobody a password to guess. It
// reports false for an envelope that has this layer already.
func (e Envelope) Layer(pepper *Key, instance, member string) (Envelope, bool) {
	key, c := e.layerKey(pepper, instance, member), e.layerContext(instance, member)
	if _, err := key.open(c, e.Box); err == nil {
		return e, false
	}
	e.Box = key.Seal(c, e.Box)
	return e, true
}

// unwrapped takes off the layers of a pepper and of those before it, the newest first,
// and calls try for what lies under each.
func (e Envelope) unwrapped(pepper *Key, instance, member string, try func(Box) bool) {
	box := e.Box
	if try(box) {
		return
	}
	for _, k := range pepper.chain() {
		inner, err := e.layerKey(k, instance, member).open(e.layerContext(instance, member), box)
		if err != nil {
			continue
		}
		if box = inner; try(box) {
			return
		}
	}
}
