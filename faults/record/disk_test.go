package record

import (
	"slices"
	"strings"
	"testing"
)

// recorded reads a record of strace, with the files that were there before.
func recorded(record string, there ...string) ([]string, bool) {
	r := &Recorder{folder: "/s", there: map[string]bool{"/s": true}}
	for _, name := range there {
		r.there[name] = true
	}
	return r.read([]byte(record), []string{"HTTP/1.1 303"})
}

const answer = `7 write(9<socket:[123]>, "HTTP/1.1 303 See Other\r\nCache-C"..., 700) = 700` + "\n"

func TestWhatAPowerLossWouldTake(t *testing.T) {
	for name, c := range map[string]struct {
		record string
		want   []string
	}{
		"a synced commit": {`7 pwrite64(4</s/a.db-wal>, "x"..., 24, 0) = 24
7 fdatasync(4</s/a.db-wal>) = 0
`, nil},
		"a commit that was not synced": {`7 pwrite64(4</s/a.db-wal>, "x"..., 24, 0) = 24
`, []string{"a.db-wal was written and not synced"}},
		"a sync that failed": {`7 pwrite64(4</s/a.db-wal>, "x"..., 24, 0) = 24
7 fsync(4</s/a.db-wal>) = -1 EIO (Input/output error)
`, []string{"a.db-wal was written and not synced"}},
		"a write while the sync lasts": {`7 pwrite64(4</s/a.db-wal>, "x"..., 24, 0) = 24
7 fdatasync(4</s/a.db-wal> <unfinished ...>
8 pwrite64(4</s/a.db-wal>, "y"..., 24, 24) = 24
7 <... fdatasync resumed>) = 0
`, []string{"a.db-wal was written and not synced"}},
		"a sync that has not come back": {`7 pwrite64(4</s/a.db-wal>, "x"..., 24, 0) = 24
8 fdatasync(4</s/a.db-wal> <unfinished ...>
`, []string{"a.db-wal was written and not synced"}},
		"a file renamed into a folder that was synced": {`7 openat(3</s/blobs>, "ab/n.part", O_WRONLY|O_CREAT|O_EXCL, 0600) = 5</s/blobs/ab/n.part>
7 write(5</s/blobs/ab/n.part>, "x"..., 24) = 24
7 fsync(5</s/blobs/ab/n.part>) = 0
7 renameat(3</s/blobs>, "ab/n.part", 3</s/blobs>, "ab/n") = 0
7 fsync(6</s/blobs/ab>) = 0
`, nil},
		"a file renamed into a folder that was not": {`7 openat(3</s/blobs>, "ab/n.part", O_WRONLY|O_CREAT|O_EXCL, 0600) = 5</s/blobs/ab/n.part>
7 write(5</s/blobs/ab/n.part>, "x"..., 24) = 24
7 fsync(5</s/blobs/ab/n.part>) = 0
7 renameat(3</s/blobs>, "ab/n.part", 3</s/blobs>, "ab/n") = 0
`, []string{"/blobs/ab/ has a new name and was not synced"}},
		"a folder synced before the rename": {`7 openat(3</s/blobs>, "ab/n.part", O_WRONLY|O_CREAT|O_EXCL, 0600) = 5</s/blobs/ab/n.part>
7 fsync(6</s/blobs/ab>) = 0
7 renameat(3</s/blobs>, "ab/n.part", 3</s/blobs>, "ab/n") = 0
`, []string{"/blobs/ab/ has a new name and was not synced"}},
		"the index of the log, which is made anew": {`7 ftruncate(4</s/a.db-shm>, 32768) = 0
`, nil},
		"files of others": {`7 write(4</tmp/x>, "x"..., 24) = 24
`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, answered := recorded(c.record+answer, "/s/a.db-wal")
			if !answered || !slices.Equal(got, c.want) {
				t.Errorf("answered %t, a power loss takes %s; want %s", answered, strings.Join(got, ", "), strings.Join(c.want, ", "))
			}
		})
	}
	if _, answered := recorded(strings.ReplaceAll(answer, "303", "503")); answered {
		t.Error("a refusal counts as an answer")
	}
	if _, answered := recorded(strings.ReplaceAll(answer, "socket:[123]", "/s/a.db")); answered {
		t.Error("what goes into a file counts as an answer")
	}
}
