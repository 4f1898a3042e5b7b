package casework

import (
	"errors"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/ident"
	"klankbord/internal/store"
)

// watch keeps the check-ins in step with the state: they are planned when a case is
// closed and end when it is opened again. It returns the clocks and the work that asks.
func (c *Casework) watch(o *custody.Opened, to casefile.State, clocks []deadline.Clock) ([]deadline.Clock, []store.Job) {
	was, now := o.Case.State.Open(), c.Store.Now()
	switch setting := c.Profile.Settings.CheckIns; {
	case !was && to.Open():
		for i := range clocks {
			if clocks[i].CheckIn() && clocks[i].Open() {
				clocks[i].Met = &now
			}
		}
		return clocks, nil
	case !was || to.Open() || !setting.On(o.Case.Route):
		return clocks, nil
	default:
		return planned(clocks, o.Case.ID, c.Calendar.CheckIns(now, setting.Months, setting.Answer()))
	}
}

// planned puts check-ins among the clocks, in the place of those of an earlier closing.
func planned(clocks []deadline.Clock, id casefile.ID, list []deadline.Clock) ([]deadline.Clock, []store.Job) {
	var jobs []store.Job
	for _, k := range list {
		replaced := false
		for i := range clocks {
			if clocks[i].ID == k.ID {
				clocks[i], replaced = k, true
			}
		}
		if !replaced {
			clocks = append(clocks, k)
		}
		jobs = append(jobs, custody.CheckInJob(ident.New(), id, k))
	}
	return clocks, jobs
}

func putJobs(tx *store.Tx, jobs []store.Job) error {
	var errs []error
	for _, j := range jobs {
		errs = append(errs, tx.InsertJob(j))
	}
	return errors.Join(errs...)
}

// watchStep says why somebody has to look at a check-in: the complainant asks for
// something, or is silent.
func (v *Case) watchStep(clock string) string {
	for _, it := range v.Timeline {
		if it.CheckIn != nil && it.CheckIn.Clock == clock && it.CheckIn.Asks() {
			return stepWish
		}
	}
	return stepSilent
}
