package casework_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/dialogue"
	"klankbord/internal/fault"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

const address = "ingrid.maes@mail.example"

var mailedLink = regexp.MustCompile(`/(confirm|code)/([A-Za-z0-9_-]{43})`)

// linkTo is the secret of the newest link to a page in a mail to an address.
func linkTo(t *testing.T, i *apptest.Instance, to, page string) string {
	t.Helper()
	i.DeliverMail()
	for _, m := range i.Box.Mails() {
		if found := mailedLink.FindStringSubmatch(m.Text); m.To == to && found != nil && found[1] == page {
			return found[2]
		}
	}
	t.Fatalf("no mail to %s holds a link to %s", to, page)
	return ""
}

// confirmed is a complaint whose complainant confirmed their address.
func confirmed(t *testing.T, i *apptest.Instance) *intake.Receipt {
	t.Helper()
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	if err := i.Dialogue.ConfirmContact(t.Context(), linkTo(t, i, address, "confirm")); err != nil {
		t.Fatal(err)
	}
	return r
}

func start(t *testing.T, i *apptest.Instance, actor access.Actor, n casefile.Number) error {
	t.Helper()
	return i.Casework.StartCode(t.Context(), actor, n, "De klager verloor de code", i.Password(actor))
}

// drawn starts a new code and plays the person up to the code that they keep.
func drawn(t *testing.T, i *apptest.Instance, actor access.Actor, n casefile.Number) string {
	t.Helper()
	if err := start(t, i, actor, n); err != nil {
		t.Fatal(err)
	}
	link := linkTo(t, i, address, "code")
	browser, err := i.Dialogue.DrawCode(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	p, err := i.Dialogue.CodePage(t.Context(), link, &browser)
	if err != nil || p.Code == "" {
		t.Fatalf("the page shows no code, %v", err)
	}
	if err := i.Dialogue.KeepCode(t.Context(), link, &browser); err != nil {
		t.Fatal(err)
	}
	return p.Code
}

func complete(t *testing.T, i *apptest.Instance, actor access.Actor, n casefile.Number) error {
	t.Helper()
	return i.Casework.CompleteCode(t.Context(), actor, n, i.Password(actor))
}

func delay(i *apptest.Instance) time.Duration {
	return time.Duration(i.Profile.Settings.CodeDelayDays) * 24 * time.Hour
}

func enters(i *apptest.Instance, code string) bool {
	_, err := i.Dialogue.Enter(i.T.Context(), code)
	return err == nil
}

func TestALostCodeIsReplacedAndTheOldOneDies(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := confirmed(t, i)
	i.Write(s.Manager, r.Number, casework.DraftMessage, "Voor de verandering")
	old := i.Enter(r.Code)
	fresh := drawn(t, i, s.Manager, r.Number)
	if enters(i, fresh) || !enters(i, r.Code) {
		t.Fatal("the new code holds before it took effect, or the old one no longer does")
	}
	if err := complete(t, i, s.HR, r.Number); !says(err, "error.code-too-early") {
		t.Errorf("before the delay is over: %v", err)
	}
	i.Clock.Add(delay(i))
	if k := i.Case(s.HR, r.Number).Code; k.State != casework.CodeReady || k.By.Name != s.Manager.Name || !k.Has {
		t.Errorf("after the delay the members see %s by %s", k.State, k.By.Name)
	}
	if err := complete(t, i, s.HR, r.Number); err != nil {
		t.Fatal(err)
	}
	if enters(i, r.Code) {
		t.Error("the old code still enters")
	}
	if _, err := i.Dialogue.Mailbox(t.Context(), old); !errors.Is(err, dialogue.ErrNoSession) {
		t.Errorf("a session of the old code: %v", err)
	}
	tok := i.Enter(fresh)
	m, err := i.Dialogue.Mailbox(t.Context(), tok)
	if err != nil {
		t.Fatal(err)
	}
	if m.Story == nil || m.Identity.Last != "Maes" || len(m.Thread) != 1 || m.Thread[0].Text != "Voor de verandering" || m.Damaged {
		t.Error("the new code does not open everything from before")
	}
	if len(m.Codes) != 2 || m.Codes[0].Act != casefile.CodeAsked || m.Codes[1].Act != casefile.CodeReplaced || m.NewCode != nil {
		t.Errorf("the mailbox tells of %d turns of the code", len(m.Codes))
	}
	// What follows reaches the new code and everyone else.
	i.Write(s.HR, r.Number, casework.DraftMessage, "Na de verandering")
	if err := i.Dialogue.Reply(t.Context(), tok, dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}, lang.NL, "Ik heb een nieuwe code", nil); err != nil {
		t.Fatal(err)
	}
	if m, err = i.Dialogue.Mailbox(t.Context(), tok); err != nil || len(m.Thread) != 3 || m.Damaged {
		t.Errorf("%d messages, damaged %v, %v", len(m.Thread), m.Damaged, err)
	}
	if c := i.Case(s.Manager, r.Number); c.Damaged || c.Identity.Name != "" || !c.Identity.Sealed || c.Code.State != casework.CodeNone {
		t.Errorf("to members: damaged %v, sealed %v, %s", c.Damaged, c.Identity.Sealed, c.Code.State)
	}
	for kind, want := range map[audit.Kind]int{audit.CodeAsked: 1, audit.CodeDrawn: 1, audit.CodeReplaced: 1, audit.AddressProven: 1} {
		if n := lines(t, i, kind); n != want {
			t.Errorf("%d lines of %s, want %d", n, kind, want)
		}
	}
	if told := strings.Count(subjects(t, i, address), "nieuwe code"); told < 2 {
		t.Errorf("the address was told %d times", told)
	}
}

