package deploy_test

import (
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// instruction is a line of the Containerfile: what to do, and the rest.
type instruction struct{ what, rest string }

func containerfile(t *testing.T) (list []instruction) {
	t.Helper()
	text, err := os.ReadFile("Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		what, rest, _ := strings.Cut(line, " ")
		list = append(list, instruction{what, rest})
	}
	return list
}

// one is the rest of the only instruction of its sort.
func one(t *testing.T, list []instruction, what string) string {
	t.Helper()
	list = slices.DeleteFunc(slices.Clone(list), func(i instruction) bool { return i.what != what })
	if len(list) != 1 {
		t.Fatalf("%d times %s", len(list), what)
	}
	return list[0].rest
}

// copied is a file or folder that the image gets.
type copied struct{ from, to, owner, mode string }

func copies(t *testing.T, list []instruction) (all []copied) {
	t.Helper()
	shape := regexp.MustCompile(`^--chown=(\S+) --chmod=(\d+) (\S+) (/\S+)$`)
	for _, i := range list {
		if i.what != "COPY" {
			continue
		}
		m := shape.FindStringSubmatch(i.rest)
		if m == nil {
			t.Fatalf("COPY %s: want owner, mode, one source and a whole path", i.rest)
		}
		all = append(all, copied{m[3], m[4], m[1], m[2]})
	}
	return all
}

func TestContainerHoldsTheProgramAloneAndRunsWithoutPrivilege(t *testing.T) {
	list := containerfile(t)
	for _, i := range list {
		if !slices.Contains([]string{"FROM", "COPY", "ENV", "VOLUME", "EXPOSE", "USER", "HEALTHCHECK", "ENTRYPOINT", "CMD"}, i.what) {
			t.Errorf("%s %s: what is fetched or run while it is built is not what the commit says", i.what, i.rest)
		}
	}
	if from := one(t, list, "FROM"); from != "scratch" {
		t.Errorf("it begins with %s, which others made", from)
	}
	if user := one(t, list, "USER"); !regexp.MustCompile(`^[1-9]\d{3,}:[1-9]\d{3,}$`).MatchString(user) {
		t.Errorf("it runs as %s; want a number that is not root's", user)
	}
	state := one(t, list, "VOLUME")
	if env := one(t, list, "ENV"); !strings.Contains(env, "KLANKBORD_STATE="+state+" ") {
		t.Errorf("what it keeps goes to no volume: %s", env)
	}
	if start := one(t, list, "ENTRYPOINT"); start != `["/klankbord"]` {
		t.Errorf("it starts %s", start)
	}
	if ask := one(t, list, "HEALTHCHECK"); !strings.HasSuffix(ask, `CMD ["/klankbord", "ready"]`) {
		t.Errorf("whether it is well is asked by %s, which is not in it", ask)
	}
	for _, c := range copies(t, list) {
		writable := c.owner != "0:0" || c.mode != "0555" && c.mode != "0444"
		if (c.to == state) != writable {
			t.Errorf("%s belongs to %s with mode %s; the program may write to %s alone", c.to, c.owner, c.mode, state)
		}
	}
}

// imageRoot is a folder with everything that the image holds, as the Containerfile says.
func imageRoot(t *testing.T, list []instruction) string {
	t.Helper()
	files := filepath.Join(t.TempDir(), "files")
	run(t, "../tools/container.sh", "files", files)
	root := filepath.Join(t.TempDir(), "root")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range copies(t, list) {
		to := filepath.Join(root, c.to)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		run(t, "cp", "-r", filepath.Join(files, c.from), to)
		run(t, "chmod", c.mode, to)
		if os.Geteuid() == 0 {
			run(t, "chown", c.owner, to)
		}
	}
	return root
}

// What the image holds is enough to found an instance and serve it, for its user and with
// nothing else of the machine; whether it is well is asked by the program itself.
func TestWhatTheContainerHoldsServes(t *testing.T) {
	list := containerfile(t)
	root := imageRoot(t, list)
	program, err := elf.Open(filepath.Join(root, "klankbord"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = program.Close() }()
	if slices.ContainsFunc(program.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }) {
		t.Error("the program asks for a loader, which is not in the image")
	}
	if os.Geteuid() != 0 {
		t.Fatal("only root can enter a folder as if it were the whole machine; run: tools/test.sh ./deploy, as root")
	}
	address := free(t)
	env := append(strings.Fields(one(t, list, "ENV")), "KLANKBORD_LISTEN="+address, "KLANKBORD_BASE_URL=http://"+address)
	inside := func(ctx context.Context, args ...string) *exec.Cmd {
		cmd := exec.CommandContext(ctx, "/klankbord", args...)
		cmd.Env, cmd.Dir = env, "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
		return cmd
	}
	if out, err := inside(t.Context(), "ready").CombinedOutput(); err == nil || !strings.Contains(string(out), "ask whether it is ready") {
		t.Errorf("it is ready before it runs: %v %s", err, out)
	}
	if out, err := inside(t.Context(), "init", "--name", "Nele Janssens", "--email", "nele@desk.example").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	serve := inside(ctx, "serve")
	var said bytes.Buffer
	serve.Stdout, serve.Stderr = &said, &said
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	waitReady(t, "http://"+address+"/readyz", &said)
	if out, err := inside(t.Context(), "ready").CombinedOutput(); err != nil || string(out) != "ready\n" {
		t.Errorf("%v: %s", err, out)
	}
	if err := serve.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := serve.Wait(); err != nil {
		t.Errorf("it ended with %v: %s", err, said.String())
	}
	for _, dir := range []string{root, filepath.Join(root, "etc"), filepath.Join(root, "var/lib")} {
		if entries, err := os.ReadDir(dir); err != nil || len(entries) > 3 {
			t.Errorf("it left something in %s: %v %v", dir, entries, err)
		}
	}
}

// Where a builder works the image is built and looked at; where none does, make check says so
// loudly (tools/lint.sh runs tools/container.sh try), and nobody takes it for tried.
func TestContainerImageIsBuilt(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "../tools/container.sh")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 3 {
		return // the script has said so, and the linters of make check say it once more
	}
	words := strings.Fields(string(out))
	if err != nil || len(words) != 2 {
		t.Fatalf("%v: %s", err, out)
	}
	builder, image := words[0], words[1]
	t.Cleanup(func() { _ = exec.Command(builder, "rmi", image).Run() })
	inspect := []string{"inspect", image}
	if builder == "buildah" {
		inspect = []string{"inspect", "--type", "image", image}
	}
	about := run(t, builder, inspect...)
	for _, want := range []string{
		`"User": "65532:65532"`, `"/var/lib/klankbord": {}`, `"KLANKBORD_STATE=/var/lib/klankbord"`,
	} {
		if !strings.Contains(about, want) {
			t.Errorf("%s is not in what %s says of it", want, builder)
		}
	}
	if !regexp.MustCompile(`"Healthcheck": \{\s*"Test": \[\s*"CMD",\s*"/klankbord",\s*"ready"\s*\]`).MatchString(about) {
		t.Errorf("its health is not asked: %s", about)
	}
}
