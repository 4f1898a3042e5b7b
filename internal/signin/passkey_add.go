package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"klankbord/internal/access"
	"klankbord/internal/fault"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/sqldb"
	"klankbord/internal/store"
)

const (
	mostPasskeys = 10
	mostName     = 60 // characters of a passkey's name
)

// AskAdd asks for a new passkey, within an act for it.
func (s *SignIn) AskAdd(ctx context.Context, actor access.Actor, tok seal.Token) (a Asked, err error) {
	_, f, _, err := s.actFactors(ctx, actor, ForPasskey, tok)
	if err != nil {
		return a, err
	}
	if s.passkeys == nil {
		return a, ErrNoPasskeys
	}
	m, err := s.member(ctx, actor)
	if err != nil {
		return a, err
	}
	h := holder{m, f.Passkeys}
	var have []protocol.CredentialDescriptor
	for _, c := range h.WebAuthnCredentials() {
		have = append(have, c.Descriptor())
	}
	options, data, err := s.passkeys.BeginRegistration(h, webauthn.WithExclusions(have), webauthn.WithExtensions(
		webauthn.WithExtensionPRF(protocol.PRFValues{First: seal.PasskeyInput(s.instance())}), webauthn.WithExtensionCredProps()))
	if err != nil {
		return a, fmt.Errorf("ask for a new passkey: %w", err)
	}
	return s.asked(askAdd, actor.Session, options, data)
}

// NewPasskey is what the browser sends of a passkey that it made.
type NewPasskey struct {
	Name      string // by which the member tells it from others
	Cookie    string
	Created   string // its public key, as JSON
	Evaluated string // a first answer, where the result did not come with it; may be empty
}

// AddPasskey adds a passkey to those of the member, within an act for it. Where the
// passkey computes, it opens the keys from then on; where not, it is a second
// factor. alone reports which. Faults: the name is missing, there are too many, or
// the passkey is one that is known already.
func (s *SignIn) AddPasskey(ctx context.Context, actor access.Actor, tok seal.Token, n NewPasskey) (alone bool, err error) {
	name := strings.TrimSpace(n.Name)
	if name == "" || utf8.RuneCountInString(name) > mostName {
		return false, fault.New(fault.Invalid, "error.passkey-name")
	}
	secret, f, _, err := s.actFactors(ctx, actor, ForPasskey, tok)
	if err != nil {
		return false, err
	}
	if len(f.Passkeys) >= mostPasskeys {
		return false, fault.New(fault.Conflict, "error.passkey-too-many")
	}
	q, err := s.question(n.Cookie, askAdd, actor.Session)
	if err != nil {
		return false, err
	}
	m, err := s.member(ctx, actor)
	if err != nil {
		return false, err
	}
	made, signed, result, err := s.made(q, m, n)
	if err != nil {
		return false, ErrRefused
	}
	f.Passkeys = append(f.Passkeys, made)
	factorRow, err := s.next(actor.Member, secret, f)
	if err != nil {
		return false, err
	}
	row, err := s.passkeyRow(actor, made, name, signed)
	if err != nil {
		return false, err
	}
	var e seal.Envelope
	if alone = result != nil; alone {
		if e, err = seal.SealPasskey(s.pepper(), s.instance(), string(actor.Member), row.Credential, result, secret); err != nil {
			return false, fmt.Errorf("seal passkey envelope: %w", err)
		}
	}
	err = s.change(ctx, actor, letter.PasskeyAdded, func(tx *store.Tx) error {
		if alone {
			if err := tx.PutEnvelope(actor.Member, e); err != nil {
				return err
			}
		}
		return errors.Join(endAct(tx, ForPasskey, tok), s.spent(tx, q), tx.InsertPasskey(row), tx.PutFactors(factorRow))
	})
	if sqldb.IsUnique(err) {
		return false, fault.New(fault.Conflict, "error.passkey-known")
	}
	return alone, err
}

