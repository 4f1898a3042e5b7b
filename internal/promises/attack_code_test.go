package promises_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/seal"
)

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// lookupOf is where the database finds a code.
func lookupOf(t *testing.T, i *apptest.Instance, text string) string {
	t.Helper()
	code, err := seal.ParseCode(text)
	if err != nil {
		t.Fatal(err)
	}
	return code.LookupID(i.Instance(), "mailbox")
}

// AT9: whatever is done to the rows behind a code, it opens its own case or none.
func TestAT9_CodeOfOneCaseNeverOpensAnother(t *testing.T) {
	i, _ := apptest.Staffed(t)
	complaint := func(story string) *intake.Receipt {
		return i.Complain("nl", apptest.With(apptest.StrictAnswers("theft"), "story", story+" en dat was lang genoeg om te begrijpen."), nil)
	}
	a, b := complaint("Verhaal van A"), complaint("Verhaal van B")
	mine, theirs := lookupOf(t, i, a.Code), lookupOf(t, i, b.Code)
	for name, statements := range map[string][]string{
		"the look-up leads to the other case":     {"UPDATE code SET case_id = $2 WHERE lookup = $3"},
		"with a grant of its own case beside it":  {"UPDATE code SET case_id = $2 WHERE lookup = $3", "UPDATE case_grant SET case_id = $2, seq = 90 WHERE recipient_id = $3 AND case_id = $1"},
		"with the other's grant under its name":   {"UPDATE code SET case_id = $2 WHERE lookup = $3", "UPDATE case_grant SET recipient_id = $3 WHERE case_id = $2 AND recipient_id = $4"},
		"a collision: the other's row, its place": {"DELETE FROM code WHERE lookup = $3 AND case_id = $1", "INSERT INTO code SELECT $3, case_id, public_key, handed, created, stamp FROM code WHERE lookup = $4 AND case_id = $2"},
		"with everything that the other has":      {"DELETE FROM code WHERE lookup = $3 AND case_id = $1", "UPDATE code SET lookup = $3 WHERE lookup = $4 AND case_id = $2", "UPDATE case_grant SET recipient_id = $3 WHERE case_id = $2 AND recipient_id = $4"},
	} {
		t.Run(name, func(t *testing.T) {
			defer keep(t, i, "code")()
			defer keep(t, i, "case_grant")()
			for _, sql := range statements {
				// Every statement takes the four values, wherever it uses them.
				if behind(t, i.Store, sql+" AND $1 <> $2 AND $3 <> $4", string(a.Case), string(b.Case), mine, theirs) == 0 {
					t.Errorf("touched nothing: %s", sql)
				}
			}
			if tok, err := i.Dialogue.Enter(ctx, a.Code); err == nil {
				m, err := i.Dialogue.Mailbox(ctx, tok)
				if err == nil && m.Story != nil && strings.Contains(m.Story.Text, "Verhaal van B") || err == nil && m.Number == b.Number {
					t.Error("the code of A opens B")
				}
			} else if !errors.Is(err, dialogue.ErrCodeUnknown) {
				t.Errorf("it fails with %v", err)
			}
		})
	}
	for name, r := range map[string]*intake.Receipt{"A": a, "B": b} {
		m, err := i.Dialogue.Mailbox(ctx, i.Enter(r.Code))
		if err != nil || m.Damaged || !strings.Contains(m.Story.Text, "Verhaal van "+name) {
			t.Errorf("after everything was put back %s does not open: %v", name, err)
		}
	}
}

// AT9: a session of one mailbox, put on the case of another, is over.
func TestAT9_SessionOfOneMailboxNeverOpensAnother(t *testing.T) {
	i, _ := apptest.Staffed(t)
	a := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	b := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	in, other := i.Enter(a.Code), i.Enter(b.Code)
	for name, sql := range map[string]string{
		"the case of the other":      "UPDATE mailbox_session SET case_id = $1 WHERE id = $2 AND id <> $3",
		"what the other's row holds": "UPDATE mailbox_session SET case_id = $1, box = (SELECT box FROM mailbox_session WHERE id = $3) WHERE id = $2",
	} {
		restore := keep(t, i, "mailbox_session")
		if n := behind(t, i.Store, sql, string(b.Case), in.ID(), other.ID()); n != 1 {
			t.Fatalf("%s: %d rows", name, n)
		}
		if m, err := i.Dialogue.Mailbox(ctx, in); !errors.Is(err, dialogue.ErrNoSession) {
			t.Errorf("%s: %v, opened %v", name, err, m != nil)
		}
		restore()
	}
}

