package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/seal"
	"klankbord/internal/sqldb"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// ErrInvitation tells that an invitation was used, has expired or never was.
var ErrInvitation = fault.New(fault.NotFound, "error.invitation-gone")

// InvitationView is what the invited person sees.
type InvitationView struct {
	Name, Email, Language string
	Assignments           []staff.Assignment
	Prepared              bool // a password was chosen; the second factor comes next
	Reset                 bool // of a member who enrols again
}

// EnrolStart is what the authenticator app needs.
type EnrolStart struct {
	TOTPSecret string
	TOTPURL    string
}

// request is what an enrolling person has made so far. It is stored with the
// invitation; what must stay secret in it is sealed under the invitation's token.
type request struct {
	Salt     []byte             `json:"salt"`
	Reading  seal.PublicKey     `json:"reading"`
	Signing  seal.SigningPublic `json:"signing"`
	Proof    []byte             `json:"proof"`
	Password envelope           `json:"password"`
	Recovery envelope           `json:"recovery"`
	Factors  []byte             `json:"factors"` // first revision, sealed for the member
	Hidden   []byte             `json:"hidden"`  // TOTP secret and recovery code, sealed
	Keys     []byte             `json:"keys"`    // the reading keys for the first session, sealed
}

type envelope struct {
	Kind   string `json:"kind"`
	Params string `json:"params"`
	Salt   []byte `json:"salt"`
	Box    []byte `json:"box"`
}

func pack(e seal.Envelope) envelope { return envelope{e.Kind, e.Params, e.Salt, e.Box} }
func (e envelope) open() seal.Envelope {
	return seal.Envelope{Kind: e.Kind, Params: e.Params, Salt: e.Salt, Box: e.Box}
}

type hidden struct {
	TOTP     string `json:"totp"`
	URL      string `json:"url"`
	Recovery string `json:"recovery"`
}

// Invitation shows what an invitation's token is for.
func (s *SignIn) Invitation(ctx context.Context, tok seal.Token) (InvitationView, error) {
	row, err := s.invitation(ctx, tok)
	if err != nil {
		return InvitationView{}, err
	}
	list, err := staff.ParseAssignments(row.Assignments)
	if err != nil {
		return InvitationView{}, fmt.Errorf("read invitation: %w", err)
	}
	return InvitationView{row.Name, row.Email, row.Language, list, len(row.Request) > 0, row.Kind == store.InvitationReset}, nil
}

func (s *SignIn) invitation(ctx context.Context, tok seal.Token) (row store.Invitation, err error) {
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		row, err = tx.InvitationByLookup(tok.ID())
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return row, ErrInvitation
	}
	if err != nil {
		return row, fmt.Errorf("read invitation: %w", err)
	}
	if !s.custody.InvitationHolds(ctx, row) {
		return row, ErrInvitation
	}
	return row, nil
}

func (s *SignIn) hiddenContext(row store.Invitation, kind string) seal.Context {
	return seal.Context{Instance: s.instance(), Kind: "enrolment-" + kind, Object: row.ID}
}

// Enrol chooses the password and draws the member's keys. Calling it again before
// the second factor is confirmed starts over. Fault: the password is too short or
// too common.
func (s *SignIn) Enrol(ctx context.Context, tok seal.Token, password string) (EnrolStart, error) {
	row, err := s.invitation(ctx, tok)
	if err != nil {
		return EnrolStart{}, err
	}
	if err := s.checkPassword(password, row.Name, row.Email); err != nil {
		return EnrolStart{}, err
	}
	id := row.Member
	if id == "" {
		id = staff.ID(ident.New())
	}
	totpSecret, url, err := newTOTP("Klankbord", row.Email)
	if err != nil {
		return EnrolStart{}, fmt.Errorf("draw second factor: %w", err)
	}
	body, err := s.request(row, tok, id, password, hidden{totpSecret, url, seal.NewCode().Text()})
	if err != nil {
		return EnrolStart{}, err
	}
	row.Member, row.Request = id, body
	s.custody.Stamp(&row)
	err = s.store.Write(ctx, func(tx *store.Tx) error { return tx.PrepareInvitation(row) })
	if errors.Is(err, store.ErrStale) {
		return EnrolStart{}, ErrInvitation
	}
	if err != nil {
		return EnrolStart{}, fmt.Errorf("prepare enrolment: %w", err)
	}
	return EnrolStart{totpSecret, url}, nil
}