// made checks a new passkey, and its first answer where there is one.
func (s *SignIn) made(q question, m store.Member, n NewPasskey) (p passkey, signed uint32, result []byte, err error) {
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(n.Created))
	if err != nil {
		return p, 0, nil, fmt.Errorf("read passkey: %w", err)
	}
	c, err := s.passkeys.CreateCredential(holder{member: m}, q.Data, parsed)
	if err != nil {
		return p, 0, nil, fmt.Errorf("check passkey: %w", err)
	}
	p = passkey{ID: c.ID, Key: c.PublicKey, Backup: c.Flags.BackupEligible}
	for _, t := range c.Transport {
		p.Transports = append(p.Transports, string(t))
	}
	signed = c.Authenticator.SignCount
	if result = computed(parsed.ClientExtensionResults.PRF); result != nil || n.Evaluated == "" {
		return p, signed, result, nil
	}
	answer, err := protocol.ParseCredentialRequestResponseBytes([]byte(n.Evaluated))
	if err != nil {
		return p, 0, nil, fmt.Errorf("read first answer: %w", err)
	}
	if signed, err = s.validate(question{Data: first(q.Data)}, holder{m, []passkey{p}}, answer); err != nil {
		return p, 0, nil, err
	}
	return p, signed, computed(answer.ClientExtensionResults.PRF), nil
}

// first is what the first answer of a new passkey is checked against: the question
// that it was made for. Options of making one do not apply.
func first(d webauthn.SessionData) webauthn.SessionData {
	d.CredParams = nil
	return d
}

// nameBox is what a member's session reads of a passkey.
type nameBox struct {
	Name       string   `json:"name"`
	ID         []byte   `json:"id"`
	Transports []string `json:"transports,omitempty"`
}

func (s *SignIn) passkeyRow(actor access.Actor, p passkey, name string, signed uint32) (store.Passkey, error) {
	plain, err := json.Marshal(nameBox{name, p.ID, p.Transports})
	if err != nil {
		return store.Passkey{}, fmt.Errorf("name passkey: %w", err)
	}
	credential := credentialID(p.ID)
	return store.Passkey{
		Credential: credential, Member: actor.Member, Signed: signed,
		Box: actor.Keys.Personal().Seal(s.nameContext(actor.Member, credential), plain),
	}, nil
}

// PasskeyView is a passkey as its member sees it.
type PasskeyView struct {
	Credential string
	Name       string
	Alone      bool // opens the keys without a password
	Suspect    bool // may have been copied; it is refused
	Added      time.Time
	Used       time.Time // zero: never

	raw        []byte
	transports []string
}

// passkeyRows lists the passkeys of the member.
func (s *SignIn) passkeyRows(ctx context.Context, actor access.Actor) (list []PasskeyView, err error) {
	var rows []store.Passkey
	var envelopes []store.EnvelopeRow
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		if rows, err = tx.PasskeysOf(actor.Member); err != nil {
			return err
		}
		envelopes, err = tx.Envelopes(actor.Member)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list passkeys: %w", err)
	}
	for _, r := range rows {
		v := PasskeyView{Credential: r.Credential, Suspect: r.Suspect, Added: r.Created, Used: r.Used}
		for _, e := range envelopes {
			v.Alone = v.Alone || e.Credential == r.Credential
		}
		var n nameBox
		plain, err := actor.Keys.Personal().Open(s.nameContext(actor.Member, r.Credential), r.Box)
		if err == nil && json.Unmarshal(plain, &n) == nil {
			v.Name, v.raw, v.transports = n.Name, n.ID, n.Transports
		}
		list = append(list, v)
	}
	return list, nil
}

// RemovePasskey takes a passkey away from the member. ErrLastWay: there would be no
// second factor left. fault.ErrNotFound: it is not theirs.
func (s *SignIn) RemovePasskey(ctx context.Context, actor access.Actor, a Anew, credential string) error {
	shown, err := s.again(ctx, actor, a)
	if err != nil {
		return err
	}
	kept := shown.factors
	kept.Passkeys = nil
	for _, p := range shown.factors.Passkeys {
		if credentialID(p.ID) != credential {
			kept.Passkeys = append(kept.Passkeys, p)
		}
	}
	if kept.TOTP == "" && len(kept.Passkeys) == 0 {
		return ErrLastWay
	}
	row, err := s.next(actor.Member, shown.secret, kept)
	if err != nil {
		return err
	}
	err = s.change(ctx, actor, letter.PasskeyRemoved, func(tx *store.Tx) error {
		return errors.Join(shown.use(tx), tx.DeletePasskeyEnvelope(actor.Member, credential), tx.DeletePasskey(actor.Member, credential), tx.PutFactors(row))
	})
	if errors.Is(err, store.ErrNone) {
		return fault.ErrNotFound
	}
	return err
}