// AT9: a code is one code however it is typed, and what only looks like it is none.
func TestAT9_CodeIsReadInOneWayOnly(t *testing.T) {
	i, _ := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.Complain("nl", apptest.StrictAnswers("theft"), nil) // another that could be opened by mistake
	for name, typed := range map[string]string{
		"small letters":    strings.ToLower(r.Code),
		"without dashes":   strings.ReplaceAll(r.Code, "-", ""),
		"with spaces":      " " + strings.ReplaceAll(r.Code, "-", "\u00a0 ") + "\r\n",
		"O and I and L":    strings.NewReplacer("0", "o", "1", "L").Replace(r.Code),
		"long dashes":      strings.ReplaceAll(r.Code, "-", "–"),
		"small and folded": strings.ToLower(strings.NewReplacer("0", "O", "1", "I").Replace(r.Code)),
	} {
		tok, err := i.Dialogue.Enter(ctx, typed)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if n, err := i.Dialogue.Number(ctx, tok); err != nil || n != r.Number {
			t.Errorf("%s opens another case, %v", name, err)
		}
	}
	for name, change := range map[string]func(string) string{
		"full width":         wide,
		"a U":                func(s string) string { return "U" + s[1:] },
		"an Å for an A":      otherLetter("A", "Å"),
		"a Kelvin for a K":   otherLetter("K", "\u212A"),
		"a long s":           otherLetter("S", "\u017F"),
		"a dotless i":        otherLetter("1", "\u0131"),
		"a Cyrillic А":       otherLetter("A", "А"),
		"an Arabic one":      otherLetter("1", "\u0661"),
		"a sign that shifts": func(s string) string { return s[:10] + "\u200d" + s[10:] },
		"one symbol more":    func(s string) string { return s + "0" },
		"one symbol less":    func(s string) string { return s[:len(s)-1] },
		"twice":              func(s string) string { return s + s },
		"two changed places": swapped,
	} {
		if typed := change(r.Code); typed != r.Code {
			if _, err := i.Dialogue.Enter(ctx, typed); !errors.Is(err, dialogue.ErrCodeTypo) {
				t.Errorf("%s: %v, want a typing mistake", name, err)
			}
		}
	}
}

func otherLetter(old, with string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, with, 1) }
}

// wide writes a code in the full-width forms of East Asian type.
func wide(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' {
			return r
		}
		return r + 0xFEE0
	}, s)
}

// swapped exchanges two neighbours, as fingers do. Of all such pairs the check misses
// one in 4,096; one that it does not miss is taken.
func swapped(s string) string {
	for at := range len(s) - 1 {
		b := []byte(s)
		b[at], b[at+1] = b[at+1], b[at]
		if _, err := seal.ParseCode(string(b)); err != nil && b[at] != '-' && b[at+1] != '-' && b[at] != b[at+1] {
			return string(b)
		}
	}
	return s
}

// AT9: of a million random codes the check refuses all but one in 4,096, before the
// database is asked; those that are asked for open nothing.
func TestAT9_RandomCodesAreRefusedByTheirCheckAlone(t *testing.T) {
	i, _ := apptest.Staffed(t)
	i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	dead, cancel := context.WithCancel(ctx)
	cancel() // whoever asks the database under this gets another error than a typing mistake
	const tries = 1_000_000
	raw, typed := make([]byte, 28), make([]byte, 28)
	var passed []string
	for range tries {
		if _, err := rand.Read(raw); err != nil {
			t.Fatal(err)
		}
		for n, b := range raw {
			typed[n] = crockford[b&31]
		}
		switch _, err := i.Dialogue.Enter(dead, string(typed)); {
		case errors.Is(err, dialogue.ErrCodeTypo):
		case errors.Is(err, context.Canceled):
			passed = append(passed, string(typed))
		default:
			t.Fatalf("a random code: %v", err)
		}
	}
	// One in 4,096 of a million is 244; six times the deviation of 15.6 either way.
	if len(passed) < 150 || len(passed) > 340 {
		t.Errorf("%d of %d asked the database, want about %d", len(passed), tries, tries/4096)
	}
	for _, code := range passed {
		if _, err := i.Dialogue.Enter(ctx, code); !errors.Is(err, dialogue.ErrCodeUnknown) {
			t.Errorf("a random code that passed the check: %v", err)
		}
	}
}

// failure is a way to fail to open something, and what the person saw of it.
type failure struct {
	name string
	make func() // before; may be nil
	seen string // what came back
}

