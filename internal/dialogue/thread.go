package dialogue

import (
	"slices"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// fill adds what the entries tell, newest first.
func (d *Dialogue) fill(m *Mailbox, o *custody.Opened, openings []store.Opening) {
	seen, back := readUpTo(o), o.Recalled()
	for _, e := range slices.Backward(o.Entries) {
		switch e.Kind {
		case casefile.EntryStory:
			m.Story = storyOf(o, e)
		case casefile.EntryOutcome:
			m.outcome(e, seen)
		case casefile.EntryMessageIn, casefile.EntryMessageOut, casefile.EntryWithdrawal, casefile.EntryMeetingRequest, casefile.EntryReview,
			casefile.EntryDataRequest, casefile.EntryDataAnswer, casefile.EntryOldMail:
			if d.hidden(o, e.ID) {
				continue
			}
			if r, taken := back[e.ID]; taken {
				m.Thread = append(m.Thread, Item{ID: e.ID, Kind: casefile.EntryRecall, At: r.At})
				continue
			}
			x := itemOf(o, e)
			x.Unread = !x.Mine && !x.Old && e.Seq > seen
			if x.Mine && !x.Old {
				x.ReadAt = firstRead(o, openings, e)
			}
			if e.Kind == casefile.EntryWithdrawal {
				m.Withdrawn = e.Created
			}
			m.Thread = append(m.Thread, x)
		default: // not the complainant's to see here
		}
	}
	slices.SortStableFunc(m.Thread, newestFirst)
	for _, x := range m.Thread {
		if x.Unread {
			m.Unread++
		}
	}
	if m.Outcome != nil && m.Outcome.Unread {
		m.Unread++
	}
	m.Slips = slips(o)
	m.Question = d.isQuestion(m.Story)
}

// newestFirst puts mails of before the case came here, which may have been brought in any
// order, behind the others.
func newestFirst(x, y Item) int {
	switch {
	case x.Old && y.Old:
		return y.At.Compare(x.At)
	case x.Old:
		return 1
	case y.Old:
		return -1
	default:
		return 0
	}
}

// isQuestion reports whether every topic that was ticked is a question.
func (d *Dialogue) isQuestion(s *Story) bool {
	if s == nil || len(s.Topics) == 0 {
		return false
	}
	return !slices.ContainsFunc(s.Topics, func(id string) bool {
		t, ok := d.Profile.Topic(id)
		return !ok || !t.Question
	})
}

// outcome keeps the newest outcome; those before it were replaced.
func (m *Mailbox) outcome(e custody.Entry, seen int64) {
	if m.Outcome != nil || e.Damaged || e.Locked {
		return
	}
	record, err := casefile.DecodePayload[casefile.OutcomeRecord](e.Payload)
	if err == nil {
		m.Outcome = &Outcome{ID: e.ID, At: e.Created, Unread: e.Seq > seen, OutcomeRecord: record}
	}
}

func storyOf(o *custody.Opened, e custody.Entry) *Story {
	if e.Damaged || e.Locked {
		return nil
	}
	story, err := casefile.DecodePayload[casefile.Story](e.Payload)
	if err != nil {
		return nil
	}
	return &Story{At: e.Created, Redacted: e.Redacted, Files: filesOf(o, story.Files), Story: story}
}

// itemOf opens one turn of the dialogue; what does not open is told as damaged.
func itemOf(o *custody.Opened, e custody.Entry) Item {
	x := Item{ID: e.ID, Kind: e.Kind, Mine: e.Kind != casefile.EntryMessageOut && e.Kind != casefile.EntryDataAnswer, At: e.Created, Redacted: e.Redacted}
	if e.Damaged || e.Locked {
		x.Damaged = true
		return x
	}
	var err error
	switch e.Kind {
	case casefile.EntryWithdrawal:
		var w casefile.Withdrawal
		w, err = casefile.DecodePayload[casefile.Withdrawal](e.Payload)
		x.Lang, x.Text = w.Lang, w.Why
	case casefile.EntryOldMail:
		var p casefile.OldMail
		if p, err = casefile.DecodePayload[casefile.OldMail](e.Payload); err == nil {
			x.Mine, x.Old, x.At = !p.Ours, true, p.At
			x.Lang, x.Text, x.Files, x.Quoted = p.Lang, p.Text, filesOf(o, p.Files), p.Quoted
		}
	case casefile.EntryDataRequest:
		var r casefile.DataRequest
		r, err = casefile.DecodePayload[casefile.DataRequest](e.Payload)
		x.Lang, x.Text, x.Way = r.Lang, r.Text, string(r.Right)
	case casefile.EntryDataAnswer:
		var r casefile.DataAnswer
		r, err = casefile.DecodePayload[casefile.DataAnswer](e.Payload)
		x.Lang, x.Text, x.Way = r.Lang, r.Why, string(r.Result)
	case casefile.EntryReview:
		var r casefile.ReviewRequest
		r, err = casefile.DecodePayload[casefile.ReviewRequest](e.Payload)
		x.Lang, x.Text = r.Lang, r.Why
	case casefile.EntryMeetingRequest:
		var r casefile.MeetingRequest
		r, err = casefile.DecodePayload[casefile.MeetingRequest](e.Payload)
		x.Lang, x.Text, x.Way = r.Lang, r.Text, r.Way
	default:
		var msg casefile.Message
		msg, err = casefile.DecodePayload[casefile.Message](e.Payload)
		x.Lang, x.Text, x.Files = msg.Lang, msg.Text, filesOf(o, msg.Files)
		x.Mail, x.Quoted = msg.Mail, msg.Quoted
	}
	x.Damaged = err != nil
	return x
}

// filesOf opens the manifests of files that an entry names.
func filesOf(o *custody.Opened, ids []casefile.EntryID) []File {
	var list []File
	for _, id := range ids {
		f := File{ID: string(id), Damaged: true}
		if removed(o, string(id)) {
			f = File{ID: string(id), Removed: true}
		}
		if m, ok := manifestOf(o, string(id)); ok {
			f = File{ID: string(id), Name: m.Name, Type: m.Type, Size: m.Size}
		}
		list = append(list, f)
	}
	return list
}

// hidden reports whether the complainant is shown nothing of a message: it has not gone
// yet, or never went.
func (d *Dialogue) hidden(o *custody.Opened, id string) bool {
	for _, e := range o.Entries {
		if m, ok := e.MessageOut(); ok && e.ID == id {
			return m.Waits(d.Store.Now()) || o.Recalled()[id].Undone
		}
	}
	return false
}

// readable reports whether the complainant may open a file: not one of a message that
// waits to go, or was taken back.
func (d *Dialogue) readable(o *custody.Opened, file string) bool {
	for _, e := range o.Entries {
		if e.ID == file && e.Parent != "" {
			_, taken := o.Recalled()[e.Parent]
			return !taken && !d.hidden(o, e.Parent)
		}
	}
	return true
}

// removed reports whether members removed a file for good.
func removed(o *custody.Opened, id string) bool {
	return slices.ContainsFunc(o.Entries, func(e custody.Entry) bool { return e.ID == id && !e.Redacted.IsZero() && !e.Damaged })
}

// manifestOf finds a file that both sides see.
func manifestOf(o *custody.Opened, id string) (seal.Manifest, bool) {
	for _, e := range o.Entries {
		if e.ID == id && e.Kind == casefile.EntryFile && !e.Damaged && !e.Locked {
			m, err := seal.DecodeManifest(e.Payload)
			return m, err == nil
		}
	}
	return seal.Manifest{}, false
}
