package staff

import (
	"errors"

	"klankbord/internal/seal"
)

// Recovery is a key that opens every case when all else is lost, and who keeps it:
// one code, or three shares of which two give the code.
type Recovery struct {
	ID       string          `json:"id"`
	Key      seal.PublicKey  `json:"key"`
	Keepers  []ID            `json:"keepers,omitempty"`  // of the code; empty: kept outside the desk
	Ceremony string          `json:"ceremony,omitempty"` // names the making of the shares
	Shares   []RecoveryShare `json:"shares,omitempty"`   // in the order of their numbers; none: one code
}

// RecoveryShare is a share by its mark, and who keeps it. The chain holds no names
// of outsiders, because nothing can be erased from it.
type RecoveryShare struct {
	Mark   string `json:"mark"`
	Keeper ID     `json:"keeper,omitempty"` // empty: kept outside the desk
}

// NewRecovery is the record of a recovery key that is kept as one code.
func NewRecovery(id, instance string, c seal.Code) Recovery {
	return Recovery{ID: id, Key: c.Keys(instance).Public()}
}

// NewSharedRecovery is the record of one that is kept in shares.
func NewSharedRecovery(id, instance string, c seal.Code, shares []seal.CodeShare) Recovery {
	r := NewRecovery(id, instance, c)
	r.Ceremony = c.Ceremony()
	for _, s := range shares {
		r.Shares = append(r.Shares, RecoveryShare{Mark: s.Mark()})
	}
	return r
}

// What is wrong with a code or a share that somebody brings. ErrShareWrong is one
// whose number and ceremony are right and that is not the share that was made.
var (
	ErrCodeOther  = errors.New("not the recovery key of this instance")
	ErrShareOther = errors.New("share of another ceremony")
	ErrShareWrong = errors.New("not the share that was made")
)

// CheckShare tells whether a share is one of this key's.
func (r Recovery) CheckShare(s seal.CodeShare) error {
	switch {
	case len(r.Shares) == 0 || s.Ceremony() != r.Ceremony:
		return ErrShareOther
	case s.Number() > len(r.Shares) || s.Mark() != r.Shares[s.Number()-1].Mark:
		return ErrShareWrong
	default:
		return nil
	}
}

// CheckCode tells whether a code is this key. It fails with ErrCodeOther.
func (r Recovery) CheckCode(instance string, c seal.Code) error {
	if c.Keys(instance).Public().Fingerprint() != r.Key.Fingerprint() {
		return ErrCodeOther
	}
	return nil
}

// RecoveryOf finds the key that a code is. It fails with ErrCodeOther.
func RecoveryOf(keys []Recovery, instance string, c seal.Code) (Recovery, error) {
	for _, r := range keys {
		if r.CheckCode(instance, c) == nil {
			return r, nil
		}
	}
	return Recovery{}, ErrCodeOther
}

// CheckShare tells whether a share is of one of the keys. It fails with
// ErrShareOther or ErrShareWrong.
func CheckShare(keys []Recovery, s seal.CodeShare) error {
	err := ErrShareOther
	for _, r := range keys {
		switch got := r.CheckShare(s); {
		case got == nil:
			return nil
		case errors.Is(got, ErrShareWrong):
			err = got
		}
	}
	return err
}

// Withheld reports whether the key must not be given a case from which some are
// excluded: because they are its only keepers, or keep shares enough to open it by
// themselves.
func (r Recovery) Withheld(excluded func(ID) bool) bool {
	if len(r.Shares) > 0 {
		theirs := 0
		for _, s := range r.Shares {
			if s.Keeper != "" && excluded(s.Keeper) {
				theirs++
			}
		}
		return theirs >= seal.SharesToUse
	}
	for _, id := range r.Keepers {
		if !excluded(id) {
			return false
		}
	}
	return len(r.Keepers) > 0
}

// Holders lists the members who keep the key or a share of it.
func (r Recovery) Holders() []ID {
	list := append([]ID(nil), r.Keepers...)
	for _, s := range r.Shares {
		if s.Keeper != "" {
			list = append(list, s.Keeper)
		}
	}
	return list
}
