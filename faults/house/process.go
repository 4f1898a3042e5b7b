package house

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"klankbord/bench/server"
)

// patience is how long the program may take to start or to stop.
const patience = 30 * time.Second

var errProgram = errors.New("the program does not do as it should")

// process is the program while it serves.
type process struct {
	cmd   *exec.Cmd
	said  *server.Tail
	ended chan struct{} // closed when it is gone
}

// start starts the program and returns when it says that it serves. errs takes what it
// tells about errors; nil: that is kept.
func start(ctx context.Context, errs *os.File, bin string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(bin, args...), said: &server.Tail{}, ended: make(chan struct{})}
	p.cmd.Env, p.cmd.Stderr = server.Settings(), p.said
	if errs != nil {
		p.cmd.Stderr = errs
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	p.cmd.WaitDelay = time.Second
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	serving := make(chan bool, 1)
	go p.follow(out, serving)
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case ok := <-serving:
		if ok {
			return p, nil
		}
	case <-timeout.C:
	case <-ctx.Done():
	}
	p.kill()
	return nil, fmt.Errorf("%w: it does not start: %s", errProgram, p.said)
}

// follow reads what the process prints until it ends, and waits for it.
func (p *process) follow(out io.Reader, serving chan<- bool) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "Serving on ") {
			select {
			case serving <- true:
			default:
			}
		}
	}
	_ = p.cmd.Wait() // how it ended is asked for elsewhere, or known to who traced it
	close(p.ended)
	select {
	case serving <- false:
	default:
	}
}

// alive reports whether the process still runs.
func (p *process) alive() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// await waits for the process to be gone.
func (p *process) await(how time.Duration) error {
	t := time.NewTimer(how)
	defer t.Stop()
	select {
	case <-p.ended:
		return nil
	case <-t.C:
		return fmt.Errorf("%w: it does not end", errProgram)
	}
}

// kill ends the process at once.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	_ = p.await(patience)
}

// stop asks the process to end and waits for it.
func (p *process) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	if err := p.await(patience); err != nil {
		p.kill()
		return err
	}
	return nil
}
