//go:build !linux || !amd64

package tracer

// follow fails: this machine has none of what it needs.
func follow(order, <-chan struct{}, func(event)) error { return ErrUnable }
