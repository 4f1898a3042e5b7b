//go:build !linux || !amd64

package tracer

// Tracer is attached to a process; here it never is.
type Tracer struct{}

// Attach fails: this machine has none of what it needs.
func Attach(int, string, Strike) (*Tracer, error) { return nil, ErrUnable }

// Detach is never reached.
func (*Tracer) Detach() (Record, error) { return Record{}, ErrUnable }

// Struck is never reached.
func (*Tracer) Struck() bool { return false }

// Seen is never reached.
func (*Tracer) Seen() int { return 0 }
