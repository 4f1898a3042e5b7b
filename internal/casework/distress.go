package casework

import (
	"context"
	"slices"
	"strings"
	"time"
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

// Distress is a member's warning that something in a case is distressing.
type Distress struct {
	File string // its entry; empty: what was told
	Name string // of the file
	What string // in one sentence
	By   Person
	At   time.Time
}

// String hides the content.
func (Distress) String() string { return "[sealed]" }

// distressOf lists the warnings that stand, and puts each on its file. One about a file that
// is no longer there is left out.
func distressOf(o *custody.Opened, files map[string]File, names map[staff.ID]string) (list []Distress) {
	for _, e := range o.Entries {
		t, err := casefile.DecodePayload[casefile.Tag](e.Payload)
		if e.Kind != casefile.EntryTag || e.Damaged || e.Locked || err != nil || !t.Distress {
			continue
		}
		list = slices.DeleteFunc(list, func(old Distress) bool { return old.File == string(t.File) })
		if !t.Off {
			by := staff.ID(e.AuthorID)
			list = append(list, Distress{File: string(t.File), What: t.Word, By: Person{by, names[by]}, At: e.Created})
		}
	}
	list = slices.DeleteFunc(list, func(d Distress) bool {
		f, there := files[d.File]
		return d.File != "" && (!there || f.Removed)
	})
	for i, d := range list {
		if f, there := files[d.File]; there {
			f.Distress, list[i].Name = d.What, f.Name
			files[d.File] = f
		}
	}
	return list
}

// MarkDistress warns whoever reads the case next that something in it is distressing: what
// was told, or one file. The sentence takes the place of the one before. It is sealed, and
// the complainant does not see it. Faults: no sentence, too long. fault.ErrNotFound: the case
// has no such file.
func (c *Casework) MarkDistress(ctx context.Context, actor access.Actor, n casefile.Number, file casefile.EntryID, what string) error {
	what = strings.Join(strings.FieldsFunc(what, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if what == "" {
		return fault.New(fault.Invalid, "error.distress-missing")
	}
	if length := utf8.RuneCountInString(what); length > casefile.DistressLongest {
		return fault.New(fault.Invalid, "error.text-too-long").With("max", decimal(casefile.DistressLongest)).With("length", decimal(int64(length)))
	}
	return c.distress(ctx, actor, n, casefile.Tag{Word: what, Distress: true, File: file})
}

// UnmarkDistress takes a warning off; one that is not there is no error.
func (c *Casework) UnmarkDistress(ctx context.Context, actor access.Actor, n casefile.Number, file casefile.EntryID) error {
	return c.distress(ctx, actor, n, casefile.Tag{Off: true, Distress: true, File: file})
}

func (c *Casework) distress(ctx context.Context, actor access.Actor, n casefile.Number, t casefile.Tag) error {
	return custody.Retry(func() error {
		o, err := c.open(ctx, actor, n)
		if err != nil {
			return err
		}
		files := filesOf(o)
		standing := distressOf(o, files, nil)
		i := slices.IndexFunc(standing, func(d Distress) bool { return d.File == string(t.File) })
		switch f, there := files[string(t.File)]; {
		case t.Off && i < 0, !t.Off && i >= 0 && standing[i].What == t.Word:
			return nil
		case t.File != "" && (!there || f.Removed):
			return errNothing
		}
		left := len(standing) // that stand afterwards
		switch {
		case t.Off:
			left--
		case i < 0:
			left++
		}
		told, err := item(actor.Member, "", casefile.EntryTag, t)
		if err != nil {
			return err
		}
		return c.apply(ctx, actor, o, change{
			items: []custody.Item{told}, sum: func(s *casefile.Summary) { s.Distress = left > 0 },
			marks: func(seq int64, tx *store.Tx, of casefile.ID) error {
				return tx.CarryReadMarks(of, o.Case.Head.Count, seq)
			}, // news to nobody
			event: custody.Event{Kind: audit.EntryAdded, Detail: map[string]string{"kind": string(casefile.EntryTag)}},
		})
	})
}
