package seal

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/argon2"
)

// The kinds of envelope.
const (
	EnvelopePassword = "password"
	EnvelopeRecovery = "recovery"
)

// Envelope is one way to open a member's secret. It is stored as it is; whoever
// edits a field makes it unopenable.
type Envelope struct {
	Kind   string // EnvelopePassword or EnvelopeRecovery
	Params string // how the key is derived
	Salt   []byte // 16 random bytes
	Box    Box
}

// ErrBusy means that too many passwords are being checked; the person tries again.
var ErrBusy = errors.New("seal: too many passwords at once")

const (
	envelopeLabel  = "klankbord/envelope/1"
	saltSize       = 16
	argonSlots     = 2 // of 64 MiB each
	argonWait      = 2 * time.Second
	recoveryParams = "hkdf-sha256"
)

// argonTurn is the process-wide limit on password checks: each takes 64 MiB, and
// memory belongs to the process, not to a value that could be made twice.
var argonTurn = make(chan struct{}, argonSlots)

// argonParams are the cost of Argon2id (RFC 9106).
type argonParams struct {
	time, memory uint32 // passes; KiB
	threads      uint8
}

func (p argonParams) String() string {
	return fmt.Sprintf("argon2id v=19 t=%d m=%d p=%d", p.time, p.memory, p.threads)
}

// The cost that is written, and the bounds between which a row is believed. Below
// the minimum a row was weakened, above the maximum it is meant to exhaust memory.
func writtenParams() argonParams { return argonParams{time: 3, memory: 64 << 10, threads: 4} }
func maxParams() argonParams     { return argonParams{time: 8, memory: 256 << 10, threads: 8} }

// parseParams accepts only what String writes, within the bounds.
func parseParams(s string) (argonParams, error) {
	var p argonParams
	if _, err := fmt.Sscanf(s, "argon2id v=19 t=%d m=%d p=%d", &p.time, &p.memory, &p.threads); err != nil {
		return p, ErrOpen
	}
	low, high := writtenParams(), maxParams()
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
	return argon2.IDKey([]byte(password), salt, p.time, p.memory, p.threads, 32), nil
}

// SealPassword seals a member's secret under a password and the pepper. The
// password's bytes count as they are. It fails with ErrBusy.
func SealPassword(pepper *Key, instance, member, password string, ms *MemberSecret) (Envelope, error) {
	p := writtenParams()
	e := newEnvelope(EnvelopePassword, p.String())
	stretched, err := p.stretch(password, e.Salt)
	if err != nil {
		return Envelope{}, fmt.Errorf("seal password envelope: %w", err)
	}
	e.Box = e.key(pepper, instance, member, stretched).Seal(e.context(instance, member), ms.encode())
	return e, nil
}

// OpenPassword opens an envelope with a password. It fails with ErrBusy, else
// with ErrOpen.
func (e Envelope) OpenPassword(pepper *Key, instance, member, password string) (*MemberSecret, error) {
	if e.Kind != EnvelopePassword || len(e.Salt) != saltSize {
		return nil, ErrOpen
	}
	p, err := parseParams(e.Params)
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

func newEnvelope(kind, params string) Envelope {
	e := Envelope{Kind: kind, Params: params, Salt: make([]byte, saltSize)}
	_, _ = rand.Read(e.Salt) // never returns an error since Go 1.24
	return e
}

// key mixes the pepper in, and binds everything else that the row says.
func (e Envelope) key(pepper *Key, instance, member string, stretched []byte) *Key {
	return pepper.sub(envelopeLabel, e.Kind, e.Params, string(e.Salt), instance, member, string(stretched))
}

func (e Envelope) context(instance, member string) Context {
	return Context{Instance: instance, Kind: "member-secret/" + e.Kind, Object: member}
}

func (e Envelope) open(pepper *Key, instance, member string, stretched []byte) (*MemberSecret, error) {
	if pepper == nil {
		return nil, ErrOpen
	}
	plain, err := e.key(pepper, instance, member, stretched).Open(e.context(instance, member), e.Box)
	if err != nil {
		return nil, err
	}
	return decodeMemberSecret(plain)
}
