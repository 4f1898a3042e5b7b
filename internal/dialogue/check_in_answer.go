package dialogue

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"

	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
)

// Treatment is how somebody says that they are treated since they spoke.
type Treatment string

// The answers.
const (
	TreatedWell  Treatment = "well"
	TreatedWorse Treatment = "worse"
	TreatedBadly Treatment = "badly"
)

// Treatments lists the answers.
func Treatments() []Treatment { return []Treatment{TreatedWell, TreatedWorse, TreatedBadly} }

// ErrTreatedMissing asks how somebody is treated.
var ErrTreatedMissing = fault.New(fault.Invalid, "watch.treated-missing")

// Answer is what somebody answers to a check-in.
type Answer struct {
	Lang    lang.Lang
	Treated Treatment
	Wish    string // what must be done
	Story   string // what a new complaint says where they are not treated well
}

// String hides the content.
func (Answer) String() string { return "[sealed]" }

// LogValue hides the content.
func (Answer) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Followed is what came of an answer.
type Followed struct {
	Made  bool           // a new complaint, whose receipt waits for browser
	More  *Told          // nil, or the new complaint, which the person must complete first
	Names []intake.Match // members whose name was typed, to be asked about
}

// AnswerCheckIn takes the answer to the question that waits. Where the person is not
// treated well it becomes a complaint of its own, as Retaliate makes it: whoever handled
// the earlier one is left out, and that one shows the same as after a good answer. Where
// this cannot be decided for the person, nothing is sent and More is what they complete.
// Faults: nothing chosen, too long, no question waits; ErrNoSession.
func (d *Dialogue) AnswerCheckIn(ctx context.Context, tok, browser seal.Token, s Sending, a Answer) (Followed, error) {
	a.Wish = strings.TrimSpace(a.Wish)
	if !slices.Contains(Treatments(), a.Treated) {
		return Followed{}, ErrTreatedMissing
	}
	if err := d.fits(a.Wish); err != nil {
		return Followed{}, err
	}
	if a.Treated == TreatedWell {
		return Followed{}, d.answerCheckIn(ctx, tok, s, a.Lang, a.Wish)
	}
	o, err := d.asksNow(ctx, tok, s)
	if err != nil {
		return Followed{}, err
	}
	roles, nobody, err := d.roles(ctx, o)
	if err != nil {
		return Followed{}, err
	}
	t := Told{
		Lang: string(a.Lang), Answers: profile.Answers{profile.FieldStory: {a.Story}}, Who: WhoSame, Leave: leftOut(roles), CheckIn: true,
	}
	if nobody || !d.known(o) {
		return Followed{More: &t}, nil
	}
	names, err := d.Retaliate(ctx, tok, browser, s, t)
	var refused *Refusal
	switch {
	case errors.As(err, &refused), err == nil && len(names) > 0:
		return Followed{More: &t, Names: names}, nil
	case err != nil:
		return Followed{}, err
	}
	return Followed{Made: true}, nil
}

// leftOut are the roles that are left out unless the person says otherwise.
func leftOut(roles []Role) (ids []string) {
	for _, role := range roles {
		if role.Out {
			ids = append(ids, role.ID)
		}
	}
	return ids
}

// asksNow opens the case of a session. It returns errNotAsked where no question waits
// for an answer, unless the same form made its complaint already.
func (d *Dialogue) asksNow(ctx context.Context, tok seal.Token, s Sending) (*custody.Opened, error) {
	v, err := d.visit(ctx, tok)
	if err != nil {
		return nil, err
	}
	if v.opened.Case.Number != s.Number {
		return nil, ErrNoSession
	}
	clocks, err := d.clocks(ctx, v.opened.Case.ID)
	if err != nil {
		return nil, err
	}
	list, _ := d.checkIns(v.opened, clocks)
	if slices.ContainsFunc(list, func(x CheckIn) bool { return x.Now }) {
		return v.opened, nil
	}
	sent, err := d.Intake.SentRetaliation(ctx, s.Key)
	if err == nil && !sent {
		err = errNotAsked
	}
	return v.opened, err
}

// noteAnswered writes in the earlier case that a check-in was answered, under a key that
// nothing of the new one has.
func (d *Dialogue) noteAnswered(ctx context.Context, tok seal.Token, s Sending, l lang.Lang) error {
	err := d.answerCheckIn(ctx, tok, Sending{Key: NewKey(), Number: s.Number}, l, "")
	if errors.Is(err, errNotAsked) {
		return nil
	}
	return err
}
