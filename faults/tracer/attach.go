package tracer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"
)

// order is what a tracing process is told.
type order struct {
	PID    int    `json:"pid"`
	Folder string `json:"folder"`
	Strike Strike `json:"strike"`
}

// event is what it tells.
type event struct {
	Attached bool   `json:"attached,omitempty"`
	Call     *Call  `json:"call,omitempty"`
	Struck   *Call  `json:"struck,omitempty"`
	Again    string `json:"again,omitempty"`
	Wrong    string `json:"wrong,omitempty"`
}

// Serve is the tracing process: it reads an order, does it until the input ends, and
// writes what it sees. It is a process of its own, because the kernel mixes up what a
// process waits for as a tracer and what it waits for as a parent.
func Serve(in io.Reader, out io.Writer) error {
	var o order
	lines := json.NewDecoder(in)
	if err := lines.Decode(&o); err != nil {
		return fmt.Errorf("read order: %w", err)
	}
	until := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, in) // until whoever gave the order closes it
		close(until)
	}()
	write := json.NewEncoder(out)
	var told error // that nobody listens any more; then the input ends too
	err := follow(o, until, func(e event) { told = errors.Join(told, write.Encode(e)) })
	if err != nil {
		told = errors.Join(told, write.Encode(event{Wrong: err.Error()}))
	}
	return errors.Join(err, told)
}

// Tracer is attached to a process until Detach.
type Tracer struct {
	cmd      *exec.Cmd
	order    io.WriteCloser
	attached chan error
	said     bytes.Buffer
	reading  sync.WaitGroup

	mu     sync.Mutex
	record Record // guarded by mu
	wrong  string // guarded by mu
}

// patience is how long a tracer may take to attach or to let go.
const patience = 10 * time.Second

var errTracer = errors.New("the tracer does not answer")

// Attach begins to watch a process, all its threads and those it makes; it returns when
// every call from now on is seen. program and arguments start a process that calls
// Serve; folder is an absolute path without symbolic links.
func Attach(ctx context.Context, program []string, pid int, folder string, s Strike) (*Tracer, error) {
	t := &Tracer{cmd: exec.CommandContext(ctx, program[0], program[1:]...), attached: make(chan error, 1)}
	t.cmd.Stderr = &t.said
	out, err := t.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start tracer: %w", err)
	}
	if t.order, err = t.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("start tracer: %w", err)
	}
	if err := t.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start tracer: %w", err)
	}
	t.reading.Go(func() { t.read(out) })
	if err := json.NewEncoder(t.order).Encode(order{pid, folder, s}); err != nil {
		return nil, errors.Join(fmt.Errorf("start tracer: %w", err), t.end())
	}
	select {
	case err = <-t.attached:
	case <-time.After(patience):
		err = errTracer
	}
	if err != nil {
		return nil, errors.Join(err, t.end())
	}
	return t, nil
}

func (t *Tracer) read(out io.Reader) {
	lines := json.NewDecoder(out)
	for {
		var e event
		if err := lines.Decode(&e); err != nil {
			t.attach(errTracer)
			return
		}
		t.heard(e)
	}
}

func (t *Tracer) attach(err error) {
	select {
	case t.attached <- err:
	default: // it was said already
	}
}

func (t *Tracer) heard(e event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case e.Attached:
		t.attach(nil)
	case e.Call != nil:
		t.record.Calls = append(t.record.Calls, *e.Call)
	case e.Struck != nil:
		t.record.Struck = e.Struck
	case e.Again != "":
		t.record.Again = append(t.record.Again, e.Again)
	case e.Wrong != "":
		t.wrong = e.Wrong
		t.attach(fmt.Errorf("%w: %s", ErrUnable, e.Wrong))
	}
}

// Struck reports whether the strike has fallen.
func (t *Tracer) Struck() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.record.Struck != nil
}

// Seen is how many calls were seen so far.
func (t *Tracer) Seen() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.record.Calls)
}

// Detach lets the process go on alone, if it lives, and returns what was seen. A tracer
// that does not let go is ended, with which the kernel lets go.
func (t *Tracer) Detach() (Record, error) {
	err := t.end()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.wrong != "" {
		err = errors.Join(err, fmt.Errorf("%w: %s", ErrUnable, t.wrong))
	}
	return t.record, err
}

func (t *Tracer) end() error {
	_ = t.order.Close()
	kill := time.AfterFunc(patience, func() { _ = t.cmd.Process.Kill() })
	t.reading.Wait()
	err := t.cmd.Wait()
	if !kill.Stop() {
		return errTracer
	}
	if err != nil {
		return fmt.Errorf("%w: %w: %s", errTracer, err, t.said.String())
	}
	return nil
}
