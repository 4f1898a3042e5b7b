package setup

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/letter"
	"klankbord/internal/seal"
	"klankbord/internal/sqldb"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Faults of the first steps.
var (
	errGroups   = fault.New(fault.Invalid, "error.setup-groups")
	errTestCode = fault.New(fault.Invalid, "error.setup-code")
	errMissing  = fault.New(fault.Conflict, "error.setup-missing")
	errOpened   = fault.New(fault.Conflict, "error.setup-opened")
)

// samples are what the recovery key is held against once it is typed back; none where
// nobody is asked to.
func (f Founding) samples() ([]store.SetupMark, error) {
	if !f.Closed {
		return nil, nil
	}
	texts := []string{f.Recovery.Text()}
	if len(f.Shares) > 0 {
		texts = nil
		for _, s := range f.Shares {
			texts = append(texts, s.Text())
		}
	}
	var list []store.SetupMark
	for n, text := range texts {
		sample, err := seal.NewSample(text)
		if err != nil {
			return nil, fmt.Errorf("sample of the recovery key: %w", err)
		}
		list = append(list, store.SetupMark{Step: string(StepRecovery), Part: strconv.Itoa(n + 1), Value: sample})
	}
	return list, nil
}

// Confirm notes that a configurator looked at what a step is about and found it right: the
// organisation, topics and deadlines, or the public pages in a language. Faults: not
// allowed; not found.
func (s *Setup) Confirm(ctx context.Context, actor access.Actor, step Step, part string) error {
	if err := mayConfirm(actor); err != nil {
		return err
	}
	switch step {
	case StepOrganisation, StepTopics:
		part = ""
	case StepPages:
		if _, ok := lang.Parse(part); !ok {
			return fault.ErrNotFound
		}
	case StepFirst, StepRecovery, StepMail, StepPeople, StepPractice, StepOpen:
		return fault.ErrNotFound
	default:
		return fault.ErrNotFound
	}
	return s.confirm(ctx, actor, step, part)
}

func (s *Setup) confirm(ctx context.Context, actor access.Actor, step Step, parts ...string) error {
	err := s.Store.Write(ctx, func(tx *store.Tx) error {
		for _, part := range parts {
			leaf := custody.Leaf(tx.Now(), custody.Event{
				Kind: audit.SetupConfirmed, Actor: custody.ByMember(actor.Member), Object: string(step), Detail: map[string]string{"part": part},
			})
			if err := errors.Join(tx.PutSetupMark(store.SetupMark{Step: string(step), Part: part, Member: actor.Member}), tx.InsertLeaf(leaf)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("confirm step: %w", err)
	}
	return nil
}

// KeepRecovery notes that the recovery key is kept: typed holds, by part, the two groups
// that are asked for. What they were held against is forgotten with that. Faults: not
// allowed; groups that do not fit, of which nothing is said but of which part.
func (s *Setup) KeepRecovery(ctx context.Context, actor access.Actor, typed map[string]string) (wrong string, err error) {
	if err := mayConfirm(actor); err != nil {
		return "", err
	}
	var waiting []store.SetupMark
	err = s.Store.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.SetupMarks()
		waiting = slices.DeleteFunc(list, func(m store.SetupMark) bool { return m.Step != string(StepRecovery) || m.Member != "" })
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read first steps: %w", err)
	}
	var parts []string
	for _, m := range waiting {
		switch ok, err := seal.Sample(m.Value).Matches(typed[m.Part]); {
		case errors.Is(err, seal.ErrBusy):
			return "", fault.New(fault.Unavailable, "error.signin-busy")
		case err != nil:
			return "", fmt.Errorf("match recovery key: %w", err)
		case !ok:
			return m.Part, errGroups
		}
		parts = append(parts, m.Part)
	}
	return "", s.confirm(ctx, actor, StepRecovery, parts...)
}

// MailTest is a mail on its way to whoever asked for it.
type MailTest struct{ ID, Code string }

// TestMail sends whoever sets up the desk a mail with six digits. Fault: not allowed.
func (s *Setup) TestMail(ctx context.Context, actor access.Actor) (t MailTest, err error) {
	if err := mayConfirm(actor); err != nil {
		return t, err
	}
	n, err := rand.Int(rand.Reader, big.NewInt(900_000))
	if err != nil {
		return t, fmt.Errorf("draw test code: %w", err)
	}
	t.Code = strconv.FormatInt(n.Int64()+100_000, 10)
	var m store.Member
	if err = s.Store.Read(ctx, func(tx *store.Tx) (err error) {
		m, err = tx.Member(actor.Member)
		return err
	}); err != nil {
		return t, fmt.Errorf("read member: %w", err)
	}
	row, err := s.mail(letter.Order{Template: letter.SetupTest, Lang: m.Language, To: m.Email, Number: t.Code, Link: "/desk/setup"}, actor.Member)
	if err != nil {
		return t, err
	}
	leaf := custody.Leaf(s.Store.Now(), custody.Event{
		Kind: audit.SetupConfirmed, Actor: custody.ByMember(actor.Member), Object: string(StepMail), Detail: map[string]string{"part": "sent"},
	})
	if err := s.Store.Write(ctx, func(tx *store.Tx) error { return errors.Join(tx.QueueMail(row, tx.Now()), tx.InsertLeaf(leaf)) }); err != nil {
		return t, fmt.Errorf("send test mail: %w", err)
	}
	s.wake()
	t.ID = row.ID
	return t, nil
}

// Fate is what became of a mail: its state (waiting, sent, dead), the class of the last
// server's answer, and when it is tried again.
type Fate struct {
	State, Server string
	Next          time.Time
}

// MailFate tells what became of a mail to the member themselves; the zero Fate where it is
// not known.
func (s *Setup) MailFate(ctx context.Context, actor access.Actor, id string) (f Fate, err error) {
	err = s.Store.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.Outbox(store.Outbox{Member: actor.Member, Since: s.Store.Now().Add(-24 * time.Hour), Limit: usesShown})
		for _, r := range rows {
			if r.ID == id {
				f = Fate{r.State, r.Error, r.Next}
			}
		}
		return err
	})
	if err != nil {
		return f, fmt.Errorf("read outbox: %w", err)
	}
	return f, nil
}

