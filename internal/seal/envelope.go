package seal

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"
)

// The kinds of envelope.
const (
	EnvelopePassword = "password"
	EnvelopeRecovery = "recovery"
	EnvelopePasskey  = "passkey"
)

// Envelope is one way to open a member's secret. It is stored as it is; whoever
// edits a field makes it unopenable.
type Envelope struct {
	Kind       string // EnvelopePassword, EnvelopeRecovery or EnvelopePasskey
	Credential string // of a passkey: which one; else empty
	Params     string // how the key is derived
	Salt       []byte // 16 random bytes
	Box        Box
}

// ErrBusy means that too many passwords are being checked; the person tries again.
var ErrBusy = errors.New("seal: too many passwords at once")

const (
	envelopeLabel  = "klankbord/envelope/1"
	saltSize       = 16
	argonSlots     = 2 // of 64 MiB each
	argonWait      = 2 * time.Second
	recoveryParams = "hkdf-sha256"
	passkeyParams  = "prf hkdf-sha256"
	passkeyLabel   = "klankbord/passkey/1"
)

// argonTurn is the process-wide limit on password checks: each takes 64 MiB, and
// memory belongs to the process, not to a value that could be made twice.
var argonTurn = make(chan struct{}, argonSlots)

// argonFrugal says that a password check gives its memory back at once.
var argonFrugal atomic.Bool

// BeFrugal lets each password check give its memory back before the next one begins, as
// long as the process lives: left to itself the collector would let the heap grow to a
// multiple of it while many sign in. It is for a process that serves; for others it costs
// more than it saves.
func BeFrugal() { argonFrugal.Store(true) }

// argonParams are the cost of Argon2id (RFC 9106).
type argonParams struct {
	time, memory uint32 // passes; KiB
	threads      uint8
}

func (p argonParams) String() string {
	return fmt.Sprintf("argon2id v=19 t=%d m=%d p=%d", p.time, p.memory, p.threads)
}

// Cost is what the check of a password takes. The zero value is what an instance uses:
// 3 passes over 64 MiB by 4 threads.
type Cost struct {
	tests bool // next to nothing
}

// LeastCost is for tests of what comes after a password. Danger: whoever has the rows
// guesses passwords that were sealed at this cost; no product code may use it.
func LeastCost() Cost { return Cost{tests: true} }

// The cost that is written, and the bounds between which a row is believed. Below
// the minimum a row was weakened, above the maximum it is meant to exhaust memory.
func (c Cost) written() argonParams {
	if c.tests {
		return argonParams{time: 1, memory: 64, threads: 1}
	}
	return argonParams{time: 3, memory: 64 << 10, threads: 4}
}
func maxParams() argonParams { return argonParams{time: 8, memory: 256 << 10, threads: 8} }

// parse accepts only what String writes, within the bounds.
func (c Cost) parse(s string) (argonParams, error) {
	var p argonParams
	if _, err := fmt.Sscanf(s, "argon2id v=19 t=%d m=%d p=%d", &p.time, &p.memory, &p.threads); err != nil {
		return p, ErrOpen
	}
	low, high := c.written(), maxParams()
	inside := p.time >= low.time && p.memory >= low.memory && p.threads >= low.threads &&
		p.time <= high.time && p.memory <= high.memory && p.threads <= high.threads
	if !inside || p.String() != s {
		return p, ErrOpen
	}
	return p, nil
}

// stretch runs Argon2id, two at a time in the whole process. It fails with ErrBusy.
func (p argonParams) stretch(password string, salt []byte) ([]byte, error) {
	wait := time.NewTimer(argonWait)
	defer wait.Stop()
	select {
	case argonTurn <- struct{}{}:
	case <-wait.C:
		return nil, ErrBusy
	}
	defer func() { <-argonTurn }()
	key := argon2.IDKey([]byte(password), salt, p.time, p.memory, p.threads, 32)
	if argonFrugal.Load() {
		runtime.GC()
	}
	return key, nil
}

// SealPassword seals a member's secret under a password and the pepper. The password's
// bytes count as they are. It fails with ErrBusy.
func (c Cost) SealPassword(pepper *Key, instance, member, password string, ms *MemberSecret) (Envelope, error) {
	p := c.written()
	e := newEnvelope(EnvelopePassword, p.String())
	stretched, err := p.stretch(password, e.Salt)
	if err != nil {
		return Envelope{}, fmt.Errorf("seal password envelope: %w", err)
	}
	e.Box = e.key(pepper, instance, member, stretched).Seal(e.context(instance, member), ms.encode())
	return e, nil
}

