package custody

import (
	"cmp"
	"slices"
	"strconv"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// calledIn are the entries that tell of an alternative recipient who was granted by
// the rule alone.
func (s *shift) calledIn() ([]Item, error) {
	var items []Item
	for _, id := range s.came {
		e, _ := s.d.Entry(id)
		if slices.Contains(s.t.Named, id) || e.In(s.place().Team) {
			continue
		}
		plain, err := casefile.EncodePayload(casefile.AccessEvent{Act: casefile.AccessAlternative, Member: string(id)})
		if err != nil {
			return nil, err
		}
		items = append(items, Item{
			Kind: casefile.EntryAccess, Compartment: seal.Investigation, AuthorKind: AuthorSystem, Payload: plain,
		})
	}
	return items, nil
}

// head chains everything that is there after the turn.
func (s *shift) head(entries []store.Entry) store.Head {
	var marks []store.Mark
	for _, m := range s.o.marks {
		if s.goes(m.Seq) || slices.ContainsFunc(s.dropped, func(e store.Entry) bool { return e.Seq == m.Seq }) {
			continue
		}
		for _, g := range s.turned.gated {
			if g.key.Seq == m.Seq {
				m.Stamp = g.key.Stamp
			}
		}
		marks = append(marks, m)
	}
	if s.fresh != nil {
		marks = append(marks, store.Mark{Seq: s.fresh.Seq, Stamp: s.fresh.Stamp})
	}
	for _, g := range s.grants {
		marks = append(marks, store.Mark{Seq: g.Seq, Stamp: g.Stamp})
	}
	for _, e := range entries {
		marks = append(marks, store.Mark{Seq: e.Seq, Stamp: e.Stamp})
	}
	slices.SortFunc(marks, func(x, y store.Mark) int { return cmp.Compare(x.Seq, y.Seq) })
	h := chain(store.Head{}, marks...)
	h.Count = s.seq
	return h
}

// tell makes the lines of the log: who lost the keys, and to which keys they were
// wrapped.
func (s *shift) tell() {
	id, lost := s.o.Case.ID, map[string]bool{}
	for _, g := range s.removed {
		key := string(g.Kind) + "/" + g.Recipient
		if s.stays(g) || lost[key] {
			continue
		}
		lost[key] = true
		s.leaves = append(s.leaves, Leaf(s.at, Event{
			Kind: audit.GrantDeleted, Actor: s.o.reader, Case: id, Object: g.Recipient, Detail: map[string]string{"kind": string(g.Kind)},
		}))
	}
	if len(s.grants) == 0 {
		return
	}
	detail := fingerprints(s.grants)
	if s.fresh != nil {
		detail["epoch"] = strconv.FormatUint(uint64(s.fresh.Epoch), 10)
	}
	s.leaves = append(s.leaves, Leaf(s.at, Event{Kind: audit.GrantMade, Actor: s.o.reader, Case: id, Detail: detail}))
}
