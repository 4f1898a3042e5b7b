// Package fault carries the errors that a person may read: a kind, from which an
// edge derives its status, and a catalogue key, from which it takes the words.
// A fault never holds personal or sealed data beyond the named arguments, which
// are shown to the person who caused it and written nowhere.
package fault

import (
	"errors"
	"maps"
)

// Kind says what sort of answer a fault asks for.
type Kind string

// The kinds of fault.
const (
	Invalid     Kind = "invalid"     // what was sent cannot be accepted as it is
	NotFound    Kind = "not-found"   // does not exist, or is not yours to know
	Conflict    Kind = "conflict"    // something changed in the meantime
	Limit       Kind = "limit"       // too much or too often
	Unavailable Kind = "unavailable" // our own failure; nothing was accepted
	Denied      Kind = "denied"      // known to exist, but not allowed now
)

// Fault is an error with words for the person who meets it.
type Fault struct {
	Kind Kind
	Key  string            // catalogue key of the sentence
	Args map[string]string // placeholders of the sentence
}

// ErrNotFound is what everyone gets for a thing that does not exist or is not
// theirs to know; the two must look the same.
var ErrNotFound = New(NotFound, "error.not-found")

// ErrFull is what storing anything ends with when there is no room on the disk:
// nothing was accepted, and what was stored before can still be read.
var ErrFull = New(Unavailable, "error.disk-full")

// ErrDown is what storing or reading anything ends with when disk or database fail or
// are out of reach: nothing was accepted, and the same may succeed later.
var ErrDown = New(Unavailable, "error.storage-down")

// Unkept reports whether err says that nothing could be stored, for no fault of the
// person: what they typed is shown to them again.
func Unkept(err error) bool { return errors.Is(err, ErrFull) || errors.Is(err, ErrDown) }

// New makes a fault with the words of a catalogue key.
func New(kind Kind, key string) *Fault { return &Fault{Kind: kind, Key: key} }

// With returns a copy in which the placeholder name stands for value.
func (f *Fault) With(name, value string) *Fault {
	c := &Fault{Kind: f.Kind, Key: f.Key, Args: maps.Clone(f.Args)}
	if c.Args == nil {
		c.Args = map[string]string{}
	}
	c.Args[name] = value
	return c
}

// Error names kind and key; it is for logs and never for pages.
func (f *Fault) Error() string { return string(f.Kind) + ": " + f.Key }

// Is makes errors.Is hold between faults of the same kind and key.
func (f *Fault) Is(target error) bool {
	t, ok := target.(*Fault)
	return ok && t.Kind == f.Kind && t.Key == f.Key
}

// As finds the fault in err's chain.
func As(err error) (*Fault, bool) {
	var f *Fault
	ok := errors.As(err, &f)
	return f, ok
}