// OpenPassword opens an envelope with a password; one that was sealed at less than this cost
// never opens. It fails with ErrBusy, else with ErrOpen.
func (c Cost) OpenPassword(e Envelope, pepper *Key, instance, member, password string) (*MemberSecret, error) {
	if e.Kind != EnvelopePassword || len(e.Salt) != saltSize {
		return nil, ErrOpen
	}
	p, err := c.parse(e.Params)
	if err != nil {
		return nil, ErrOpen
	}
	stretched, err := p.stretch(password, e.Salt)
	if err != nil {
		return nil, err
	}
	return e.open(pepper, instance, member, stretched)
}

// SealRecovery seals a member's secret under a personal recovery code and the
// pepper.
func SealRecovery(pepper *Key, instance, member string, code Code, ms *MemberSecret) (Envelope, error) {
	if code.b == nil {
		return Envelope{}, ErrCodeTypo
	}
	e := newEnvelope(EnvelopeRecovery, recoveryParams)
	secret := code.derive(instance, "/envelope", member)
	e.Box = e.key(pepper, instance, member, secret[:]).Seal(e.context(instance, member), ms.encode())
	return e, nil
}

// OpenRecovery opens an envelope with a personal recovery code. It fails with
// ErrOpen.
func (e Envelope) OpenRecovery(pepper *Key, instance, member string, code Code) (*MemberSecret, error) {
	if e.Kind != EnvelopeRecovery || e.Params != recoveryParams || len(e.Salt) != saltSize || code.b == nil {
		return nil, ErrOpen
	}
	secret := code.derive(instance, "/envelope", member)
	return e.open(pepper, instance, member, secret[:])
}

// SealPasskey seals a member's secret under what a passkey's pseudo-random function
// gave, 32 bytes, and the pepper. credential says which passkey. It fails with
// ErrOpen on anything but 32 bytes.
func SealPasskey(pepper *Key, instance, member, credential string, prf []byte, ms *MemberSecret) (Envelope, error) {
	e := newEnvelope(EnvelopePasskey, passkeyParams)
	e.Credential = credential
	secret, err := e.passkeySecret(instance, member, prf)
	if err != nil {
		return Envelope{}, err
	}
	e.Box = e.key(pepper, instance, member, secret[:]).Seal(e.context(instance, member), ms.encode())
	return e, nil
}

// OpenPasskey opens an envelope with what the passkey's pseudo-random function
// gave. It fails with ErrOpen.
func (e Envelope) OpenPasskey(pepper *Key, instance, member string, prf []byte) (*MemberSecret, error) {
	if e.Kind != EnvelopePasskey || e.Params != passkeyParams || len(e.Salt) != saltSize {
		return nil, ErrOpen
	}
	secret, err := e.passkeySecret(instance, member, prf)
	if err != nil {
		return nil, err
	}
	return e.open(pepper, instance, member, secret[:])
}

func (e Envelope) passkeySecret(instance, member string, prf []byte) (secret [32]byte, err error) {
	if len(prf) != 32 {
		return secret, ErrOpen
	}
	prk := extract(prf, string(frame(passkeyLabel, e.Credential)))
	return expand32(&prk, passkeyLabel+"/envelope", instance, member), nil
}

// PasskeyInput is what passkeys are asked to evaluate their pseudo-random function
// on: 32 bytes, the same for every passkey of an instance, because at sign-in it is
// asked for before anyone knows whose passkey will answer. Each passkey has a
// secret of its own, so the results have nothing in common.
func PasskeyInput(instance string) []byte {
	sum := sha256.Sum256(frame(passkeyLabel+"/input", instance))
	return sum[:]
}

func newEnvelope(kind, params string) Envelope {
	e := Envelope{Kind: kind, Params: params, Salt: make([]byte, saltSize)}
	_, _ = rand.Read(e.Salt) // never returns an error since Go 1.24
	return e
}

// key mixes the pepper in, and binds everything else that the row says.
func (e Envelope) key(pepper *Key, instance, member string, stretched []byte) *Key {
	return pepper.sub(envelopeLabel, e.Kind, e.Credential, e.Params, string(e.Salt), instance, member, string(stretched))
}

func (e Envelope) context(instance, member string) Context {
	return Context{Instance: instance, Kind: "member-secret/" + e.Kind, Object: member}
}

func (e Envelope) open(pepper *Key, instance, member string, stretched []byte) (*MemberSecret, error) {
	if pepper == nil {
		return nil, ErrOpen
	}
	var plain []byte
	key, err := e.key(pepper, instance, member, stretched), ErrOpen
	e.unwrapped(pepper, instance, member, func(b Box) bool {
		plain, err = key.Open(e.context(instance, member), b)
		return err == nil
	})
	if err != nil {
		return nil, err
	}
	return decodeMemberSecret(plain)
}
