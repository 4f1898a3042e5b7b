package casework

import (
	"slices"
	"strings"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
	"klankbord/internal/figures"
	"klankbord/internal/retention"
	"klankbord/internal/store"
)

// clear is what is counted of a case from what stands in the clear about it.
func (n *tallying) clear(from *fact) figures.Case {
	at, f, clocks := n.c.Calendar.Location, from.file, from.clocks
	k := figures.Case{
		Only: !f.Channel.Complaint(), Route: f.Route, Channel: f.Channel, Language: f.Language, Since: f.Received,
		Received: figures.MonthIn(f.Received, at), Closed: figures.MonthIn(f.Closed, at), Waited: -1, Delay: -1,
	}
	if !f.Closed.IsZero() {
		k.Days = int(f.Closed.Sub(f.Received) / (24 * time.Hour))
	}
	if c, ok := first(clocks, deadline.KindAcknowledgement, deadline.KindFirstAnswer); ok {
		k.Acknowledged = n.judge(c)
		if c.Met != nil {
			k.Waited = int(c.Met.Sub(f.Received) / time.Hour)
		}
	}
	for kinds, into := range map[[2]deadline.Kind]*figures.Judged{
		{deadline.KindFeedback, deadline.KindFullAnswer}:       &k.Answered,
		{deadline.KindBreachNotice, deadline.KindBreachNotice}: &k.Breach,
		{deadline.KindDataRequest, deadline.KindDataRequest}:   &k.Request,
	} {
		if c, ok := first(clocks, kinds[:]...); ok {
			*into = n.judge(c)
		}
	}
	k.CheckIn = n.checkIns(clocks)
	k.Written, k.Replied, k.Opened, k.Reviewed = from.written, from.replied, from.opened, from.reviewed
	return k
}

// tally adds what only a key opens.
func (n *tallying) tally(k *figures.Case, s casefile.Summary) {
	t := s.Tally
	k.Topics, k.Assessed, k.Outcome, k.Severity = s.Topics, s.Assessed, s.Outcome, s.Severity
	k.Relation, k.Refused, k.Causes, k.Told = t.Relation, t.Refused, t.Causes, t.Told
	k.Progress = t.Progress(n.c.Store.Now().In(n.c.Calendar.Location))
	if t.Delay != nil {
		k.Delay = *t.Delay
	}
	k.Money, k.Raised = t.Money, t.Raised
	k.Raised.Agency = n.agencyOf(t.Raised.Agency)
	k.Changed = k.Reviewed && t.First != "" && s.Outcome != t.First
	for _, m := range t.Measures {
		k.Measures = append(k.Measures, m.Kind)
	}
}

// agencyOf spells the name of an agency as it was spelled first, so that it has one line.
func (n *tallying) agencyOf(name string) string {
	name = strings.Join(strings.Fields(name), " ")
	folded := casefile.Fold(name)
	if _, ok := n.agency[folded]; !ok {
		n.agency[folded] = name
	}
	return n.agency[folded]
}

// checkIns judges whether who complained was asked on every day on which that was due.
func (n *tallying) checkIns(clocks []deadline.Clock) figures.Judged {
	judged := figures.NotAsked
	for _, k := range clocks {
		if !k.CheckIn() {
			continue
		}
		switch n.judge(k) {
		case figures.Late:
			return figures.Late
		case figures.InTime:
			judged = figures.InTime
		default: // its time has not come
		}
	}
	return judged
}

// first is the first of a case's clocks of some kinds.
func first(clocks []deadline.Clock, kinds ...deadline.Kind) (deadline.Clock, bool) {
	i := slices.IndexFunc(clocks, func(k deadline.Clock) bool { return slices.Contains(kinds, k.Kind) })
	if i < 0 {
		return deadline.Clock{}, false
	}
	return clocks[i], true
}

func (n *tallying) judge(k deadline.Clock) figures.Judged {
	switch k.State(n.c.Store.Now()) {
	case deadline.Met:
		return figures.InTime
	case deadline.MetLate, deadline.Passed:
		return figures.Late
	default:
		return figures.NotAsked
	}
}

// erased counts what is left of erased cases: for a member those that they erased or
// agreed to, and those that everybody in a team of theirs could read.
func (n *tallying) erased() {
	for _, row := range n.left {
		if n.filter.Route != "" && row.Route != n.filter.Route || !n.knows(row) || n.omits(row.Apart) || !row.Channel.Complaint() || retention.Reason(row.Rule).NoComplaint() {
			continue
		}
		if k, ok := n.remains(row); ok {
			n.cases = append(n.cases, k)
		}
	}
}

// knows reports whether the actor may know that there was such a case.
func (n *tallying) knows(row store.ErasedCase) bool {
	me := n.actor.Member
	if !n.actor.Handler() || row.Member == me || row.Second == me {
		return true
	}
	m, ok := figures.ParseMonth(row.Received)
	if row.Apart || !ok {
		return false
	}
	began := time.Date(m.Year(), m.Of(), 1, 0, 0, 0, 0, n.c.Calendar.Location)
	was, ok := n.dir.Chain().At(began).Entry(me)
	return ok && was.In(row.Team) && n.actor.Entry.In(row.Team)
}

// remains is what is counted of an erased case; false where its months cannot be read.
func (n *tallying) remains(row store.ErasedCase) (figures.Case, bool) {
	received, ok := figures.ParseMonth(row.Received)
	closed, well := figures.ParseMonth(row.Closed)
	k := figures.Case{
		Route: row.Route, Channel: row.Channel, Language: row.Language, Topics: row.Topics, Outcome: row.Outcome,
		Received: received, Closed: closed, Days: int(row.Days), Waited: -1, Delay: -1,
		Acknowledged: kept(row.Acknowledged), Answered: kept(row.Answered),
		Erased: figures.MonthIn(row.Erased, n.c.Calendar.Location), ErasedLate: row.Erased.After(row.Due.AddDate(0, 1, 0)),
	}
	return k, ok && well
}

// kept is how the register writes a judgement.
func kept(s string) figures.Judged {
	if s == string(figures.InTime) || s == string(figures.Late) {
		return figures.Judged(s)
	}
	return figures.NotAsked
}
