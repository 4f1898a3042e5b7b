package promises_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"klankbord/internal/access"
	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/config"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/figures"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/storetest"
)

// PT2: after every step of a random history, who can open what is exactly who
// should, with nothing but a copy of the database and the secrets that each person
// holds or once held; and the desk shows each member exactly their cases.
func TestPT2_WhoCanOpenIsWhoShould(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		done := map[string]int{}
		if os.Getenv("KLANKBORD_OBSERVED") != "" { // the keys are looked at, see PT4; who can open is shown elsewhere
			playHistories(t, 4, 15, done, func(*life) string { return "" })
			return
		}
		for range 4 { // chance may leave an act out, but not for ever
			playHistories(t, 8, 20, done, func(*life) string { return "" })
			if len(done) == len((&history{}).acts()) {
				return
			}
		}
		t.Error("an act was never done")
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		playHistories(t, 3, 12, map[string]int{}, func(l *life) string { return storetest.PostgreSQL(l) })
	})
}

// playHistories plays n of them, each on a database of its own, and counts what was
// done.
func playHistories(t *testing.T, n, steps int, done map[string]int, database func(*life) string) {
	histories(t, n, steps)
	rapid.Check(t, func(rt *rapid.T) {
		inHistory(t, rt, func(l *life) {
			acts := counted(begin(l, database(l)).acts(), done)
			rt.Repeat(acts)
			rt.Repeat(rarely(acts))
		})
	})
	t.Logf("how often each act was done: %v", done)
}

// rarely are the acts that seldom fit, because another one comes before them.
func rarely(acts map[string]func(*rapid.T)) map[string]func(*rapid.T) {
	some := map[string]func(*rapid.T){}
	for _, name := range []string{"", "submit", "note", "close", "opening", "aside", "return", "renew", "restore", "leave", "erase"} {
		some[name] = acts[name]
	}
	return some
}

// counted counts how often each act was done, and not only drawn where it did not fit.
func counted(acts map[string]func(*rapid.T), done map[string]int) map[string]func(*rapid.T) {
	for name, act := range acts {
		acts[name] = func(t *rapid.T) {
			act(t)
			done[name]++
		}
	}
	return acts
}

// history is an instance, the model of it, and a burglar for every person.
type history struct {
	*apptest.Instance
	l *life
	*model
	burglars map[string]*burglar
	readers  map[caseID]map[string]bool // as they were at the last look
	erased   []*modelCase
	joined   int
	renewed  int
}

func begin(l *life, database string) *history {
	i, team := apptest.Staffed(l, func(c *config.Config, _ *app.Options) { c.Database = database })
	h := &history{Instance: i, l: l, model: &model{people: map[string]*colleague{}}, burglars: map[string]*burglar{}}
	h.colleague("manager", team.Manager, casefile.ComplaintsTeam, staff.IntegrityManager)
	h.colleague("hr", team.HR, casefile.ComplaintsTeam, staff.HumanResources)
	for n, actor := range team.Service {
		h.colleague(fmt.Sprint("service", n), actor, casefile.SupportersService, "")
	}
	h.colleague("alternative", team.Alternative, casefile.Alternative, "")
	h.colleague("auditor", team.Auditor, "", "")
	h.burglar(recoveryPerson, i.Founded.Recovery.Keys(i.Instance()))
	h.burglar("a stranger", seal.NewMemberSecret().Keys())
	return h
}

func (h *history) colleague(name string, actor access.Actor, team casefile.Team, f staff.Function) {
	p := &colleague{name: name, actor: actor, function: f}
	if team != "" {
		p.teams = []casefile.Team{team}
	}
	h.people[name] = p
	h.burglar(name, actor.Keys)
}

func (h *history) burglar(name string, keys *seal.Keys) {
	h.burglars[name] = &burglar{keys: keys, loot: map[place]*seal.CaseKeys{}}
}

