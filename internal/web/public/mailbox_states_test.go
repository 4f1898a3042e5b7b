package public_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/deadline"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/seal"
	"klankbord/internal/store"
	"klankbord/internal/web/public"
)

// TestEveryStateOfTheMailbox goes through every state in every language; visitor
// holds each to the rules for pages. Where KLANKBORD_PAGES names a folder, the pages
// are left there as <language>/mailbox-PAGE.html, or mailbox-PAGE--STATE.html.
func TestEveryStateOfTheMailbox(t *testing.T) {
	typed := &apptest.Typed{}
	defer func() { typed.All(t, public.Templates().Files, "mailbox_*.html") }()
	for _, l := range []string{"nl", "fr", "en", "de"} {
		t.Run(l, func(t *testing.T) {
			k := mailboxKeeper{keeper{t: t, l: l, dir: os.Getenv("KLANKBORD_PAGES"), typed: typed}, newHouse(t)}
			k.enter()
			k.dialogue()
			k.contact()
			k.links()
			k.codes()
			k.late()
			k.question()
			k.damaged()
			k.badly()
			k.checkIns()
			k.helper()
			k.translator()
			k.recalled()
			k.slips()
			k.kept()
			k.review()
			k.data()
		})
	}
}

// mailboxKeeper visits states of the mailbox and keeps their pages.
type mailboxKeeper struct {
	keeper
	*house
}

func (k mailboxKeeper) keep(name string, p *page, status int) *page {
	k.t.Helper()
	if got := attribute(p.find("html")[0], "lang"); got != k.l || p.status != status {
		k.t.Errorf("%s: %s is in %q with status %d", name, p.path, got, p.status)
	}
	k.carried("mailbox_"+name, p)
	if k.dir == "" {
		return p
	}
	dir := filepath.Join(k.dir, k.l)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		k.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "mailbox-"+name+".html"), []byte(p.body), 0o600); err != nil {
		k.t.Fatal(err)
	}
	for n := range p.document.Descendants() {
		if at := attribute(n, "href"); n.Type == html.ElementNode && n.Data == "link" && strings.HasPrefix(at, "/assets/") {
			k.asset(p, at)
		}
	}
	return p
}

func (k mailboxKeeper) enter() {
	r := k.strictCase(k.l)
	v := k.front.visitor()
	at := k.keep("enter", v.get(k.at("/mailbox")), http.StatusOK)
	k.keep("enter--typo", at.typeCode(k.l, r.Code[:20]), http.StatusUnprocessableEntity)
	k.keep("enter--unknown", at.typeCode(k.l, seal.NewCode().Text()), http.StatusUnprocessableEntity)
	k.keep("enter--missing", at.typeCode(k.l, ""), http.StatusUnprocessableEntity)
	k.keep("enter--no-session", v.get(k.at("/mailbox/case")), http.StatusForbidden)
	p := k.inside(k.l, r.Code)
	k.keep("left", p.v.get(k.at("/mailbox/case")).submit(k.at("/mailbox/leave"), nil), http.StatusOK)
	over := k.keep("enter--over", p.reply("send", "…", upload{"list.txt", "x"}), http.StatusForbidden)
	k.keep("enter--over-typo", over.typeCode(k.l, r.Code[:20]), http.StatusUnprocessableEntity)
	other := k.Complain(k.l, apptest.Answers("communication"), nil)
	k.keep("enter--over-other", over.typeCode(k.l, other.Code), http.StatusUnprocessableEntity)
	k.keep("case--restored", over.typeCode(k.l, r.Code), http.StatusOK)
}

// dialogue goes through the life of one complaint.
func (k mailboxKeeper) dialogue() {
	r := k.strictCase(k.l)
	p := k.keep("case", k.inside(k.l, r.Code), http.StatusOK)
	k.DeliverMail()
	p = p.reply("add", strings.Repeat("Dag Nacht ", 30)+"\n\n"+strings.Repeat("w", 90), upload{"list.txt", "a,b,c"}, upload{"empty.txt", ""})
	p = k.keep("case--files", p, http.StatusUnprocessableEntity)
	p = k.keep("case--sent", p.submit(k.at("/mailbox/reply"), url.Values{"act": {"send"}}), http.StatusOK)
	k.keep("case--text-missing", p.reply("send", " "), http.StatusUnprocessableEntity)
	k.Clock.Add(time.Hour)
	k.Move(k.team.Manager, r.Number, casefile.StateTriage)
	k.Case(k.team.HR, r.Number)
	if err := k.Casework.OpenIdentity(context.Background(), k.team.HR, r.Number, "De klager terugbellen over de factuur"); err != nil {
		k.t.Fatal(err)
	}
	k.Write(k.team.Manager, r.Number, casework.DraftMessage, "Op welke dag was het?\n\nEn wie was erbij?")
	k.Move(k.team.Manager, r.Number, casefile.StateWaiting)
	k.keep("case--your-turn", p.v.get(k.at("/mailbox/case")), http.StatusOK)
	k.wishes(p, r)
	for range 6 {
		p = p.v.get(k.at("/mailbox/case")).reply("send", "…")
	}
	k.keep("case--long", p, http.StatusOK)
	k.Close(k.team.Manager, r.Number, "Wij betaalden het bedrag terug.\n\nWij passen de controle aan.", "De factuur was dubbel geboekt.")
	k.keep("case--closed", p.v.get(k.at("/mailbox/case")), http.StatusOK)
}

