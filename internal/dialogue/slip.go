package dialogue

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/seal"
)

// The faults of an answer to what members put before the complainant.
var (
	ErrActMissing  = fault.New(fault.Invalid, "error.choose-one")
	ErrNameMissing = fault.New(fault.Invalid, "slip.name-missing")
	ErrNameLong    = fault.New(fault.Invalid, "slip.name-long")
	ErrSlipWords   = fault.New(fault.Invalid, "slip.words-missing")
	errSlipSettled = fault.New(fault.Conflict, "slip.settled")
)

// nameMost is how long a typed name may be, in letters.
const nameMost = 200

// Placed is something that members put before the complainant.
type Placed struct {
	casefile.Put
	Unread bool // not shown before
}

// String hides the content.
func (Placed) String() string { return "[sealed]" }

// slips are what members put before the complainant, newest first.
func slips(o *custody.Opened) []Placed {
	var list []Placed
	seen := readUpTo(o, "")
	for _, p := range slices.Backward(o.Slips()) {
		list = append(list, Placed{p, p.Seq > seen})
	}
	return list
}

// Settling is what the complainant does about a slip.
type Settling struct {
	Slip  string
	Act   casefile.SlipAct
	Lang  lang.Lang
	Name  string
	Words string
}

// String hides the content.
func (Settling) String() string { return "[sealed]" }

// Settle takes an answer to what members put before the complainant: minutes signed,
// corrected or not signed for a reason; consent given, declined or withdrawn. Nothing is
// overwritten: the answer stands beside what was read, of which it names the
// fingerprint. Faults: nothing chosen, no name, no words, too long; it was settled or
// taken back meanwhile; ErrNoSession.
func (d *Dialogue) Settle(ctx context.Context, tok seal.Token, s Sending, a Settling) error {
	a.Name, a.Words = strings.Join(strings.Fields(a.Name), " "), strings.TrimSpace(a.Words)
	if err := d.settles(a); err != nil {
		return err
	}
	return d.send(ctx, tok, s, func(v *visit) (*change, error) {
		p, ok := v.opened.Slips().Find(a.Slip)
		switch {
		case !ok:
			return nil, fault.ErrNotFound
		case !p.May(a.Act):
			return nil, errSlipSettled
		}
		payload, err := casefile.EncodePayload(casefile.SlipAnswer{Act: a.Act, Lang: a.Lang, Name: a.Name, Words: a.Words, Print: p.Print})
		x := item(s.Key, casefile.EntrySlipAnswer, seal.Dialogue, payload)
		x.Parent = a.Slip
		return &change{items: []custody.Item{x}, logged: audit.EntryAdded, answer: a.Act != casefile.SlipWithdraw}, err
	})
}

// settles checks what an answer needs.
func (d *Dialogue) settles(a Settling) error {
	switch a.Act {
	case casefile.SlipSign:
		if a.Name == "" {
			return ErrNameMissing
		}
		if utf8.RuneCountInString(a.Name) > nameMost {
			return ErrNameLong
		}
	case casefile.SlipCorrect, casefile.SlipRefuse:
		if a.Words == "" {
			return ErrSlipWords
		}
	case casefile.SlipAgree, casefile.SlipDecline, casefile.SlipWithdraw:
	default:
		return ErrActMissing
	}
	return d.fits(a.Words)
}
