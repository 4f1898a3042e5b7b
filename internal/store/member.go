package store

import (
	"errors"
	"time"

	"klankbord/internal/access"
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
	TOTPStep int64         // the last time step whose password was used
	Idle     time.Duration // how long a session may rest; zero: as the instance says
	Created  time.Time

	Shortcuts access.Shortcuts
}

const memberColumns = `id, salt, email, name, language, active, totp_step, idle, created, shortcuts`

func scanMember(row scanner) (Member, error) {
	var m Member
	var active, idle, created int64
	err := row.Scan(&m.ID, &m.Salt, &m.Email, &m.Name, &m.Language, &active, &m.TOTPStep, &idle, &created, &m.Shortcuts)
	m.Active, m.Idle, m.Created = active == 1, time.Duration(idle)*time.Microsecond, at(created)
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

// SetTOTPStep notes which step of an authenticator app that is new was used; 0: none
// so far. What was used of the app before it does not count any more.
func (t *Tx) SetTOTPStep(id staff.ID, step int64) error {
	_, err := t.Exec(`UPDATE member SET totp_step = $1 WHERE id = $2`, step, id)
	return err
}

// SetMemberLanguage changes the language in which a member reads the desk.
func (t *Tx) SetMemberLanguage(id staff.ID, language string) error {
	_, err := t.Exec(`UPDATE member SET language = $1 WHERE id = $2`, language, id)
	return err
}

// SetShortcuts changes whether single keys do something on a member's pages.
func (t *Tx) SetShortcuts(id staff.ID, s access.Shortcuts) error {
	_, err := t.Exec(`UPDATE member SET shortcuts = $1 WHERE id = $2`, s, id)
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
	return errors.Join(t.DeleteSessionsOf(id), t.DeleteWaysOf(id))
}

// Session is a member's signed-in browser. Its id is the look-up of the cookie.
type Session struct {
	ID       string
	Member   staff.ID
	Box      seal.Box // reading and keyring keys under cookie and pepper
	Pending  seal.Box // what the second factor is checked with; empty once it was
	Way      string   // how the member signed in
	Standing string   // a hash of the member's assignments at that time; empty: none yet
	Created  time.Time
	Seen     time.Time
	Idle     time.Duration
	Expires  time.Time
}

const sessionColumns = `id, member_id, box, pending, way, standing, created, seen, idle, expires`

func scanSession(row scanner) (Session, error) {
	var s Session
	var box, pending []byte
	var created, seen, idle, expires int64
	err := row.Scan(&s.ID, &s.Member, &box, &pending, &s.Way, &s.Standing, &created, &seen, &idle, &expires)
	s.Box, s.Pending, s.Created, s.Seen, s.Expires = box, pending, at(created), at(seen), at(expires)
	s.Idle = time.Duration(idle) * time.Microsecond
	return s, err
}

// InsertSession adds a session.
func (t *Tx) InsertSession(s Session) error {
	_, err := t.Exec(`INSERT INTO session (id, member_id, box, pending, way, standing, created, seen, idle, expires)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, s.ID, s.Member, []byte(s.Box), nonNil(s.Pending), s.Way, s.Standing,
		micros(s.Created), micros(s.Seen), s.Idle.Microseconds(), micros(s.Expires))
	return err
}

// Session reads a session that has neither idled out nor expired; others are none.
func (t *Tx) Session(id string) (Session, error) {
	return one(t.QueryRow(`SELECT `+sessionColumns+` FROM session
WHERE id = $1 AND expires > $2 AND seen + idle > $2`, id, micros(t.now)), scanSession)
}

// SessionsOf lists the sessions of a member that live, the newest first; those that
// wait for a second factor are none.
func (t *Tx) SessionsOf(id staff.ID) ([]Session, error) {
	rows, err := t.Query(`SELECT `+sessionColumns+` FROM session
WHERE member_id = $1 AND expires > $2 AND seen + idle > $2 AND length(pending) = 0 ORDER BY created DESC, id`, id, micros(t.now))
	return all(rows, err, scanSession)
}

// SetStanding notes the standing of a session that began without one, with the box
// that is bound to it.
func (t *Tx) SetStanding(s Session) error {
	_, err := t.Exec(`UPDATE session SET standing = $1, box = $2, seen = $3 WHERE id = $4 AND standing = ''`,
		s.Standing, []byte(s.Box), micros(t.now), s.ID)
	return err
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
func (t *Tx) DeleteSessionsOf(id staff.ID) error { return t.DeleteOtherSessions(id, "") }

// DeleteOtherSessions ends all sessions of a member but one.
func (t *Tx) DeleteOtherSessions(id staff.ID, but string) error {
	_, err := t.Exec(`DELETE FROM session WHERE member_id = $1 AND id <> $2`, id, but)
	return err
}

// DeleteSessionOf ends a session if it is the member's; ErrNone when it is not.
func (t *Tx) DeleteSessionOf(id staff.ID, session string) error {
	n, err := t.Exec(`DELETE FROM session WHERE member_id = $1 AND id = $2`, id, session)
	return changed(n, err, ErrNone)
}

// SetIdle changes how long a member's sessions may rest, those that live included.
func (t *Tx) SetIdle(id staff.ID, idle time.Duration) error {
	if _, err := t.Exec(`UPDATE member SET idle = $1 WHERE id = $2`, idle.Microseconds(), id); err != nil {
		return err
	}
	_, err := t.Exec(`UPDATE session SET idle = $1 WHERE member_id = $2 AND length(pending) = 0`, idle.Microseconds(), id)
	return err
}

// DeleteEndedSessions removes what has idled out or expired, of members and of
// complainants.
func (t *Tx) DeleteEndedSessions() error {
	if _, err := t.Exec(`DELETE FROM session WHERE expires <= $1 OR seen + idle <= $1`, micros(t.now)); err != nil {
		return err
	}
	if _, err := t.Exec(`DELETE FROM mailbox_session WHERE expires <= $1`, micros(t.now)); err != nil {
		return err
	}
	return t.deletePassed()
}