// alike fails unless every failure of a kind was seen as the same.
func alike(t *testing.T, kind string, list []failure) {
	t.Helper()
	if len(list) < 2 {
		t.Fatalf("%s: nothing to compare", kind)
	}
	for _, f := range list[1:] {
		if f.seen != list[0].seen {
			t.Errorf("%s: %s is seen as %.300q, %s as %.300q", kind, f.name, f.seen, list[0].name, list[0].seen)
		}
	}
}

// each makes every failure in turn, looks, and puts the tables back.
func each(t *testing.T, i *apptest.Instance, kind string, list []failure, tables []string, look func() string) {
	t.Helper()
	for n := range list {
		var restore []func()
		for _, table := range tables {
			restore = append(restore, keep(t, i, table))
		}
		if list[n].make != nil {
			list[n].make()
		}
		list[n].seen = look()
		for _, put := range restore {
			put()
		}
	}
	alike(t, kind, list)
}

// plain is an answer without what was typed into the form.
func (a answer) plain(typed ...string) string {
	body := a.body
	for _, s := range typed {
		body = strings.ReplaceAll(body, s, "…")
	}
	return fmt.Sprintf("%d %s %s", a.status, a.to, body)
}

// AT16: nobody learns from the answer why something does not open.
func TestAT16_EveryFailureToOpenLooksTheSame(t *testing.T) {
	i, team := apptest.Staffed(t)
	member := i.Enrol(team.Manager, "Wout Claes", team.HR.Entry.Assignments...)
	leaver := i.Enrol(team.Manager, "Ilse Nys", team.HR.Entry.Assignments...)
	_, _, pages, err := i.Handlers()
	if err != nil {
		t.Fatal(err)
	}
	r := i.Complain("nl", apptest.StrictAnswers("theft"), map[string]string{"a.txt": "inhoud"})
	change := func(sql string, args ...any) func() {
		return func() {
			if n := behind(t, i.Store, sql, args...); n == 0 {
				t.Fatalf("the statement touched nothing: %s", sql)
			}
		}
	}
	t.Run("a code", func(t *testing.T) {
		id, lookup := string(r.Case), lookupOf(t, i, r.Code)
		enter := func(code string) string {
			return newVisitor(t, pages).post("/nl/mailbox", url.Values{"code": {code}}).plain(code)
		}
		if a := enter(r.Code); !strings.HasPrefix(a, "303 ") {
			t.Fatalf("before the attack: %.40s", a)
		}
		unknown := failure{name: "a code that nobody has", seen: enter(seal.NewCode().Text())}
		list := []failure{
			{name: "the look-up is gone", make: change("DELETE FROM code WHERE lookup = $1", lookup)},
			{name: "the grant is gone", make: change("DELETE FROM case_grant WHERE recipient_id = $1", lookup)},
			{name: "the grant has another's stamp", make: change("UPDATE case_grant SET stamp = (SELECT stamp FROM case_grant WHERE recipient_kind = 'recovery' AND case_id = $1) WHERE recipient_id = $2", id, lookup)},
			{name: "the grant is another's", make: change("UPDATE case_grant SET box = (SELECT box FROM case_grant WHERE recipient_kind = 'recovery' AND case_id = $1) WHERE recipient_id = $2", id, lookup)},
			{name: "the keys are others", make: change("UPDATE case_key SET dialogue = identity WHERE case_id = $1", id)},
		}
		each(t, i, "a code", list, []string{"code", "case_grant", "case_key"}, func() string { return enter(r.Code) })
		alike(t, "a code", append(list, unknown))
	})
	t.Run("a grant", func(t *testing.T) {
		inside := newVisitor(t, pages).signIn(i, member)
		if a := inside.get("/desk/case/" + string(r.Number)); a.status != http.StatusOK {
			t.Fatalf("before the attack: %d", a.status)
		}
		mine := string(member.Member)
		show := func(n casefile.Number) string { return inside.copied().get("/desk/case/" + string(n)).plain(string(n)) }
		none := failure{name: "a case that does not exist", seen: show("KB-0000-00")}
		list := []failure{
			{name: "no grant", make: change("DELETE FROM case_grant WHERE recipient_id = $1", mine)},
			{name: "another's stamp", make: change("UPDATE case_grant SET stamp = (SELECT stamp FROM case_grant WHERE recipient_kind = 'recovery' AND case_id = $2) WHERE recipient_id = $1", mine, string(r.Case))},
			{name: "another's grant", make: change("UPDATE case_grant SET box = (SELECT box FROM case_grant WHERE recipient_kind = 'recovery' AND case_id = $2) WHERE recipient_id = $1", mine, string(r.Case))},
			{name: "cut off", make: change("UPDATE case_grant SET box = substr(box, 1, 40) WHERE recipient_id = $1", mine)},
		}
		for n := range list {
			first := list[n].make
			list[n].make = func() { behind(t, i.Store, "DELETE FROM keyring WHERE member_id = $1", mine); first() }
		}
		each(t, i, "a grant", list, []string{"case_grant", "keyring"}, func() string { return show(r.Number) })
		alike(t, "a grant", append(list, none))
	})
	t.Run("an entry", func(t *testing.T) {
		look := func() string {
			c := i.Case(team.Manager, r.Number)
			return fmt.Sprintf("%v %v", c.Damaged, c.Story == nil)
		}
		each(t, i, "an entry", []failure{
			{name: "another's content", make: change("UPDATE entry SET box = (SELECT box FROM entry WHERE kind = 'routing' AND case_id = $1) WHERE kind = 'story' AND case_id = $1", string(r.Case))},
			{name: "cut off", make: change("UPDATE entry SET box = substr(box, 1, 50) WHERE kind = 'story' AND case_id = $1", string(r.Case))},
			{name: "another's stamp", make: change("UPDATE entry SET stamp = (SELECT stamp FROM entry WHERE kind = 'routing' AND case_id = $1) WHERE kind = 'story' AND case_id = $1", string(r.Case))},
			{name: "an epoch that is none", make: change("UPDATE entry SET epoch = 7 WHERE kind = 'story' AND case_id = $1", string(r.Case))},
			{name: "gone", make: change("DELETE FROM entry WHERE kind = 'story' AND case_id = $1", string(r.Case))},
		}, []string{"entry"}, look)
		bad := []failure{}
		for _, id := range []string{"00000000000000000000000000", "x"} {
			_, err := i.Casework.Open(ctx, team.Manager, r.Number, id, casework.Take{Original: true})
			bad = append(bad, failure{name: "no file " + id, seen: said(err)})
		}
		file := i.Case(team.Manager, r.Number).Story.Files[0].ID
		restore := keep(t, i, "entry")
		change("UPDATE entry SET box = substr(box, 1, 50) WHERE id = $1", file)()
		_, err := i.Casework.Open(ctx, team.Manager, r.Number, file, casework.Take{Original: true})
		restore()
		alike(t, "a file", append(bad, failure{name: "a file that was cut off", seen: said(err)}))
	})
	t.Run("an envelope", func(t *testing.T) {
		behind(t, i.Store, "UPDATE member SET active = 0 WHERE id = $1", string(leaver.Member))
		sign := func(email, password string) string {
			return newVisitor(t, pages).post("/desk/signin", url.Values{"email": {email}, "password": {password}}).plain(email)
		}
		if a := sign(member.Email, apptest.Password); !strings.HasPrefix(a, "303 ") {
			t.Fatalf("before the attack: %.40s", a)
		}
		with := func(sql string) func() { return change(sql, string(member.Member)) }
		list := []failure{
			{name: "changed", make: with("UPDATE envelope SET salt = box WHERE member_id = $1 AND kind = 'password'")},
			{name: "weakened", make: with("UPDATE envelope SET params = 'argon2id v=19 t=1 m=8 p=1' WHERE member_id = $1 AND kind = 'password'")},
			{name: "gone", make: with("DELETE FROM envelope WHERE member_id = $1 AND kind = 'password'")},
		}
		each(t, i, "an envelope", list, []string{"envelope"}, func() string { return sign(member.Email, apptest.Password) })
		alike(t, "an envelope", append(list,
			failure{name: "a wrong password", seen: sign(member.Email, apptest.Password+"!")},
			failure{name: "nobody's address", seen: sign("nobody@desk.example", apptest.Password)},
			failure{name: "who has left", seen: sign(leaver.Email, apptest.Password)},
		))
	})
	t.Run("a draft", func(t *testing.T) {
		open := func(tok seal.Token) string { _, err := i.Intake.Draft(ctx, tok); return said(err) }
		tok := i.Draft("nl", apptest.StrictAnswers("theft"), nil)
		each(t, i, "a draft", []failure{
			{name: "gone", make: change("DELETE FROM draft")},
			{name: "another key", make: change("UPDATE draft SET key_box = box")},
			{name: "other content", make: change("UPDATE draft SET box = key_box")},
			{name: "past its time", make: change("UPDATE draft SET expires = 1")},
		}, []string{"draft"}, func() string { return open(tok) })
		nobody := failure{name: "a browser that wrote nothing", seen: open(seal.NewToken())}
		alike(t, "a draft", []failure{nobody, {name: "no draft", seen: said(intake.ErrNoDraft)}})
	})
}

