// Package server runs the real program as a process of its own, on loopback, and
// reads from the kernel what it costs: CPU, memory. It ends only the process that it
// started, by its id, and waits for it. It fails when the program does not start,
// stops by itself or does not answer in time, with what it last said.
package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Program is the built program.
type Program struct{ path string }

// Build builds the program from the source tree at root into a folder.
func Build(ctx context.Context, root, folder string) (Program, error) {
	p := Program{filepath.Join(folder, "klankbord")}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", p.path, "./cmd/klankbord")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return p, fmt.Errorf("build: %w\n%s", err, out)
	}
	return p, nil
}

// Path is where the program lies.
func (p Program) Path() string { return p.path }

// Settings are the environment without anything that sets the program.
func Settings() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "KLANKBORD_") {
			env = append(env, v)
		}
	}
	return env
}

// Found runs `klankbord init` for a first member and returns the path at which that
// member enrols, as the command prints it.
func (p Program) Found(ctx context.Context, state, name, email string) (enrol string, err error) {
	cmd := exec.CommandContext(ctx, p.path, "init", "--open-at-once", "--state", state, "--name", name, "--email", email)
	cmd.Env = Settings()
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("init: %w", err)
	}
	for line := range strings.Lines(string(out)) {
		if _, path, ok := strings.Cut(strings.TrimSpace(line), "/desk/enrol/"); ok {
			return "/desk/enrol/" + path, nil
		}
	}
	return "", fmt.Errorf("init printed no link to enrol: %w", errStart)
}

var errStart = errors.New("the program did not start as it should")

// Server is a running program.
type Server struct {
	URL     string
	Began   time.Time // just before the process was started
	cmd     *exec.Cmd
	said    *Tail
	reading sync.WaitGroup
}

const patience = 30 * time.Second

// Start starts the program on the state folder and returns when it says that it
// serves. mail is where a mail server listens.
func (p Program) Start(ctx context.Context, state, mail string) (*Server, error) {
	return p.start(ctx, "--state", state, "--smtp-server", mail, "--smtp-security", "none")
}

// StartAll starts the program on the organisations in a folder.
func (p Program) StartAll(ctx context.Context, folder string) (*Server, error) {
	return p.start(ctx, "--organisations", folder)
}

func (p Program) start(ctx context.Context, settings ...string) (*Server, error) {
	s := &Server{said: &Tail{}}
	s.cmd = exec.Command(p.path, append([]string{"serve", "--listen", "127.0.0.1:0", "--log-level", "error"}, settings...)...)
	s.cmd.Env, s.cmd.Stderr = Settings(), s.said
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	s.Began = time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	serving := make(chan string, 1)
	s.reading.Go(func() {
		defer close(serving)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if _, at, ok := strings.Cut(lines.Text(), "Serving on "); ok {
				select {
				case serving <- at:
				default: // further addresses
				}
			}
		}
	})
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case s.URL = <-serving:
	case <-timeout.C:
	case <-ctx.Done():
	}
	if s.URL == "" {
		return nil, errors.Join(fmt.Errorf("%w: %s", errStart, s.said), s.Stop())
	}
	return s, nil
}

// Stop ends the process and waits for it; what it said about errors is an error.
func (s *Server) Stop() error {
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	kill := time.AfterFunc(patience, func() { _ = s.cmd.Process.Kill() })
	s.reading.Wait()
	err := s.cmd.Wait()
	if !kill.Stop() {
		err = errors.Join(err, fmt.Errorf("%w: had to be killed", errStart))
	}
	if said := s.said.String(); said != "" {
		err = errors.Join(err, fmt.Errorf("%w: it said %s", errStart, said))
	}
	return err
}
