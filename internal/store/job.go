package store

import (
	"time"
)

// Job is a piece of background work: ids only, never personal data.
type Job struct {
	ID       string
	Kind     string
	Ref      string
	RunAt    time.Time
	Attempts int
}

// InsertJob enqueues a job in the transaction that causes it.
func (t *Tx) InsertJob(j Job) error {
	_, err := t.Exec(`INSERT INTO job (id, kind, ref, state, run_at) VALUES ($1, $2, $3, 'waiting', $4)`,
		j.ID, j.Kind, j.Ref, micros(j.RunAt))
	return err
}

// ClaimJobs leases up to limit jobs that are due to holder until the lease ends.
// A job whose holder died is claimed again after its lease. Each claim counts as
// an attempt.
func (t *Tx) ClaimJobs(holder string, limit int, lease time.Duration, skipLocked string) ([]Job, error) {
	until := micros(t.now.Add(lease))
	rows, err := t.Query(`UPDATE job SET holder = $1, leased = $2, attempts = attempts + 1
WHERE id IN (SELECT id FROM job WHERE state = 'waiting' AND run_at <= $3 AND leased <= $3 ORDER BY run_at LIMIT $4`+skipLocked+`)
RETURNING id, kind, ref, run_at, attempts`, holder, until, micros(t.now), limit)
	return all(rows, err, func(row scanner) (Job, error) {
		var j Job
		var runAt int64
		err := row.Scan(&j.ID, &j.Kind, &j.Ref, &runAt, &j.Attempts)
		j.RunAt = at(runAt)
		return j, err
	})
}

// FinishJob removes a job that holder has done.
func (t *Tx) FinishJob(id, holder string) error {
	n, err := t.Exec(`DELETE FROM job WHERE id = $1 AND holder = $2`, id, holder)
	return changed(n, err, ErrStale)
}

// PostponeJob gives a job back, to be tried again at runAt.
func (t *Tx) PostponeJob(id, holder string, runAt time.Time) error {
	n, err := t.Exec(`UPDATE job SET run_at = $1, leased = 0, holder = '' WHERE id = $2 AND holder = $3`, micros(runAt), id, holder)
	return changed(n, err, ErrStale)
}

// NextJob tells when the next waiting job is due; ErrNone when none waits.
func (t *Tx) NextJob() (time.Time, error) {
	return one(t.QueryRow(`SELECT run_at FROM job WHERE state = 'waiting' ORDER BY run_at LIMIT 1`), func(row scanner) (time.Time, error) {
		var us int64
		err := row.Scan(&us)
		return at(us), err
	})
}

// CountLate counts the jobs that should have been done before a time.
func (t *Tx) CountLate(before time.Time) (n int64, err error) {
	err = t.QueryRow(`SELECT count(*) FROM job WHERE state = 'waiting' AND run_at < $1`, micros(before)).Scan(&n)
	return n, err
}

// TakeLease gives holder the named lease until it ends, when it is free, over or
// already theirs. The fence grows whenever the holder changes. ErrStale: taken.
func (t *Tx) TakeLease(name, holder string, d time.Duration) (fence int64, err error) {
	now := micros(t.now)
	if _, err := t.Exec(`INSERT INTO lease (name, holder, fence, until) VALUES ($1, '', 0, 0) ON CONFLICT (name) DO NOTHING`, name); err != nil {
		return 0, err
	}
	n, err := t.Exec(`UPDATE lease SET fence = fence + CASE WHEN holder = $1 THEN 0 ELSE 1 END, holder = $1, until = $2
WHERE name = $3 AND (holder = $1 OR until < $4)`, holder, micros(t.now.Add(d)), name, now)
	if err := changed(n, err, ErrStale); err != nil {
		return 0, err
	}
	err = t.QueryRow(`SELECT fence FROM lease WHERE name = $1`, name).Scan(&fence)
	return fence, err
}

// Leased reports whether somebody other than holder has the lease. It takes nothing, so that
// those who would be refused find out without a transaction that fails.
func (t *Tx) Leased(name, holder string) (elsewhere bool, err error) {
	err = t.QueryRow(`SELECT count(*) > 0 FROM lease WHERE name = $1 AND holder <> $2 AND until >= $3`, name, holder, micros(t.now)).Scan(&elsewhere)
	return elsewhere, err
}

// EndLease gives a lease back before it ends. ErrStale: another took it.
func (t *Tx) EndLease(name, holder string, fence int64) error {
	n, err := t.Exec(`UPDATE lease SET until = 0 WHERE name = $1 AND holder = $2 AND fence = $3`, name, holder, fence)
	return changed(n, err, ErrStale)
}

// HoldLease fails with ErrStale unless holder still has the lease under fence.
// It is called in the transaction that the lease protects.
func (t *Tx) HoldLease(name, holder string, fence int64) error {
	n, err := t.Exec(`UPDATE lease SET until = until WHERE name = $1 AND holder = $2 AND fence = $3`, name, holder, fence)
	return changed(n, err, ErrStale)
}

// servingLease begins the names of the leases of those who serve.
const servingLease = "serving/"

// Serve says until when a process serves this database. What others said that is past goes.
func (t *Tx) Serve(holder string, d time.Duration) error {
	if _, err := t.Exec(`DELETE FROM lease WHERE name LIKE $1 AND until < $2`, servingLease+"%", micros(t.now)); err != nil {
		return err
	}
	_, err := t.TakeLease(servingLease+holder, holder, d)
	return err
}

// StopServing says that a process serves no more.
func (t *Tx) StopServing(holder string) error {
	_, err := t.Exec(`DELETE FROM lease WHERE name = $1`, servingLease+holder)
	return err
}

// ServedUntil is until when somebody said last that they serve this database; the zero
// time where nobody did.
func (t *Tx) ServedUntil() (time.Time, error) {
	var us int64
	err := t.QueryRow(`SELECT coalesce(max(until), 0) FROM lease WHERE name LIKE $1`, servingLease+"%").Scan(&us)
	if err != nil || us == 0 {
		return time.Time{}, err
	}
	return at(us), nil
}
