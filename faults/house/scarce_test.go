package house_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"klankbord/bench/fixture"
	"klankbord/faults/house"
	"klankbord/internal/storetest"
)

func itself(bin string) string { return bin }

// fillTo leaves so many bytes of a disk free.
func fillTo(t *testing.T, dir string, free uint64) {
	t.Helper()
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		t.Fatal(err)
	}
	have := s.Bavail * uint64(s.Bsize)
	if have < free {
		t.Fatalf("the disk has %d bytes free only", have)
	}
	if err := os.WriteFile(filepath.Join(dir, "filler"), make([]byte, have-free), 0o600); err != nil {
		t.Fatal(err)
	}
}

// How long the disk stays full; KLANKBORD_FULL makes it an hour.
func fullFor() time.Duration {
	if os.Getenv("KLANKBORD_FULL") != "" {
		return time.Hour
	}
	return 10 * time.Second
}

// begins is the status and the text of the first page of the form for somebody who comes now.
func begins(t *testing.T, h *house.House) (int, string) {
	t.Helper()
	p, err := h.Person()
	if err != nil {
		t.Fatal(err)
	}
	page, err := p.Open(t.Context(), "/nl/complaint/")
	if err != nil {
		t.Fatal(err)
	}
	return page.Status, page.Text()
}

// A disk that runs low and then full, for a while, and has room again: complaints are refused
// early and in words, who had begun is served from what is spared, the desk is read, and
// everything goes on without a restart.
func TestADiskThatStaysFullAndHasRoomAgain(t *testing.T) {
	disk := storetest.SmallDisk(t, 256<<20)
	h := newHouseIn(t, disk.Dir, itself, "--min-free-mb", "64")
	begun, later := ready(t, h), ready(t, h)
	desk, err := h.SignedIn(t.Context(), fixture.Reader)
	if err != nil {
		t.Fatal(err)
	}
	fillTo(t, disk.Dir, 32<<20) // less than is spared
	rounds := 0
	for until := time.Now().Add(fullFor()); time.Now().Before(until); time.Sleep(time.Second) {
		if status, text := begins(t, h); status != http.StatusServiceUnavailable || !strings.Contains(text, "Een nieuwe klacht beginnen kan nu niet") {
			t.Fatalf("round %d: beginning answers %d: %.300s", rounds, status, text)
		}
		if page, err := desk.Open(t.Context(), "/desk"); err != nil || page.Status != http.StatusOK || len(house.CasesOn(page)) == 0 {
			t.Fatalf("round %d: the desk is not readable: %v", rounds, err)
		}
		rounds++
	}
	arrives(t, h, begun)
	if rounds < 3 {
		t.Errorf("%d rounds only", rounds)
	}
	disk.Fill()
	for range 3 {
		if status, text := send(t, later); status != http.StatusServiceUnavailable || !strings.Contains(text, "Er is niets verstuurd") {
			t.Errorf("on a full disk sending answers %d: %.300s", status, text)
		}
	}
	if page, err := desk.Open(t.Context(), "/desk"); err != nil || page.Status != http.StatusOK && page.Status != http.StatusServiceUnavailable {
		t.Errorf("on a full disk the desk answers %v %v", page, err)
	}
	if !h.Alive() {
		t.Fatal("the program ended")
	}
	disk.Clear()
	arrives(t, h, later)
	if status, text := begins(t, h); status != http.StatusOK {
		t.Errorf("once there is room beginning answers %d: %.300s", status, text)
	}
	within(t, 20*time.Second, "the log is signed and agrees", func() bool { return h.Verify(t.Context()) == nil })
}

// remount makes a disk one that cannot be written, or can again.
func remount(t *testing.T, dir string, flags uintptr) {
	t.Helper()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|flags, ""); err != nil {
		t.Fatal(err)
	}
}

