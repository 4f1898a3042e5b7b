package intake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/fault"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Retaliation is a complaint that somebody makes in the mailbox of an earlier one:
// they are treated badly because they spoke. It is a case of its own, on the integrity
// route; the earlier one is neither read nor changed by it. Directive (EU) 2019/1937
// art. 19.
type Retaliation struct {
	Key     string            // of the form: sent twice it makes one case
	Lang    string            // of the page
	Answers profile.Answers   // what is told, and who tells it, by the questions of the form
	LeftOut []staff.ID        // must not receive it, beside whom the answers leave out
	Named   map[string]string // answers to "is it about this member?", by member id
}

// String keeps answers out of whatever prints it.
func (Retaliation) String() string { return "[sealed]" }

// LogValue keeps answers out of logs.
func (Retaliation) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// sentFor is how long a form that was sent is known, far beyond the life of the
// session in which it was shown.
const sentFor = 30 * 24 * time.Hour

// draft is the complaint as the form would have kept it.
func (r Retaliation) draft() *Draft {
	a := r.Answers.Clone()
	a[profile.FieldTopics] = []string{profile.TopicRetaliation}
	return &Draft{ID: r.Key, Lang: r.Lang, Answers: a, Named: r.Named}
}

// without is who must know nothing of it.
func (r Retaliation) without(d *Draft, to profile.Routing) access.Exclusion {
	x := exclusion(d, to)
	for _, id := range r.LeftOut {
		if !slices.Contains(x.Members, id) {
			x.Members = append(x.Members, id)
		}
	}
	slices.Sort(x.Members)
	return x
}

// LeavesNobody reports whether nobody on the desk would receive the complaint.
func (i *Intake) LeavesNobody(ctx context.Context, r Retaliation) (bool, error) {
	dir, err := i.Custody.Directory(ctx)
	if err != nil {
		return false, err
	}
	d := r.draft()
	to := i.Profile.Route(d.Answers)
	s := access.Recipients(dir, access.Want{Team: to.Team, Alternative: to.NeedsAlternative, Without: r.without(d, to)})
	return s.OnlyRecovery, nil
}

// MentionedIn lists the members who would receive the complaint and whose name stands
// in it; each must be answered before it can be sent.
func (i *Intake) MentionedIn(ctx context.Context, r Retaliation) ([]Match, error) {
	dir, err := i.Custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	return i.mentionedIn(ctx, dir, r)
}

func (i *Intake) mentionedIn(ctx context.Context, dir *staff.Directory, r Retaliation) ([]Match, error) {
	d := r.draft()
	to := i.Profile.Route(d.Answers)
	d.Named = nil // whoever was answered about is still asked about
	list, err := i.mentioned(ctx, d, dir, access.Want{Team: to.Team, Alternative: to.NeedsAlternative, Without: r.without(d, to)}, r.Named)
	for n := range list {
		list[n].Answer = r.Named[string(list[n].Member)]
	}
	return list, err
}

// SubmitRetaliation makes the case and returns its receipt, as Submit does. No key is
// wrapped to whoever is left out. Faults: an unanswered name match, incomplete, closed.
func (i *Intake) SubmitRetaliation(ctx context.Context, tok seal.Token, r Retaliation) (*Receipt, error) {
	if again, err := i.receiptOf(ctx, tok, r.Key); !errors.Is(err, ErrNoReceipt) {
		return again, err
	}
	code := seal.NewCode()
	return i.send(ctx, tok, "", func() (*submission, error) {
		dir, err := i.Custody.Directory(ctx)
		if err != nil {
			return nil, err
		}
		s := i.submission(r.draft())
		s.code = code
		if !access.Receives(dir, s.routing.Team) {
			return nil, ErrClosed
		}
		named, err := i.mentionedIn(ctx, dir, r)
		if err != nil {
			return nil, err
		}
		if !(&Review{Matches: named}).Ready() || s.answers.One(profile.FieldStory) == "" {
			return nil, fault.New(fault.Invalid, "error.complaint-incomplete")
		}
		s.once = i.once(r.Key)
		s.exclusion = r.without(s.draft, s.routing)
		return s, i.ready(dir, s)
	})
}

// SentRetaliation reports whether the form with a key was sent.
func (i *Intake) SentRetaliation(ctx context.Context, key string) (sent bool, err error) {
	err = i.Store.Read(ctx, func(tx *store.Tx) (err error) {
		sent, err = tx.Spent("retaliation/" + key)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("read what was sent: %w", err)
	}
	return sent, nil
}

// once notes that a form was sent. It stands apart from every case.
func (i *Intake) once(key string) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		err := tx.Spend("retaliation/"+key, tx.Now().Add(sentFor))
		if errors.Is(err, store.ErrStale) {
			return errSent
		}
		return err
	}
}