// acts is what may happen; the empty name is looked at after each.
func (h *history) acts() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"":        h.check,
		"submit":  h.submit,
		"read":    h.read,
		"note":    func(t *rapid.T) { h.write(t, casework.DraftNote) },
		"message": func(t *rapid.T) { h.write(t, casework.DraftMessage) },
		"reply":   h.reply,
		"contact": h.changeContact,
		"opening": h.openIdentity,
		"unsent":  h.leaveUnsent,
		"assign":  h.assign,
		"close":   h.closeCase,
		"join":    h.join,
		"aside":   h.stepAside,
		"exclude": h.exclude,
		"add":     h.addReader,
		"return":  h.letBackIn,
		"move":    h.move,
		"leave":   h.leave,
		"renew":   h.renewKeys,
		"restore": h.restore,
		"erase":   h.erase,
		"restart": func(*rapid.T) { h.Reopen() },
	}
}

// check compares everyone with the model.
func (h *history) check(t *rapid.T) {
	c, err := copyOf(h.Instance)
	if err != nil {
		t.Fatal(err)
	}
	h.seen(c, h.readers)
	h.readers = map[caseID]map[string]bool{}
	for _, m := range h.cases {
		h.readers[m.id] = maps.Clone(m.readers)
	}
	for name, b := range h.burglars {
		opened := map[string]bool{}
		for what := range c.read(b.open(c)) {
			opened[what] = true
		}
		if diff := cmp.Diff(h.now(name, c), opened); diff != "" {
			t.Fatalf("%s can open other things than they should (-should +can):\n%s", name, diff)
		}
		may, read := h.may(name, c), c.read(b.loot)
		for what := range read {
			if !may[what] {
				t.Fatalf("%s opens %s with what they once had", name, what)
			}
		}
		h.unnamed(t, name, read)
	}
	h.checkDesk(t)
}

// unnamed makes sure that where the identity is sealed apart nothing else that a
// member opens tells who complains.
func (h *history) unnamed(t *rapid.T, who string, read map[string]string) {
	if h.people[who] == nil {
		return // the recovery key and the complainant
	}
	for what, text := range read {
		for _, c := range h.cases {
			if c.apart && !c.knew(who) && strings.Contains(strings.ToLower(text), strings.ToLower(c.name)) {
				t.Fatalf("%s reads in %s who complains in %s", who, what, c.number)
			}
		}
	}
}

// checkDesk asks the desk itself what it shows to whom.
func (h *history) checkDesk(t *rapid.T) {
	_, missing := h.Casework.Case(ctx, h.people["auditor"].actor, "KB-0000-00")
	h.gone(t, missing)
	for _, name := range h.names() {
		mine := 0
		for _, c := range h.cases {
			got, err := h.Casework.Case(ctx, h.people[name].actor, c.number)
			switch {
			case c.readers[name]:
				mine++
				if err != nil || got.Damaged || got.Story == nil {
					t.Fatalf("%s should read %s: %v", name, c.number, err)
				}
			case !errors.Is(err, fault.ErrNotFound) || err.Error() != missing.Error():
				t.Fatalf("%s asks for %s: %v; a case that does not exist answers %v", name, c.number, err, missing)
			}
		}
		list, err := h.Casework.Inbox(ctx, h.people[name].actor, casework.Filter{View: casework.ViewAll, Page: 1})
		if err != nil || list.Total != mine || len(list.Rows) != mine {
			t.Fatalf("%s is shown %d cases, should be shown %d: %v", name, list.Total, mine, err)
		}
	}
	h.checkFigures(t, rapid.SampledFrom(h.names()).Draw(t, "who counts"))
	if rapid.Bool().Draw(t, "the log takes its lines") {
		h.Sequence()
	}
}

// checkFigures asks twice what somebody counts: in a session that counted after every step
// before, and in one that never did.
func (h *history) checkFigures(t *rapid.T, name string) {
	month := figures.MonthIn(h.Store.Now(), h.Casework.Calendar.Location)
	what := casework.NumbersFilter{Period: figures.Period{From: month - 2, To: month}, For: figures.Team}
	lasting, first := h.people[name].actor, h.people[name].actor
	lasting.Session, first.Session = "of "+name, ""
	before, failed := h.Casework.Numbers(ctx, lasting, what)
	now, err := h.Casework.Numbers(ctx, first, what)
	if fmt.Sprint(failed) != fmt.Sprint(err) {
		t.Fatalf("%s counts with %v, and anew with %v", name, failed, err)
	}
	if err != nil {
		return
	}
	if diff := cmp.Diff(now.Figures, before.Figures, cmpopts.IgnoreUnexported(figures.Figure{}, figures.Value{})); diff != "" || now.Damaged != before.Damaged {
		t.Fatalf("%s counts other figures than they should (-anew +before), %d and %d damaged:\n%s", name, now.Damaged, before.Damaged, diff)
	}
}

