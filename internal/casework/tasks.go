package casework

import (
	"context"
	"fmt"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// viewTasks is the list of dates, as the log calls it. It is no view of the inbox.
const viewTasks = "tasks"

// TasksSize is how many dates a page of them shows.
const TasksSize = 50

// TaskFilter is which dates a member asks to see: of the cases that they are in charge
// of or stand in for, or of every case that they may read.
type TaskFilter struct {
	Everyone bool
	Page     int // the first is 1
}

// Task is a date that has to be kept, of a case that stays closed here: nothing in it
// is opened.
type Task struct {
	Number casefile.Number
	Charge string // empty: nobody
	Away   Away   // of who is in charge, while they are away
	deadline.Clock
	State  deadline.State
	Phrase deadline.Phrase
	Law    bool
}

// Tasks are dates in order, those that were missed apart.
type Tasks struct {
	Filter TaskFilter
	Late   []Task
	Ahead  []Task
	More   bool // another page follows
}

// Tasks lists the dates that a member has to keep. fault.ErrNotFound for somebody who
// handles no cases.
func (c *Casework) Tasks(ctx context.Context, actor access.Actor, f TaskFilter) (*Tasks, error) {
	if !actor.Handler() || !actor.Entry.Active {
		return nil, fault.ErrNotFound
	}
	f.Page = min(max(f.Page, 1), 1000)
	var rows []store.Task
	var names map[staff.ID]string
	var away map[staff.ID]store.Absence
	err := c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		if names, away, err = namesAndAway(tx); err != nil {
			return err
		}
		want := store.TaskFilter{Member: actor.Member, Key: actor.Entry.Reading.Fingerprint(), Limit: TasksSize + 1, Offset: (f.Page - 1) * TasksSize}
		if !f.Everyone {
			want.Charge = chargeOf(actor.Member, away, c.Store.Now())
		}
		rows, err = tx.Tasks(want)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read tasks: %w", err)
	}
	if err := c.noteInbox(ctx, actor, View(viewTasks), nil); err != nil {
		return nil, err
	}
	list := &Tasks{Filter: f, More: len(rows) > TasksSize}
	for _, r := range rows[:min(len(rows), TasksSize)] {
		task := c.task(r, names, away)
		if task.State == deadline.Passed {
			list.Late = append(list.Late, task)
		} else {
			list.Ahead = append(list.Ahead, task)
		}
	}
	return list, nil
}

// chargeOf is for whom a member keeps dates: themselves, and those who are away now
// and named them.
func chargeOf(me staff.ID, away map[staff.ID]store.Absence, now time.Time) []staff.ID {
	list := []staff.ID{me}
	for id, a := range away {
		if a.Deputy == me && a.Away(now) {
			list = append(list, id)
		}
	}
	return list
}

func (c *Casework) task(r store.Task, names map[staff.ID]string, away map[staff.ID]store.Absence) Task {
	now := c.Store.Now()
	rule, _ := c.Profile.Clocks.Rule(r.ID)
	t := Task{
		Number: r.Number, Charge: names[r.Charge], Clock: r.Clock, State: r.State(now),
		Phrase: c.Calendar.Phrase(r.Clock, now), Law: r.Hard && rule.Law,
	}
	if a := away[r.Charge]; a.Away(now) {
		t.Away = awayOf(a, names, now)
	}
	return t
}
