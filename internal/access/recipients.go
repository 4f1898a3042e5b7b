package access

import (
	"slices"

	"klankbord/internal/casefile"
	"klankbord/internal/staff"
)

// Exclusion says who must know nothing of a case: members, and functions in the
// organisation whoever holds them, less those whom two others let back in.
type Exclusion struct {
	Members   []staff.ID       `json:"members,omitempty"`
	Functions []staff.Function `json:"functions,omitempty"`
	Returned  []staff.ID       `json:"returned,omitempty"`
}

// with returns the exclusion with one more member.
func (x Exclusion) with(id staff.ID) Exclusion {
	y := x.without(id)
	y.Members = append(y.Members, id)
	y.Returned = slices.DeleteFunc(y.Returned, func(r staff.ID) bool { return r == id })
	return y
}

// without returns the exclusion after a member was let back in.
func (x Exclusion) without(id staff.ID) Exclusion {
	same := func(m staff.ID) bool { return m == id }
	return Exclusion{
		Members:   slices.DeleteFunc(slices.Clone(x.Members), same),
		Functions: x.Functions,
		Returned:  append(slices.DeleteFunc(slices.Clone(x.Returned), same), id),
	}
}

// Covers reports whether the exclusion keeps a member out. Somebody of
// Supporters Service is anyone who handles that team's cases.
func (x Exclusion) Covers(e staff.Entry) bool {
	if slices.Contains(x.Members, e.ID) {
		return true
	}
	if slices.Contains(x.Returned, e.ID) {
		return false
	}
	for _, f := range x.Functions {
		if e.Is(f) || f == staff.SupportersService && e.In(casefile.SupportersService) {
			return true
		}
	}
	return false
}

// keepsOut reports whether somebody who may have left is kept out.
func (x Exclusion) keepsOut(d *staff.Directory) func(staff.ID) bool {
	return func(id staff.ID) bool {
		e, _ := d.Entry(id)
		return slices.Contains(x.Members, id) || x.Covers(e)
	}
}

// Want is for whom keys are asked.
type Want struct {
	Team        casefile.Team
	Alternative bool // the director or the board is named: the alternative recipient too
	Without     Exclusion
	Now         *Holding // of a case that exists; nil: the whole team
}

// Holding is who holds the keys of a case that exists, or is to be added to those
// who do. Nobody else of the team receives any: who joined later is added by name.
type Holding struct {
	Members  []staff.ID
	Recovery []string // ids of recovery keys
	// Waiting held them before their own keys were renewed. They receive nothing until
	// a colleague restores the access, and count among those who are left.
	Waiting []staff.ID
	// Blind says that whoever asks cannot read who was excluded, as the complainant
	// cannot. Then nobody receives anything who holds nothing now.
	Blind bool
}

func (w Want) offers(e staff.Entry) bool {
	if w.Now != nil {
		return e.Has(staff.RoleHandler) && slices.Contains(w.Now.Members, e.ID)
	}
	return e.In(w.Team)
}

func (w Want) offersRecovery(id string) bool {
	return w.Now == nil || !w.Now.Blind || slices.Contains(w.Now.Recovery, id)
}

// mayAdd reports whether the alternative recipient can be called in.
func (w Want) mayAdd() bool { return w.Now == nil || !w.Now.Blind }

// waiting counts those who wait for their access and may have it again, beside
// those who are chosen.
func (w Want) waiting(d *staff.Directory, chosen []staff.ID) (n int) {
	if w.Now == nil {
		return 0
	}
	for _, id := range w.Now.Waiting {
		if e, ok := d.Entry(id); ok && e.Has(staff.RoleHandler) && !w.Without.Covers(e) && !slices.Contains(chosen, id) {
			n++
		}
	}
	return n
}

// Selection is who receives the keys of a case.
type Selection struct {
	Members      []staff.ID
	Recovery     []string // ids of recovery keys
	Alternative  bool     // the alternative recipient is among the members
	OnlyRecovery bool     // no member is left; the complainant is shown the external bodies
}

// Recipients is the one place that decides who receives keys: the team, or those
// who hold them already, less the excluded; the alternative recipient as well when fewer than two are left or
// when the complaint is about the director or the board; nobody but the recovery
// key when that person is excluded too. A recovery key that the excluded keep gets
// nothing; see staff.Recovery.Withheld.
func Recipients(d *staff.Directory, w Want) Selection {
	var s Selection
	x := w.Without
	for _, e := range d.Active() {
		if w.offers(e) && !x.Covers(e) {
			s.Members = append(s.Members, e.ID)
		}
	}
	if w.mayAdd() && (w.Alternative || len(s.Members)+w.waiting(d, s.Members) < 2) {
		for _, e := range d.Active() {
			if e.In(casefile.Alternative) && !x.Covers(e) && !slices.Contains(s.Members, e.ID) {
				s.Members = append(s.Members, e.ID)
				s.Alternative = true
			}
		}
	}
	for _, r := range d.RecoveryKeys() {
		if w.offersRecovery(r.ID) && !r.Withheld(x.keepsOut(d)) {
			s.Recovery = append(s.Recovery, r.ID)
		}
	}
	s.OnlyRecovery = len(s.Members) == 0
	return s
}

// Practising is the one who made up a complaint to practise on, which is about nobody
// and which nobody else reads.
func Practising(d *staff.Directory, member staff.ID) (s Selection) {
	if e, ok := d.Entry(member); ok && e.Has(staff.RoleHandler) {
		s.Members = []staff.ID{e.ID}
	}
	return s
}

// Everyone is every active member and every recovery key: the recipients of a
// practice case, which is about nobody.
func Everyone(d *staff.Directory) (s Selection) {
	for _, e := range d.Active() {
		s.Members = append(s.Members, e.ID)
	}
	for _, r := range d.RecoveryKeys() {
		s.Recovery = append(s.Recovery, r.ID)
	}
	return s
}
