package promises_test

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/cryptotest"

	"github.com/google/go-cmp/cmp"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/config"
	"klankbord/internal/dialogue"
	"klankbord/internal/lang"
	"klankbord/internal/staff"
	"klankbord/internal/store"
	"klankbord/internal/storetest"
)

// PT8: two runs with the same randomness and the same clock write the same bytes.
// What differed would be randomness from elsewhere, the machine's time, or an order
// that nobody decided.
func TestPT8_SameRandomnessWritesTheSameBytes(t *testing.T) {
	for _, name := range []string{"SQLite", "PostgreSQL"} {
		t.Run(name, func(t *testing.T) {
			var runs []map[string]string
			for _, run := range []string{"first", "second"} {
				t.Run(run, func(t *testing.T) {
					database := ""
					if name == "PostgreSQL" {
						database = storetest.PostgreSQL(t)
					}
					cryptotest.SetGlobalRandom(t, 20260302)
					runs = append(runs, playOnce(t, database))
				})
			}
			if len(runs) != 2 || len(runs[0]) < 40 {
				t.Fatal("the runs wrote too little to compare")
			}
			for _, what := range slices.Sorted(maps.Keys(runs[0])) {
				if diff := cmp.Diff(runs[0][what], runs[1][what]); diff != "" {
					t.Errorf("%s differs between two runs:\n%s", what, diff)
				}
			}
			if len(runs[0]) != len(runs[1]) {
				t.Errorf("%d and %d things were written", len(runs[0]), len(runs[1]))
			}
		})
	}
}

// playOnce plays what happens to a complaint and returns all that was written.
func playOnce(t *testing.T, database string) map[string]string {
	i, team := apptest.Staffed(t, func(c *config.Config, _ *app.Options) { c.Database = database })
	invited := i.Enrol(team.Manager, "Els Wouters", staff.Assignment{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam})
	r := i.Complain("nl", apptest.StrictAnswers("theft", "communication"), map[string]string{"proof.txt": strings.Repeat("proof ", 30_000)})
	i.Complain("fr", apptest.Answers("response-time"), nil)
	i.DeliverMail()
	i.Move(team.Manager, r.Number, casefile.StateTriage)
	i.Write(team.HR, r.Number, casework.DraftNote, "Let us ask the bookkeeper.")
	i.Write(team.Manager, r.Number, casework.DraftMessage, "Wij bekijken uw klacht.")
	must(t, i.Casework.OpenIdentity(ctx, team.Manager, r.Number, "to call back about the invoice"))
	tok := i.Enter(r.Code)
	must(t, i.Dialogue.Reply(ctx, tok, dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}, lang.NL, "Dank u.", nil))
	i.Move(team.HR, r.Number, casefile.StateDecision)
	i.Close(team.HR, r.Number, "Wij betaalden het terug.", "De factuur was fout.")
	i.DeliverMail()
	i.Sequence()
	must(t, i.SignIn.SignOut(ctx, invited.Session))
	written := dump(t, i)
	for n, m := range i.Box.Mails() {
		written[fmt.Sprintf("mail %03d", n)] = m.To + "\n" + m.Subject + "\n" + m.Text
	}
	return written
}

// dump reads every row of every table, and every file outside the database.
func dump(t *testing.T, i *apptest.Instance) map[string]string {
	t.Helper()
	out := map[string]string{}
	for table := range schema(t) {
		for n, line := range rowsOf(t, i, table) {
			out[fmt.Sprintf("row %03d of %s", n, table)] = line
		}
	}
	dumpFiles(t, i.State, out)
	return out
}

// rowsOf reads the rows of a table as lines, in order.
func rowsOf(t *testing.T, i *apptest.Instance, table string) (lines []string) {
	t.Helper()
	must(t, i.Store.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.Query("SELECT * FROM " + table)
		if err != nil {
			return err
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		for rows.Next() {
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for n := range values {
				into[n] = &values[n]
			}
			if err := rows.Scan(into...); err != nil {
				return err
			}
			line := ""
			for n, v := range values {
				if b, ok := v.([]byte); ok {
					v = fmt.Sprintf("%x", b)
				}
				line += fmt.Sprintf("%s=%v ", columns[n], v)
			}
			lines = append(lines, line)
		}
		return rows.Err()
	}))
	slices.Sort(lines)
	return lines
}

// dumpFiles adds the key files and the blobs. The database has been read row by row:
// where its pages lie is the engine's affair.
func dumpFiles(t *testing.T, state string, out map[string]string) {
	t.Helper()
	err := filepath.WalkDir(state, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(state, path)
		if err != nil || d.IsDir() || strings.HasPrefix(name, "klankbord.db") {
			return err
		}
		b, err := os.ReadFile(path)
		out["file "+name] = fmt.Sprintf("%x", b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
