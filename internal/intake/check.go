package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/fault"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// Match is a member who would receive the complaint and whose name was typed.
type Match struct {
	Member staff.ID
	Name   string
	Answer string // "yes", "no" or "" while it was not answered
}

// Review is what the check page shows before anything is sent.
type Review struct {
	Draft       *Draft
	Routing     profile.Routing
	Missing     []profile.FieldError
	Matches     []Match // members whose names were typed; each must be answered
	Excluded    bool    // somebody is left out
	Alternative bool    // the alternative recipient receives it too, or alone
	OnlyOutside bool    // no member may receive it: turn to the external bodies
	Closed      bool    // the team has no member yet: it cannot be sent
	Seen        string  // stands for who would read it, and tells nothing by itself; see SubmitSeen
}

// Ready reports whether the complaint can be sent.
func (r *Review) Ready() bool {
	return !r.Closed && len(r.Missing) == 0 && !slices.ContainsFunc(r.Matches, func(m Match) bool { return m.Answer == "" })
}

// Review looks over the draft: what is missing, where it goes, who is left out.
// Names of possible recipients are compared with what was typed in memory only.
func (i *Intake) Review(ctx context.Context, tok seal.Token) (*Review, error) {
	d, err := i.Draft(ctx, tok)
	if err != nil {
		return nil, err
	}
	dir, err := i.Custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	r := &Review{Draft: d, Routing: i.Profile.Route(d.Answers), Missing: i.Profile.Missing(d.Answers)}
	if r.Routing.Team == "" {
		return r, nil
	}
	if r.Closed = !access.Receives(dir, r.Routing.Team); r.Closed {
		return r, nil
	}
	if r.Matches, err = i.matches(ctx, d, dir, r.Routing); err != nil {
		return nil, err
	}
	s := i.selection(dir, d, r.Routing)
	r.Seen = seen(r.Routing, exclusion(d, r.Routing), s)
	r.Excluded = len(exclusion(d, r.Routing).Functions)+len(exclusion(d, r.Routing).Members) > 0
	r.Alternative, r.OnlyOutside = s.Alternative, s.OnlyRecovery
	return r, nil
}

// ErrSeen tells that others would read the complaint than the page said from which it was
// sent. Nothing was sent.
var ErrSeen = fault.New(fault.Conflict, "form.check.others-read")

// seen stands for everything that the check page says about who reads a complaint.
func seen(r profile.Routing, x access.Exclusion, s access.Selection) string {
	sum := sha256.Sum256(fmt.Append(nil, r.Team, s.Alternative, s.OnlyRecovery, x.Functions, x.Members))
	return hex.EncodeToString(sum[:8])
}

// exclusion is what the complainant's answers say about who must know nothing.
func exclusion(d *Draft, r profile.Routing) access.Exclusion {
	x := access.Exclusion{Functions: r.Excluded}
	for id, answer := range d.Named {
		if answer == "yes" {
			x.Members = append(x.Members, staff.ID(id))
		}
	}
	slices.Sort(x.Members)
	return x
}

func (i *Intake) selection(dir *staff.Directory, d *Draft, r profile.Routing) access.Selection {
	return access.Recipients(dir, access.Want{Team: r.Team, Alternative: r.NeedsAlternative, Without: exclusion(d, r)})
}

// matches asks about members who would receive the complaint as far as the
// question whom it is about was answered.
func (i *Intake) matches(ctx context.Context, d *Draft, dir *staff.Directory, r profile.Routing) ([]Match, error) {
	return i.mentioned(ctx, d, dir, access.Want{Team: r.Team, Alternative: r.NeedsAlternative, Without: access.Exclusion{Functions: r.Excluded}}, nil)
}

// mentioned lists who would receive the complaint and whose name was typed, or was asked
// about before.
func (i *Intake) mentioned(ctx context.Context, d *Draft, dir *staff.Directory, w access.Want, asked map[string]string) ([]Match, error) {
	possible := access.Recipients(dir, w)
	people, err := i.Custody.People(ctx, dir)
	if err != nil {
		return nil, err
	}
	words := typedWords(d)
	var list []Match
	for _, m := range people {
		_, before := asked[string(m.ID)]
		if before || slices.Contains(possible.Members, m.ID) && casefile.Mentions(words, m.Name) {
			list = append(list, Match{m.ID, m.Name, d.Named[string(m.ID)]})
		}
	}
	return list, nil
}

// ofThemselves reports whether an answer is where the complainant's own name
// stands.
func ofThemselves(key string) bool {
	switch key {
	case profile.FieldFirstName, profile.FieldLastName, profile.FieldEmail, profile.FieldAddress, profile.FieldPhone:
		return true
	default:
		return false
	}
}

func typedWords(d *Draft) []string {
	var texts []string
	for key, values := range d.Answers {
		if !ofThemselves(key) {
			texts = append(texts, values...)
		}
	}
	for _, f := range d.Files {
		texts = append(texts, f.Name)
	}
	return casefile.Words(texts...)
}