func (s *SignIn) request(row store.Invitation, tok seal.Token, id staff.ID, password string, h hidden) ([]byte, error) {
	secret := seal.NewMemberSecret()
	secret.RequireSecondFactor()
	byPassword, err := s.sealPassword(id, password, secret)
	if err != nil {
		return nil, err
	}
	shown, err := s.next(id, secret, factors{TOTP: h.TOTP})
	if err != nil {
		return nil, err
	}
	code, err := seal.ParseCode(h.Recovery)
	if err != nil {
		return nil, fmt.Errorf("recovery code: %w", err)
	}
	byCode, err := seal.SealRecovery(s.pepper(), s.instance(), string(id), code, secret)
	if err != nil {
		return nil, fmt.Errorf("seal recovery envelope: %w", err)
	}
	secrets, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("write enrolment: %w", err)
	}
	keys, signer := secret.Keys(), secret.Signer()
	body, err := json.Marshal(request{
		Salt: staff.Salt(), Reading: keys.Public(), Signing: signer.Public(),
		Proof:    signer.Sign(staff.ProofContext(s.instance(), id), keys.Public()),
		Password: pack(byPassword), Recovery: pack(byCode), Factors: shown.Box,
		Hidden: tok.KeyWith(s.pepper()).Seal(s.hiddenContext(row, "hidden"), secrets),
		Keys:   tok.SealKeys(s.pepper(), s.hiddenContext(row, "keys"), keys),
	})
	if err != nil {
		return nil, fmt.Errorf("write enrolment: %w", err)
	}
	return body, nil
}

// Prepared shows the second factor of an enrolment again, as after a reload.
func (s *SignIn) Prepared(ctx context.Context, tok seal.Token) (EnrolStart, error) {
	_, _, h, err := s.prepared(ctx, tok)
	return EnrolStart{h.TOTP, h.URL}, err
}

func (s *SignIn) prepared(ctx context.Context, tok seal.Token) (row store.Invitation, r request, h hidden, err error) {
	if row, err = s.invitation(ctx, tok); err != nil {
		return row, r, h, err
	}
	if len(row.Request) == 0 {
		return row, r, h, ErrInvitation
	}
	if err = json.Unmarshal(row.Request, &r); err != nil {
		return row, r, h, fmt.Errorf("read enrolment: %w", err)
	}
	plain, err := tok.KeyWith(s.pepper()).Open(s.hiddenContext(row, "hidden"), r.Hidden)
	if err != nil {
		return row, r, h, ErrInvitation
	}
	if err = json.Unmarshal(plain, &h); err != nil {
		return row, r, h, fmt.Errorf("read enrolment: %w", err)
	}
	return row, r, h, nil
}