// said is what an error would tell a person: its fault, or nothing but that it failed.
func said(err error) string {
	if f, ok := fault.As(err); ok {
		return string(f.Kind) + " " + f.Key
	}
	if errors.Is(err, intake.ErrNoDraft) {
		return "no draft"
	}
	return fmt.Sprint(err)
}

// AT16: nor from how long it takes, as far as somebody outside can choose what fails.
// Pairs are run in turns; what comes between makes a time longer and never shorter.
func TestAT16_EveryFailureToOpenTakesTheSameTime(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	behind(t, i.Store, "DELETE FROM code WHERE lookup = $1", lookupOf(t, i, r.Code))
	others := i.Complain("nl", apptest.Answers("communication"), nil) // not the team's
	tok, stranger := i.Draft("nl", apptest.StrictAnswers("theft"), nil), seal.NewToken()
	behind(t, i.Store, "UPDATE draft SET expires = 1")
	link := confirmLink(t, i)
	behind(t, i.Store, "UPDATE link SET expires = 1")
	fails := func(err error, with error) {
		if !errors.Is(err, with) {
			t.Fatalf("%v, want %v", err, with)
		}
	}
	unknown := seal.NewCode().Text()
	for name, pair := range map[string][2]func(){
		"a code that was replaced, and one that nobody has": {
			func() { _, err := i.Dialogue.Enter(ctx, r.Code); fails(err, dialogue.ErrCodeUnknown) },
			func() { _, err := i.Dialogue.Enter(ctx, unknown); fails(err, dialogue.ErrCodeUnknown) },
		},
		"a case of another team, and one that does not exist": {
			func() { _, err := i.Casework.Case(ctx, team.Manager, others.Number); fails(err, fault.ErrNotFound) },
			func() { _, err := i.Casework.Case(ctx, team.Manager, "KB-0000-00"); fails(err, fault.ErrNotFound) },
		},
		"a request in a case of another team, and in none": {
			func() { fails(i.Casework.Withdraw(ctx, team.Manager, others.Number, "x"), fault.ErrNotFound) },
			func() { fails(i.Casework.Withdraw(ctx, team.Manager, "KB-0000-00", "x"), fault.ErrNotFound) },
		},
		"a draft past its time, and none": {
			func() { _, err := i.Intake.Draft(ctx, tok); fails(err, intake.ErrNoDraft) },
			func() { _, err := i.Intake.Draft(ctx, stranger); fails(err, intake.ErrNoDraft) },
		},
		"a link past its time, and none": {
			func() { fails(i.Dialogue.ConfirmContact(ctx, link), dialogue.ErrLinkGone) },
			func() { fails(i.Dialogue.ConfirmContact(ctx, stranger.Cookie()), dialogue.ErrLinkGone) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			if d, always := differs(pair[0], pair[1]); always {
				t.Errorf("the second takes %.0f %% of the time of the first", 100*d)
			}
		})
	}
	t.Run("what does take longer is noticed", func(t *testing.T) {
		open := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
		_, always := differs(
			func() { _, err := i.Casework.Case(ctx, team.Manager, "KB-0000-00"); fails(err, fault.ErrNotFound) },
			func() { _, _ = i.Custody.OpenMember(ctx, team.Manager, open.Number) })
		if !always {
			t.Error("a case that opens takes as long as one that does not exist, so that nothing is proved")
		}
	})
}

