package signin

import (
	"context"
	"sync"

	"klankbord/internal/access"
	"klankbord/internal/custody"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// greetings remembers which sessions compared the directory with what their member
// saw before, and what an operator accepted that they have not read yet. After a
// restart it is compared again.
type greetings struct {
	mu sync.Mutex
	at map[string]*custody.Acceptance // guarded by mu; nil: nothing to read
}

// mostGreetings bounds the memory; beyond it everything is compared again.
const mostGreetings = 10_000

func (g *greetings) known(session string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, ok := g.at[session]
	return ok
}

func (g *greetings) keep(session string, a *custody.Acceptance) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.at == nil || len(g.at) >= mostGreetings {
		g.at = map[string]*custody.Acceptance{}
	}
	g.at[session] = a
}

func (g *greetings) unread(session string) *custody.Acceptance {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.at[session]
}

// greet compares the directory with what the member saw when they were last here: at
// the sign-in, and at the first request of the session to this process.
func (s *SignIn) greet(ctx context.Context, member store.Member, session string, keys *seal.Keys) error {
	if s.greetings.known(session) {
		return nil
	}
	accepted, err := s.custody.Greet(ctx, member.ID, keys)
	if err == nil {
		s.greetings.keep(session, accepted)
	}
	return err
}

// Warning is what every page of the desk tells a member: what is wrong now, and what
// an operator accepted that they have not read yet.
type Warning struct {
	Alarms   []custody.Alarm
	Accepted *custody.Acceptance
}

// Warning returns what there is to tell a member.
func (s *SignIn) Warning(actor access.Actor) Warning {
	return Warning{s.custody.Alarms(), s.greetings.unread(actor.Session)}
}

// ReadAcceptance notes that a member read what an operator accepted; from now on they
// hold the directory to what it is now.
func (s *SignIn) ReadAcceptance(ctx context.Context, actor access.Actor) error {
	if err := s.custody.Repin(ctx, actor.Member, actor.Keys); err != nil {
		return err
	}
	s.greetings.keep(actor.Session, nil)
	return nil
}