func (h *history) submit(t *rapid.T) {
	topic := rapid.SampledFrom([]string{"theft", "corruption", "data-breach", "response-time", "communication"}).Draw(t, "topic")
	a, c := apptest.Answers(topic), &modelCase{team: casefile.SupportersService}
	var excluded []staff.Function
	if topic != "response-time" && topic != "communication" {
		c.apart, c.team = true, casefile.ComplaintsTeam
		a = apptest.StrictAnswers(topic)
		named := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"integrity-manager", "hr", "director"}), 0, 3, rapid.ID[string]).Draw(t, "about")
		if len(named) > 0 {
			a = apptest.With(a, profile.FieldConcerns, named...)
		}
		for _, n := range named {
			excluded, c.director = append(excluded, staff.Function(n)), c.director || n == "director"
		}
	}
	c.name = "Complainant" + strings.Repeat("xo", len(h.cases)+len(h.erased)+1) + "er"
	r := h.Complain("nl", apptest.With(a, profile.FieldLastName, c.name), nil)
	c.id, c.number, c.code = r.Case, r.Number, r.Code
	code, err := seal.ParseCode(r.Code)
	if err != nil {
		t.Fatal(err)
	}
	h.burglar(codePerson(r.Number), code.Keys(h.Instance.Instance()))
	h.founded(c, excluded...)
	h.DeliverMail()
}

// anyone who has not left, and anyCase, draw who does something, and where; whoever has no key must
// be refused.
func (h *history) anyone(t *rapid.T) (string, access.Actor) {
	var here []string
	for _, name := range h.names() {
		if !h.people[name].left {
			here = append(here, name)
		}
	}
	name := rapid.SampledFrom(here).Draw(t, "who")
	return name, h.people[name].actor
}

func (h *history) anyCase(t *rapid.T) *modelCase {
	if len(h.cases) == 0 {
		drawAgain(t, "no case yet")
	}
	return rapid.SampledFrom(h.cases).Draw(t, "case")
}

// which draws a case that fits, or skips the act where none does.
func (h *history) which(t *rapid.T, why string, fits func(*modelCase) bool) *modelCase {
	var list []*modelCase
	for _, c := range h.cases {
		if fits(c) {
			list = append(list, c)
		}
	}
	if len(list) == 0 {
		drawAgain(t, why)
	}
	return rapid.SampledFrom(list).Draw(t, "case")
}

// oneOf draws somebody of whom something is so, or skips the act.
func (h *history) oneOf(t *rapid.T, why string, is map[string]bool, but ...string) string {
	var list []string
	for _, name := range h.names() {
		if is[name] && !slices.Contains(but, name) {
			list = append(list, name)
		}
	}
	if len(list) == 0 {
		drawAgain(t, why)
	}
	return rapid.SampledFrom(list).Draw(t, "who")
}

// stillHere are those of them who have not left the desk.
func (h *history) stillHere(is map[string]bool) map[string]bool {
	here := maps.Clone(is)
	maps.DeleteFunc(here, func(name string, _ bool) bool { return h.people[name].left })
	return here
}

// some reports whether something is so of anybody.
func some(is map[string]bool) bool { return slices.Contains(slices.Collect(maps.Values(is)), true) }

// allowed compares whether something was done with whether it may be done.
func allowed(t *rapid.T, may bool, err error) {
	if may && err != nil {
		t.Fatalf("is refused: %v", err)
	}
	if !may && !errors.Is(err, fault.ErrNotFound) {
		t.Fatalf("answers %v, must answer like a case that does not exist", err)
	}
}

func (h *history) read(t *rapid.T) {
	c, who := h.anyCase(t), "" //nolint:wastedassign // drawn below
	who, actor := h.anyone(t)
	_, err := h.Casework.Case(ctx, actor, c.number)
	allowed(t, c.readers[who], err)
}

