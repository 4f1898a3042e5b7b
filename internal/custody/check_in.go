package custody

import (
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
	"klankbord/internal/store"
)

// JobCheckIn names the work that asks a complainant after closing how they are treated.
const JobCheckIn = "check-in"

// CheckInJob is the work that asks one check-in of a case, at its time.
func CheckInJob(id string, of casefile.ID, k deadline.Clock) store.Job {
	return store.Job{ID: id, Kind: JobCheckIn, Ref: string(of) + "/" + k.ID, RunAt: k.Target}
}

// CheckInOf reads which check-in of which case a job asks.
func CheckInOf(ref string) (of casefile.ID, clock string) {
	id, clock, _ := strings.Cut(ref, "/")
	return casefile.ID(id), clock
}