func (k mailboxKeeper) wishes(p *page, r *intake.Receipt) {
	talk := k.keep("conversation", p.v.get(k.at("/mailbox/conversation")), http.StatusOK)
	k.keep("conversation--wrong", talk.submit(k.at("/mailbox/conversation"), nil), http.StatusUnprocessableEntity)
	k.keep("case--conversation-asked", talk.submit(k.at("/mailbox/conversation"), url.Values{"way": {"in-person"}}), http.StatusOK)
	k.keep("withdraw", p.v.get(k.at("/mailbox/withdraw")), http.StatusOK)
	long := url.Values{"text": {strings.Repeat("x", 20_001)}}
	k.keep("withdraw--wrong", p.v.get(k.at("/mailbox/withdraw")).submit(k.at("/mailbox/withdraw"), long), http.StatusUnprocessableEntity)
	k.keep("case--withdrawn", p.v.get(k.at("/mailbox/withdraw")).submit(k.at("/mailbox/withdraw"), nil), http.StatusOK)
	k.keep("withdraw--again", p.v.get(k.at("/mailbox/withdraw")), http.StatusOK)
	if answer := p.v.send("GET", k.at("/mailbox/copy.txt"), "", nil); answer.StatusCode != http.StatusOK {
		k.t.Errorf("copy of %s: status %d", r.Number, answer.StatusCode)
	}
}

func (k mailboxKeeper) contact() {
	r := k.strictCase("nl") // the page offers to answer in its own language where that differs
	p := k.inside(k.l, r.Code)
	at := k.keep("contact", p.v.get(k.at("/mailbox/contact")), http.StatusOK)
	wrong := url.Values{"first_name": {""}, "email": {""}, "phone": {"12"}}
	k.keep("contact--wrong", at.submit(k.at("/mailbox/contact"), wrong), http.StatusUnprocessableEntity)
	only := url.Values{"email": {""}, "phone": {"02 123 45 67"}, "language": {"de"}}
	k.keep("case--contact-saved", at.submit(k.at("/mailbox/contact"), only), http.StatusOK)
	if p = p.submit(k.at("/mailbox/mail"), url.Values{"act": {"start"}}); p.status != http.StatusUnprocessableEntity {
		k.t.Errorf("mail without an address: status %d", p.status)
	}
}

func (k mailboxKeeper) late() {
	r := k.Complain(k.l, with(apptest.StrictAnswers("theft"), "email", "", "phone", "+32 470 12 34 56"), nil)
	k.Clock.Add(8 * 24 * time.Hour)
	k.keep("case--late", k.inside(k.l, r.Code), http.StatusOK)
	k.moved()
}

// moved is a complaint of which members moved a date, let it rest, missed it, and told
// a new one.
func (k mailboxKeeper) moved() {
	r := k.strictCase(k.l)
	k.DeliverMail()
	today := func(days int) deadline.Date {
		return k.Casework.Calendar.Today(k.Clock.Now()).AddDays(days)
	}
	do := func(act casefile.ClockAct, to deadline.Date) {
		k.t.Helper()
		err := k.Casework.ChangeClock(context.Background(), k.team.HR, r.Number, casework.ClockChange{
			Act: act, Clock: "D5", To: to, Why: "De bank antwoordt ons later.", Revision: k.Case(k.team.HR, r.Number).Revision,
		})
		if err != nil {
			k.t.Fatal(err)
		}
	}
	do(casefile.ClockExtended, today(20))
	k.keep("case--moved", k.inside(k.l, r.Code), http.StatusOK)
	do(casefile.ClockPaused, deadline.Date{})
	k.keep("case--resting", k.inside(k.l, r.Code), http.StatusOK)
	do(casefile.ClockResumed, deadline.Date{})
	k.Clock.Add(22 * 24 * time.Hour)
	do(casefile.ClockRenewed, today(7))
	p := k.keep("case--missed", k.inside(k.l, r.Code), http.StatusOK)
	for _, said := range []string{lang.DateLong(lang.Lang(k.l), k.Casework.Calendar.EndOf(today(7))), "De bank antwoordt ons later."} {
		if !strings.Contains(p.body, said) {
			k.t.Errorf("of a missed date the mailbox does not say %q", said)
		}
	}
}

func (k mailboxKeeper) question() {
	r := k.Complain(k.l, apptest.Answers("question"), nil)
	p := k.keep("case--question", k.inside(k.l, r.Code), http.StatusOK)
	k.keep("withdraw--question", p.v.get(k.at("/mailbox/withdraw")), http.StatusOK)
}

func (k mailboxKeeper) damaged() {
	r := k.strictCase(k.l)
	k.Write(k.team.Manager, r.Number, casework.DraftMessage, "from us")
	err := k.Store.Write(context.Background(), func(tx *store.Tx) error {
		_, err := tx.Exec("UPDATE entry SET author_id = 'somebody' WHERE kind = 'message-out' AND case_id = $1", string(r.Case))
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	k.keep("case--damaged", k.inside(k.l, r.Code), http.StatusOK)
}

// recalled shows what is left of a message that was withdrawn before it was read.
func (k mailboxKeeper) recalled() {
	r := k.strictCase(k.l)
	k.DeliverMail()
	k.Write(k.team.Manager, r.Number, casework.DraftMessage, "Dit bericht was voor iemand anders.")
	for _, it := range k.Case(k.team.Manager, r.Number).Timeline {
		if it.Kind != casefile.EntryMessageOut {
			continue
		}
		if err := k.Casework.WithdrawMessage(context.Background(), k.team.HR, r.Number, it.ID); err != nil {
			k.t.Fatal(err)
		}
	}
	p := k.keep("case--recalled", k.inside(k.l, r.Code), http.StatusOK)
	if strings.Contains(p.body, "iemand anders") {
		k.t.Error("the mailbox shows what was withdrawn")
	}
}