func lines(t *testing.T, i *apptest.Instance, kind audit.Kind) (n int) {
	t.Helper()
	err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
		return tx.QueryRow("SELECT count(*) FROM log_leaf WHERE kind = $1", string(kind)).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func subjects(t *testing.T, i *apptest.Instance, to string) string {
	t.Helper()
	i.DeliverMail()
	var all []string
	for _, m := range i.Box.Mails() {
		if m.To == to {
			all = append(all, m.Subject)
		}
	}
	return strings.Join(all, "\n")
}

func TestWhoeverHoldsTheOldCodeSeesItAndCanStopIt(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := confirmed(t, i)
	fresh := drawn(t, i, s.Manager, r.Number)
	tok := i.Enter(r.Code)
	m, err := i.Dialogue.Mailbox(t.Context(), tok)
	if err != nil || m.NewCode == nil || !m.NewCode.Ready.Equal(i.Clock.Now().Add(delay(i))) {
		t.Fatalf("the mailbox does not tell that a new code was asked for, %v", err)
	}
	stop := dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}
	for range 2 {
		if err := i.Dialogue.StopCode(t.Context(), tok, stop); err != nil {
			t.Fatal(err)
		}
	}
	i.Clock.Add(delay(i))
	if err := complete(t, i, s.Manager, r.Number); !says(err, "error.code-none-on-its-way") {
		t.Errorf("completing what was stopped: %v", err)
	}
	if enters(i, fresh) || !enters(i, r.Code) {
		t.Error("after stopping, the new code holds or the old one does not")
	}
	if lines(t, i, audit.CodeStopped) != 1 {
		t.Error("stopping is not logged once")
	}
	if err := i.Dialogue.StopCode(t.Context(), i.Enter(r.Code), dialogue.Sending{Key: dialogue.NewKey(), Number: r.Number}); !says(err, "mailbox.new-code.none") {
		t.Errorf("stopping nothing: %v", err)
	}
	if err := start(t, i, s.HR, r.Number); err != nil { // a member can begin again
		t.Fatal(err)
	}
	if err := i.Casework.StopCode(t.Context(), s.Manager, r.Number); err != nil {
		t.Errorf("a member calls it off: %v", err)
	}
}

