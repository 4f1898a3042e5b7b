package post

import (
	"context"
	"sync"

	"klankbord/internal/letter"
)

// sinkMails is how many mails the demo keeps.
const sinkMails = 200

// Sink keeps mails in memory instead of sending them, for the demo's page of
// mails. It is never used by a real instance.
type Sink struct {
	mu    sync.Mutex
	mails []letter.Mail // guarded by mu; oldest first
}

// Send keeps a mail, and forgets the oldest when there are too many.
func (s *Sink) Send(_ context.Context, m letter.Mail) error {
	if _, err := m.Encode(); err != nil {
		return &Permanent{"unwritable"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, m)
	if len(s.mails) > sinkMails {
		s.mails = s.mails[len(s.mails)-sinkMails:]
	}
	return nil
}

// Mails lists what was kept, newest first.
func (s *Sink) Mails() []letter.Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]letter.Mail, 0, len(s.mails))
	for i := len(s.mails) - 1; i >= 0; i-- {
		list = append(list, s.mails[i])
	}
	return list
}
