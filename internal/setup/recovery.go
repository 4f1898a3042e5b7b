package setup

import (
	"slices"

	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// Keeping says how the recovery key of a new instance is kept.
type Keeping struct {
	Shares bool  // as three shares, of which two are needed, instead of one code
	First  []int // what the first member keeps: numbers of shares, or 1 for the code; the rest is kept outside
}

// Draw makes the recovery key of a new instance, and its shares if they are wanted.
func (k Keeping) Draw() (seal.Code, []seal.CodeShare) {
	code := seal.NewCode()
	if !k.Shares {
		return code, nil
	}
	return code, code.Split()
}

// recovery is what the directory records about the recovery key.
func (f Founding) recovery(first staff.ID) staff.Recovery {
	if len(f.Shares) == 0 {
		r := staff.NewRecovery(RecoveryID, f.Instance, f.Recovery)
		if len(f.Keeps) > 0 {
			r.Keepers = []staff.ID{first}
		}
		return r
	}
	r := staff.NewSharedRecovery(RecoveryID, f.Instance, f.Recovery, f.Shares)
	for i := range r.Shares {
		if slices.Contains(f.Keeps, i+1) {
			r.Shares[i].Keeper = first
		}
	}
	return r
}
