// Package deploy_test looks at how Klankbord is installed and run: the unit of systemd and
// the Debian package.
package deploy_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

const unit = "klankbord.service"

// run runs a program that must be there, and wants it to succeed.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Fatalf("%s is missing; run: tools/install.sh", name)
	}
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// program builds the binary as it is shipped.
func program(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "klankbord")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "../cmd/klankbord")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bin
}

// unitOf is the unit with the program and the settings elsewhere, as a file.
func unitOf(t *testing.T, bin, settings string) string {
	t.Helper()
	text, err := os.ReadFile(unit)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer("/usr/bin/klankbord", bin, "/etc/klankbord/klankbord.json", settings, "\nDocumentation=file:/usr/share/doc/klankbord/README.md", "").Replace(string(text))
	at := filepath.Join(t.TempDir(), unit)
	if err := os.WriteFile(at, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	return at
}

func TestUnitIsRight(t *testing.T) {
	at := unitOf(t, program(t), "/etc/klankbord/klankbord.json")
	if out := run(t, "systemd-analyze", "verify", "--recursive-errors=no", at); strings.TrimSpace(out) != "" {
		t.Errorf("systemd says: %s", out)
	}
}

// The lower the exposure, the less a program that is taken over can reach.
func TestUnitConfinesTheProgram(t *testing.T) {
	at := unitOf(t, "/bin/true", "/etc/klankbord/klankbord.json")
	out := run(t, "systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=15", at)
	if !regexp.MustCompile(`Overall exposure level for klankbord.service: (0|1)\.\d`).MatchString(out) {
		t.Errorf("%s", out)
	}
}

// The unit's own command serves an instance, and ends well when it is told to.
func TestUnitsCommandServesAndStops(t *testing.T) {
	bin, dir := program(t), t.TempDir()
	settings, address := filepath.Join(dir, "klankbord.json"), free(t)
	text := fmt.Sprintf(`{"state": %q, "listen": %q, "base-url": "http://%s"}`, filepath.Join(dir, "state"), address, address)
	if err := os.WriteFile(settings, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, bin, "init", "--config", settings, "--name", "Nele Janssens", "--email", "nele@desk.example")
	whole, err := os.ReadFile(unitOf(t, bin, settings))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^ExecStart=(.+)$`).FindSubmatch(whole)
	if m == nil {
		t.Fatal("the unit starts nothing")
	}
	words := strings.Fields(string(m[1]))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitReady(t, "http://"+address+"/readyz", &said)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ended with %v: %s", err, said.String())
	}
}

func waitReady(t *testing.T, url string, said *bytes.Buffer) {
	t.Helper()
	for range 200 {
		r, err := http.Get(url)
		if err == nil {
			_ = r.Body.Close()
			if r.StatusCode == http.StatusNoContent {
				return
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("it was never ready: %s", said.String())
}

func free(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// One commit gives one package, byte by byte; it installs, serves and is removed, and
// leaves what an instance wrote.
func TestPackageIsTheSameTwiceAndInstalls(t *testing.T) {
	var sums []string
	var deb string
	for range 2 {
		deb = strings.TrimSpace(run(t, "../tools/package.sh", t.TempDir()))
		f, err := os.Open(deb)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.New()
		if _, err := io.Copy(sum, f); err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
		sums = append(sums, fmt.Sprintf("%x", sum.Sum(nil)))
	}
	if sums[0] != sums[1] {
		t.Errorf("built twice: %s and %s", sums[0], sums[1])
	}
	root := t.TempDir()
	for _, dir := range []string{"var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/klankbord"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"status", "available"} {
		if err := os.WriteFile(filepath.Join(root, "var/lib/dpkg", name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dpkg := []string{"--root=" + root, "--force-script-chrootless,depends,not-root", "--log=/dev/null"}
	run(t, "dpkg", append(dpkg, "-i", deb)...)
	installed := filepath.Join(root, "usr/bin/klankbord")
	if out := run(t, installed, "--help"); !strings.Contains(out, "serve") {
		t.Errorf("%s", out)
	}
	if out := run(t, "go", "version", "-m", installed); !strings.Contains(out, "vcs.revision=") {
		t.Errorf("the program does not know of which commit it is: %s", out)
	}
	if out, err := os.ReadFile(filepath.Join(root, "usr/share/doc/klankbord/sbom.cdx.json")); err != nil || !strings.Contains(string(out), `"pkg:golang/filippo.io/age@`) {
		t.Errorf("the list of parts: %v %s", err, out)
	}
	for name, mode := range map[string]os.FileMode{"usr/lib/systemd/system/" + unit: 0o644, "etc/klankbord/klankbord.json": 0o640} {
		if info, err := os.Stat(filepath.Join(root, name)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v %v", name, info, err)
		}
	}
	kept := filepath.Join(root, "var/lib/klankbord/klankbord.db")
	if err := os.WriteFile(kept, []byte("complaints"), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "dpkg", append(dpkg, "--purge", "klankbord")...)
	if _, err := os.Stat(installed); !os.IsNotExist(err) {
		t.Errorf("the program is still there: %v", err)
	}
	if _, err := os.Stat(kept); err != nil {
		t.Errorf("complaints went with the package: %v", err)
	}
}

// With the drop-in for ports below 1024 the unit may bind them and nothing more.
func TestDropInForPort443GivesOnePrivilege(t *testing.T) {
	at := unitOf(t, "/bin/true", "/etc/klankbord/klankbord.json")
	text, err := os.ReadFile("port-443.conf")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(at+".d", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(at+".d", "port-443.conf"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	if out := run(t, "systemd-analyze", "verify", "--recursive-errors=no", at); strings.TrimSpace(out) != "" {
		t.Errorf("systemd says: %s", out)
	}
	out := run(t, "systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=20", at)
	if !regexp.MustCompile(`Overall exposure level for klankbord.service: (0|1)\.\d`).MatchString(out) {
		t.Errorf("%s", out)
	}
	if !regexp.MustCompile(`✗ [^\n]*CAP_NET_\(BIND_SERVICE`).MatchString(out) || !regexp.MustCompile(`✓ [^\n]*CAP_SYS_ADMIN`).MatchString(out) {
		t.Errorf("not that privilege alone: %s", out)
	}
}
