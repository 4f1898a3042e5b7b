package store

import (
	"time"

	"klankbord/internal/casefile"
)

// UnqueueMail forgets one mail about a case that was to leave at a time and has not been
// tried yet; where there is none nothing happens.
func (t *Tx) UnqueueMail(id casefile.ID, kind string, at time.Time) error {
	var mail string
	err := t.QueryRow(`SELECT coalesce(min(m.id), '') FROM mail m JOIN job j ON j.ref = m.id AND j.kind = 'mail'
WHERE m.case_id = $1 AND m.kind = $2 AND m.member_id = '' AND m.state = 'waiting' AND j.run_at = $3 AND j.attempts = 0`,
		id, kind, micros(at)).Scan(&mail)
	if err != nil || mail == "" {
		return err
	}
	if _, err := t.Exec(`DELETE FROM job WHERE kind = 'mail' AND ref = $1`, mail); err != nil {
		return err
	}
	_, err = t.Exec(`DELETE FROM mail WHERE id = $1`, mail)
	return err
}

// DeleteClocks removes clocks of a case that began with something that was taken back.
func (t *Tx) DeleteClocks(id casefile.ID, clocks []string) error {
	for _, clock := range clocks {
		t.change(id)
		if _, err := t.Exec(`DELETE FROM case_clock WHERE case_id = $1 AND id = $2`, id, clock); err != nil {
			return err
		}
	}
	return nil
}
