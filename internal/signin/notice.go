package signin

import (
	"context"
	"fmt"

	"klankbord/internal/custody"
	"klankbord/internal/letter"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// notice is a fact about how a member signs in that the member is told by mail:
// the fact and its date, and nothing else (ASVS 6.3.5, 6.3.7).
type notice = letter.Credential

// post is mail that is ready to be queued.
type post []store.Mail

// queue puts the mails into the outbox, in the transaction of what they tell.
func (p post) queue(tx *store.Tx) error {
	return custody.QueueMails(tx, p)
}

// notices writes the mail that tells a member a fact. No member: nobody is told.
func (s *SignIn) notices(ctx context.Context, what notice, id staff.ID) (post, error) {
	var m store.Member
	err := s.store.Read(ctx, func(tx *store.Tx) (err error) {
		m, err = tx.Member(id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("write notice: %w", err)
	}
	return s.notice(nil, what, m)
}

// notice adds the mail that tells m a fact.
func (s *SignIn) notice(list post, what notice, m store.Member) (post, error) {
	order := letter.Order{Template: letter.CredentialNotice, Lang: m.Language, To: m.Email, Credential: what, At: s.store.Now()}
	mail, err := s.custody.SealMail(s.mails, store.Mail{Member: m.ID}, order)
	if err != nil {
		return nil, err
	}
	return append(list, mail), nil
}

// toEveryone writes the mails that tell every active member a fact about a
// colleague, who is not named, and that colleague the same about themself.
func (s *SignIn) toEveryone(ctx context.Context, of staff.ID, theirs, others notice) (list post, err error) {
	dir, err := s.custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	var members []store.Member
	err = s.store.Read(ctx, func(tx *store.Tx) (err error) {
		members, err = tx.Members()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("write notices: %w", err)
	}
	for _, m := range members {
		what := others
		if m.ID == of {
			what = theirs
		}
		if _, active := dir.Entry(m.ID); !active && m.ID != of {
			continue
		}
		if list, err = s.notice(list, what, m); err != nil {
			return nil, err
		}
	}
	return list, nil
}
