package desk_test

import (
	"net/url"

	"klankbord/internal/custody"
	"klankbord/internal/store"
)

// logs renders every state of the pages about the log.
func (s *states) logs() {
	s.Sequence()
	s.keep("log-narrowed", s.crew.anke.get(s.in("/desk/log?kind=case-read&since=1.1.2026")))
	s.keep("log-error", s.crew.anke.get(s.in("/desk/log?since=31.2.2026&number=KB-0000-00")))
	s.keep("log-nothing", s.crew.anke.get(s.in("/desk/log?kind=erased")))
	s.keep("log_export", s.crew.anke.get(s.in("/desk/log/export")))
	s.keep("log_export-error", s.crew.anke.post(s.in("/desk/log/export"), url.Values{"password": {"not it"}}))
	s.keep("log_export-denied", s.crew.sofie.get(s.in("/desk/log/export")))
	s.keep("case_log", s.crew.sofie.get(s.in(s.busy+"/log")))
	s.keep("case_log-denied", s.crew.thomas.get(s.in(s.busy+"/log")))

	for _, address := range []string{"notary@witness.example", "board@witness.example"} {
		s.Work.Witnesses.List = append(s.Work.Witnesses.List, custody.NewWitness(address))
	}
	s.keep("log-witnesses", s.crew.anke.get(s.in("/desk/log")))
	s.Work.Witnesses.List = s.Work.Witnesses.List[:0]
	undo := s.alter("UPDATE log_leaf SET record = (SELECT record FROM log_leaf WHERE position = 1) WHERE position = (SELECT max(position) FROM log_leaf)")
	s.keep("log-altered", s.crew.anke.get(s.in("/desk/log")))
	undo()
	undo = s.alien()
	s.keep("log-alien", s.crew.anke.get(s.in("/desk/log")))
	undo()
}

// alter changes the newest line of the log and returns what puts it back.
func (s *states) alter(sql string) func() {
	var newest store.Leaf
	s.write(func(tx *store.Tx) error {
		leaves, err := tx.LeavesBy(store.LeafFilter{To: 1 << 40})
		newest = leaves[0]
		if err == nil {
			_, err = tx.Exec(sql)
		}
		return err
	})
	return func() {
		s.write(func(tx *store.Tx) error {
			_, err := tx.Exec("UPDATE log_leaf SET record = $1 WHERE id = $2", newest.Record, newest.ID)
			return err
		})
	}
}

// alien writes a line that this installation did not write.
func (s *states) alien() func() {
	const id = "00000000000000000000000alien"
	s.write(func(tx *store.Tx) error {
		_, err := tx.Exec("INSERT INTO log_leaf (id, case_id, at, kind, record, salt, hash, stamp) SELECT $1, case_id, at, kind, record, salt, hash, hash FROM log_leaf WHERE position = 0", id)
		return err
	})
	return func() {
		s.write(func(tx *store.Tx) error { _, err := tx.Exec("DELETE FROM log_leaf WHERE id = $1", id); return err })
	}
}

func (s *states) write(fn func(tx *store.Tx) error) {
	s.t.Helper()
	if err := s.Store.Write(s.t.Context(), fn); err != nil {
		s.t.Fatal(err)
	}
}