// MailArrived notes that the test mail arrived: typed must be what was sent. Faults: not
// allowed; another code.
func (s *Setup) MailArrived(ctx context.Context, actor access.Actor, sent, typed string) error {
	if err := mayConfirm(actor); err != nil {
		return err
	}
	typed = strings.Join(strings.Fields(typed), "")
	if sent == "" || subtle.ConstantTimeCompare([]byte(sent), []byte(typed)) != 1 {
		return errTestCode
	}
	return s.confirm(ctx, actor, StepMail, "")
}

// Open opens the form, for good: complaints are taken in from now on. It is an event of the
// directory, so that nobody opens it in the database. Faults: not allowed; something is
// missing; it was opened before; the password is not right; custody.ErrStopped.
func (s *Setup) Open(ctx context.Context, actor access.Actor, password string) error {
	if err := s.mayOpen(ctx, actor); err != nil {
		return err
	}
	secret, err := s.SignIn.Unlock(ctx, actor, password)
	if err != nil {
		return err
	}
	return custody.Retry(func() error {
		if err := s.mayOpen(ctx, actor); err != nil {
			return err
		}
		return s.open(ctx, actor, secret.Signer())
	})
}

func (s *Setup) mayOpen(ctx context.Context, actor access.Actor) error {
	if err := mayConfirm(actor); err != nil {
		return err
	}
	f, err := s.FirstSteps(ctx, actor)
	switch {
	case err != nil:
		return err
	case f.Opened:
		return errOpened
	case len(f.Missing()) > 0:
		return errMissing
	default:
		return nil
	}
}

func (s *Setup) open(ctx context.Context, actor access.Actor, signer *seal.Signer) error {
	dir, err := s.Custody.Granting(ctx)
	if err != nil {
		return err
	}
	statement, err := s.Custody.Compose(dir, staff.Change{Type: staff.Open})
	if err != nil {
		return err
	}
	event, err := s.Custody.Place(dir, statement, []staff.Signature{staff.Sign(s.Custody.Instance(), string(actor.Member), signer, statement)})
	if err != nil {
		return err
	}
	leaf := custody.Leaf(s.Store.Now(), custody.Event{
		Kind: audit.DirectoryEvent, Actor: custody.ByMember(actor.Member), Object: string(staff.Open), Detail: map[string]string{"type": string(staff.Open)},
	})
	err = s.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.InsertDirectoryEvent(event); err != nil {
			if sqldb.IsUnique(err) { // another change came first
				return errors.Join(store.ErrStale, err)
			}
			return err
		}
		return tx.InsertLeaf(leaf)
	})
	if err != nil {
		return fmt.Errorf("open the form: %w", err)
	}
	_, err = s.Custody.Directory(ctx) // seen, and kept outside the database
	return err
}
