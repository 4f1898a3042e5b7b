package casework

import (
	"maps"
	"strings"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/profile"
)

func (c *Casework) identity(actor access.Actor, o *custody.Opened, a around) Identity {
	id := Identity{Apart: o.Apart(), Sealed: o.Gated, Unknown: true}
	if gone := o.Gone(casefile.ScopeIdentity); !gone.IsZero() {
		return Identity{Apart: id.Apart, Unknown: true, Gone: gone}
	}
	if o.Gated {
		return id
	}
	for _, e := range o.Entries {
		if e.Kind != casefile.EntryIdentity && e.Kind != casefile.EntryContactChange {
			continue
		}
		p, err := casefile.DecodePayload[casefile.Identity](e.Payload)
		if err != nil {
			continue
		}
		id = Identity{
			Apart: id.Apart, Unknown: p.Unknown, Name: strings.TrimSpace(p.First + " " + p.Last), Email: p.Email,
			Phone: p.Phone, Post: p.Post, Safe: p.SafeTimes, NoMail: p.NoMail, Language: p.Lang,
			Answers: identityAnswers(a.asked, p, actor.Language),
		}
	}
	for _, op := range a.openings {
		if op.What == "identity" && op.Member == actor.Member && op.Until.After(id.Until) {
			id.Until = op.Until
		}
	}
	return id
}

// identityAnswers are what else tells who the complainant is, without what the
// fields of the identity show already.
func identityAnswers(asked *profile.Profile, p casefile.Identity, l string) []Answer {
	rest := profile.Answers{}
	maps.Copy(rest, p.Answers)
	for _, key := range []string{
		profile.FieldFirstName, profile.FieldLastName, profile.FieldEmail, profile.FieldPhone, profile.FieldAddress,
		profile.FieldNoMail, profile.FieldLanguage, "safe_contact",
	} {
		delete(rest, key)
	}
	var list []Answer
	for _, g := range groups(asked, rest, profile.Identity, l) {
		list = append(list, g.Answers...)
	}
	return list
}
