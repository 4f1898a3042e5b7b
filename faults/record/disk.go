package record

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// disk is what is known to lie on the disk, as far as a record was read.
type disk struct {
	folder string
	there  map[string]bool // names that exist
	step   int
	data   map[string]int    // files written to, and when last, since they were synced
	names  map[string]int    // folders in which a name is new, and since when
	begun  map[string]string // calls that were begun, by thread
	syncs  map[string]int    // when the sync that a thread waits for began
}

func newDisk(folder string, there map[string]bool) *disk {
	d := &disk{
		folder: folder, there: map[string]bool{}, data: map[string]int{}, names: map[string]int{},
		begun: map[string]string{}, syncs: map[string]int{},
	}
	for name := range there {
		d.there[name] = true
	}
	return d
}

// The lines of strace -f: a call that ended, that was begun, and that goes on.
var (
	lineCall    = regexp.MustCompile(`^(\d+)\s+(\w+)\((.*)$`)
	lineResumed = regexp.MustCompile(`^(\d+)\s+<\.\.\. (\w+) resumed>(.*)$`)
	fdPath      = regexp.MustCompile(`^(?:AT_FDCWD|-?\d+)<([^>]*)>`)
	quoted      = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
)

// line follows one line of the record; it returns true when that is the answer.
func (d *disk) line(line string, answers []string) bool {
	d.step++
	if m := lineResumed.FindStringSubmatch(line); m != nil {
		begun := d.begun[m[1]]
		delete(d.begun, m[1])
		if !failed(m[3]) {
			d.ended(m[1], m[2], begun+m[3])
		}
		return false
	}
	m := lineCall.FindStringSubmatch(line)
	if m == nil {
		return false
	}
	thread, name, args := m[1], m[2], m[3]
	rest, unfinished := strings.CutSuffix(args, " <unfinished ...>")
	if isAnswer(name, rest, answers) {
		return true
	}
	d.entered(thread, name, rest)
	switch {
	case unfinished:
		d.begun[thread] = rest
	case !failed(rest):
		d.ended(thread, name, rest)
	}
	return false
}

func failed(rest string) bool {
	at := strings.LastIndex(rest, ") = ")
	return at < 0 || strings.HasPrefix(strings.TrimSpace(rest[at+len(") = "):]), "-1")
}

func isAnswer(name, args string, answers []string) bool {
	if name != "write" && name != "writev" && name != "sendto" {
		return false
	}
	m := fdPath.FindStringSubmatch(args)
	if m == nil || !strings.HasPrefix(m[1], "socket:") && !strings.HasPrefix(m[1], "pipe:") {
		return false
	}
	text := quoted.FindStringSubmatch(args)
	return text != nil && slices.ContainsFunc(answers, func(a string) bool { return strings.Contains(text[1], a) })
}

// entered counts what a call changes from its beginning on: it may have happened.
func (d *disk) entered(thread, name, args string) {
	switch name {
	case "write", "pwrite64", "writev", "ftruncate":
		if path, ok := d.first(args); ok {
			d.data[path] = d.step
		}
	case "fsync", "fdatasync":
		d.syncs[thread] = d.step
	}
}

// ended counts what a call has changed once it came back.
func (d *disk) ended(thread, name, args string) {
	switch name {
	case "fsync", "fdatasync":
		if path, ok := d.first(args); ok {
			forget(d.data, path, d.syncs[thread])
			forget(d.names, path, d.syncs[thread])
		}
	case "openat":
		if path, ok := d.named(args, 0); ok && strings.Contains(args, "O_CREAT") && !d.there[path] {
			d.appears(path)
		}
	case "mkdir", "mkdirat":
		if path, ok := d.named(args, 0); ok {
			d.appears(path)
		}
	case "rename", "renameat", "renameat2":
		d.renamed(args)
	case "linkat":
		if path, ok := d.named(args, 1); ok {
			d.appears(path)
		}
	case "unlink", "unlinkat":
		if path, ok := d.named(args, 0); ok {
			delete(d.there, path)
			delete(d.data, path)
		}
	}
}

// forget drops what was changed before the sync began.
func forget(m map[string]int, path string, begun int) {
	if at, ok := m[path]; ok && at <= begun {
		delete(m, path)
	}
}

func (d *disk) appears(path string) {
	d.there[path] = true
	d.names[filepath.Dir(path)] = d.step
}

func (d *disk) renamed(args string) {
	from, ok := d.named(args, 0)
	to, also := d.named(args, 1)
	if !ok || !also {
		return
	}
	if at, dirty := d.data[from]; dirty {
		d.data[to] = at
		delete(d.data, from)
	}
	delete(d.there, from)
	d.appears(to)
}

// first is the file of the first argument, a descriptor.
func (d *disk) first(args string) (string, bool) {
	m := fdPath.FindStringSubmatch(args)
	if m == nil {
		return "", false
	}
	return d.ours(m[1])
}

var dirAndName = regexp.MustCompile(`(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"`)

// named is the n-th path among the arguments, from 0.
func (d *disk) named(args string, n int) (string, bool) {
	list := dirAndName.FindAllStringSubmatch(args, n+1)
	if len(list) <= n {
		return "", false
	}
	path := list[n][2]
	if !filepath.IsAbs(path) {
		path = filepath.Join(list[n][1], path)
	}
	return d.ours(path)
}

// ours reports whether a path lies in the folder; the index of the write-ahead log is
// made anew after a crash and need not be durable.
func (d *disk) ours(path string) (string, bool) {
	path = filepath.Clean(path)
	return path, (path == d.folder || strings.HasPrefix(path, d.folder+"/")) && !strings.HasSuffix(path, "-shm")
}

// unsynced lists what a power loss could take now.
func (d *disk) unsynced() []string {
	var list []string
	for path := range d.data {
		list = append(list, strings.TrimPrefix(path, d.folder+"/")+" was written and not synced")
	}
	for path := range d.names {
		list = append(list, strings.TrimPrefix(path, d.folder)+"/ has a new name and was not synced")
	}
	slices.Sort(list)
	return list
}
