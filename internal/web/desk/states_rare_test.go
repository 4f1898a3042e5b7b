package desk_test

import (
	"net/url"
	"path"
	"strings"
	"time"

	"klankbord/internal/store"
)

// health renders the page on which a member sees whether everything still opens: soon
// after the last visit, after a long time, and where nearly nothing is right.
func (s *states) health() {
	s.keep("health", s.crew.sofie.get(s.in("/desk/check")))
	s.keep("status", s.crew.sofie.get(s.in("/desk/status")))
	s.keep("words", s.crew.sofie.get(s.in("/desk/words")))
	s.keep("health-auditor", s.crew.anke.get(s.in("/desk/check")))
	now := s.Clock.Now()
	was := s.before(now.Add(-100 * 24 * time.Hour).UnixMicro())
	s.keep("health-away", s.crew.nele.get(s.in("/desk/check")))
	s.keep("inbox-away", s.crew.nele.get(s.in("/desk")))
	mend := s.broken()
	s.keep("health-broken", s.crew.sofie.get(s.in("/desk/check")))
	s.keep("status-broken", s.crew.sofie.get(s.in("/desk/status")))
	mend()
	s.before(was)
	s.practice()
	s.distress()
	s.keep("keys", s.crew.thomas.get(s.in("/desk/keys")))
}

// distress renders what a reader is warned of: the case, its list, and the page on which a
// picture is opened on purpose.
func (s *states) distress() {
	sofie := s.crew.sofie
	look := sofie.get(s.general).link(s.general + "/look/")
	s.keep("look", sofie.get(s.in(look)))
	s.keep("look-harmful", sofie.get(s.in(look+"?found=1")))
	s.keep("look-no-copy", sofie.get(s.in(look+"?copy=none")))
	s.keep("distress-error", sofie.post(s.in(s.general+"/distress"), nil))
	sofie.post(s.general+"/distress", url.Values{"what": {"She tells how the line was cut and nobody came"}})
	sofie.post(s.general+"/distress", url.Values{"file": {path.Base(look)}, "what": {"A photo of a wound"}})
	s.keep("distress", sofie.get(s.in(s.general+"/distress")))
	s.keep("case-distress", sofie.get(s.in(s.general)))
	s.keep("inbox-distress", sofie.get(s.in("/desk?view=all")))
	s.keep("look-distress", sofie.get(s.in(look)))
	for _, file := range []string{"", path.Base(look)} {
		sofie.post(s.general+"/distress", url.Values{"end": {file}})
	}
}

// practice renders what a member makes up to practise on.
func (s *states) practice() {
	nele := s.crew.nele
	s.keep("practice-none", nele.get(s.in("/desk/practice")))
	made := nele.post(s.in("/desk/practice"), nil)
	s.keep("case-practice", nele.get(s.in(made.path)))
	s.keep("practice", nele.get(s.in("/desk/practice")))
	nele.get("/desk/practice").send("/desk/practice/end", nil)
}

// before sets when everybody signed in the time before, and returns when it was.
func (s *states) before(at int64) (was int64) {
	s.write(func(tx *store.Tx) error {
		if err := tx.QueryRow(`SELECT max(signed_before) FROM member`).Scan(&was); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE member SET signed_before = $1`, at)
		return err
	})
	return was
}

// broken damages a summary and lets all mail of a case come back; what it returns
// undoes that.
func (s *states) broken() func() {
	number := strings.TrimPrefix(s.general, "/desk/case/")
	var id, state string
	var stamp []byte
	set := func(with []byte, mail string) {
		s.write(func(tx *store.Tx) error {
			if _, err := tx.Exec(`UPDATE summary SET stamp = $1 WHERE case_id = $2`, with, id); err != nil {
				return err
			}
			_, err := tx.Exec(`UPDATE mail SET state = $1 WHERE case_id = $2 AND member_id = ''`, mail, id)
			return err
		})
	}
	s.write(func(tx *store.Tx) error {
		return tx.QueryRow(`SELECT c.id, s.stamp, m.state FROM case_file c JOIN summary s ON s.case_id = c.id JOIN mail m ON m.case_id = c.id
WHERE c.number = $1 AND m.member_id = '' LIMIT 1`, number).Scan(&id, &stamp, &state)
	})
	set(make([]byte, len(stamp)), "dead")
	return func() { set(stamp, state) }
}