// confirmLink is the secret of a link that was mailed to a complainant.
func confirmLink(t *testing.T, i *apptest.Instance) string {
	t.Helper()
	i.DeliverMail()
	for _, m := range i.Box.Mails() {
		if _, secret, found := strings.Cut(m.Text, "/nl/confirm/"); found {
			return strings.Fields(secret)[0]
		}
	}
	t.Fatal("no mail has a link")
	return ""
}

// differs reports whether two things that ask the database take times of another
// class, three times over, and the ratio of the last time. Such things vary with what
// else the machine does, far more than a comparison of bytes: a quarter is let pass.
func differs(a, b func()) (ratio float64, always bool) {
	for range 3 {
		var of [2][]float64
		for n := range 300 {
			for _, which := range []int{n % 2, 1 - n%2} {
				of[which] = append(of[which], seconds([]func(){a, b}[which]))
			}
		}
		ratio = quickMedian(of[1]) / quickMedian(of[0])
		if ratio > 0.75 && ratio < 1.33 {
			return ratio, false
		}
	}
	return ratio, true
}

// quickMedian is the median of the quicker half.
func quickMedian(times []float64) float64 {
	slices.Sort(times)
	return times[len(times)/4]
}

func seconds(f func()) float64 {
	begun := time.Now()
	f()
	return time.Since(begun).Seconds()
}
