package intake

import (
	"errors"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/ident"
	"klankbord/internal/rawmail"
	"klankbord/internal/seal"
)

// joinedItems are a mail as it stands in its case, the mail itself with the identity, and what
// was found about it; and which file stands in which entry.
func (m *mailing) joinedItems(as BringAs) ([]custody.Item, map[string]seal.Manifest, error) {
	id, held := ident.New(), map[string]seal.Manifest{string(m.facts.Raw): m.raw}
	kind, room := casefile.EntryFile, seal.Dialogue
	if as == AsOther {
		kind, room = casefile.EntryInternalFile, seal.Investigation
	}
	var files []custody.Item
	var names []casefile.EntryID
	for _, f := range m.sealed {
		x := system(ident.New(), kind, room, f.Encode())
		x.Parent, held[x.ID] = id, f
		names, files = append(names, casefile.EntryID(x.ID)), append(files, x)
	}
	raw, err := casefile.EncodePayload(m.rawMail())
	mail := system(string(m.facts.Raw), casefile.EntryRawMail, seal.Identity, raw)
	mail.Parent = id
	own, quoted := rawmail.Fold(m.text)
	if own == "" && len(m.sealed) == 0 { // nothing else to read
		own, quoted = quoted, ""
	}
	if as == AsOther {
		other, err2 := casefile.EncodePayload(m.otherMail(own, quoted, names))
		items := []custody.Item{system(id, casefile.EntryUnmatchedMail, seal.Investigation, other), mail}
		return append(items, files...), held, errors.Join(err, err2)
	}
	old := casefile.OldMail{Ours: as == AsAnswer, At: m.at.UTC(), Lang: m.lang, Subject: m.message.Subject, Text: own, Quoted: quoted, Files: names}
	items := []custody.Item{{}, mail}
	if old.Ours && !m.whole && len(m.flaws) == 0 { // nobody asks whether the organisation is who it is
		old.Raw = m.facts.Raw
	} else {
		facts, err2 := casefile.EncodePayload(m.facts)
		found := system(ident.New(), casefile.EntryMailFacts, seal.Investigation, facts)
		found.Parent, err = id, errors.Join(err, err2)
		items = append(items, found)
	}
	told, err2 := casefile.EncodePayload(old)
	items[0] = system(id, casefile.EntryOldMail, seal.Dialogue, told)
	return append(items, files...), held, errors.Join(err, err2)
}

// otherMail is a mail of which nobody says that the complainant wrote it, or was written to.
// What pretends to be from them does not tell who they are.
func (m *mailing) otherMail(own, quoted string, files []casefile.EntryID) casefile.OtherMail {
	o := casefile.OtherMail{
		Lang: m.lang, Subject: m.message.Subject, Text: own, Quoted: quoted, Files: files,
		Sent: m.message.Date, Received: m.at.UTC(), Facts: m.facts,
	}
	if s, ok := m.message.Sender(); ok && m.facts.Thread != casefile.ThreadFalse {
		o.From, o.Name = s.Email, s.Name
	}
	return o
}

// broughtAt is when a kept mail came: as the organisation's server says, else as the mailbox
// says, else as its sender does.
func broughtAt(m *rawmail.Message, a Arrived) time.Time {
	if at := m.Delivered(); !at.IsZero() {
		return at
	}
	if !a.At.IsZero() {
		return a.At
	}
	return m.Date
}
