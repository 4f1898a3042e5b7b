package cli_test

import (
	"context"
	"errors"
	"os"
	"regexp"
	"strings"

	"github.com/pquerna/otp/totp"
	"github.com/rogpeppe/go-internal/testscript"

	"klankbord/internal/access"
	"klankbord/internal/app"
	"klankbord/internal/audit"
	"klankbord/internal/cli"
	"klankbord/internal/custody"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

const password = "five words make a sentence"

// on runs something on the instance of a state folder.
func on(ts *testscript.TestScript, state string, fn func(ctx context.Context, a *app.App)) {
	ctx := context.Background()
	a, err := cli.Open(ctx, ts.MkAbs(state))
	ts.Check(err)
	fn(ctx, a)
	ts.Check(a.Close())
}

var linkShown = regexp.MustCompile(`/desk/enrol/(\S+)`)

// enrol uses the link that init printed: enrol STATE FILE.
func enrol(ts *testscript.TestScript, _ bool, args []string) {
	m := linkShown.FindStringSubmatch(ts.ReadFile(args[1]))
	if m == nil {
		ts.Fatalf("no link was printed")
	}
	on(ts, args[0], func(ctx context.Context, a *app.App) { enters(ctx, ts, a, m[1]) })
}

func enters(ctx context.Context, ts *testscript.TestScript, a *app.App, link string) {
	tok, err := seal.ParseToken(link)
	ts.Check(err)
	start, err := a.SignIn.Enrol(ctx, tok, password)
	ts.Check(err)
	code, err := totp.GenerateCode(start.TOTPSecret, a.Now())
	ts.Check(err)
	_, _, err = a.SignIn.ConfirmTOTP(ctx, tok, code)
	ts.Check(err)
	_, err = a.Custody.Directory(ctx)
	ts.Check(err)
}

// first is the first active member.
func first(ctx context.Context, ts *testscript.TestScript, a *app.App) staff.Entry {
	dir, err := a.Custody.Directory(ctx)
	ts.Check(err)
	return dir.Active()[0]
}

// invite invites somebody in the first member's name, who enrols: invite STATE NAME
// TASK.
func invite(ts *testscript.TestScript, _ bool, args []string) {
	on(ts, args[0], func(ctx context.Context, a *app.App) {
		list, err := staff.ParseAssignments(args[2])
		ts.Check(err)
		by := first(ctx, ts, a)
		path, err := a.Setup.Invite(ctx, access.Actor{Member: by.ID, Entry: by}, setup.Person{
			Name: args[1], Email: "new@desk.example", Language: "nl", Assignments: list,
		})
		ts.Check(err)
		enters(ctx, ts, a, strings.TrimPrefix(path, "/desk/enrol/"))
	})
}

// leave takes the only member off the desk, whom nobody is left to sign for: leave
// STATE.
func leave(ts *testscript.TestScript, _ bool, args []string) {
	on(ts, args[0], func(ctx context.Context, a *app.App) {
		dir, err := a.Custody.Granting(ctx)
		ts.Check(err)
		statement, err := a.Custody.Compose(dir, staff.Change{Type: staff.Revoke, Member: first(ctx, ts, a).ID})
		ts.Check(err)
		event, err := a.Custody.Place(dir, statement, []staff.Signature{a.Custody.SignAsInstance(statement)})
		ts.Check(err)
		leaf := custody.Leaf(a.Store.Now(), custody.Event{Kind: audit.DirectoryEvent, Actor: custody.BySystem()})
		ts.Check(a.Store.Write(ctx, func(tx *store.Tx) error { return errors.Join(tx.InsertDirectoryEvent(event), tx.InsertLeaf(leaf)) }))
	})
}

// approve stands in for the change that waits: approve STATE REASON.
func approve(ts *testscript.TestScript, _ bool, args []string) {
	var id string
	on(ts, args[0], func(ctx context.Context, a *app.App) {
		list, err := a.Setup.OperatorChanges(ctx)
		ts.Check(err)
		if len(list) != 1 {
			ts.Fatalf("%d changes wait", len(list))
		}
		id = list[0].ID
	})
	ts.Check(ts.Exec("klankbord", "member", "approve", "--state", args[0], id, "--reason", args[1]))
}

// logged looks for a line of the log: logged STATE KIND WORDS.
func logged(ts *testscript.TestScript, _ bool, args []string) {
	on(ts, args[0], func(ctx context.Context, a *app.App) {
		var record []byte
		ts.Check(a.Store.Read(ctx, func(tx *store.Tx) error {
			return tx.QueryRow("SELECT record FROM log_leaf WHERE kind = $1", args[1]).Scan(&record)
		}))
		if !strings.Contains(string(record), args[2]) {
			ts.Fatalf("the line does not tell %q", args[2])
		}
	})
}

// remove deletes a file if it is there: remove FILE….
func remove(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		ts.Check(os.RemoveAll(ts.MkAbs(name)))
	}
}