// ConfirmTOTP ends an enrolment: the member exists, is signed in, and gets the
// personal recovery code, shown this once. The first member of an instance is
// vouched for by the instance itself; everyone else waits for a colleague. Fault:
// ErrRefused when the one-time password is not right.
func (s *SignIn) ConfirmTOTP(ctx context.Context, tok seal.Token, code string) (recovery string, session seal.Token, err error) {
	row, r, h, err := s.prepared(ctx, tok)
	if err != nil {
		return "", session, err
	}
	step, ok := totpStep(h.TOTP, code, s.store.Now())
	if !ok {
		return "", session, ErrRefused
	}
	keys, err := tok.OpenKeys(s.pepper(), s.hiddenContext(row, "keys"), r.Keys)
	if err != nil {
		return "", session, ErrInvitation
	}
	if row.Kind == store.InvitationReset { // see ConfirmReset
		return "", session, ErrInvitation
	}
	change, err := s.entry(ctx, row)
	if err != nil {
		return "", session, err
	}
	now := s.store.Now()
	leaf := custody.Leaf(now, custody.Event{Kind: audit.MemberEnrolled, Actor: custody.ByMember(row.Member), Object: r.Reading.Fingerprint()})
	session = seal.NewToken()
	m := store.Member{
		ID: row.Member, Salt: r.Salt, Email: row.Email, Name: row.Name, Language: row.Language, Active: true, Created: now,
	}
	err = s.admit(ctx, session, m, keys, ByInvitation, func(tx *store.Tx) error {
		if err := errors.Join(tx.SetInvitationState(row.ID, "open", "enrolled"), tx.InsertMember(m)); err != nil {
			return err
		}
		return errors.Join(tx.PutEnvelope(row.Member, r.Password.open()), tx.PutEnvelope(row.Member, r.Recovery.open()),
			tx.PutFactors(store.Factors{Member: row.Member, Revision: 1, App: true, Box: r.Factors}),
			tx.UseTOTPStep(row.Member, step), tx.InsertLeaf(leaf), change(tx))
	})
	if errors.Is(err, store.ErrStale) {
		return "", session, ErrInvitation
	}
	if sqldb.IsUnique(err) {
		return "", session, fault.New(fault.Conflict, "error.member-exists")
	}
	return h.Recovery, session, err
}

// entry prepares the change of the directory by which a person enters: the first
// member's is signed by the installation and placed at once, everyone else's waits
// for colleagues.
func (s *SignIn) entry(ctx context.Context, row store.Invitation) (func(*store.Tx) error, error) {
	dir, err := s.custody.Granting(ctx)
	if err != nil {
		return nil, err
	}
	ch, err := Entry(row)
	if err != nil {
		return nil, err
	}
	statement, err := s.custody.Compose(dir, ch)
	if err != nil {
		return nil, err
	}
	waiting := store.DirectoryChange{ID: row.ID, Statement: statement, Created: s.store.Now()}
	if len(dir.Chain().Everyone()) > 0 {
		return func(tx *store.Tx) error { return tx.PutDirectoryChange(waiting) }, nil
	}
	event, err := s.custody.Place(dir, statement, []staff.Signature{s.custody.SignAsInstance(statement)})
	if err != nil {
		return nil, err
	}
	return func(tx *store.Tx) error {
		return errors.Join(tx.InsertDirectoryEvent(event), tx.SetInvitationState(row.ID, "enrolled", "vouched"))
	}, nil
}

// Entry is the change of the directory by which an enrolled person enters, or has
// new keys.
func Entry(row store.Invitation) (staff.Change, error) {
	var r request
	if err := json.Unmarshal(row.Request, &r); err != nil {
		return staff.Change{}, fmt.Errorf("read enrolment: %w", err)
	}
	if row.Kind == store.InvitationReset {
		return staff.Change{Type: staff.Rekey, Member: row.Member, Reading: r.Reading, Signing: r.Signing, Proof: r.Proof}, nil
	}
	list, err := staff.ParseAssignments(row.Assignments)
	return staff.Change{
		Type: staff.Enrol, Member: row.Member, Reading: r.Reading, Signing: r.Signing, Proof: r.Proof, Assignments: list,
		Person: staff.Commit(r.Salt, row.Name, row.Email),
	}, err
}

// Fingerprint is that of the key with which a person enrolled, to be compared by
// voice before vouching; empty before.
func Fingerprint(row store.Invitation) string {
	var r request
	if json.Unmarshal(row.Request, &r) != nil {
		return ""
	}
	return r.Reading.Fingerprint()
}