func (h *history) write(t *rapid.T, kind casework.DraftKind) {
	c := h.which(t, "closed", func(c *modelCase) bool { return !c.closed })
	who, actor := h.anyone(t)
	w := casework.Writing{Kind: kind, Was: kind, Text: "text of " + who, Lang: lang.NL}
	if c.readers[who] {
		w.Seen = h.Case(actor, c.number).Seen
	}
	d, err := h.Casework.SaveDraft(ctx, actor, c.number, w)
	allowed(t, c.readers[who], err)
	if err == nil {
		allowed(t, true, h.Casework.Send(ctx, actor, c.number, casework.Sending{Kind: kind, ID: d.ID, Revision: d.Revision, Seen: d.Seen}))
		h.wrote(c)
	}
}

func (h *history) reply(t *rapid.T) {
	c := h.anyCase(t)
	tok := h.Enter(c.code)
	allowed(t, true, h.Dialogue.Reply(ctx, tok, dialogue.Sending{Key: dialogue.NewKey(), Number: c.number}, lang.NL, "I have more to tell.", nil))
	c.loose = false
}

// changeContact gives another address, which members on strict routes may not read.
func (h *history) changeContact(t *rapid.T) {
	c := h.anyCase(t)
	tok := h.Enter(c.code)
	m, err := h.Dialogue.Mailbox(ctx, tok)
	if err != nil {
		t.Fatal(err)
	}
	email := fmt.Sprintf("%s%d@mail.example", c.name, rapid.IntRange(1, 9).Draw(t, "address"))
	answers := apptest.With(h.Dialogue.ContactAnswers(m), profile.FieldEmail, email)
	allowed(t, true, h.Dialogue.ChangeContact(ctx, tok, dialogue.Sending{Key: dialogue.NewKey(), Number: c.number}, answers))
	c.loose = false
}

// openIdentity opens who complains, on the running desk: what the member holds on to
// afterwards opens it no more than before.
func (h *history) openIdentity(t *rapid.T) {
	c := h.anyCase(t)
	who, actor := h.anyone(t)
	err := h.Casework.OpenIdentity(ctx, actor, c.number, "to call back about the invoice")
	allowed(t, c.readers[who], err)
}

// leaveUnsent begins a complaint in one browser and goes on in another.
func (h *history) leaveUnsent(t *rapid.T) {
	tok := h.Draft("nl", apptest.Answers("response-time"), nil)
	for range rapid.IntRange(0, 2).Draw(t, "resumed") {
		code, _, err := h.Intake.KeepForLater(ctx, tok)
		if err != nil {
			t.Fatal(err)
		}
		other := seal.NewToken()
		if err := h.Intake.Resume(ctx, other, code); err != nil {
			t.Fatal(err)
		}
		tok = other
	}
}

func (h *history) assign(t *rapid.T) {
	c := h.anyCase(t)
	who, actor := h.anyone(t)
	to, _ := h.anyone(t)
	revision := int64(0)
	if c.readers[who] {
		revision = h.Case(actor, c.number).Revision
	}
	err := h.Casework.Assign(ctx, actor, c.number, h.people[to].actor.Member, revision)
	if c.readers[who] && !c.readers[to] {
		if err == nil {
			t.Fatalf("the case was given to %s, who has no key to it", to)
		}
		return
	}
	allowed(t, c.readers[who], err)
}

func (h *history) closeCase(t *rapid.T) {
	c := h.which(t, "nothing to close", func(c *modelCase) bool { return !c.closed })
	_, actor := h.reader(t, c, "")
	h.Complete(actor, c.number, casefile.StateClosed)
	if err := h.TryClose(actor, c.number, casefile.OutcomeUpheld, "We paid it back.", "The amount was wrong."); err == nil {
		c.closed = true
		h.wrote(c)
	}
}

// join lets somebody in. They get no key to what was there before.
func (h *history) join(t *rapid.T) {
	team := rapid.SampledFrom([]casefile.Team{casefile.ComplaintsTeam, casefile.SupportersService}).Draw(t, "team")
	if h.joined == 3 {
		drawAgain(t, "enough colleagues")
	}
	h.joined++
	name := fmt.Sprint("newcomer", h.joined)
	actor := h.Join(name, staff.Assignment{Role: staff.RoleHandler, Team: team})
	h.colleague(name, actor, team, "")
}
