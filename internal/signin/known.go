package signin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/netip"
	"slices"
	"time"

	"klankbord/internal/ident"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// KnownFor is how long a browser is known in which a member signed in.
const KnownFor = 180 * 24 * time.Hour

// mostKnown is how many members one browser is known for.
const mostKnown = 8

// Browser is where a try to sign in comes from: the address at the other end, zero
// when it tells nothing, and what the browser keeps from earlier sign-ins.
type Browser struct {
	Network netip.Addr
	Known   string // value of the cookie that Remember made
}

// known is what a browser keeps: a number of its own, and who signed in there. It
// is sealed under the pepper, so that it can neither be read nor made elsewhere. It
// opens nothing: it only takes the browser out of the queue of strangers.
type known struct {
	Device  string        `json:"device"`
	Members []knownMember `json:"members"`
}

type knownMember struct {
	ID staff.ID `json:"id"`
	At int64    `json:"at"` // microseconds UTC
}

func (s *SignIn) knownContext() seal.Context {
	return seal.Context{Instance: s.instance(), Kind: "known-browser"}
}

// readKnown reads the cookie; anything that is none of ours, or too old, is empty.
func (s *SignIn) readKnown(cookie string) known {
	var k known
	box, err := base64.RawURLEncoding.Strict().DecodeString(cookie)
	if err != nil || len(box) > 4<<10 {
		return known{}
	}
	plain, err := s.pepper().Open(s.knownContext(), box)
	if err != nil || json.Unmarshal(plain, &k) != nil {
		return known{}
	}
	oldest := s.store.Now().Add(-KnownFor).UnixMicro()
	k.Members = slices.DeleteFunc(k.Members, func(m knownMember) bool { return m.At < oldest })
	return k
}

// knows reports whether a member signed in with the browser before.
func (k known) knows(id staff.ID) bool {
	return id != "" && slices.ContainsFunc(k.Members, func(m knownMember) bool { return m.ID == id })
}

// Remember returns the value of the cookie by which the browser of a session is
// known from then on. before is the one it has, if any.
func (s *SignIn) Remember(ctx context.Context, session seal.Token, before string) (string, error) {
	row, _, err := s.session(ctx, session)
	if err != nil {
		return "", err
	}
	k := s.readKnown(before)
	if k.Device == "" {
		k.Device = ident.New()
	}
	k.Members = slices.DeleteFunc(k.Members, func(m knownMember) bool { return m.ID == row.Member })
	k.Members = append(k.Members, knownMember{row.Member, s.store.Now().UnixMicro()})
	if over := len(k.Members) - mostKnown; over > 0 {
		k.Members = k.Members[over:]
	}
	plain, err := json.Marshal(k)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(s.pepper().Seal(s.knownContext(), plain)), nil
}
