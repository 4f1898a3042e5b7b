package bare

import (
	"io"
)

// command is the first word by which the program is told to be a child.
const command = "bare-copy"

// How a child ends.
const (
	exitMade = 0
	exitNone = 3 // no copy could be made
	exitCall = 2 // called with what it does not understand
)

// Asked reports whether the words of a command line ask for a child.
func Asked(args []string) bool { return len(args) == 2 && args[0] == command }

// Child reads a file from in and writes its copy to out, within the limits that it gives
// itself before it reads a byte, and returns the exit code of the process. It is the only
// thing that a process does which was Asked.
func Child(args []string, in io.Reader, out io.Writer) int {
	if !Asked(args) || !Can(args[1]) {
		return exitCall
	}
	if confine() != nil {
		return exitNone
	}
	b, err := io.ReadAll(io.LimitReader(in, MostBytes+1))
	if err != nil {
		return exitNone
	}
	if shut() != nil {
		return exitNone
	}
	made, err := strip(args[1], b)
	if err != nil {
		return exitNone
	}
	if _, err := out.Write(made); err != nil {
		return exitNone
	}
	return exitMade
}
