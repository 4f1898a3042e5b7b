package seal

import "crypto/ed25519"

// Keys are what a member, a complainant or the recovery key reads with: a key
// pair, a key for the keyring and one for their own things. There is no signing
// key among them. Safe for concurrent use.
type Keys struct {
	hidden
	s veiled[keysState]
}

type keysState struct {
	kem      kemKey
	keyring  *Key
	personal *Key
}

func keysOf(kem, keyring, personal [32]byte) *Keys {
	return &Keys{s: veil(&keysState{
		kem: kemKey{seed: kem}, keyring: keyOf(keyring), personal: keyOf(personal),
	})}
}

// Public returns the key to which grants are wrapped.
func (k *Keys) Public() PublicKey { return k.s().kem.load().public }

// Personal returns the key for the holder's own things: drafts and settings.
func (k *Keys) Personal() *Key { return k.s().personal }

// OpenGrant opens a grant that was made to this holder, known as kind and id. The
// caller checks the result with VerifyPublic. It fails with ErrOpen.
func (k *Keys) OpenGrant(instance, caseID string, epoch uint32, as RecipientKind, id string, b Box) (*CaseKeys, error) {
	payload, err := unwrap(&k.s().kem, grantContext(instance, caseID, epoch), as, id, b)
	if err != nil {
		return nil, err
	}
	return caseKeysOf(instance, caseID, epoch, payload)
}

func keyringContext(instance, caseID string, epoch uint32, member string) Context {
	return Context{
		Instance: instance, Case: caseID, Kind: "keyring", Object: member, Revision: uint64(epoch),
	}
}

// SealKeyring gives the row of the member's keyring for a case: all that ck has,
// with identity under the gate if it ever was, even when the gate was lifted since.
func (k *Keys) SealKeyring(member string, ck *CaseKeys) Box {
	payload := ck.s().keyringPayload()
	return k.s().keyring.Seal(keyringContext(ck.s().instance, ck.s().caseID, ck.s().epoch, member), payload)
}

// keyringPayload is the payload of everything there is.
func (s *caseState) keyringPayload() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := []byte{version}
	for c := Identity; c <= Investigation; c++ {
		switch {
		case c == Identity && s.gated != nil:
			b = appendField(append(b, byte(c), formGated), s.gated)
		case s.open[c] != nil:
			b = appendField(append(b, byte(c), formOpen), s.open[c].s().secret[:])
		}
	}
	return b
}

// OpenKeyring opens a row of the keyring. It fails with ErrOpen.
func (k *Keys) OpenKeyring(instance, caseID string, epoch uint32, member string, b Box) (*CaseKeys, error) {
	payload, err := k.s().keyring.Open(keyringContext(instance, caseID, epoch, member), b)
	if err != nil {
		return nil, err
	}
	return caseKeysOf(instance, caseID, epoch, payload)
}

// encode gives what a session stores: version and the three secrets.
func (k *Keys) encode() []byte {
	b := append([]byte{version}, k.s().kem.seed[:]...)
	b = append(b, k.s().keyring.s().secret[:]...)
	return append(b, k.s().personal.s().secret[:]...)
}

func decodeKeys(b []byte) (*Keys, error) {
	d := decoder{b: b}
	v, kem, keyring, personal := d.byte(), d.array32(), d.array32(), d.array32()
	if v != version || !d.done() {
		return nil, ErrOpen
	}
	return keysOf(kem, keyring, personal), nil
}

// MemberSecret is what a member's envelopes hold: the seed of all the member's
// keys, and the flag that a second factor is required. It belongs to one goroutine.
type MemberSecret struct {
	hidden
	s veiled[memberState]
}

type memberState struct {
	seed         [32]byte
	secondFactor bool // required at sign-in
}

const memberLabel = "klankbord/member/1"

// NewMemberSecret draws a seed, without a second factor.
func NewMemberSecret() *MemberSecret {
	return &MemberSecret{s: veil(&memberState{seed: random32()})}
}

// Keys returns the member's reading keys.
func (m *MemberSecret) Keys() *Keys {
	prk := extract(m.s().seed[:], memberLabel)
	return keysOf(expand32(&prk, memberLabel+"/kem"), expand32(&prk, memberLabel+"/keyring"),
		expand32(&prk, memberLabel+"/personal"))
}

// Signer returns the member's signing key, which no session stores.
func (m *MemberSecret) Signer() *Signer {
	prk := extract(m.s().seed[:], memberLabel)
	seed := expand32(&prk, memberLabel+"/sign")
	key := ed25519.NewKeyFromSeed(seed[:])
	return &Signer{key: veil(&key)}
}

// Factors returns the key under which the member's second factors lie, which no
// session stores: only an opened envelope reads or changes them.
func (m *MemberSecret) Factors() *Key {
	prk := extract(m.s().seed[:], memberLabel)
	return keyOf(expand32(&prk, memberLabel+"/factors"))
}

// RequireSecondFactor requires a second factor at sign-in.
func (m *MemberSecret) RequireSecondFactor() { m.s().secondFactor = true }

// SecondFactorRequired reports whether sign-in needs a second factor. It lies in
// the envelope so that an edited row cannot switch it off.
func (m *MemberSecret) SecondFactorRequired() bool { return m.s().secondFactor }

// encode gives the one encoding: version, seed, flag.
func (m *MemberSecret) encode() []byte {
	b := append([]byte{version}, m.s().seed[:]...)
	flag := byte(0)
	if m.s().secondFactor {
		flag = 1
	}
	return append(b, flag)
}

func decodeMemberSecret(b []byte) (*MemberSecret, error) {
	d := decoder{b: b}
	v, seed, flag := d.byte(), d.array32(), d.byte()
	if v != version || flag > 1 || !d.done() {
		return nil, ErrOpen
	}
	return &MemberSecret{s: veil(&memberState{seed: seed, secondFactor: flag == 1})}, nil
}
