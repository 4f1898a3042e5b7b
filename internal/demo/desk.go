package demo

import (
	"context"
	"errors"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/staff"
)

// catchUp lets every member read a case who has a key to it, so that only what is
// recent is new to them.
func (s *seeding) catchUp(ctx context.Context, p *played) error {
	for _, c := range colleagues() {
		_, err := s.app.Casework.Case(ctx, s.members[c.key].actor, p.number)
		if err != nil && !errors.Is(err, fault.ErrNotFound) { // not theirs
			return err
		}
	}
	return nil
}

// work is a member at a case that they have opened and read.
type work struct {
	s      *seeding
	p      *played
	actor  access.Actor
	opened *casework.Case
}

// member opens the case as the desk does and does one thing in it.
func (s *seeding) member(ctx context.Context, p *played, x step) error {
	if _, err := s.memberID(x.By); err != nil {
		return err
	}
	w := work{s: s, p: p, actor: s.members[x.By].actor}
	var err error
	if w.opened, err = s.app.Casework.Case(ctx, w.actor, p.number); err != nil {
		return err
	}
	if err := w.declare(ctx); err != nil {
		return err
	}
	return w.do(ctx, x)
}

func (w work) do(ctx context.Context, x step) error {
	c, n, revision, text := w.s.app.Casework, w.p.number, w.opened.Revision, w.p.fill(x.Text)
	switch x.Do {
	case deedRead:
		return nil
	case deedAssign:
		return w.assign(ctx, x.To)
	case deedState:
		return c.ChangeState(ctx, w.actor, n, casework.Transition{
			To: casefile.State(x.To), Why: w.p.fill(x.Why), Revision: revision,
		})
	case deedIdentity:
		return c.OpenIdentity(ctx, w.actor, n, text)
	case deedClock:
		return c.StopClock(ctx, w.actor, n, x.Clock, text, revision)
	case deedDeadline:
		return w.deadline(ctx, x, text)
	case deedAcknowledge:
		return c.MarkAcknowledged(ctx, w.actor, n, casework.Acknowledgement{
			How: x.How, On: w.s.clock.Now(), Words: text, Revision: revision,
		})
	case deedRecord:
		return w.record(ctx, x)
	case deedAgree:
		return w.agree(ctx, x)
	case deedCode:
		return c.StartCode(ctx, w.actor, n, text, w.password())
	case deedWarn:
		return c.MarkDistress(ctx, w.actor, n, w.file(x.To), text)
	case deedAside:
		return c.StepAside(ctx, w.actor, n, text)
	case deedMessage, deedNote, deedDraft, deedClose:
		return w.send(ctx, x)
	default:
		return errDeed
	}
}

// file is the entry of the file with a name; empty where nothing is called so.
func (w work) file(name string) (id casefile.EntryID) {
	for _, it := range w.opened.Timeline {
		for _, f := range it.Files {
			if f.Name == name {
				id = casefile.EntryID(f.ID)
			}
		}
	}
	return id
}

// password is the member's own, as the guide tells it.
func (w work) password() string {
	for _, c := range colleagues() {
		if w.s.members[c.key].actor.Member == w.actor.Member {
			return c.password
		}
	}
	return ""
}

func (w work) assign(ctx context.Context, key string) error {
	var to staff.ID
	if key != "" {
		id, err := w.s.memberID(key)
		if err != nil {
			return err
		}
		to = id
	}
	return w.s.app.Casework.Assign(ctx, w.actor, w.p.number, to, w.opened.Revision)
}

// send writes a draft, looks at it as it will be read, and sends it.
func (w work) send(ctx context.Context, x step) error {
	c, n := w.s.app.Casework, w.p.number
	draft, err := w.draft(ctx, x)
	if err != nil || x.Do == deedDraft {
		return err
	}
	shown, err := c.Check(ctx, w.actor, n, draft.Kind)
	if err != nil {
		return err
	}
	s := casework.Sending{Kind: draft.Kind, ID: draft.ID, Revision: draft.Revision, Seen: shown.Seen}
	if draft.Kind == casework.DraftOutcome {
		return c.Close(ctx, w.actor, n, s)
	}
	return c.Send(ctx, w.actor, n, s)
}

func (w work) draft(ctx context.Context, x step) (*casework.Draft, error) {
	c, n := w.s.app.Casework, w.p.number
	kind := casework.DraftMessage
	switch x.Do {
	case deedNote:
		kind = casework.DraftNote
	case deedClose:
		kind = casework.DraftOutcome
	default: // a message
	}
	writing := casework.Writing{Kind: kind, Was: kind, Seen: w.opened.Seen, Lang: w.language(x), Outcome: x.Outcome}
	if kind == casework.DraftOutcome {
		writing.Feedback, writing.Why = w.p.fill(x.Text), w.p.fill(x.Why)
	} else {
		writing.Text = w.p.fill(x.Text)
	}
	for _, f := range x.Files {
		r, err := f.content(w.p.fill)
		if err != nil {
			return nil, err
		}
		in, err := c.Receive(ctx, w.actor, n, f.Name, r)
		if err != nil {
			return nil, err
		}
		writing.Add = append(writing.Add, in)
	}
	return c.SaveDraft(ctx, w.actor, n, writing)
}

func (w work) language(x step) lang.Lang {
	if x.Lang != "" {
		return x.Lang
	}
	return w.p.script.Lang
}

// deadline does something about a deadline: moves it, tells a new date, says that the
// newest message was the feedback, or since when a breach is known.
func (w work) deadline(ctx context.Context, x step, why string) error {
	c := w.s.app.Casework
	if x.Act == casefile.ClockBreach {
		known := w.s.clock.Now().Add(-time.Duration(x.Before) * time.Minute).Truncate(time.Minute)
		return c.NoteBreach(ctx, w.actor, w.p.number, casework.BreachNote{Known: known, Why: why, Revision: w.opened.Revision})
	}
	change := casework.ClockChange{
		Act: x.Act, Clock: x.Clock, To: c.Calendar.Today(w.p.received).AddDays(x.Due), Why: why, Revision: w.opened.Revision,
	}
	for _, it := range w.opened.Timeline {
		if it.Kind == casefile.EntryMessageOut {
			change.Message = it.ID
		}
	}
	return c.ChangeClock(ctx, w.actor, w.p.number, change)
}
