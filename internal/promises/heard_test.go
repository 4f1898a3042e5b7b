package promises_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"klankbord/faults/trial"
)

// struckWhileSending kills and fails the real program while a complaint is sent, at a
// few of its system calls of each kind, and looks whether a power loss after the answer
// would take anything; `make faults` does so at every one of them.
func struckWhileSending(t *testing.T) {
	t.Helper()
	root, folder := "../..", t.TempDir()
	bin := filepath.Join(folder, "klankbord")
	build := exec.Command("go", "build", "-o", bin, "./cmd/klankbord")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v: %s", err, out)
	}
	sum, err := trial.Run(ctx, trial.Options{Root: root, Bin: bin, Folder: folder, Quick: true, Only: []string{"submit"}, Say: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	if sum.Lost > 0 || sum.Corrupt > 0 || sum.Acknowledged == 0 || sum.Runs < 20 {
		t.Error(sum)
	}
}
