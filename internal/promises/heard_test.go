package promises_test

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// struckWhileSending kills and fails the real program while a complaint is sent, at a
// few of its system calls of each kind, and looks whether a power loss after the answer
// would take anything; `make faults` does so at every one of them.
func struckWhileSending(t *testing.T) {
	t.Helper()
	const root = "../.."
	folder := t.TempDir()
	command := func(name string, args ...string) string {
		c := exec.Command(name, args...)
		c.Dir = root
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %v: %v: %s", name, args, err, out)
		}
		return string(out)
	}
	command("go", "build", "-o", folder+"/", "./cmd/klankbord", "./faults")
	out := command(filepath.Join(folder, "faults"), "-quick", "-only", "submit", "-bin", filepath.Join(folder, "klankbord"))
	var runs, acknowledged, lost, corrupt int
	last := out[strings.LastIndex(out, "faults: runs"):]
	if _, err := fmt.Sscanf(last, "faults: runs %d, acknowledged %d, lost %d, corrupt %d", &runs, &acknowledged, &lost, &corrupt); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if runs < 20 || acknowledged == 0 || lost > 0 || corrupt > 0 {
		t.Error(out)
	}
}
