package custody

import (
	"bytes"

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
	leaves, err := tx.LeavesOf(file.ID)
	if err != nil {
		return false, err
	}
	holds, made := LeafHolds(c.instance, c.stamps), false
	for _, l := range leaves {
		if l.Kind != string(audit.Submission) {
			continue
		}
		r, err := audit.DecodeRecord(l.Record)
		sound := err == nil && holds(l) && matches(l)
		if !sound || r.Kind != audit.Submission || r.Case != string(file.ID) || r.Detail["channel"] != string(casefile.ChannelPractice) {
			return false, nil
		}
		made = true
	}
	return made, nil
}

// matches reports whether the record of a line is the one that its hash was made of.
func matches(l store.Leaf) bool {
	if len(l.Salt) != 32 {
		return false
	}
	sum := audit.Leaf([32]byte(l.Salt), l.Record)
	return bytes.Equal(sum[:], l.Hash)
}
