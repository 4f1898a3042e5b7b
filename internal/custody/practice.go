package custody

import (
	"bytes"
	"errors"
	"slices"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/store"
)

// Begun tells that a member made up a complaint to practise on. Without this line, which
// nobody else can write, nothing is ended as one: it would leave no row in the register.
func Begun(of casefile.ID, route casefile.Route, by audit.Actor) Event {
	return Event{Kind: audit.Submission, Actor: by, Case: of, Detail: map[string]string{
		"route": string(route), "channel": string(casefile.ChannelPractice),
	}}
}

// MadeUp reports whether a case was made up to practise on. That its row says so is not
// enough, for whoever holds the database can write there: the line of the log that tells of
// its beginning says so too, and is ours.
func (c *Custody) MadeUp(tx *store.Tx, file store.Case) (bool, error) {
	if file.Channel != casefile.ChannelPractice {
		return false, nil
	}
	begun, _, err := c.beginnings(tx, file)
	return len(begun) > 0 && !slices.ContainsFunc(begun, func(r audit.Record) bool { return r.Detail["channel"] != string(casefile.ChannelPractice) }), err
}

// NoComplaint reports whether a case is a mail that nobody took for a complaint, so that
// it may go without being closed. Here as well its row alone says nothing: the line of its
// beginning must say that no person wrote it, and none that it was registered since.
func (c *Custody) NoComplaint(tx *store.Tx, file store.Case) (bool, error) {
	if file.State != casefile.StateUnsorted || file.Channel != casefile.ChannelEmail {
		return false, nil
	}
	begun, registered, err := c.beginnings(tx, file)
	personal := func(r audit.Record) bool {
		written := r.Detail["sort"] == "" || r.Detail["sort"] == string(casefile.MailPersonal)
		return r.Detail["channel"] != string(casefile.ChannelEmail) || written && r.Detail["thread"] == ""
	}
	return len(begun) > 0 && !registered && !slices.ContainsFunc(begun, personal), err
}

// DetailAnswers is under what the line of its beginning keeps the id of the case that a mail
// answers that waits.
const DetailAnswers = "answers"

// Answers reports whether a mail that waits answers a case that is still there.
func (c *Custody) Answers(tx *store.Tx, file store.Case) (bool, error) {
	begun, _, err := c.beginnings(tx, file)
	if err != nil {
		return false, err
	}
	for _, r := range begun {
		if id := r.Detail[DetailAnswers]; id != "" {
			if _, err := tx.Case(casefile.ID(id)); !errors.Is(err, store.ErrNone) {
				return err == nil, err
			}
		}
	}
	return false, nil
}

// beginnings are the lines of the log that tell of the beginning of a case, none where one
// of them does not hold, and whether it was registered as a complaint.
func (c *Custody) beginnings(tx *store.Tx, file store.Case) (list []audit.Record, registered bool, err error) {
	leaves, err := tx.LeavesOf(file.ID)
	if err != nil {
		return nil, false, err
	}
	holds := LeafHolds(c.instance, c.stamps)
	for _, l := range leaves {
		if l.Kind == string(audit.Receipt) {
			registered = true
		}
		if l.Kind != string(audit.Submission) {
			continue
		}
		r, err := audit.DecodeRecord(l.Record)
		if err != nil || !holds(l) || !matches(l) || r.Kind != audit.Submission || r.Case != string(file.ID) {
			return nil, registered, nil //nolint:nilerr // a line that does not hold tells nothing
		}
		list = append(list, r)
	}
	return list, registered, nil
}

// matches reports whether the record of a line is the one that its hash was made of.
func matches(l store.Leaf) bool {
	if len(l.Salt) != 32 {
		return false
	}
	sum := audit.Leaf([32]byte(l.Salt), l.Record)
	return bytes.Equal(sum[:], l.Hash)
}
