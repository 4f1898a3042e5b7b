package cli_test

import (
	"context"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"klankbord/internal/apptest"
	"klankbord/internal/cli"
	"klankbord/internal/clock"
	"klankbord/internal/seal"
	"klankbord/internal/sqldb"
	"klankbord/internal/store"
	"klankbord/internal/storetest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"klankbord": func() { os.Exit(program()) },
	})
}

// program is the command as an operator runs it.
func program() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return cli.Main(ctx, os.Args[1:], os.Stdout, os.Stderr)
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"sql": runSQL, "sequence": sequence, "keep": keep, "share": share,
			"variable": variable, "keep-recipient": keepRecipient, "complain": complain, "replace": replace,
			"remove": remove, "enrol": enrol, "invite": invite, "leave": leave, "approve": approve, "logged": logged,
			"places": places(t), "served": isServed,
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

// places sets POSTGRES, BUCKET and OTHER to an empty database and two empty buckets.
func places(t *testing.T) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, _ []string) {
		ts.Setenv("POSTGRES", storetest.PostgreSQL(t))
		ts.Setenv("BUCKET", storetest.Bucket(t).Address(""))
		ts.Setenv("OTHER", storetest.Bucket(t).Address(""))
	}
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

// sequence runs the instance until its log is signed: sequence STATE [DATABASE [BUCKET]].
func sequence(ts *testscript.TestScript, _ bool, args []string) {
	at := append(args[1:len(args):len(args)], "", "")
	database := at[0]
	if file, ok := strings.CutPrefix(database, "sqlite:"); ok {
		database = "sqlite:" + ts.MkAbs(file)
	}
	ts.Check(cli.Sequence(context.Background(), ts.MkAbs(args[0]), database, at[1]))
}

// isServed waits until somebody says that they serve a database: served FILE.
func isServed(ts *testscript.TestScript, _ bool, args []string) {
	s := open(ts, args[0])
	for begun := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		var until time.Time
		ts.Check(s.Read(context.Background(), func(tx *store.Tx) (err error) {
			until, err = tx.ServedUntil()
			return err
		}))
		if until.After(time.Now()) {
			return
		}
		if time.Since(begun) > 20*time.Second {
			ts.Fatalf("nobody serves it")
		}
	}
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

// variable sets a variable to what a file holds: variable NAME FILE.
func variable(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile(args[1])))
}

// keepRecipient sets TO to the recipient that was printed: keep-recipient stdout.
func keepRecipient(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv("TO", regexp.MustCompile(`age1pq1[0-9a-z]+`).FindString(ts.ReadFile(args[0])))
}

// complain sends a complaint with a file and sets NUMBER: complain STATE.
func complain(ts *testscript.TestScript, _ bool, args []string) {
	ctx, tok := context.Background(), seal.NewToken()
	a, err := cli.Open(ctx, ts.MkAbs(args[0]))
	ts.Check(err)
	answers := apptest.StrictAnswers("theft")
	for _, step := range a.Profile.StepsFor(answers) {
		_, err := a.Intake.Save(ctx, tok, "en", step, answers)
		ts.Check(err)
	}
	_, err = a.Intake.AddFile(ctx, tok, "en", "list.txt", strings.NewReader("a,b,c"))
	ts.Check(err)
	r, err := a.Intake.Submit(ctx, tok, "")
	ts.Check(err)
	ts.Check(a.Close())
	ts.Setenv("NUMBER", string(r.Number))
}

// replace writes a file with the first place of a text exchanged, in which \n stands
// for the end of a line: replace FILE OLD NEW TO.
func replace(ts *testscript.TestScript, _ bool, args []string) {
	old, with := strings.ReplaceAll(args[1], `\n`, "\n"), strings.ReplaceAll(args[2], `\n`, "\n")
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, old) {
		ts.Fatalf("%s does not hold %q", args[0], old)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[3]), []byte(strings.Replace(text, old, with, 1)), 0o600))
}
