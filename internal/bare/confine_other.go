//go:build !linux

package bare

import "errors"

// errUnbounded: elsewhere nothing bounds a child, so none reads a file.
var errUnbounded = errors.New("bare: this system cannot bound a process")

func confine() error { return errUnbounded }

func shut() error { return errUnbounded }
