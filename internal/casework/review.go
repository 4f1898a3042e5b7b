package casework

import (
	"slices"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/staff"
)

// errReviewOther tells that a review is for somebody who did not decide before.
var errReviewOther = fault.New(fault.Conflict, "error.review-other")

// decidedBefore reports whether a review of the case was asked for that is not over, and
// this member decided before, so that another must look at it. Where nobody else can read
// the case there is no other, until a colleague is added.
func (c *Casework) decidedBefore(o *custody.Opened, id staff.ID) bool {
	if !has(o, casefile.EntryReview) || !o.Case.State.Open() {
		return false
	}
	decided := o.Decided()
	others := slices.DeleteFunc(o.MayRead(), func(x staff.ID) bool { return slices.Contains(decided, x) })
	return len(others) > 0 && slices.Contains(decided, id)
}
