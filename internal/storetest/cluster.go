package storetest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"klankbord/internal/ident"
)

var errNotInstalled = errors.New("PostgreSQL is not installed; run: make tools (or: apt-get install -y postgresql)")

// guard makes a cluster in the folder $1 with the programs in $2, serves it on port
// $3 and says "ready". When its input ends, because the process that started it
// closed it or is gone, it stops the server and removes the folder. Durability is
// off: a test's data is worth nothing.
const guard = `
trap '' INT TERM HUP
dir=$1 bin=$2 port=$3
end() { "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop; rm -rf "$dir"; }
{
	"$bin/initdb" -D "$dir/data" -U klankbord -A password --pwfile="$dir/password" -E UTF8 --locale=C --no-sync &&
	"$bin/pg_ctl" -D "$dir/data" -w -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c full_page_writes=off -c max_connections=200 -c shared_buffers=32MB" start
} >"$dir/log" 2>&1 </dev/null || { cat "$dir/log"; rm -rf "$dir"; exit 1; }
echo ready
while read -r _; do
	"$bin/pg_ctl" -D "$dir/data" -m immediate -w restart >"$dir/log" 2>&1 </dev/null || cat "$dir/log"
	echo ready
done
end >/dev/null 2>&1
`

// StartPostgres starts a private server on a free loopback port and returns its
// address. stop ends it; so does the end of this process, however it comes.
func StartPostgres(ctx context.Context) (dsn string, stop func() error, err error) {
	dsn, _, stop, err = StartPostgresToBreak(ctx)
	return dsn, stop, err
}

// StartPostgresToBreak is StartPostgres with a function that kills every process of the
// server at once and starts it again. It belongs to one goroutine.
func StartPostgresToBreak(ctx context.Context) (dsn string, again, stop func() error, err error) {
	bin, err := binaries()
	if err != nil {
		return "", nil, nil, err
	}
	owner, err := unprivileged()
	if err != nil {
		return "", nil, nil, err
	}
	dir, password, err := folder(owner)
	if err != nil {
		return "", nil, nil, err
	}
	port, err := freePort(ctx)
	if err != nil {
		return "", nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	cmd := exec.Command("/bin/sh", "-c", guard, "guard", dir, bin, port)
	cmd.Dir = dir
	// A group of its own, so that an interrupt at the terminal leaves it to clean up.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: owner, Setpgid: true}
	if again, stop, err = watch(cmd); err != nil {
		return "", nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	return fmt.Sprintf("postgres://klankbord:%s@127.0.0.1:%s/postgres?sslmode=disable", password, port), again, stop, nil
}

// watch starts the guard and waits until it says that the server is ready.
func watch(cmd *exec.Cmd) (again, stop func() error, err error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	said := bufio.NewReader(out)
	if line, _ := said.ReadString('\n'); line != "ready\n" {
		rest, _ := io.ReadAll(said)
		return nil, nil, fmt.Errorf("start PostgreSQL: %s%s (%w)", line, rest, errors.Join(in.Close(), cmd.Wait()))
	}
	again = func() error {
		if _, err := io.WriteString(in, "again\n"); err != nil {
			return err
		}
		if line, err := said.ReadString('\n'); line != "ready\n" {
			return fmt.Errorf("start PostgreSQL again: %s (%w)", line, err)
		}
		return nil
	}
	return again, func() error { return errors.Join(in.Close(), cmd.Wait()) }, nil
}

// binaries finds the newest installed version: Debian keeps it off the path.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/pg_ctl")
	if err != nil || len(found) == 0 {
		return "", errNotInstalled
	}
	newest, best := "", -1
	for _, ctl := range found {
		bin := filepath.Dir(ctl)
		version, err := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
		if err == nil && version > best {
			newest, best = bin, version
		}
	}
	if newest == "" {
		return "", errNotInstalled
	}
	return newest, nil
}

// unprivileged returns the user to run the server as where this process is root,
// which PostgreSQL refuses to be, and nil elsewhere.
func unprivileged() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil //nolint:nilnil // nil means: as we are
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, errNotInstalled
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(err1, err2); err != nil {
		return nil, fmt.Errorf("user postgres: %w", err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// folder makes the folder of the cluster, owned by whom it will run as, with the
// password of its superuser in it: the port is open to everyone on the machine.
func folder(owner *syscall.Credential) (dir, password string, err error) {
	if dir, err = os.MkdirTemp("", "klankbord-postgres-"); err != nil {
		return "", "", err
	}
	password = strings.ToLower(ident.New())
	file := filepath.Join(dir, "password")
	if err := os.WriteFile(file, []byte(password), 0o600); err != nil {
		return "", "", errors.Join(err, os.RemoveAll(dir))
	}
	if owner == nil {
		return dir, password, nil
	}
	err = errors.Join(os.Chown(file, int(owner.Uid), int(owner.Gid)), os.Chown(dir, int(owner.Uid), int(owner.Gid)))
	return dir, password, err
}

func freePort(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}
