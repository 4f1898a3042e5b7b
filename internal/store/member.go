package store

import (
	"time"

	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// Member is a person on the desk as the database knows them; keys, roles and
// teams stand in the directory.
type Member struct {
	ID       staff.ID
	Salt     []byte // see staff.Commit
	Email    string
	Name     string
	Language string
	Active   bool
	TOTPStep int64 // the last time step whose password was used
	Created  time.Time
}

const memberColumns = `id, salt, email, name, language, active, totp_step, created`

func scanMember(row scanner) (Member, error) {
	var m Member
	var active, created int64
	err := row.Scan(&m.ID, &m.Salt, &m.Email, &m.Name, &m.Language, &active, &m.TOTPStep, &created)
	m.Active, m.Created = active == 1, at(created)
	return m, err
}

// InsertMember adds a member. An address that exists already fails as
// sqldb.IsUnique.
func (t *Tx) InsertMember(m Member) error {
	t.change(desk)
	_, err := t.Exec(`INSERT INTO member (id, salt, email, name, language, active, created) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		m.ID, nonNil(m.Salt), m.Email, m.Name, m.Language, bit(m.Active), micros(m.Created))
	return err
}

// Member reads a member by id.
func (t *Tx) Member(id staff.ID) (Member, error) {
	return one(t.QueryRow(`SELECT `+memberColumns+` FROM member WHERE id = $1`, id), scanMember)
}

// MemberByEmail reads a member by address, which is stored in lower case.
func (t *Tx) MemberByEmail(email string) (Member, error) {
	return one(t.QueryRow(`SELECT `+memberColumns+` FROM member WHERE email = $1`, email), scanMember)
}

// Members lists all members by name.
func (t *Tx) Members() ([]Member, error) {
	rows, err := t.Query(`SELECT ` + memberColumns + ` FROM member ORDER BY name, id`)
	return all(rows, err, scanMember)
}

// UseTOTPStep notes that the one-time password of a step was used. It fails with
// ErrStale when that step or a later one was used before (RFC 6238 5.2).
func (t *Tx) UseTOTPStep(id staff.ID, step int64) error {
	n, err := t.Exec(`UPDATE member SET totp_step = $1 WHERE id = $2 AND totp_step < $1`, step, id)
	return changed(n, err, ErrStale)
}

// SetMemberLanguage changes the language in which a member reads the desk.
func (t *Tx) SetMemberLanguage(id staff.ID, language string) error {
	_, err := t.Exec(`UPDATE member SET language = $1 WHERE id = $2`, language, id)
	return err
}

// DismissMember ends what a member can do who leaves: sessions and every way to open
// their key are gone, and so is the address, under which they may be invited again.
// The name stays for the cases in which it stands.
func (t *Tx) DismissMember(id staff.ID) error {
	t.change(desk)
	n, err := t.Exec(`UPDATE member SET active = 0, email = 'left/' || id WHERE id = $1 AND active = 1`, id)
	if err := changed(n, err, ErrStale); err != nil {
		return err
	}
	for _, sql := range []string{`DELETE FROM session WHERE member_id = $1`, `DELETE FROM envelope WHERE member_id = $1`} {
		if _, err := t.Exec(sql, id); err != nil {
			return err
		}
	}
	return nil
}

// PutEnvelope keeps one way in which a member opens their key.
func (t *Tx) PutEnvelope(id staff.ID, e seal.Envelope) error {
	_, err := t.Exec(`INSERT INTO envelope (member_id, kind, params, salt, box, changed) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (member_id, kind) DO UPDATE SET params = excluded.params, salt = excluded.salt, box = excluded.box, changed = excluded.changed`,
		id, e.Kind, e.Params, e.Salt, []byte(e.Box), micros(t.now))
	return err
}

// DeleteEnvelopesOf removes every way in which a member opens their key.
func (t *Tx) DeleteEnvelopesOf(id staff.ID) error {
	_, err := t.Exec(`DELETE FROM envelope WHERE member_id = $1`, id)
	return err
}

// Envelope reads one way in which a member opens their key.
func (t *Tx) Envelope(id staff.ID, kind string) (seal.Envelope, error) {
	return one(t.QueryRow(`SELECT kind, params, salt, box FROM envelope WHERE member_id = $1 AND kind = $2`, id, kind),
		func(row scanner) (seal.Envelope, error) {
			var e seal.Envelope
			var box []byte
			err := row.Scan(&e.Kind, &e.Params, &e.Salt, &box)
			e.Box = box
			return e, err
		})
}

// Session is a member's signed-in browser. Its id is the look-up of the cookie.
type Session struct {
	ID      string
	Member  staff.ID
	Box     seal.Box // reading and keyring keys under cookie and pepper
	Pending seal.Box // what the second factor is checked with; empty once it was
	Created time.Time
	Seen    time.Time
	Idle    time.Duration
	Expires time.Time
}

// InsertSession adds a session.
func (t *Tx) InsertSession(s Session) error {
	_, err := t.Exec(`INSERT INTO session (id, member_id, box, pending, created, seen, idle, expires) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		s.ID, s.Member, []byte(s.Box), nonNil(s.Pending), micros(s.Created), micros(s.Seen), s.Idle.Microseconds(), micros(s.Expires))
	return err
}

// Session reads a session that has neither idled out nor expired; others are none.
func (t *Tx) Session(id string) (Session, error) {
	return one(t.QueryRow(`SELECT id, member_id, box, pending, created, seen, idle, expires FROM session
WHERE id = $1 AND expires > $2 AND seen + idle > $2`, id, micros(t.now)), func(row scanner) (Session, error) {
		var s Session
		var box, pending []byte
		var created, seen, idle, expires int64
		err := row.Scan(&s.ID, &s.Member, &box, &pending, &created, &seen, &idle, &expires)
		s.Box, s.Pending, s.Created, s.Seen, s.Expires = box, pending, at(created), at(seen), at(expires)
		s.Idle = time.Duration(idle) * time.Microsecond
		return s, err
	})
}

// TouchSession notes that a session is in use.
func (t *Tx) TouchSession(id string) error {
	_, err := t.Exec(`UPDATE session SET seen = $1 WHERE id = $2`, micros(t.now), id)
	return err
}

// DeleteSession ends one session.
func (t *Tx) DeleteSession(id string) error {
	_, err := t.Exec(`DELETE FROM session WHERE id = $1`, id)
	return err
}

// DeleteSessionsOf ends all sessions of a member.
func (t *Tx) DeleteSessionsOf(id staff.ID) error {
	_, err := t.Exec(`DELETE FROM session WHERE member_id = $1`, id)
	return err
}

// DeleteEndedSessions removes what has idled out or expired, of members and of
// complainants.
func (t *Tx) DeleteEndedSessions() error {
	if _, err := t.Exec(`DELETE FROM session WHERE expires <= $1 OR seen + idle <= $1`, micros(t.now)); err != nil {
		return err
	}
	_, err := t.Exec(`DELETE FROM mailbox_session WHERE expires <= $1`, micros(t.now))
	return err
}
