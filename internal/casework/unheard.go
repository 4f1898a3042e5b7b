package casework

import (
	"errors"
	"slices"
	"strings"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/store"
)

// unheard is what the complainant wrote after a number, beyond the complaint itself. They cannot open the summary,
// so its words come into it when a member reads the case, or writes in it.
func unheard(o *custody.Opened, since int64) string {
	var texts []string
	for _, e := range o.Entries {
		if e.Seq <= since || e.Kind == casefile.EntryStory || e.Damaged || e.Locked || e.AuthorKind != custody.AuthorComplainant {
			continue
		}
		texts = append(texts, textsOf(e)...)
	}
	return strings.Join(slices.DeleteFunc(texts, func(s string) bool { return s == "" }), "\n")
}

// hear brings into the summary what the complainant wrote since. Whoever comes
// second leaves it: the first heard the same. While somebody who lost access has the
// present key it waits for a fresh one.
func (c *Casework) hear(tx *store.Tx, actor access.Actor, o *custody.Opened) error {
	if o.Damaged || o.Stale() {
		return nil
	}
	rows, err := tx.Inbox(store.InboxFilter{Member: actor.Member, Cases: []casefile.ID{o.Case.ID}, Practice: practice(o), Limit: 1})
	if err != nil || len(rows) != 1 || rows[0].Head.Count != o.Case.Head.Count {
		return err
	}
	words := unheard(o, rows[0].Summary.Revision)
	if words == "" {
		return nil
	}
	r, _ := c.openRow(actor, rows[0])
	if r.damaged {
		return nil
	}
	r.summary.Words += casefile.FindForm(words)
	plain, err := casefile.EncodeSummary(r.summary)
	if err != nil {
		return err
	}
	next, err := c.Custody.NextSummary(o, plain)
	if err != nil {
		return err
	}
	if err := tx.ReplaceSummary(rows[0].Summary, next); err != nil && !errors.Is(err, store.ErrStale) {
		return err
	}
	return nil
}
