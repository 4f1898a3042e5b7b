package house

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"klankbord/bench/browser"
	"klankbord/bench/machine"
	"klankbord/bench/server"
)

// Several is one instance that several processes serve, each with a state folder of its
// own, as on several machines, on one database and one bucket, behind a proxy. Its people
// and members know the proxy only.
type Several struct {
	*House
	Proxy *Proxy
	Post  *Post

	at    []string // where each listens
	state []string
	each  []*process // nil: not running
	extra []string
}

// NewSeveral moves a furnished instance to a database and a bucket and serves it by n
// processes.
func NewSeveral(ctx context.Context, root, bin, folder, database, bucket string, n int, say func(string, ...any)) (_ *Several, err error) {
	f, err := furnished(ctx, root, say)
	if err != nil {
		return nil, err
	}
	s := &Several{House: &House{Bin: bin, State: filepath.Join(folder, "first"), Members: map[string]*Member{}, staff: browser.NewNetwork(250)}}
	if err := machine.Copy(s.State, f.State); err != nil {
		return nil, fmt.Errorf("copy instance: %w", err)
	}
	if _, err := Run(ctx, bin, "move", "--state", s.State, "--to-database", database, "--to-bucket", bucket); err != nil {
		return nil, err
	}
	for _, name := range []string{"klankbord.db", "klankbord.db-wal", "klankbord.db-shm", "blobs"} {
		if err := os.RemoveAll(filepath.Join(s.State, name)); err != nil {
			return nil, fmt.Errorf("remove what was moved from: %w", err)
		}
	}
	if s.Post, err = newPost(ctx); err != nil {
		return nil, err
	}
	s.extra = []string{
		"--database", database, "--bucket", bucket, "--log-level", "error", "--undo", "0s", "--drain", "300ms",
		"--trusted-proxy", "127.0.0.0/8", "--smtp-server", s.Post.address, "--smtp-security", "none",
	}
	s.each = make([]*process, n)
	for i := range n {
		at, err := freePort(ctx)
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		state := filepath.Join(folder, fmt.Sprint("machine-", i))
		if err := machine.Copy(state, s.State); err != nil {
			return nil, errors.Join(fmt.Errorf("copy state folder: %w", err), s.Close())
		}
		s.at, s.state = append(s.at, at), append(s.state, state)
	}
	s.State = s.state[0]
	if s.Proxy, err = newProxy(ctx, s.at); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.Site = s.Proxy.Site
	s.extra = append(s.extra, "--base-url", s.Site)
	for i := range n {
		if err := s.StartOne(ctx, i); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	for email, l := range f.Logins {
		b, err := browser.New(s.staff, s.Site)
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		s.Members[email] = &Member{Browser: b, login: l}
	}
	return s, nil
}

// StartOne starts a process and waits until the proxy knows that it is ready.
func (s *Several) StartOne(ctx context.Context, i int) (err error) {
	s.each[i], err = start(ctx, nil, s.Bin, append([]string{"serve", "--state", s.state[i], "--listen", s.at[i]}, s.extra...)...)
	if err != nil {
		return err
	}
	return s.Proxy.await(ctx, i)
}

// StopOne asks a process to end and waits for it; what it told about errors is an error.
func (s *Several) StopOne(i int) error {
	err := s.each[i].stop()
	if said := s.each[i].said.String(); said != "" {
		err = errors.Join(err, fmt.Errorf("%w: it said %s", errProgram, said))
	}
	return err
}

// KillOne ends a process at once.
func (s *Several) KillOne(i int) { s.each[i].kill() }

// CPU is the processor time that all processes that run have used together.
func (s *Several) CPU() (all time.Duration, err error) {
	for _, p := range s.each {
		if p == nil || !p.alive() {
			continue
		}
		one, err := server.CPU(p.cmd.Process.Pid)
		if err != nil {
			return 0, err
		}
		all += one
	}
	return all, nil
}

// Verify lets one of them check the log, the rows and the sealed files.
func (s *Several) Verify(ctx context.Context, i int) error {
	out, err := Run(ctx, s.Bin, "log", "verify", "--state", s.state[i], s.extra[0], s.extra[1], s.extra[2], s.extra[3])
	if err != nil {
		return fmt.Errorf("machine %d: %w: %s", i, err, out)
	}
	return nil
}

// Close stops everything.
func (s *Several) Close() error {
	var errs []error
	for _, p := range s.each {
		if p != nil && p.alive() {
			errs = append(errs, p.stop())
		}
	}
	s.forgetLines()
	if s.Proxy != nil {
		errs = append(errs, s.Proxy.close())
	}
	return errors.Join(append(errs, s.Post.close())...)
}

// Post is a mail server that remembers what it took.
type Post struct {
	address string
	server  *smtp.Server
	serving sync.WaitGroup

	mu    sync.Mutex
	taken map[string][]string // recipients, by id of the mail, each as often as it came; guarded by mu
}

func newPost(ctx context.Context) (*Post, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("mail server: %w", err)
	}
	p := &Post{address: l.Addr().String(), taken: map[string][]string{}}
	p.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &counting{post: p}, nil }))
	p.server.Domain, p.server.ErrorLog = "localhost", silent{}
	p.serving.Go(func() { _ = p.server.Serve(l) }) // ends when closed
	return p, nil
}

func (p *Post) close() error {
	err := p.server.Close()
	p.serving.Wait()
	if errors.Is(err, smtp.ErrServerClosed) {
		return nil
	}
	return err
}

// To tells how many different mails a recipient got, and how many came more than once.
func (p *Post) To(address string) (mails, again int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, to := range p.taken {
		if !slices.Contains(to, address) {
			continue
		}
		mails++
		if len(to) > 1 {
			again++
		}
	}
	return mails, again
}

type silent struct{}

// Printf says nothing: that a program is killed while it sends is no news.
func (silent) Printf(string, ...any) {}

// Println says nothing.
func (silent) Println(...any) {}

// counting is a connection to Post.
type counting struct {
	taking
	post *Post
	to   []string
}

// Reset forgets a mail that was begun.
func (c *counting) Reset() { c.to = nil }

// Rcpt notes for whom it is.
func (c *counting) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.to = append(c.to, to)
	return nil
}

// Data takes the mail and counts it.
func (c *counting) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, m.Body); err != nil {
		return err
	}
	c.post.mu.Lock()
	defer c.post.mu.Unlock()
	id := m.Header.Get("Message-Id")
	c.post.taken[id] = append(c.post.taken[id], c.to...)
	return nil
}
