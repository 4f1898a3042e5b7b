package apptest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/custody"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// Password gives a member a password, which tests need only for acts that ask for
// it, because checking one is slow on purpose.
func (i *Instance) Password(actor access.Actor) string {
	i.T.Helper()
	ctx := context.Background()
	err := i.Store.Read(ctx, func(tx *store.Tx) error {
		_, err := tx.Envelope(actor.Member, seal.EnvelopePassword)
		return err
	})
	if err == nil {
		return Password
	}
	if !errors.Is(err, store.ErrNone) {
		i.T.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(i.State, "keys", "pepper.key"))
	i.check(err)
	pepper, err := seal.LoadPepper(file)
	i.check(err)
	e, err := i.cost.SealPassword(pepper, i.Instance(), string(actor.Member), Password, i.secrets[actor.Member])
	i.check(err)
	leaf := custody.Leaf(i.Clock.Now(), custody.Event{Kind: audit.CredentialChanged, Actor: custody.ByMember(actor.Member)})
	i.check(i.Store.Write(ctx, func(tx *store.Tx) error {
		return errors.Join(tx.PutEnvelope(actor.Member, e), tx.InsertLeaf(leaf))
	}))
	return Password
}

// Decide approves or refuses a colleague's request with the member's password.
func (i *Instance) Decide(actor access.Actor, n casefile.Number, request string, v casefile.Verdict) error {
	i.T.Helper()
	return i.Casework.Decide(context.Background(), actor, n, casework.Ruling{Request: request, Verdict: v, Password: i.Password(actor)})
}

// SignedIn is the session of a browser in which a member is signed in.
func (i *Instance) SignedIn(actor access.Actor) seal.Token {
	i.T.Helper()
	file, err := os.ReadFile(filepath.Join(i.State, "keys", "pepper.key"))
	i.check(err)
	pepper, err := seal.LoadPepper(file)
	i.check(err)
	tok, now := seal.NewToken(), i.Clock.Now()
	row := store.Session{
		ID: tok.ID(), Member: actor.Member, Created: now, Seen: now, Idle: 10 * time.Hour, Expires: now.Add(12 * time.Hour),
	}
	row.Box = tok.SealKeys(pepper, seal.Context{
		Instance: i.Instance(), Kind: "session-keys", Object: tok.ID() + "/" + string(actor.Member) + "//", Revision: uint64(row.Expires.UnixMicro()),
	}, actor.Keys)
	i.check(i.Store.Write(context.Background(), func(tx *store.Tx) error { return tx.InsertSession(row) }))
	return tok
}
