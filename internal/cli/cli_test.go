package cli_test

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"klankbord/internal/cli"
	"klankbord/internal/clock"
	"klankbord/internal/sqldb"
	"klankbord/internal/store"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"klankbord": func() { os.Exit(cli.Main(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) },
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"sql": runSQL, "sequence": sequence, "keep": keep, "share": share,
		},
	})
}

func open(ts *testscript.TestScript, file string) *store.Store {
	db, err := sqldb.Open(context.Background(), "sqlite:"+ts.MkAbs(file))
	ts.Check(err)
	ts.Defer(func() { ts.Check(db.Close()) })
	s, err := store.Open(context.Background(), db, clock.System{})
	ts.Check(err)
	return s
}

// runSQL changes a database behind the program's back: sql FILE STATEMENT.
func runSQL(ts *testscript.TestScript, _ bool, args []string) {
	s := open(ts, args[0])
	ts.Check(s.Write(context.Background(), func(tx *store.Tx) error {
		n, err := tx.Exec(strings.Join(args[1:], " "))
		if err == nil && n == 0 {
			ts.Fatalf("the statement touched nothing")
		}
		return err
	}))
}

// sequence runs the instance until its log is signed: sequence STATE.
func sequence(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(cli.Sequence(context.Background(), ts.MkAbs(args[0])))
}

var codeShown = regexp.MustCompile(`(?m)^ +(([0-9A-Z]{4} - ){4,6}[0-9A-Z]{4})$`)

// keep writes the codes that were printed to a file: keep stdout FILE.
func keep(ts *testscript.TestScript, _ bool, args []string) {
	var lines []string
	for _, m := range codeShown.FindAllStringSubmatch(ts.ReadFile(args[0]), -1) {
		lines = append(lines, m[1])
	}
	if len(lines) == 0 {
		ts.Fatalf("no code was printed")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Join(lines, "\n")+"\n"), 0o600))
}

// share takes one share of three lines out of a file that keep wrote: share FILE
// NUMBER FILE.
func share(ts *testscript.TestScript, _ bool, args []string) {
	lines := strings.Split(ts.ReadFile(args[0]), "\n")
	n := int(args[1][0] - '1')
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(strings.Join(lines[3*n:3*n+3], "\n")+"\n\n"), 0o600))
}
