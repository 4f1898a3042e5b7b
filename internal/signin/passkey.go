package signin

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"klankbord/internal/access"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// askLife is how long a passkey's answer is waited for.
const askLife = 5 * time.Minute

// ErrNoPasskeys tells that passkeys do not work at this address, or that the member
// has none that would do.
var ErrNoPasskeys = fault.New(fault.Conflict, "error.no-passkey")

// relyingParty is what passkeys are made for: the host of the desk. nil: none can
// be, because the address is plain http, or a number. Browsers take localhost in
// the place of this very machine's number.
func relyingParty(address string) *webauthn.WebAuthn {
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	host, origin := u.Hostname(), u.Scheme+"://"+u.Host
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsLoopback() {
		host, origin = "localhost", u.Scheme+"://localhost:"+u.Port()
	}
	if u.Scheme != "https" && host != "localhost" {
		return nil
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: "Klankbord", RPOrigins: []string{origin},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationRequired,
		},
	})
	if err != nil {
		return nil
	}
	return w
}

// PasskeyHost is the host that passkeys are made for; empty where none work.
func (s *SignIn) PasskeyHost() string {
	if s.passkeys == nil {
		return ""
	}
	return s.passkeys.Config.RPID
}

// askPurpose is what a passkey is asked for. An answer for one is none for another.
type askPurpose string

const (
	askEnter  askPurpose = "enter"  // signing in without a password
	askSecond askPurpose = "second" // the second factor
	askProof  askPurpose = "proof"  // once more, before an act
	askAdd    askPurpose = "add"    // a new passkey
)

// question is what an answer is checked against. The browser keeps it, sealed under
// the pepper, so that asking costs no row in the database; that it was answered
// stands there (ASVS 6.7.2).
type question struct {
	Purpose askPurpose           `json:"purpose"`
	Bound   string               `json:"bound"` // session or pending sign-in it belongs to; empty: none
	Data    webauthn.SessionData `json:"data"`
	Expires int64                `json:"expires"` // microseconds UTC
}

// Asked is a question to a passkey: options for the browser, as JSON, and the cookie
// that must come back with the answer.
type Asked struct {
	Options []byte
	Cookie  string
}

func (s *SignIn) questionContext(p askPurpose) seal.Context {
	return seal.Context{Instance: s.instance(), Kind: "passkey-question", Object: string(p)}
}

func (s *SignIn) asked(p askPurpose, bound string, options any, data *webauthn.SessionData) (a Asked, err error) {
	if a.Options, err = json.Marshal(options); err != nil {
		return a, fmt.Errorf("ask passkey: %w", err)
	}
	q := question{Purpose: p, Bound: bound, Data: *data, Expires: s.store.Now().Add(askLife).UnixMicro()}
	q.Data.AllowedCredentialIDs = nil // the sealed factors say whose they are
	plain, err := json.Marshal(q)
	if err != nil {
		return a, fmt.Errorf("ask passkey: %w", err)
	}
	a.Cookie = base64.RawURLEncoding.EncodeToString(s.pepper().Seal(s.questionContext(p), plain))
	return a, nil
}

// question reads the cookie of an answer. ErrRefused: it is of another purpose or
// another session, or too old.
func (s *SignIn) question(cookie string, p askPurpose, bound string) (q question, err error) {
	box, err := base64.RawURLEncoding.Strict().DecodeString(cookie)
	if err != nil || s.passkeys == nil {
		return q, ErrRefused
	}
	plain, err := s.pepper().Open(s.questionContext(p), box)
	if err != nil || json.Unmarshal(plain, &q) != nil || q.Purpose != p || q.Bound != bound {
		return q, ErrRefused
	}
	if s.store.Now().UnixMicro() >= q.Expires {
		return q, ErrRefused
	}
	return q, nil
}

// spent is the id under which it is noted that the question was answered.
func (s *SignIn) spent(tx *store.Tx, q question) error {
	return tx.Spend(s.pepper().Blind("passkey-question", q.Data.Challenge), time.UnixMicro(q.Expires))
}

// AskEnter asks any passkey of this site, before anyone knows whose it is.
func (s *SignIn) AskEnter() (a Asked, err error) {
	if s.passkeys == nil {
		return a, ErrNoPasskeys
	}
	options, data, err := s.passkeys.BeginDiscoverableLogin(s.evaluated())
	if err != nil {
		return a, fmt.Errorf("ask passkey: %w", err)
	}
	return s.asked(askEnter, "", options, data)
}

// AskSecond asks a passkey of whoever has shown the first factor.
func (s *SignIn) AskSecond(ctx context.Context, pending seal.Token) (a Asked, err error) {
	row, m, w, err := s.pending(ctx, pending)
	if err != nil {
		return a, err
	}
	return s.askOf(askSecond, row.ID, holder{m, w.Factors.Passkeys})
}

// AskProof asks a passkey of the member once more.
func (s *SignIn) AskProof(ctx context.Context, actor access.Actor) (a Asked, err error) {
	m, err := s.member(ctx, actor)
	if err != nil {
		return a, err
	}
	list, err := s.passkeyRows(ctx, actor)
	if err != nil {
		return a, err
	}
	h := holder{member: m}
	for _, p := range list {
		h.passkeys = append(h.passkeys, passkey{ID: p.raw, Transports: p.transports})
	}
	return s.askOf(askProof, actor.Session, h)
}

func (s *SignIn) askOf(p askPurpose, bound string, h holder) (a Asked, err error) {
	if s.passkeys == nil || len(h.passkeys) == 0 {
		return a, ErrNoPasskeys
	}
	options, data, err := s.passkeys.BeginLogin(h, s.evaluated())
	if err != nil {
		return a, fmt.Errorf("ask passkey: %w", err)
	}
	return s.asked(p, bound, options, data)
}

// evaluated asks for the pseudo-random function, by which a passkey opens keys.
func (s *SignIn) evaluated() webauthn.LoginOption {
	return webauthn.WithAssertionExtensions(webauthn.WithExtensionPRF(protocol.PRFValues{First: seal.PasskeyInput(s.instance())}))
}

// credentialID is how a passkey is named in the database.
func credentialID(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// holder is a member with passkeys, as the library wants it.
type holder struct {
	member   store.Member
	passkeys []passkey
}

// WebAuthnID is the random id of the member.
func (h holder) WebAuthnID() []byte { return []byte(h.member.ID) }

// WebAuthnName is what the browser shows beside the passkey.
func (h holder) WebAuthnName() string { return h.member.Email }

// WebAuthnDisplayName is the member's name.
func (h holder) WebAuthnDisplayName() string { return h.member.Name }

// WebAuthnCredentials are the passkeys.
func (h holder) WebAuthnCredentials() []webauthn.Credential {
	var list []webauthn.Credential
	for _, p := range h.passkeys {
		c := webauthn.Credential{ID: p.ID, PublicKey: p.Key, AttestationFormat: "none", Flags: webauthn.CredentialFlags{BackupEligible: p.Backup}}
		for _, t := range p.Transports {
			c.Transport = append(c.Transport, protocol.AuthenticatorTransport(t))
		}
		list = append(list, c)
	}
	return list
}

// byID returns the passkey with that raw id.
func (f factors) byID(raw []byte) (passkey, bool) {
	for _, p := range f.Passkeys {
		if string(p.ID) == string(raw) {
			return p, true
		}
	}
	return passkey{}, false
}

var _ webauthn.User = holder{}

func (s *SignIn) nameContext(id staff.ID, credential string) seal.Context {
	return seal.Context{Instance: s.instance(), Kind: "passkey-name", Object: string(id) + "/" + credential}
}