func TestALinkForANewCodeIsUsedOnceAndShowsTheCodeToOneBrowserOnly(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := confirmed(t, i)
	if err := start(t, i, s.Manager, r.Number); err != nil {
		t.Fatal(err)
	}
	link := linkTo(t, i, address, "code")
	page := func(b *seal.Token) dialogue.CodePage {
		p, err := i.Dialogue.CodePage(t.Context(), link, b)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for range 3 {
		if p := page(nil); p.State != dialogue.LinkOpen || p.Code != "" {
			t.Errorf("before the button: %s", p.State)
		}
	}
	if err := i.Dialogue.ConfirmContact(t.Context(), link); !errors.Is(err, dialogue.ErrLinkGone) {
		t.Errorf("used to confirm an address: %v", err)
	}
	browser, err := i.Dialogue.DrawCode(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.Dialogue.DrawCode(t.Context(), link); !errors.Is(err, dialogue.ErrLinkGone) {
		t.Errorf("drawing again: %v", err)
	}
	other := seal.NewToken()
	if page(nil).Code != "" || page(&other).Code != "" || page(&browser).Code == "" {
		t.Error("the code is shown to another browser, or not to its own")
	}
	if err := i.Dialogue.KeepCode(t.Context(), link, &other); !errors.Is(err, dialogue.ErrLinkGone) {
		t.Errorf("another browser says that it was kept: %v", err)
	}
	if k := i.Case(s.Manager, r.Number).Code; k.State != casework.CodeAsked {
		t.Errorf("before it was kept: %s", k.State)
	}
	i.Clock.Add(delay(i) - time.Minute)
	for range 2 {
		if err := i.Dialogue.KeepCode(t.Context(), link, &browser); err != nil {
			t.Fatal(err)
		}
	}
	if p := page(&browser); p.Code != "" || !p.Kept {
		t.Error("the code is still shown after it was kept")
	}
}

func TestANewCodeNeedsAConfirmedAddressAReasonAndThePassword(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	if err := start(t, i, s.Manager, r.Number); !errors.Is(err, casework.ErrNoChannel) {
		t.Errorf("without a confirmed address: %v", err)
	}
	r = confirmed(t, i)
	if err := i.Casework.StartCode(t.Context(), s.Manager, r.Number, "", i.Password(s.Manager)); !says(err, "error.purpose-short") {
		t.Errorf("without a reason: %v", err)
	}
	if err := i.Casework.StartCode(t.Context(), s.Manager, r.Number, "De klager verloor de code", "not it"); !says(err, "error.signin-refused") {
		t.Errorf("with a wrong password: %v", err)
	}
	for name, err := range map[string]error{
		"another team starts":    start(t, i, s.Service[0], r.Number),
		"another team completes": complete(t, i, s.Service[0], r.Number),
		"another team calls off": i.Casework.StopCode(t.Context(), s.Service[0], r.Number),
		"another team gives one": func() error {
			_, err := i.Casework.HandCode(t.Context(), s.Service[0], r.Number, "De klager kwam langs", i.Password(s.Service[0]))
			return err
		}(),
	} {
		if !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := complete(t, i, s.Manager, r.Number); !says(err, "error.code-none-on-its-way") {
		t.Errorf("completing nothing: %v", err)
	}
	if err := start(t, i, s.Manager, r.Number); err != nil {
		t.Fatal(err)
	}
	i.Clock.Add(delay(i))
	if err := complete(t, i, s.Manager, r.Number); !says(err, "error.code-not-drawn") {
		t.Errorf("completing what nobody drew: %v", err)
	}
}

// Whoever is left out between start and completion gains nothing, and the person
// loses nothing.
func TestExclusionBetweenStartAndCompletionNeitherLeaksNorLoses(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := confirmed(t, i)
	fresh := drawn(t, i, s.HR, r.Number)
	if err := i.Casework.Exclude(t.Context(), s.Manager, r.Number, s.HR.Member, "De klacht noemt deze persoon"); err != nil {
		t.Fatal(err)
	}
	i.Write(s.Manager, r.Number, casework.DraftMessage, "Onder een nieuwe sleutel")
	before := len(i.Box.Mails())
	i.Clock.Add(delay(i))
	i.DeliverMail()
	for _, m := range i.Box.Mails()[:len(i.Box.Mails())-before] {
		if m.To == "thomas.dubois@desk.example" {
			t.Errorf("who was left out gets %q", m.Subject)
		}
	}
	if err := complete(t, i, s.HR, r.Number); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("who was left out completes: %v", err)
	}
	if err := complete(t, i, s.Manager, r.Number); err != nil {
		t.Fatal(err)
	}
	m, err := i.Dialogue.Mailbox(t.Context(), i.Enter(fresh))
	if err != nil || m.Damaged || m.Story == nil || len(m.Thread) != 1 || m.Thread[0].Text != "Onder een nieuwe sleutel" {
		t.Errorf("the new code opens less than the old one, %v", err)
	}
	if _, err := i.Casework.Case(t.Context(), s.HR, r.Number); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("the new code let somebody back in: %v", err)
	}
}

func TestTwoMembersWhoCompleteAtOnceLeaveOneCode(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := confirmed(t, i)
	fresh := drawn(t, i, s.Manager, r.Number)
	i.Password(s.HR)
	i.Clock.Add(delay(i))
	done := make(chan error)
	go func() { done <- complete(t, i, s.Manager, r.Number) }()
	go func() { done <- complete(t, i, s.HR, r.Number) }()
	go func() {
		i.Write(s.Manager, r.Number, casework.DraftNote, "tegelijk")
		done <- nil
	}()
	ok := 0
	for range 3 {
		if err := <-done; err == nil {
			ok++
		} else if !says(err, "error.code-none-on-its-way") {
			t.Error(err)
		}
	}
	if ok != 2 || !enters(i, fresh) || enters(i, r.Code) || lines(t, i, audit.CodeReplaced) != 1 {
		t.Errorf("%d went through", ok)
	}
}

// A person whom no confirmed address reaches meets a member; a second one agrees.
func TestACodeInPersonNeedsASecondMemberAndIsReplacedAtTheFirstEntry(t *testing.T) {
	i, s := apptest.Staffed(t)
	a := apptest.With(apptest.With(apptest.StrictAnswers("theft"), profile.FieldEmail), profile.FieldPhone, "0470 12 34 56")
	r := i.Complain("nl", a, nil)
	hand := func(why string) (string, error) {
		return i.Casework.HandCode(t.Context(), s.Manager, r.Number, why, i.Password(s.Manager))
	}
	if _, err := hand("De klager kwam langs"); !errors.Is(err, casework.ErrNeedsApproval) {
		t.Fatalf("alone: %v", err)
	}
	id, err := i.Casework.Ask(t.Context(), s.Manager, r.Number, casework.Question{Matter: casefile.MatterCode, Reason: "De klager kwam langs"})
	if err != nil {
		t.Fatal(err)
	}
	if err := i.Decide(s.HR, r.Number, id, casefile.VerdictApproved); err != nil {
		t.Fatal(err)
	}
	if k := i.Case(s.Manager, r.Number).Code; k.Way != casework.WayApproved || k.Request != id {
		t.Errorf("the member's way is %q", k.Way)
	}
	handed, err := hand("")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hand(""); !errors.Is(err, casework.ErrNeedsApproval) {
		t.Errorf("the approval is used twice: %v", err)
	}
	if enters(i, r.Code) {
		t.Error("the old code still enters")
	}
	tok := i.Enter(handed)
	if is, err := i.Dialogue.Handed(t.Context(), tok); err != nil || !is {
		t.Fatalf("the mailbox does not know that a member knows the code, %v", err)
	}
	for range 2 {
		if err := i.Dialogue.DrawOwn(t.Context(), tok); err != nil {
			t.Fatal(err)
		}
	}
	own, err := i.Dialogue.OwnCode(t.Context(), tok)
	if err != nil || own == "" || own == handed {
		t.Fatalf("own code: %v", err)
	}
	if second, _ := i.Dialogue.OwnCode(t.Context(), i.Enter(handed)); second != "" {
		t.Error("another session with the member's code sees the person's own")
	}
	tok, err = i.Dialogue.KeepOwn(t.Context(), tok)
	if err != nil {
		t.Fatal(err)
	}
	if is, err := i.Dialogue.Handed(t.Context(), tok); err != nil || is {
		t.Errorf("after that: handed %v, %v", is, err)
	}
	if enters(i, handed) || !enters(i, own) {
		t.Error("the code that the member knows still enters, or the person's own does not")
	}
	m, err := i.Dialogue.Mailbox(t.Context(), tok)
	if err != nil || m.Story == nil || m.Identity.Last != "Maes" || m.Damaged {
		t.Errorf("the person's own code does not open everything, %v", err)
	}
	i.Write(s.HR, r.Number, casework.DraftMessage, "Daarna")
	if m, err = i.Dialogue.Mailbox(t.Context(), tok); err != nil || len(m.Thread) != 1 || m.Thread[0].Text != "Daarna" {
		t.Errorf("what follows does not reach the person's own code, %v", err)
	}
	if c := i.Case(s.Manager, r.Number); c.Damaged || c.Story == nil {
		t.Error("members lost something")
	}
}

// Rows that somebody put into the database bring in no code.
func TestNoRowOfTheDatabaseAloneBringsInACode(t *testing.T) {
	i, s := apptest.Staffed(t)
	r := confirmed(t, i)
	drawn(t, i, s.Manager, r.Number)
	mine := seal.NewCode()
	to := mine.Recipient(i.Instance())
	for name, sql := range map[string]string{
		"another key":      "UPDATE code_change SET lookup = $1, public_key = $2",
		"ready at once":    "UPDATE code_change SET ready = 1, lookup = lookup || substr($1, 1, 0), public_key = coalesce(public_key, $2)",
		"straight in code": "INSERT INTO code SELECT $1, case_id, $2, 0, created, stamp FROM code",
	} {
		t.Run(name, func(t *testing.T) {
			err := i.Store.Write(t.Context(), func(tx *store.Tx) error {
				_, err := tx.Exec(sql, to.ID(), []byte(to.Public()))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			i.Clock.Add(delay(i))
			if err := complete(t, i, s.Manager, r.Number); name != "straight in code" && err == nil {
				t.Error("a member lets it take effect")
			}
			if enters(i, mine.Text()) {
				t.Error("the planted code enters")
			}
		})
	}
}
