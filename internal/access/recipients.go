package access

import (
	"slices"

	"klankbord/internal/casefile"
	"klankbord/internal/staff"
)

// Exclusion says who must know nothing of a case: members, and functions in the
// organisation whoever holds them.
type Exclusion struct {
	Members   []staff.ID       `json:"members,omitempty"`
	Functions []staff.Function `json:"functions,omitempty"`
}

// Covers reports whether the exclusion keeps a member out. Somebody of
// Supporters Service is anyone who handles that team's cases.
func (x Exclusion) Covers(e staff.Entry) bool {
	if slices.Contains(x.Members, e.ID) {
		return true
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
}

// Selection is who receives the keys of a case.
type Selection struct {
	Members      []staff.ID
	Recovery     []string // ids of recovery keys
	Alternative  bool     // the alternative recipient is among the members
	OnlyRecovery bool     // no member is left; the complainant is shown the external bodies
}

// Recipients is the one place that decides who receives keys: the team, less the
// excluded; the alternative recipient as well when fewer than two are left or
// when the complaint is about the director or the board; nobody but the recovery
// key when that person is excluded too. A recovery key that the excluded keep gets
// nothing; see staff.Recovery.Withheld.
func Recipients(d *staff.Directory, w Want) Selection {
	var s Selection
	x := w.Without
	for _, e := range d.Active() {
		if e.In(w.Team) && !x.Covers(e) {
			s.Members = append(s.Members, e.ID)
		}
	}
	if w.Alternative || len(s.Members) < 2 {
		for _, e := range d.Active() {
			if e.In(casefile.Alternative) && !x.Covers(e) && !slices.Contains(s.Members, e.ID) {
				s.Members = append(s.Members, e.ID)
				s.Alternative = true
			}
		}
	}
	for _, r := range d.RecoveryKeys() {
		if !r.Withheld(x.keepsOut(d)) {
			s.Recovery = append(s.Recovery, r.ID)
		}
	}
	s.OnlyRecovery = len(s.Members) == 0
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
