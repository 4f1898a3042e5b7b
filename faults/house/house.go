// Package house is an instance that faults are tried on: the real program, served
// from a state folder of its own on loopback, with members at the desk and people who
// complain, each at a browser. It is started again after it was killed. It must never
// be pointed at a real instance; it ends only the process that it started. It fails
// when the program does not start, stops by itself or answers what nobody expects.
package house

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"klankbord/bench/browser"
	"klankbord/bench/fixture"
	"klankbord/bench/machine"
)

// House is one instance.
type House struct {
	Bin     string
	State   string // an absolute path without symbolic links
	Site    string
	Members map[string]*Member
	Mailbox *Mailbox // whose mail becomes cases
	Errors  *os.File // takes what the program tells about errors from the next start on; nil: see Said

	args    []string
	mail    *sink
	process *process
	network int // how many networks people sat in
	inside  int // how many people sit in the last of them
	people  *browser.Network
	staff   *browser.Network
	word    int
}

// Member is somebody at the desk.
type Member struct {
	*browser.Browser
	login *fixture.Login
}

// cases is how many the instance holds at first: enough that it is no empty one.
const cases = 12

// New copies a furnished instance into a folder and serves it.
func New(ctx context.Context, root, bin, folder string, say func(string, ...any), extra ...string) (_ *House, err error) {
	f, err := furnished(ctx, root, say)
	if err != nil {
		return nil, err
	}
	if folder, err = filepath.EvalSymlinks(folder); err != nil {
		return nil, fmt.Errorf("folder: %w", err)
	}
	h := &House{Bin: bin, State: filepath.Join(folder, "state"), Members: map[string]*Member{}, staff: browser.NewNetwork(250)}
	if err := machine.Copy(h.State, f.State); err != nil {
		return nil, fmt.Errorf("copy instance: %w", err)
	}
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	if h.mail, err = newSink(ctx); err != nil {
		return nil, err
	}
	if h.Mailbox, err = newMailbox(ctx, folder); err != nil {
		return nil, errors.Join(err, h.mail.close())
	}
	h.Site = "http://" + port
	h.args = append([]string{
		"serve", "--state", h.State, "--listen", port, "--log-level", "error", "--undo", "0s",
		"--smtp-server", h.mail.address, "--smtp-security", "none", "--mailbox", h.Mailbox.setting,
	}, extra...)
	if err := h.Start(ctx); err != nil {
		return nil, errors.Join(err, h.mail.close(), h.Mailbox.close())
	}
	for email, l := range f.Logins {
		b, err := browser.New(h.staff, h.Site)
		if err != nil {
			return nil, errors.Join(err, h.Close())
		}
		h.Members[email] = &Member{Browser: b, login: l}
	}
	return h, nil
}

// building keeps two houses from building the same instance at once.
var building sync.Mutex

// furnished is an instance with members and a few cases, built once and kept apart from
// those of the benchmarks, which would be thrown away where formats differ.
func furnished(ctx context.Context, root string, say func(string, ...any)) (f *fixture.Fixture, err error) {
	building.Lock()
	defer building.Unlock()
	const name = "XDG_CACHE_HOME"
	before, was := os.LookupEnv(name)
	apart, err := filepath.Abs(filepath.Join(root, "build", "faults-cache"))
	if err != nil {
		return nil, fmt.Errorf("find cache: %w", err)
	}
	defer func() {
		if was {
			err = errors.Join(err, os.Setenv(name, before))
		} else {
			err = errors.Join(err, os.Unsetenv(name))
		}
	}()
	if err := os.Setenv(name, apart); err != nil {
		return nil, fmt.Errorf("find cache: %w", err)
	}
	return fixture.Load(ctx, root, cases, say)
}

func freePort(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// Start serves the instance; it does nothing when it is served already.
func (h *House) Start(ctx context.Context) (err error) {
	if h.Alive() {
		return nil
	}
	h.forgetLines()
	if h.process != nil {
		if err := h.EndLeases(ctx); err != nil {
			return err
		}
	}
	h.process, err = start(ctx, h.Errors, h.Bin, h.args...)
	return err
}

// forgetLines closes connections that a dead process had open.
func (h *House) forgetLines() {
	h.staff.Close()
	if h.people != nil {
		h.people.Close()
	}
}

// Alive reports whether the program runs.
func (h *House) Alive() bool { return h.process != nil && h.process.alive() }

// PID is that of the running program.
func (h *House) PID() int { return h.process.cmd.Process.Pid }

// Gone waits until the program that was struck dead is gone.
func (h *House) Gone() error { return h.process.await(patience) }

// Said is the last that the program told about errors since it was asked before.
func (h *House) Said() string {
	defer h.process.said.Forget()
	return h.process.said.String()
}

// Stop stops serving.
func (h *House) Stop() error {
	if !h.Alive() {
		return nil
	}
	return h.process.stop()
}

// Close stops everything.
func (h *House) Close() error {
	err := h.Stop()
	h.forgetLines()
	return errors.Join(err, h.mail.close(), h.Mailbox.close())
}

// Verify lets the program check its own log and rows against it.
func (h *House) Verify(ctx context.Context) error {
	_, err := Run(ctx, h.Bin, "log", "verify", "--state", h.State)
	return err
}

// Word is one that nobody used before.
func (h *House) Word() string {
	h.word++
	return fmt.Sprintf("zeldzaam%dx%d", os.Getpid(), h.word)
}

// SignedIn is the browser of a member who is signed in.
func (h *House) SignedIn(ctx context.Context, email string) (*Member, error) {
	m := h.Members[email]
	if m.Cookie("kb-desk") != "" {
		return m, nil
	}
	page, err := m.Open(ctx, "/desk/signin")
	if err != nil {
		return nil, err
	}
	f, err := page.Form("password")
	if err != nil {
		return nil, err
	}
	if err := errors.Join(f.Fill("email", m.login.Email), f.Fill("password", m.login.Password)); err != nil {
		return nil, err
	}
	if page, err = m.Press(ctx, f, ""); err != nil {
		return nil, err
	}
	if f, err = page.Form("code"); err != nil {
		return nil, err
	}
	code, err := m.unused(ctx)
	if err != nil {
		return nil, err
	}
	if err := f.Fill("code", code); err != nil {
		return nil, err
	}
	if page, err = m.Press(ctx, f, ""); err != nil {
		return nil, err
	}
	return m, page.Expect("/desk")
}

// unused waits for a one-time password that was not used yet, a minute at most.
func (m *Member) unused(ctx context.Context) (string, error) {
	for {
		if code, ok := m.login.Code(time.Now()); ok {
			return code, nil
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(time.Second):
		}
	}
}
