package deadline

import "time"

// Obstacle is why a clock cannot be changed as a member asks; the words stand in the
// catalogue under "error.clock-" and the obstacle. The empty one is none.
type Obstacle string

// The obstacles.
const (
	ObstacleHard    Obstacle = "hard"    // a date of the law or of a promise to everybody moves for nobody
	ObstacleMet     Obstacle = "met"     // what it waits for has happened
	ObstaclePassed  Obstacle = "passed"  // the date was missed: only a new one can be told
	ObstacleAhead   Obstacle = "ahead"   // the date is still to come
	ObstacleRests   Obstacle = "rests"   // it stands still already
	ObstacleRuns    Obstacle = "runs"    // it runs already
	ObstacleEarlier Obstacle = "earlier" // the new date is not after the one that holds
	ObstacleBeyond  Obstacle = "beyond"  // the new date lies after one that does not move
)

// Obstacles returns every obstacle.
func Obstacles() []Obstacle {
	return []Obstacle{
		ObstacleHard, ObstacleMet, ObstaclePassed, ObstacleAhead, ObstacleRests, ObstacleRuns, ObstacleEarlier, ObstacleBeyond,
	}
}

// Movable returns why neither the date nor the running of a clock can be changed.
func (k Clock) Movable(now time.Time) Obstacle {
	switch {
	case k.Met != nil:
		return ObstacleMet
	case k.Hard, k.tied():
		return ObstacleHard
	case k.Paused.IsZero() && now.After(k.Due):
		return ObstaclePassed
	default:
		return ""
	}
}

// own reports whether what a clock asks for follows by itself from a day that is past or
// was planned at closing: nobody moves it.
func (k Clock) tied() bool { return k.Kind == KindProgress || k.Kind == KindCheckIn }

// Most is the last moment to which the law lets a hard clock be moved; zero: it does not.
func (c Calendar) Most(k Clock, r Rule) time.Time {
	if !k.Hard || r.More.None() {
		return time.Time{}
	}
	first := k.Promised
	if first.IsZero() {
		first = k.Due
	}
	return c.After(first, r.More)
}

// Stretch gives a hard clock the more time that the law itself knows, once and before
// it has passed. Most is as Most says. Regulation (EU) 2016/679 art. 12(3).
func (c Calendar) Stretch(k Clock, to Date, most, now time.Time) (Clock, Obstacle) {
	due := c.EndOf(to)
	switch {
	case k.Met != nil:
		return k, ObstacleMet
	case most.IsZero(), !k.Promised.IsZero():
		return k, ObstacleHard
	case now.After(k.Due):
		return k, ObstaclePassed
	case !due.After(k.Due):
		return k, ObstacleEarlier
	case due.After(most):
		return k, ObstacleBeyond
	}
	k.moved()
	k.Due, k.Target = due, time.Time{}
	return k, ""
}

// Extend gives a clock until the end of a day. Limit is the date that it may not go
// beyond; zero: none.
func (c Calendar) Extend(k Clock, to Date, limit, now time.Time) (Clock, Obstacle) {
	due := c.EndOf(to)
	switch o := k.Movable(now); {
	case o != "":
		return k, o
	case !k.Paused.IsZero():
		return k, ObstacleRests
	case !due.After(k.Due):
		return k, ObstacleEarlier
	case !limit.IsZero() && due.After(limit):
		return k, ObstacleBeyond
	}
	k.moved()
	k.Due, k.Target = due, time.Time{}
	return k, ""
}

// Pause lets a clock stand still from now on.
func (k Clock) Pause(now time.Time) (Clock, Obstacle) {
	switch o := k.Movable(now); {
	case o != "":
		return k, o
	case !k.Paused.IsZero():
		return k, ObstacleRests
	}
	k.Paused = now.UTC()
	return k, ""
}

// Resume lets a clock run again with the days that were left when it was paused,
// counted in its own unit. Limit is as in Extend: where it is nearer, it is the date.
func (c Calendar) Resume(k Clock, u Unit, limit, now time.Time) (Clock, Obstacle) {
	switch {
	case k.Met != nil:
		return k, ObstacleMet
	case k.Paused.IsZero():
		return k, ObstacleRuns
	}
	since, due, today := c.Today(k.Paused), c.Today(k.Due), c.Today(now)
	k.Paused = time.Time{}
	if since == today {
		return k, ""
	}
	next := c.EndOf(today.AddDays(since.DaysUntil(due)))
	if u == WorkingDays {
		next = c.EndOf(c.WorkingDaysAfter(today, c.WorkingDaysBetween(since, due)))
	}
	if !limit.IsZero() && next.After(limit) {
		next = limit
	}
	if next.After(k.Due) {
		k.moved()
		k.Due, k.Target = next, time.Time{}
	}
	return k, ""
}

// PutOff moves the date to the end of the day on which the reasons to wait are looked at
// again, never before the date that it was first.
func (k Clock) PutOff(until time.Time) Clock {
	first := k.Due
	if !k.Promised.IsZero() {
		first = k.Promised
	}
	if until.After(first) && !until.Equal(k.Due) {
		k.moved()
		k.Due, k.Target = until, time.Time{}
	}
	return k
}

// Renew notes the new date that is told once the first was missed. The missed date
// stays, and so does that it was missed.
func (c Calendar) Renew(k Clock, to Date, now time.Time) (Clock, Obstacle) {
	due := c.EndOf(to)
	switch {
	case k.Met != nil:
		return k, ObstacleMet
	case k.tied():
		return k, ObstacleHard
	case !k.Paused.IsZero():
		return k, ObstacleRests
	case !now.After(k.Due):
		return k, ObstacleAhead
	case !due.After(now), !due.After(k.Again):
		return k, ObstacleEarlier
	}
	k.Again = due
	return k, ""
}

func (k *Clock) moved() {
	if k.Promised.IsZero() {
		k.Promised = k.Due
	}
}

// WorkingDaysBetween counts the working days after one day up to another.
func (c Calendar) WorkingDaysBetween(from, to Date) (n int) {
	for d := from; d.Before(to); {
		if d = d.AddDays(1); c.WorkingDay(d) {
			n++
		}
	}
	return n
}

// Next returns a clock as it goes on once its case was reckoned anew. What was met
// stays met, and what members moved stays moved. A date that is hard never moves to
// later, whatever happens to the case again; only to earlier.
func (k Clock) Next(fresh Clock) Clock {
	if k.Met != nil {
		return k
	}
	still := k.Hard && fresh.Due.After(k.Due) || !k.Promised.IsZero() || !k.Paused.IsZero() || !k.Again.IsZero()
	next := fresh
	next.Hard = k.Hard || fresh.Hard
	if still {
		next = k
		next.Met = fresh.Met
	}
	if next.Met != nil {
		next.Paused = time.Time{}
	}
	next.Reminded, next.Rung = k.Reminded, k.Rung
	return next
}
