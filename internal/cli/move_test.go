package cli_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/cli"
	"klankbord/internal/config"
	"klankbord/internal/post"
	"klankbord/internal/storetest"
)

// An instance in use moves from SQLite and a folder to PostgreSQL and a bucket on a line that
// breaks; the second attempt goes on where the first was. Then cases open for the right
// people, and files download.
func TestAMovedInstanceOpensForTheRightPeople(t *testing.T) {
	i, team := apptest.Staffed(t)
	content := strings.Repeat("het bewijs ", 1<<20) // two parts
	var cases []casefile.Number
	for range 3 {
		cases = append(cases, i.Complain("nl", apptest.StrictAnswers("theft"), map[string]string{"bewijs.txt": content}).Number)
	}
	i.DeliverMail()
	i.Move(team.Manager, cases[0], casefile.StateTriage)
	i.Sequence()
	dsn, s := storetest.PostgreSQL(t), storetest.Bucket(t)
	line := storetest.NewWeakLine(t, s)
	move := []string{"move", "--state", i.State, "--to-database", dsn, "--to-bucket", s.Address(line.Host)}
	writes, seen := storetest.Method(http.MethodPut), 0
	line.Set(storetest.Fault{Hits: func(r *http.Request) bool {
		if writes(r) {
			seen++
		}
		return writes(r) && seen > 10 // each is asked about before and after; two of them try the bucket
	}, Before: storetest.Reset})
	if code, out, errOut := cli.Run(t.Context(), "", move...); code != 1 || !strings.Contains(errOut, "storage-down") {
		t.Errorf("on a line that breaks: exit %d %s%s", code, out, errOut)
	}
	line.Set(storetest.Fault{})
	code, out, errOut := cli.Run(t.Context(), "", move...)
	if code != 0 || !strings.Contains(out, "6 sealed files") || !strings.Contains(out, "; 3 were copied now") {
		t.Fatalf("exit %d %s%s", code, out, errOut)
	}
	again, err := app.Open(t.Context(), config.Config{State: i.State, Database: dsn, Bucket: s.Address(""), BaseURL: "https://desk.example", MaxFileMB: 100, SessionIdle: time.Hour}, app.Options{Clock: i.Clock, Transport: &post.Sink{}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	}()
	hr := team.HR
	hr.Session = "moved"
	for _, n := range cases {
		c, err := again.Casework.Case(t.Context(), hr, n)
		if err != nil || c.Damaged || c.Story == nil || len(c.Story.Files) != 1 {
			t.Fatalf("%s: %v %v", n, err, c)
		}
		f, err := again.Casework.Open(t.Context(), hr, n, c.Story.Files[0].ID, casework.Take{})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(f.Body); err != nil || string(got) != content {
			t.Errorf("%s: the file has %d bytes, %v", n, len(got), err)
		}
		if _, err := again.Casework.Case(t.Context(), team.Service[0], n); err == nil {
			t.Errorf("%s opens for a member of another team", n)
		}
	}
	if alarms := again.Custody.Alarms(); len(alarms) > 0 {
		t.Errorf("alarms after the move: %v", alarms)
	}
}
