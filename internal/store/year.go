package store

import "klankbord/internal/casefile"

// YearEntry is what a member entered of a year. Below zero: it is not known.
type YearEntry struct {
	Year       int
	People     int // staff and volunteers
	Supporters int
	Trainings  int // that were held
}

// PutYearEntry keeps what was entered of a year.
func (t *Tx) PutYearEntry(e YearEntry) error {
	t.change(desk)
	_, err := t.Exec(`INSERT INTO year_entry (year, people, supporters, trainings) VALUES ($1, $2, $3, $4)
ON CONFLICT (year) DO UPDATE SET people = excluded.people, supporters = excluded.supporters, trainings = excluded.trainings`,
		e.Year, e.People, e.Supporters, e.Trainings)
	return err
}

// YearEntry reads what was entered of a year; ErrNone where nothing was.
func (t *Tx) YearEntry(year int) (YearEntry, error) {
	return one(t.QueryRow(`SELECT year, people, supporters, trainings FROM year_entry WHERE year = $1`, year), func(row scanner) (e YearEntry, err error) {
		err = row.Scan(&e.Year, &e.People, &e.Supporters, &e.Trainings)
		return e, err
	})
}

// CountMonth adds to how often something happened in a month, written as 2006-01.
func (t *Tx) CountMonth(month, what string, n int64) error {
	_, err := t.Exec(`INSERT INTO month_count (month, what, n) VALUES ($1, $2, $3)
ON CONFLICT (month, what) DO UPDATE SET n = month_count.n + excluded.n`, month, what, n)
	return err
}

// CountedMonths adds up what happened in months from the first to the last.
func (t *Tx) CountedMonths(from, to string) (map[string]int, error) {
	rows, err := t.Query(`SELECT what, sum(n) FROM month_count WHERE month >= $1 AND month <= $2 GROUP BY what`, from, to)
	type counted struct {
		what string
		n    int
	}
	list, err := all(rows, err, func(row scanner) (c counted, err error) {
		err = row.Scan(&c.what, &c.n)
		return c, err
	})
	found := map[string]int{}
	for _, c := range list {
		found[c.what] = c.n
	}
	return found, err
}

// ReviewsAmong lists the cases that a report of a span counts and that somebody was asked
// to look at again.
func (t *Tx) ReviewsAmong(s Span) ([]casefile.ID, error) {
	where, args := s.among()
	rows, err := t.Query(`SELECT DISTINCT e.case_id FROM entry e JOIN case_file c ON c.id = e.case_id
WHERE e.kind = 'review-request' AND `+where, args...)
	return all(rows, err, scanID)
}

// Surveyed reports whether a case said how it went; mark is a keyed hash of it.
func (t *Tx) Surveyed(mark string) (bool, error) {
	var n int
	err := t.QueryRow(`SELECT count(*) FROM survey_mark WHERE mark = $1`, mark).Scan(&n)
	return n > 0, err
}

// MarkSurveyed notes that a case said how it went. Twice fails as sqldb.IsUnique.
func (t *Tx) MarkSurveyed(mark string) error {
	_, err := t.Exec(`INSERT INTO survey_mark (mark) VALUES ($1)`, mark)
	return err
}

// ForgetSurveyed removes the mark of a case that is erased; what it said stays counted.
func (t *Tx) ForgetSurveyed(mark string) error {
	_, err := t.Exec(`DELETE FROM survey_mark WHERE mark = $1`, mark)
	return err
}
