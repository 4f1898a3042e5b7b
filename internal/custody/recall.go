package custody

import (
	"strconv"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Recalled tells how a message to the complainant was taken back.
type Recalled struct {
	Undone bool // before it went: the complainant is shown nothing of it
	At     time.Time
	By     staff.ID
}

// Recalled are the messages of a case that members took back, by id of the entry.
func (o *Opened) Recalled() map[string]Recalled {
	list := map[string]Recalled{}
	for _, e := range o.Entries {
		if e.Kind != casefile.EntryRecall || e.Damaged || e.Locked || e.AuthorKind != AuthorMember {
			continue
		}
		p, err := casefile.DecodePayload[casefile.Recall](e.Payload)
		if _, known := list[string(p.Message)]; err == nil && !known {
			list[string(p.Message)] = Recalled{p.Undone, e.Created, staff.ID(e.AuthorID)}
		}
	}
	return list
}

// MessageOut opens a message to the complainant; false for every other entry and for
// one that does not open.
func (e Entry) MessageOut() (casefile.Message, bool) {
	if e.Kind != casefile.EntryMessageOut || e.Damaged || e.Locked {
		return casefile.Message{}, false
	}
	m, err := casefile.DecodePayload[casefile.Message](e.Payload)
	return m, err == nil
}

// readTo is what a line of the log names that tells how far the complainant has read.
const readTo = "to"

// ReadingLeaf is the line of the log that tells that the complainant read the mailbox, up
// to an item.
func ReadingLeaf(now time.Time, id casefile.ID, seq int64) store.Leaf {
	return Leaf(now, Event{
		Kind: audit.CaseRead, Actor: ByComplainant(), Case: id, Detail: map[string]string{readTo: strconv.FormatInt(seq, 10)},
	})
}

// ReadTo is up to which item a line of the log says that the complainant has read; nought
// where it tells of something else.
func ReadTo(l store.Leaf) int64 {
	if l.Kind != string(audit.CaseRead) {
		return 0
	}
	r, err := audit.DecodeRecord(l.Record)
	if err != nil || r.Actor.Kind != audit.Complainant {
		return 0
	}
	n, _ := strconv.ParseInt(r.Detail[readTo], 10, 64)
	return n
}
