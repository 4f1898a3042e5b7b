package setup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// How often a drill is held, when the first is due after the founding, and after how
// long one that somebody never ended may be started anew.
const (
	DrillEvery   = 365 * 24 * time.Hour
	firstDrill   = 30 * 24 * time.Hour
	drillPatient = 30 * 24 * time.Hour
)

// Drill is where the yearly drill stands: a practice case proves that the keys of
// members and the recovery key still open what is sealed to them.
type Drill struct {
	Started  time.Time // of the newest one; zero: none yet
	Held     time.Time // when the last one was completed; zero: never
	Due      time.Time // by when the next must be completed
	Overdue  bool
	Complete bool // the newest one
	Openings []DrillOpening
	Mine     MyDrill
	MayStart bool // for this member, now
}

// DrillOpening is one key that must open the practice case.
type DrillOpening struct {
	Name     string // of the member; empty for the recovery key
	Recovery bool
	Opened   time.Time // zero: not yet
}

// MyDrill is what the member who asks has to do with the newest drill.
type MyDrill struct {
	Asked  bool // there is a grant to the key they have now
	Opened time.Time
	Word   string // of the practice case, once they opened it
}

// Waiting reports whether the member is still asked to open the practice case.
func (m MyDrill) Waiting() bool { return m.Asked && m.Opened.IsZero() }

// Left counts the keys that have not opened the newest practice case yet.
func (d Drill) Left() (n int) {
	for _, o := range d.Openings {
		if o.Opened.IsZero() {
			n++
		}
	}
	return n
}

// Faults of a drill.
var (
	ErrNoDrill     = fault.New(fault.NotFound, "error.drill-none")
	errDrillRuns   = fault.New(fault.Conflict, "error.drill-runs")
	errDrillFailed = fault.New(fault.Conflict, "error.drill-failed")
)

// Drill shows a member where the drill stands, with the word of the practice case
// once they opened it.
func (s *Setup) Drill(ctx context.Context, actor access.Actor) (Drill, error) {
	d, p, err := s.drillOf(ctx, actor)
	if err != nil || d.Mine.Opened.IsZero() {
		return d, err
	}
	word, err := s.Custody.OpenPractice(p, seal.RecipientMember, string(actor.Member), actor.Keys)
	if err != nil {
		return d, errors.Join(errDrillFailed, err)
	}
	d.Mine.Word = word
	return d, nil
}

// DrillAsk is Drill without opening anything.
func (s *Setup) DrillAsk(ctx context.Context, actor access.Actor) (Drill, error) {
	d, _, err := s.drillOf(ctx, actor)
	return d, err
}

func (s *Setup) drillOf(ctx context.Context, actor access.Actor) (Drill, custody.Practice, error) {
	if !actor.Entry.Active {
		return Drill{}, custody.Practice{}, fault.New(fault.Denied, "error.not-allowed")
	}
	d, p, err := s.drill(ctx)
	if err != nil {
		return d, p, err
	}
	d.MayStart = actor.Configurator() && (d.Complete || d.Started.Before(s.Store.Now().Add(-drillPatient)))
	if g, ok := p.Grant(seal.RecipientMember, string(actor.Member)); ok && g.Fingerprint == actor.Entry.Reading.Fingerprint() {
		d.Mine = MyDrill{Asked: true, Opened: g.Opened}
	}
	return d, p, nil
}

// DrillDue is where the drill stands, for the operator.
func (s *Setup) DrillDue(ctx context.Context) (Drill, error) {
	d, _, err := s.drill(ctx)
	return d, err
}

// drill reads every drill that was held, newest first.
func (s *Setup) drill(ctx context.Context) (d Drill, newest custody.Practice, err error) {
	dir, err := s.Custody.Directory(ctx)
	if err != nil {
		return d, newest, err
	}
	var instance store.InstanceRow
	var list []custody.Practice
	names := map[staff.ID]string{}
	err = s.Store.Read(ctx, func(tx *store.Tx) error {
		list = nil
		if instance, err = tx.Instance(); err != nil {
			return err
		}
		members, err := tx.Members()
		if err != nil {
			return err
		}
		for _, m := range members {
			names[m.ID] = m.Name
		}
		drills, err := tx.Drills()
		if err != nil {
			return err
		}
		for _, row := range drills {
			grants, err := tx.DrillGrants(row)
			if err != nil {
				return err
			}
			list = append(list, custody.Practice{Drill: row, Grants: grants})
		}
		return nil
	})
	if err != nil {
		return d, newest, fmt.Errorf("read drill: %w", err)
	}
	d.Due = instance.Created.Add(firstDrill)
	for i, p := range list {
		openings, held := asked(dir, p, names)
		if i == 0 {
			newest, d.Started, d.Openings, d.Complete = p, p.Started, openings, !held.IsZero()
		}
		if held.After(d.Held) {
			d.Held, d.Due = held, held.Add(DrillEvery)
		}
	}
	d.Overdue = s.Store.Now().After(d.Due)
	return d, newest, nil
}

