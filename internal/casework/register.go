package casework

import (
	"context"
	"fmt"
	"math"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/figures"
	"klankbord/internal/store"
)

// RegisterForm is the form in which the register is taken along.
type RegisterForm string

// The forms.
const (
	RegisterXLSX RegisterForm = "xlsx"
	RegisterCSV  RegisterForm = "csv"
)

// RegisterTicket lets somebody take the register along: the password was checked a
// moment ago.
type RegisterTicket struct {
	Form  RegisterForm
	Until time.Time
}

// Registered is one line of the register: what a case is, and nothing that anybody told.
type Registered struct {
	Number       casefile.Number
	Route        casefile.Route
	Team         casefile.Team
	State        casefile.State
	Channel      casefile.Channel
	Language     string
	Received     time.Time // zero where only the month is left
	Closed       time.Time
	Months       [2]string // of an erased case: of receipt and closing, as 2006-01
	Days         int64     // from receipt to closing; below zero while it is open
	Acknowledged figures.Judged
	Answered     figures.Judged
	Outcome      casefile.Outcome
	Topics       []string // as assessed, or as ticked
	Charge       string
	Due          time.Time // the next deadline
}

// AllowRegister checks the password once more. Faults: the password is not right; no
// such form.
func (c *Casework) AllowRegister(ctx context.Context, actor access.Actor, password string, form RegisterForm) (RegisterTicket, error) {
	if _, err := certifies(actor); err != nil {
		return RegisterTicket{}, err
	}
	if form != RegisterXLSX && form != RegisterCSV {
		return RegisterTicket{}, fault.New(fault.Invalid, "error.choose-one")
	}
	if err := c.SignIn.StepUp(ctx, actor, password); err != nil {
		return RegisterTicket{}, err
	}
	return RegisterTicket{form, c.Store.Now().Add(ticketTime)}, nil
}

// Register lists the cases that the actor may know of, as Numbers counts them. That it
// was taken along is logged before it is returned. fault.ErrNotFound: the ticket is
// over, or it is not theirs to ask.
func (c *Casework) Register(ctx context.Context, actor access.Actor, t RegisterTicket) ([]Registered, error) {
	if _, err := certifies(actor); err != nil {
		return nil, err
	}
	if c.Store.Now().After(t.Until) {
		return nil, fault.ErrNotFound
	}
	dir, err := c.Custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	all := store.Span{Till: c.Store.Now().AddDate(1, 0, 0)}
	n := &tallying{c: c, actor: actor, dir: dir, filter: NumbersFilter{For: figures.Team}, span: all}
	var list []Registered
	err = c.Store.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = n.register(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read register: %w", err)
	}
	leaf := custody.Leaf(c.Store.Now(), custody.Event{
		Kind: audit.Export, Actor: custody.ByMember(actor.Member), Detail: map[string]string{"what": "register", "form": string(t.Form)},
	})
	if err := c.write(ctx, func(tx *store.Tx) error { return tx.InsertLeaf(leaf) }); err != nil {
		return nil, fmt.Errorf("log export of register: %w", err)
	}
	return list, nil
}

func (n *tallying) register(tx *store.Tx) (list []Registered, err error) {
	clocks, err := tx.ClocksAmong(n.span)
	if err != nil {
		return nil, err
	}
	names, err := memberNames(tx)
	if err != nil {
		return nil, err
	}
	rows, err := n.registered(tx)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		if !r.Channel.Complaint() {
			continue
		}
		k := n.clear(&fact{file: r.Case, clocks: clocks[r.ID]})
		line := Registered{
			Number: r.Number, Route: r.Route, Team: r.Team, State: r.State, Channel: r.Channel, Language: r.Language,
			Received: r.Received, Closed: r.Closed, Days: -1, Acknowledged: k.Acknowledged, Answered: k.Answered,
			Outcome: r.summary.Outcome, Topics: r.summary.Assessed, Charge: names[r.InCharge], Due: r.NextDue,
		}
		if len(line.Topics) == 0 {
			line.Topics = r.summary.Topics
		}
		if !r.Closed.IsZero() {
			line.Days = int64(k.Days)
		}
		list = append(list, line)
	}
	left, err := tx.ErasedCases("", math.MaxInt32)
	for _, row := range left {
		if n.knows(row) && row.Channel.Complaint() {
			list = append(list, leftOf(row))
		}
	}
	return list, err
}

// registered reads the cases that are there: a member's with their summaries, for
// whoever handles none all of them without.
func (n *tallying) registered(tx *store.Tx) (list []openedRow, err error) {
	if !n.actor.Handler() {
		files, err := tx.CasesAmong(n.span)
		for _, f := range files {
			list = append(list, openedRow{InboxRow: store.InboxRow{Case: f}})
		}
		return list, err
	}
	rows, err := tx.Inbox(store.InboxFilter{Member: n.actor.Member, Among: n.span, Limit: math.MaxInt32})
	list, _ = n.c.openRows(n.actor, rows)
	return list, err
}

func leftOf(row store.ErasedCase) Registered {
	return Registered{
		Number: row.Number, Route: row.Route, Team: row.Team, State: casefile.StateErased, Channel: row.Channel, Language: row.Language,
		Months: [2]string{row.Received, row.Closed}, Days: row.Days, Acknowledged: kept(row.Acknowledged), Answered: kept(row.Answered),
		Outcome: row.Outcome, Topics: row.Topics,
	}
}
