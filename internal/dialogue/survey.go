package dialogue

import (
	"context"
	"fmt"
	"slices"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/sqldb"
	"klankbord/internal/store"
)

// Survey is whether somebody can still say how it went.
type Survey struct {
	Open   bool // they can: the case is closed, and they did not yet
	Wanted bool // they said in the form that they may be asked
}

// errSurveyOver tells that it cannot be said, or no longer.
var errSurveyOver = fault.New(fault.Conflict, "mailbox.survey.over")

// errSurveyEmpty asks for one answer at least.
var errSurveyEmpty = fault.New(fault.Invalid, "mailbox.survey.empty")

// Said is how somebody thinks it went: "yes", "no" or nothing for each question.
type Said struct{ Clear, Fair string }

func (d *Dialogue) survey(o *custody.Opened, done bool) Survey {
	closed := o.Case.State == casefile.StateClosed || o.Case.State == casefile.StateMonitoring
	return Survey{
		Open:   closed && !done && !o.Damaged && o.Case.Channel != casefile.ChannelWatch && o.Outcome().Outcome != "",
		Wanted: wanted(o),
	}
}

func wanted(o *custody.Opened) bool {
	for _, e := range o.Entries {
		if e.Kind != casefile.EntryStory || e.Damaged || e.Locked {
			continue
		}
		s, err := casefile.DecodePayload[casefile.Story](e.Payload)
		return err == nil && slices.Contains(s.Answers[profile.FieldSurvey], "yes")
	}
	return false
}

// SayHowItWent counts what somebody answers, once for each case. Nothing of it enters the
// case, and no line of the log tells of it: members must not find who said what, nor who
// answered. ISO 10002:2018 8.3. Faults: nothing answered; mailbox.survey.over;
// ErrNoSession.
func (d *Dialogue) SayHowItWent(ctx context.Context, tok seal.Token, n casefile.Number, s Said) error {
	counts := s.counts()
	if len(counts) == 0 {
		return errSurveyEmpty
	}
	v, err := d.visit(ctx, tok)
	if err != nil {
		return err
	}
	o := v.opened
	if o.Case.Number != n {
		return ErrNoSession
	}
	if !d.survey(o, false).Open {
		return errSurveyOver
	}
	mark := d.Custody.SurveyMark(o.Case.ID)
	err = d.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.MarkSurveyed(mark); err != nil {
			return err
		}
		for _, what := range counts {
			if err := tx.CountMonth(tx.Now().In(d.Calendar.Location).Format("2006-01"), what, 1); err != nil {
				return err
			}
		}
		return d.touch(tx, v)
	})
	if sqldb.IsUnique(err) {
		return nil // said before
	}
	if err != nil {
		return fmt.Errorf("count how it went: %w", err)
	}
	return nil
}

// counts names what is counted.
func (s Said) counts() (list []string) {
	for name, answer := range map[string]string{"clear": s.Clear, "fair": s.Fair} {
		if answer == "yes" || answer == "no" {
			list = append(list, name+"-"+answer)
		}
	}
	return list
}