// asked lists the keys that count: those that the directory still vouches for. Once
// all of them have opened the practice case it was held, at the last opening.
func asked(dir *staff.Directory, p custody.Practice, names map[staff.ID]string) (list []DrillOpening, held time.Time) {
	all := true
	for _, g := range p.Grants {
		o := DrillOpening{Opened: g.Opened, Recovery: g.Kind == seal.RecipientRecovery}
		to, ok := dir.RecoveryRecipient(g.Recipient)
		if !o.Recovery {
			o.Name = names[staff.ID(g.Recipient)]
			to, ok = dir.Recipient(staff.ID(g.Recipient))
		}
		if !ok || to.Fingerprint() != g.Fingerprint {
			continue // left, or has a new key since
		}
		list = append(list, o)
		all = all && !o.Opened.IsZero()
		if o.Opened.After(held) {
			held = o.Opened
		}
	}
	if !all {
		held = time.Time{}
	}
	slices.SortStableFunc(list, func(x, y DrillOpening) int {
		if x.Recovery || y.Recovery {
			return order(x.Recovery) - order(y.Recovery) // last
		}
		return strings.Compare(x.Name, y.Name)
	})
	return list, held
}

func order(last bool) int {
	if last {
		return 1
	}
	return 0
}

// StartDrill makes a fresh practice case for every active member and every recovery
// key. Only a configurator may, and not while one that was begun lately is open.
func (s *Setup) StartDrill(ctx context.Context, actor access.Actor) error {
	d, err := s.DrillAsk(ctx, actor)
	if err != nil {
		return err
	}
	if !actor.Configurator() {
		return fault.New(fault.Denied, "error.not-allowed")
	}
	if !d.MayStart {
		return errDrillRuns
	}
	dir, err := s.Custody.Directory(ctx)
	if err != nil {
		return err
	}
	now := s.Store.Now()
	p, err := s.Custody.FoundPractice(dir, access.Everyone(dir), actor.Member, drillWord(), now)
	if err != nil {
		return err
	}
	leaf := custody.Leaf(now, custody.Event{Kind: audit.DrillStarted, Actor: custody.ByMember(actor.Member), Object: string(p.ID)})
	err = s.Store.Write(ctx, func(tx *store.Tx) error { return errors.Join(p.Insert(tx), tx.InsertLeaf(leaf)) })
	if err != nil {
		return fmt.Errorf("start drill: %w", err)
	}
	return nil
}

// drillWord is what stands in a practice case, so that two people who opened it can
// see that they opened the same.
func drillWord() string {
	word := strings.ToUpper(ident.New()[18:])
	return word[:4] + "-" + word[4:]
}

// OpenDrill opens the newest practice case with the member's key. Faults: there is
// none for this key, or the key does not open it.
func (s *Setup) OpenDrill(ctx context.Context, actor access.Actor) error {
	d, p, err := s.drill(ctx)
	if err != nil {
		return err
	}
	if !actor.Entry.Active || d.Started.IsZero() {
		return ErrNoDrill
	}
	_, err = s.openDrill(ctx, p, custody.ByMember(actor.Member), seal.RecipientMember, string(actor.Member), actor.Keys)
	return err
}

// OpenDrillByRecovery opens the newest practice case with the recovery key, by
// command, and returns its word and when it was made.
func (s *Setup) OpenDrillByRecovery(ctx context.Context, code seal.Code) (word string, started time.Time, err error) {
	key, err := s.RecoveryKey(ctx, code)
	if err != nil {
		return "", started, err
	}
	d, p, err := s.drill(ctx)
	if err != nil {
		return "", started, err
	}
	if d.Started.IsZero() {
		return "", started, ErrNoDrill
	}
	word, err = s.openDrill(ctx, p, audit.Actor{Kind: audit.Operator}, seal.RecipientRecovery, key.ID, code.Keys(s.Custody.Instance()))
	return word, p.Started, err
}

func (s *Setup) openDrill(ctx context.Context, p custody.Practice, by audit.Actor, kind seal.RecipientKind, id string, keys *seal.Keys) (string, error) {
	g, ok := p.Grant(kind, id)
	if !ok || g.Fingerprint != keys.Public().Fingerprint() {
		return "", ErrNoDrill
	}
	word, err := s.Custody.OpenPractice(p, kind, id, keys)
	if err != nil {
		return "", errors.Join(errDrillFailed, err)
	}
	leaf := custody.Leaf(s.Store.Now(), custody.Event{
		Kind: audit.DrillOpened, Actor: by, Object: string(p.ID), Detail: map[string]string{"key": string(kind)},
	})
	err = s.Store.Write(ctx, func(tx *store.Tx) error { return errors.Join(tx.DrillOpened(g.Grant), tx.InsertLeaf(leaf)) })
	if err != nil && !errors.Is(err, store.ErrStale) { // stale: it was opened before, which proves as much
		return "", fmt.Errorf("note drill: %w", err)
	}
	return word, nil
}

// RecoveryKey finds the recovery key that a code is. It fails with
// staff.ErrCodeOther.
func (s *Setup) RecoveryKey(ctx context.Context, code seal.Code) (staff.Recovery, error) {
	dir, err := s.Custody.Directory(ctx)
	if err != nil {
		return staff.Recovery{}, err
	}
	return staff.RecoveryOf(dir.RecoveryKeys(), s.Custody.Instance(), code)
}
