package apptest

import (
	"context"
	"io"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/lang"
	"klankbord/internal/seal"
)

// Case reads a case as a member does.
func (i *Instance) Case(actor access.Actor, n casefile.Number) *casework.Case {
	i.T.Helper()
	c, err := i.Casework.Case(context.Background(), actor, n)
	i.check(err)
	return c
}

// Write saves, checks and sends a note or a message.
func (i *Instance) Write(actor access.Actor, n casefile.Number, kind casework.DraftKind, text string) {
	i.T.Helper()
	ctx := context.Background()
	c := i.Case(actor, n)
	d, err := i.Casework.SaveDraft(ctx, actor, n, casework.Writing{Kind: kind, Was: kind, Seen: c.Seen, Text: text, Lang: lang.Lang(c.Language)})
	i.check(err)
	_, err = i.Casework.Check(ctx, actor, n, kind)
	i.check(err)
	i.check(i.Casework.Send(ctx, actor, n, casework.Sending{Kind: kind, ID: d.ID, Revision: d.Revision, Seen: d.Seen}))
}

// Move changes the state of a case, once what the step asks for is recorded.
func (i *Instance) Move(actor access.Actor, n casefile.Number, to casefile.State) {
	i.T.Helper()
	i.Complete(actor, n, to)
	c := i.Case(actor, n)
	i.check(i.Casework.ChangeState(context.Background(), actor, n, casework.Transition{To: to, Why: "next step", Revision: c.Revision}))
}

// Close ends a case with an outcome and feedback.
func (i *Instance) Close(actor access.Actor, n casefile.Number, feedback, why string) {
	i.T.Helper()
	i.Complete(actor, n, casefile.StateClosed)
	i.check(i.TryClose(actor, n, casefile.OutcomeUpheld, feedback, why))
}

// CloseWith ends a case with an outcome, to which a colleague agrees where two decide.
func (i *Instance) CloseWith(actor access.Actor, n casefile.Number, o casefile.Outcome, feedback, why string) {
	i.T.Helper()
	if i.Case(actor, n).Route == casefile.Integrity {
		i.Agree(actor, n, o)
	}
	i.Complete(actor, n, casefile.StateClosed)
	i.check(i.TryClose(actor, n, o, feedback, why))
}

// TryClose ends a case, or says why not.
func (i *Instance) TryClose(actor access.Actor, n casefile.Number, outcome casefile.Outcome, feedback, why string) error {
	i.T.Helper()
	ctx := context.Background()
	c := i.Case(actor, n)
	revision := int64(0)
	for _, d := range c.Drafts {
		if d.Kind == casework.DraftOutcome {
			revision = d.Revision
		}
	}
	d, err := i.Casework.SaveDraft(ctx, actor, n, casework.Writing{
		Kind: casework.DraftOutcome, Was: casework.DraftOutcome, Revision: revision, Seen: c.Seen, Lang: lang.Lang(c.Language),
		Outcome: outcome, Feedback: feedback, Why: why,
	})
	if err != nil {
		return err
	}
	shown, err := i.Casework.Check(ctx, actor, n, casework.DraftOutcome) // what is missing is said by Close
	if shown == nil {
		return err
	}
	return i.Casework.Close(ctx, actor, n, casework.Sending{Kind: casework.DraftOutcome, ID: d.ID, Revision: d.Revision, Seen: shown.Seen})
}

// Enter opens the mailbox of a code.
func (i *Instance) Enter(code string) seal.Token {
	i.T.Helper()
	tok, err := i.Dialogue.Enter(context.Background(), code)
	i.check(err)
	return tok
}

// Download reads a file of a case as a member does.
func (i *Instance) Download(actor access.Actor, n casefile.Number, entry string) string {
	i.T.Helper()
	f, err := i.Casework.Open(context.Background(), actor, n, entry, casework.Take{Original: true})
	i.check(err)
	b, err := io.ReadAll(f.Body)
	i.check(err)
	return string(b)
}
