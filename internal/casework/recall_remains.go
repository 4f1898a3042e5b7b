package casework

import (
	"slices"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
)

// remaining is a case without the messages that were taken back, among them one that is
// about to be, and without what they had brought about.
func remaining(o *custody.Opened, but string) *custody.Opened {
	back := o.Recalled()
	if but != "" {
		back[but] = custody.Recalled{}
	}
	if len(back) == 0 {
		return o
	}
	s := *o
	s.Entries = nil
	var gone []time.Time
	for _, e := range o.Entries {
		if _, taken := back[e.ID]; taken {
			m, _ := e.MessageOut()
			gone = append(gone, m.Sent, e.Created)
		}
	}
	for _, e := range o.Entries {
		if _, taken := back[e.ID]; !taken && !broughtAbout(e, gone) {
			s.Entries = append(s.Entries, e)
		}
	}
	return &s
}

// broughtAbout reports whether an entry says that a message confirmed receipt, or told
// what was done and why, that was sent at one of these times.
func broughtAbout(e custody.Entry, sent []time.Time) bool {
	var at time.Time
	switch e.Kind {
	case casefile.EntryStateEvent:
		if p, err := casefile.DecodePayload[casefile.StateEvent](e.Payload); err == nil && p.To == casefile.StateAcknowledged {
			at = p.At
		}
	case casefile.EntryClock:
		if p, err := casefile.DecodePayload[casefile.ClockEvent](e.Payload); err == nil && p.Act == casefile.ClockFeedback {
			at = p.At
		}
	default:
	}
	return !at.IsZero() && slices.ContainsFunc(sent, at.Equal)
}

// acknowledgementTakenBack reports whether receipt was confirmed by a message that was
// taken back, and by nothing since.
func acknowledgementTakenBack(o *custody.Opened) bool {
	was := known(o, nil, nil)
	is := known(remaining(o, ""), nil, nil)
	_, then := was[deadline.EventAcknowledgement]
	_, now := is[deadline.EventAcknowledgement]
	return then && !now
}

// acknowledgedBy reports whether it was this message that confirmed receipt.
func acknowledgedBy(o *custody.Opened, m casefile.Message) bool {
	return slices.ContainsFunc(o.Entries, func(e custody.Entry) bool {
		p, err := casefile.DecodePayload[casefile.StateEvent](e.Payload)
		return e.Kind == casefile.EntryStateEvent && err == nil && p.To == casefile.StateAcknowledged && p.At.Equal(m.Sent)
	})
}

// reopened lets run again what a message had stopped: clocks are met by it when they were
// met the moment it was sent. What comes round again goes back to the round before,
// unless a later message has told how it stands; receipt stays confirmed where a mail did it
// as well. It returns the clocks that go.
func reopened(clocks []deadline.Clock, m casefile.Message, e custody.Entry, mailed time.Time) (kept []deadline.Clock, gone []string) {
	open, told := false, false
	for _, k := range clocks {
		if k.Kind == deadline.KindUpdate && k.Start.Equal(m.Sent) {
			told, open = true, k.Open()
		}
	}
	for _, k := range clocks {
		switch {
		case k.Kind == deadline.KindUpdate && k.Start.Equal(m.Sent) && open:
			gone = append(gone, k.ID)
			continue
		case k.Met == nil, !k.Met.Equal(m.Sent) && !k.Met.Equal(e.Created):
		case k.Kind == deadline.KindAcknowledgement && !mailed.IsZero():
			k.Met = &mailed
		case k.Kind != deadline.KindUpdate || !told || open:
			k.Met = nil
		}
		kept = append(kept, k)
	}
	return kept, gone
}
