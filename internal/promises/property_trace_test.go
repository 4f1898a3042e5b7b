package promises_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/dialogue"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/staff"
)

// clobberFree makes Go overwrite what is freed (package runtime). Otherwise a new string may
// have old words in the few bytes behind its end, which nobody can reach and which a dump of
// the heap shows all the same.
const clobberFree = "clobberfree=1"

// PT6: a canary that is typed is found nowhere it was not typed: not in the database
// or its write-ahead log, the blobs, the temporary folder, the logs or the mails, at
// no moment of a complaint's way; and once everybody has left, nothing that the
// process holds on to contains it.
func TestPT6_CanaryIsFoundNowhere(t *testing.T) {
	if !strings.Contains(os.Getenv("GODEBUG"), clobberFree) {
		again := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run", "^"+t.Name()+"$")
		again.Env = append(os.Environ(), "GODEBUG="+clobberFree)
		if out, err := again.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	i, team := apptest.Staffed(t)
	member := i.Enrol(team.Manager, "Reading Member", staff.Assignment{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam})
	_, _, pages, err := i.Handlers()
	must(t, err)
	p := &traces{Instance: i, t: t, folders: []string{i.State, temp}}
	p.play(team, member, pages)
	p.live()
	if !p.walSeen {
		t.Error("the write-ahead log was never looked through")
	}
}

// traces plays a complaint and looks for what was typed after every step. It keeps
// the canaries disguised, so that it does not find its own.
type traces struct {
	*apptest.Instance
	t        *testing.T
	folders  []string
	disguise [][]byte
	walSeen  bool
}

// plant returns a word and remembers it, each byte turned round.
func (p *traces) plant(what string) string {
	w := []byte("Kanarie" + what + "Zq7x")
	p.disguise = append(p.disguise, flipped(w))
	return string(w)
}

func flipped(b []byte) []byte {
	out := make([]byte, len(b))
	for i := range b {
		out[i] = ^b[i]
	}
	return out
}

// found tells which canaries stand in b, in any case.
func (p *traces) found(b []byte) (words []string) {
	low := bytes.ToLower(b)
	for _, d := range p.disguise {
		if w := flipped(d); bytes.Contains(low, bytes.ToLower(w)) {
			words = append(words, string(w))
		}
	}
	return words
}

func (p *traces) step(what string) {
	p.t.Helper()
	letGo()
	for _, dir := range p.folders {
		must(p.t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			if os.IsNotExist(err) {
				return nil
			}
			p.walSeen = p.walSeen || strings.HasSuffix(path, "-wal") && len(b) > 1000
			for _, w := range p.found(append(b, path...)) {
				p.t.Errorf("%s: %s is found in %s", what, w, path)
			}
			return err
		}))
	}
	for _, w := range p.found([]byte(p.Log.String())) {
		p.t.Errorf("%s: %s is found in the logs", what, w)
	}
	for _, m := range p.Box.Mails() {
		encoded, err := m.Encode()
		must(p.t, err)
		for _, w := range p.found(append(encoded, m.Subject+m.Text...)) {
			p.t.Errorf("%s: %s is found in a mail", what, w)
		}
	}
}

