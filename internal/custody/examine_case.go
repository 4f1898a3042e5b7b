package custody

import (
	"slices"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// cases looks at every case on its own.
func (x *examiner) cases() error {
	for after := casefile.ID(""); ; {
		ids, err := x.tx.CaseIDs(after, rowsAtOnce)
		if err != nil {
			return err
		}
		for _, id := range ids {
			after = id
			x.result.Cases++
			if err := x.oneCase(id); err != nil {
				return err
			}
		}
		if len(ids) < rowsAtOnce {
			return nil
		}
	}
}

func (x *examiner) oneCase(id casefile.ID) error {
	file, err := x.tx.Case(id)
	if err != nil {
		return err
	}
	r, err := readRows(x.tx, file, "")
	if err != nil {
		return err
	}
	leaves, err := x.tx.LeavesOf(id)
	if err != nil {
		return err
	}
	number, state, err := x.tx.CaseState(id)
	if err != nil {
		return err
	}
	about := "case " + string(file.Number)
	x.turn(about, x.told(about, r, leaves), number, state, "the rows of the case")
	x.emptied(about, r.entries, leaves)
	if !leadTo(r.marks, file.Head) {
		x.result.found(about, "its entries, grants and keys do not lead to its head: one was added, altered, removed or moved")
	}
	x.recipients(about, r.grants)
	if x.Custody != nil {
		return x.stamps(about, r)
	}
	return nil
}

// emptied holds entries that lost what lay in them against the redactions that tell of it.
func (x *examiner) emptied(about string, entries []store.Entry, leaves []store.Leaf) {
	newest := standsFor(entries)
	told := 0
	for _, l := range leaves {
		if l.Kind == string(audit.Redacted) {
			told++
		}
	}
	for _, e := range entries {
		if !emptyAsTold(e, newest) {
			x.result.found(about, "an entry (%s) was emptied, or put back, otherwise than its redaction says", e.ID)
		}
	}
	if len(newest) > 0 && told == 0 {
		x.result.found(about, "something was removed from it, and no line of the log tells so")
	}
}

// told reads the lines about a case: its turns, its receipt, and who opened what.
func (x *examiner) told(about string, r rows, leaves []store.Leaf) (t turns) {
	opened := map[string]audit.Record{}
	submitted := false
	for _, l := range leaves {
		record, err := audit.DecodeRecord(l.Record)
		if err != nil {
			t.hidden = true
			x.result.found(about, "a line of the log about it (%s) has no record, which only erasure of the case takes", l.ID)
			continue
		}
		t.add(record)
		submitted = submitted || record.Kind == audit.Submission
		if record.Kind == audit.Receipt && record.Object != string(r.file.Number) {
			x.result.found(about, "its receipt names another number")
		}
		if id, ok := record.Detail["opening"]; ok {
			opened[id] = record
		}
	}
	if !submitted && !t.hidden {
		x.result.found(about, "no line of the log tells that it was submitted")
	}
	for _, op := range r.openings {
		record, ok := opened[op.ID]
		delete(opened, op.ID)
		if !t.hidden && (!ok || !tells(record, op)) {
			x.result.found(about, "what a member opened (%s) is not what the log says", op.ID)
		}
	}
	for id := range opened {
		x.result.found(about, "the log says that a member opened something (%s), and the complainant is not shown it", id)
	}
	return t
}

// tells reports whether a line tells of an opening.
func tells(r audit.Record, op store.Opening) bool {
	what := map[audit.Kind]string{audit.CaseRead: "case", audit.FileRead: "file", audit.IdentityOpened: "identity"}[r.Kind]
	shut := op.Shut && !op.Until.After(op.At) // only what is open for a while is shut
	return what == op.What && r.Actor == ByMember(op.Member) && r.At.Equal(op.At) && !shut
}

// recipients looks for grants to keys that the directory never named.
func (x *examiner) recipients(about string, grants []store.Grant) {
	for _, g := range grants {
		of := x.known
		switch g.Kind { //nolint:exhaustive // a compartment is no recipient of a grant
		case seal.RecipientRecovery:
			of = x.reserve
		case seal.RecipientMember:
		case seal.RecipientCode:
			continue // the complainant's own; its row is part of the state of the case
		}
		if !slices.Contains(of[g.Recipient], g.Fingerprint) {
			x.result.found(about, "a key is wrapped to a %s that the directory does not know (%s)", g.Kind, g.Recipient)
		}
	}
}

// stamps checks what only the key of the installation can have written.
func (x *examiner) stamps(about string, r rows) error {
	c := x.Custody
	if !c.headHolds(r.file.ID, r.file.Head, r.marks) {
		x.result.found(about, "the stamp of its head does not hold")
	}
	for _, k := range r.keys {
		if !c.keyHolds(k) {
			x.result.found(about, "the stamp of its keys of epoch %d does not hold", k.Epoch)
		}
	}
	for _, g := range r.grants {
		if !c.grantHolds(g) {
			x.result.found(about, "the stamp of a grant does not hold (%s %s)", g.Kind, g.Recipient)
		}
	}
	for _, e := range r.entries {
		if !c.entryHolds(e) {
			x.result.found(about, "the stamp of an entry does not hold (%s)", e.ID)
		}
	}
	for _, op := range r.openings {
		if !c.openingHolds(op) {
			x.result.found(about, "the stamp of an opening does not hold (%s)", op.ID)
		}
	}
	codes, err := x.tx.Codes(r.file.ID)
	if err != nil {
		return err
	}
	for _, k := range codes {
		if !c.codeHolds(k) {
			x.result.found(about, "the stamp of a code does not hold")
		}
	}
	if err := x.stampsOfMailbox(about, r.file.ID); err != nil {
		return err
	}
	s, err := x.tx.Summary(r.file.ID)
	if isNone(err) {
		return nil // an orphan, told as such
	}
	if err == nil && !c.summaryHolds(s) {
		x.result.found(about, "the stamp of its summary does not hold")
	}
	return err
}

// stampsOfMailbox checks the same of what leads to the mailbox: the notice address, a
// new code on its way, links, and who waits for access.
func (x *examiner) stampsOfMailbox(about string, id casefile.ID) error {
	c := x.Custody
	switch n, err := x.tx.Notice(id); {
	case isNone(err):
	case err != nil:
		return err
	case !c.NoticeHolds(n):
		x.result.found(about, "the stamp of its notice address does not hold")
	}
	switch k, err := x.tx.CodeChange(id); {
	case isNone(err):
	case err != nil:
		return err
	case !c.CodeChangeHolds(k):
		x.result.found(about, "the stamp of a new code on its way does not hold")
	}
	links, err := x.tx.LinksOf(id)
	if err != nil {
		return err
	}
	for _, l := range links {
		if !c.linkHolds(l) {
			x.result.found(about, "the stamp of a link does not hold")
		}
	}
	lost, err := x.tx.LostOf(id)
	if err != nil {
		return err
	}
	if len(c.lapsed(lost)) < len(lost) {
		x.result.found(about, "the stamp of a colleague who waits for access does not hold")
	}
	return nil
}