// On a disk that cannot be written nothing is served: a complaint could not be kept. What
// stands there is not harmed, and it starts once the disk can be written.
func TestOnADiskThatCannotBeWrittenNothingIsServed(t *testing.T) {
	disk := storetest.SmallDisk(t, 256<<20)
	h := newHouseIn(t, disk.Dir, itself, "--min-free-mb", "16")
	arrives(t, h, ready(t, h))
	if err := h.Stop(); err != nil {
		t.Fatal(err)
	}
	remount(t, disk.Dir, syscall.MS_RDONLY)
	out, err := house.Run(t.Context(), h.Bin, "serve", "--state", h.State, "--listen", "127.0.0.1:0")
	if err == nil || !strings.Contains(err.Error(), "this disk cannot be written") {
		t.Errorf("it says %v %s", err, out)
	}
	remount(t, disk.Dir, 0)
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	arrives(t, h, ready(t, h))
	if err := h.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// smallMemory starts the program in a group of its own that the kernel gives so many bytes of
// memory, with a little less told to the program.
func smallMemory(t *testing.T, bytes int) (by func(bin string) string, reached func() string) {
	t.Helper()
	group, limit, failed := filepath.Join("/sys/fs/cgroup", fmt.Sprint("klankbord-", os.Getpid())), "memory.max", "memory.events"
	if _, err := os.Stat("/sys/fs/cgroup/memory/memory.limit_in_bytes"); err == nil { // the older form
		group, limit, failed = filepath.Join("/sys/fs/cgroup/memory", filepath.Base(group)), "memory.limit_in_bytes", "memory.oom_control"
	}
	err := os.Mkdir(group, 0o755)
	if err == nil {
		err = os.WriteFile(filepath.Join(group, limit), []byte(fmt.Sprint(bytes)), 0o600)
	}
	if err != nil {
		t.Fatalf("a group of the kernel needs root, and memory among what it can limit: %v", err)
	}
	t.Cleanup(func() { within(t, 10*time.Second, "the group is gone", func() bool { return os.Remove(group) == nil }) })
	by = func(bin string) string {
		script := filepath.Join(t.TempDir(), "small")
		text := fmt.Sprintf("#!/bin/sh\necho $$ >%s/cgroup.procs && GOMEMLIMIT=%d exec %s \"$@\"\n", group, bytes*3/4, bin)
		if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
		return script
	}
	return by, func() string {
		text, err := os.ReadFile(filepath.Join(group, failed))
		return fmt.Sprint(string(text), err)
	}
}

// With 256 MB in all, files, sign-ins and complaints at once are served, if later, and the
// kernel does not end the program.
func TestLittleMemoryIsEnough(t *testing.T) {
	by, reached := smallMemory(t, 256<<20)
	h := newHouseIn(t, t.TempDir(), by)
	var people []*house.Person
	for n := range 8 {
		p, err := h.Person()
		if err != nil {
			t.Fatal(err)
		}
		p.File = strings.Repeat(fmt.Sprint("bewijs ", n), 1<<20) // 8 MB
		people = append(people, p)
	}
	var all sync.WaitGroup
	errs := make([]error, len(people)+10)
	for n, p := range people {
		all.Go(func() { errs[n] = p.FillIn(t.Context()) })
	}
	for n := range 10 {
		all.Go(func() { errs[len(people)+n] = guess(t, h, n) })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Errorf("%v; it said %s", err, h.Said())
	}
	if !h.Alive() {
		t.Fatalf("the program ended: %s", reached())
	}
	arrives(t, h, people[0])
}

// guess tries a wrong password, which takes 64 MB for a moment; that too many sign in is an
// answer as well.
func guess(t *testing.T, h *house.House, n int) error {
	p, err := h.Person()
	if err != nil {
		return err
	}
	page, err := p.Open(t.Context(), "/desk/signin")
	if err != nil {
		return err
	}
	f, err := page.Form("password")
	if err != nil {
		return err
	}
	if err := errors.Join(f.Fill("email", fmt.Sprint("guess", n, "@desk.example")), f.Fill("password", "a wrong sentence of words")); err != nil {
		return err
	}
	page, err = p.Press(t.Context(), f, "")
	if err == nil && (page.URL.Path == "/desk" || page.Status >= 500 && page.Status != http.StatusServiceUnavailable) {
		err = fmt.Errorf("a wrong password answers %d", page.Status)
	}
	return err
}