// play takes a complaint from the first answer to the end, through the use cases and
// through the pages, and lets everybody leave.
func (p *traces) play(team apptest.Staff, member apptest.Enrolled, pages http.Handler) {
	a := apptest.StrictAnswers("theft")
	a[profile.FieldStory] = []string{p.plant("story") + " and enough words around it to be a real answer"}
	a[profile.FieldFirstName], a[profile.FieldLastName] = []string{p.plant("first")}, []string{p.plant("last")}
	a[profile.FieldPhone] = []string{"+32 2 555 01 02"}
	tok := p.Draft("nl", a, map[string]string{p.plant("filename") + ".txt": strings.Repeat(p.plant("content")+" ", 30_000)})
	p.step("a draft")
	code, _, err := p.Intake.KeepForLater(p.t.Context(), tok)
	must(p.t, err)
	p.disguise = append(p.disguise, flipped([]byte(code.Text())))
	p.step("a draft kept for later")
	r, err := p.Intake.Submit(p.t.Context(), tok, "")
	must(p.t, err)
	p.disguise = append(p.disguise, flipped([]byte(r.Code)), flipped([]byte(strings.ReplaceAll(r.Code, "-", ""))))
	p.step("a complaint")
	p.DeliverMail()
	p.Move(team.Manager, r.Number, casefile.StateTriage)
	p.Write(team.Manager, r.Number, casework.DraftNote, p.plant("note"))
	p.Write(team.Manager, r.Number, casework.DraftMessage, p.plant("message"))
	c := p.Case(team.HR, r.Number)
	_, err = p.Casework.SaveDraft(ctx, team.HR, r.Number, casework.Writing{Kind: casework.DraftNote, Was: casework.DraftNote, Seen: c.Seen, Text: p.plant("unsent"), Lang: lang.NL})
	must(p.t, err)
	must(p.t, p.Casework.OpenIdentity(ctx, team.Manager, r.Number, p.plant("purpose")))
	p.step("a case in hand")

	onDesk, mailbox := newVisitor(p.t, pages).signIn(p.Instance, member), newVisitor(p.t, pages).enter(r.Code)
	for _, path := range []string{"/desk", "/desk/case/" + string(r.Number), "/desk/case/" + string(r.Number) + "/file/" + c.Story.Files[0].ID} {
		if page := onDesk.get(path); page.status != 200 || len(p.found([]byte(page.body))) == 0 {
			p.t.Errorf("%s shows no canary (%d), so that nothing is proved", path, page.status)
		}
	}
	letGo()
	box := p.Enter(r.Code)
	send := func() dialogue.Sending { return dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number} }
	must(p.t, p.Dialogue.Reply(ctx, box, send(), lang.NL, p.plant("reply"), nil))
	if page := mailbox.get("/nl/mailbox/case"); len(p.found([]byte(page.body))) == 0 {
		p.t.Error("the mailbox shows no canary, so that nothing is proved")
	}
	p.Close(team.Manager, r.Number, p.plant("feedback"), p.plant("why"))
	p.DeliverMail()
	p.Sequence()
	p.step("a closed case")
	onDesk.post("/desk/signout", nil)
	mailbox.post("/nl/mailbox/leave", nil)
	must(p.t, p.Dialogue.SignOut(ctx, box))
	p.step("everybody has left")
}

// live looks through everything that the process can still reach. What it has let go
// may lie in its memory until that is used again: no test can promise more of Go.
func (p *traces) live() {
	p.t.Helper()
	held := []byte("Kanarie" + "held" + "Zq7x")
	dump := reachable(p.t)
	runtime.KeepAlive(held)
	if !contains(p.t, dump, held) {
		p.t.Fatal("a word that is held on to is not found, so that nothing is proved")
	}
	for _, d := range p.disguise {
		for _, w := range [][]byte{flipped(d), bytes.ToLower(flipped(d))} {
			if contains(p.t, dump, w) {
				p.t.Errorf("%s is still held on to after everybody has left", w)
			}
		}
	}
}

// letGo gives memory that is no longer used back to the system, so that what was in it
// does not lie in the room to spare of what is written next.
func letGo() { debug.FreeOSMemory() }

// reachable writes every object that is in use to a file.
func reachable(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "heap")
	f, err := os.Create(path)
	must(t, err)
	defer f.Close()
	for range 3 { // what pools keep lives for two collections
		runtime.GC()
	}
	debug.WriteHeapDump(f.Fd())
	return path
}

// contains looks for a word in a file, a part at a time.
func contains(t *testing.T, path string, w []byte) bool {
	t.Helper()
	f, err := os.Open(path)
	must(t, err)
	defer f.Close()
	buffer, kept := make([]byte, 1<<20), 0
	for {
		n, err := f.Read(buffer[kept:])
		if bytes.Contains(buffer[:kept+n], w) {
			return true
		}
		if errors.Is(err, io.EOF) {
			return false
		}
		must(t, err)
		end := kept + n
		kept = min(len(w), end)
		copy(buffer, buffer[end-kept:end])
	}
}
