package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Done is what became of one case of several that were changed at once.
type Done struct {
	Number casefile.Number
	Failed *fault.Fault // nil: it was changed
}

// Handlers lists the members who handle cases, by name, to choose one for several cases.
func (c *Casework) Handlers(ctx context.Context) (list []Person, err error) {
	dir, err := c.Custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	var names map[staff.ID]string
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		names, err = memberNames(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list who handles cases: %w", err)
	}
	for _, e := range dir.Active() {
		if slices.ContainsFunc(e.Assignments, func(a staff.Assignment) bool { return a.Role == staff.RoleHandler }) {
			list = append(list, Person{e.ID, names[e.ID]})
		}
	}
	slices.SortFunc(list, func(x, y Person) int { return strings.Compare(casefile.Fold(x.Name), casefile.Fold(y.Name)) })
	return list, nil
}

// AssignAll puts a member, or nobody, in charge of several cases, each by itself, and says
// which could not be changed and why. Fault: none or too many were chosen.
func (c *Casework) AssignAll(ctx context.Context, actor access.Actor, numbers []casefile.Number, to staff.ID) ([]Done, error) {
	return c.each(numbers, func(n casefile.Number) error {
		o, err := c.open(ctx, actor, n)
		if err != nil {
			return err
		}
		return c.Assign(ctx, actor, n, to, o.Case.Revision)
	})
}

// TagAll puts a tag on several cases. Faults as of AssignAll and Tag.
func (c *Casework) TagAll(ctx context.Context, actor access.Actor, numbers []casefile.Number, word string) ([]Done, error) {
	return c.tagEach(ctx, actor, numbers, casefile.Tag{Word: word})
}

// UntagAll takes a tag off several cases. Faults as of AssignAll and Tag.
func (c *Casework) UntagAll(ctx context.Context, actor access.Actor, numbers []casefile.Number, word string) ([]Done, error) {
	return c.tagEach(ctx, actor, numbers, casefile.Tag{Word: word, Off: true})
}

func (c *Casework) tagEach(ctx context.Context, actor access.Actor, numbers []casefile.Number, t casefile.Tag) ([]Done, error) {
	if _, err := tagOf(t.Word); err != nil {
		return nil, err
	}
	return c.each(numbers, func(n casefile.Number) error { return c.tag(ctx, actor, n, t) })
}

func (c *Casework) each(numbers []casefile.Number, change func(casefile.Number) error) (list []Done, err error) {
	if len(numbers) == 0 || len(numbers) > PageSize {
		return nil, fault.New(fault.Invalid, "error.bulk-none")
	}
	for _, n := range numbers {
		err := change(n)
		f, known := fault.As(err)
		switch {
		case err == nil:
			f = nil
		case errors.Is(err, fault.ErrNotFound):
			f = fault.New(fault.Invalid, "error.bulk-gone")
		case !known:
			return list, err
		}
		list = append(list, Done{n, f})
	}
	return list, nil
}

// tagOf checks a tag. Faults: none; too long.
func tagOf(word string) (string, error) {
	word = strings.Join(strings.FieldsFunc(word, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == ',' }), " ")
	if casefile.Fold(word) == "" {
		return "", fault.New(fault.Invalid, "error.tag-missing")
	}
	if length := utf8.RuneCountInString(word); length > casefile.TagLongest {
		return "", fault.New(fault.Invalid, "error.text-too-long").With("max", decimal(casefile.TagLongest)).With("length", decimal(int64(length)))
	}
	return word, nil
}

// Tag puts a tag on a case; it lies in the sealed summary. One that is there already is no
// error. Faults: none, too long, too many.
func (c *Casework) Tag(ctx context.Context, actor access.Actor, n casefile.Number, word string) error {
	return c.tag(ctx, actor, n, casefile.Tag{Word: word})
}

// Untag takes a tag off; one that is not there is no error.
func (c *Casework) Untag(ctx context.Context, actor access.Actor, n casefile.Number, word string) error {
	return c.tag(ctx, actor, n, casefile.Tag{Word: word, Off: true})
}

func (c *Casework) tag(ctx context.Context, actor access.Actor, n casefile.Number, t casefile.Tag) (err error) {
	if t.Word, err = tagOf(t.Word); err != nil {
		return err
	}
	return custody.Retry(func() error {
		o, err := c.open(ctx, actor, n)
		if err != nil {
			return err
		}
		_, row, err := c.stored(ctx, actor, o)
		if err != nil {
			return err
		}
		if len(row) != 1 {
			return errNothing
		}
		r, _ := c.openRow(actor, row[0])
		next, full := t.Apply(r.summary.Tags)
		switch {
		case r.damaged:
			return fault.New(fault.Conflict, "error.case-damaged")
		case full:
			return fault.New(fault.Invalid, "error.tag-too-many").With("max", decimal(casefile.TagsMost))
		case len(next) == len(r.summary.Tags) && (slices.Contains(r.summary.Tags, t.Word) || t.Off):
			return nil
		}
		told, err := item(actor.Member, "", casefile.EntryTag, t)
		if err != nil {
			return err
		}
		return c.apply(ctx, actor, o, change{
			items: []custody.Item{told}, sum: func(s *casefile.Summary) { s.Tags, _ = t.Apply(s.Tags) },
			marks: func(seq int64, tx *store.Tx, of casefile.ID) error {
				return tx.CarryReadMarks(of, o.Case.Head.Count, seq)
			}, // news to nobody
			event: custody.Event{Kind: audit.EntryAdded, Detail: map[string]string{"kind": string(casefile.EntryTag)}},
		})
	})
}
