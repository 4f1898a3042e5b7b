package apptest

import (
	"context"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
)

// ErasePart waits until a part of a closed case may go before the rest, has a colleague
// agree, and erases it.
func (i *Instance) ErasePart(by, second access.Actor, n casefile.Number, p casefile.Scope) {
	i.T.Helper()
	for _, k := range i.Case(by, n).Erasure.Parts {
		if k.Part == p {
			i.Clock.Set(k.Until.Add(time.Microsecond))
		}
	}
	q := casework.AboutErasing(p)
	q.Reason = "its time has come"
	id, err := i.Casework.Ask(context.Background(), by, n, q)
	i.check(err)
	i.Clock.Add(time.Minute)
	i.check(i.Decide(second, n, id, casefile.VerdictApproved))
	i.check(i.Casework.ErasePart(context.Background(), by, n, p, i.Password(by)))
}
