package desk

import (
	"fmt"
	"net/http"
	"time"

	"klankbord/internal/fault"
	"klankbord/internal/web/ui"
)

// lead keeps a ticket for something that this session may fetch for a few minutes, because
// the password was checked a moment ago, and leads to it.
func (d *desk) lead(w http.ResponseWriter, r *http.Request, kind, value string, until time.Time, to string) error {
	err := d.keep(w, r, kind, map[string][]string{
		"value": {value}, "until": {until.Format(time.RFC3339Nano)}, "session": {actor(r).Session},
	})
	if err != nil {
		return err
	}
	ui.Redirect(w, r, to)
	return nil
}

// ticket is what lead kept for this session; fault.ErrNotFound: there is none.
func (d *desk) ticket(r *http.Request, kind string) (value string, until time.Time, err error) {
	v, ok, err := d.found(r, kind)
	if err != nil {
		return "", until, err
	}
	kept := form(v.Values)
	until, err = time.Parse(time.RFC3339Nano, kept.one("until"))
	if !ok || err != nil || kept.one("session") != actor(r).Session {
		return "", until, fault.ErrNotFound
	}
	return kept.one("value"), until, nil
}

// fileName is what a file is called that is taken along now.
func (d *desk) fileName(what, form string) string {
	return fmt.Sprintf("%s-%s.%s", what, d.Clock.Now().UTC().Format("20060102-1504"), form)
}
