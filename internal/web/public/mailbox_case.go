package public

import (
	"net/http"
	"slices"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/dialogue"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/web/question"
	"klankbord/internal/web/ui"
)

// shownItems is how many turns of the dialogue stand open; older ones open when
// asked for. Unread ones always stand open.
const shownItems = 5

// caseView is the mailbox of one complaint.
type caseView struct {
	Number     string
	Done       string // what was just done, in words
	Helper     bool   // of somebody who helped: no complaint is shown
	Restored   bool   // what was typed before the session ended is in the form
	Stage      ui.Tag
	StageHint  string
	Turn       bool // we wait for the complainant
	Next       *promised
	Received   time.Time
	Promises   []promised
	Moved      []promised // since the last visit, and not late
	Late       bool
	Nobody     bool // on the desk may read it any more
	Bodies     []body
	Damaged    bool
	Outcome    *outcomeView
	Unread     int
	Recent     []ui.Message
	Older      []ui.Message
	NoMessage  string
	Reply      replyView
	Sent       []question.CheckedPart
	SentAt     time.Time
	SentLess   string // that something was removed from it; empty: nothing
	Openings   []openingView
	Contact    []ui.Answer
	Mail       mailView
	NewCode    *newCodeView
	Codes      []string // what happened to the code
	Address    mailView // whether the address is confirmed
	Language   languageView
	Withdrawn  time.Time
	Kept       string      // until when it is kept; empty: not planned
	Review     string      // until when a review can be asked for; empty: it cannot
	AboutData  string      // address of the page that asks about personal data
	Reviewing  string      // address of the page that asks
	Reviewed   string      // that it was asked for
	Survey     string      // address of the page that asks how it went; empty: it does not
	Surveying  bool        // they said before that we may ask
	Parts      []ui.Answer // the same of each part, and why
	WhoGone    bool        // it was erased who the person is
	LeaveTo    string
	Contacting string
	Talk       string
	Withdraw   string
	CheckIns   checkInsView
	Waits      []slipRow // put before the person, and not answered yet
	Slips      []slipRow // the others
	Badly      string    // where somebody tells that they are treated badly because they spoke
	Copy       string
	Proof      string
	ProofLink  string
}

// promised is a date and how it was kept; State is nil while it is to come.
type promised struct {
	When   string
	Label  string
	State  *ui.Tag
	Why    string // why it was moved, in words of the desk
	Lang   string
	Fresh  bool     // it was moved since the last visit
	Missed []string // what to say honestly of a date that was not kept
}

// outcomeView is what was decided and done, and why.
type outcomeView struct {
	Outcome, Lang, What, Why string
	At                       time.Time
	Unread                   bool
}

// replyView is the form that writes to us.
type replyView struct {
	Sending mailboxSending
	Action  string
	Text    ui.Field
	Files   ui.Field
	Tickets []string
}

// openingView is a line of who opened the file.
type openingView struct {
	At                 time.Time
	Who, What, Purpose string
}

// mailView is the switch for mail that tells of news.
type mailView struct {
	Sending mailboxSending
	Action  string
	Text    string
	Button  string // empty when there is nothing to switch
	Act     string
}

// languageView offers to answer in the language of the page.
type languageView struct {
	Sending mailboxSending
	Action  string
	Text    string
	Button  string // empty when we answer in it already
	Lang    string
}

// showCase answers with the mailbox.
func (b *mailbox) showCase(w http.ResponseWriter, r *http.Request, tok seal.Token) error {
	if done, err := b.translating(w, r, tok, http.StatusOK, "", nil); done {
		return err
	}
	return b.renderCase(w, r, tok, http.StatusOK, replyForm{}, nil)
}

func (b *mailbox) renderCase(w http.ResponseWriter, r *http.Request, tok seal.Token, status int, form replyForm, wrong []ui.FormError) error {
	m, err := b.Dialogue.Mailbox(r.Context(), tok)
	if err != nil {
		return err
	}
	if m.Handed {
		ui.Redirect(w, r, b.at(r, "/mailbox/code"))
		return nil
	}
	v := b.caseView(r, m)
	v.Reply, v.Restored = b.replyView(r, m, form, wrong), form.restored
	if status != http.StatusOK || form.restored {
		v.Done = ""
	}
	p := mailboxPage(b, m, b.title(r, m), "/mailbox/case", wrong, v)
	if !m.Damaged { // then there is a form
		p.Form, p.Sends = ui.LangForm{ID: "write", Path: "/mailbox/reply", Act: "send"}, true
	}
	return b.Renderer.Render(w, r, status, "public/mailbox_case", p)
}

// title is the heading of the mailbox; a question is no complaint.
func (b *mailbox) title(r *http.Request, m *dialogue.Mailbox) string {
	if m.Helper {
		return b.words(r, "watch.helper-title")
	}
	if m.Question {
		return b.words(r, "mailbox.title-question")
	}
	return b.words(r, "common.mailbox")
}

func (b *mailbox) caseView(r *http.Request, m *dialogue.Mailbox) caseView {
	l := b.Renderer.Lang(r)
	v := caseView{
		Number: string(m.Number), Helper: m.Helper, Done: b.doneText(r), Turn: m.Stage == casefile.StageYourTurn, Received: m.Received,
		Stage:     ui.Tag{Text: b.words(r, "common.stage."+string(m.Stage)), Tone: toneOf(m.Stage)},
		StageHint: b.words(r, "common.stage-hint."+string(m.Stage)),
		Late:      m.Late && !m.OnlyOutside, Nobody: m.OnlyOutside, Damaged: m.Damaged, Unread: m.Unread, Withdrawn: m.Withdrawn,
		Outcome: b.outcomeView(r, m), Openings: b.openingViews(r, m), Contact: b.contactAnswers(r, m),
		Mail: b.mailView(r, m), Address: b.addressView(r, m), NewCode: b.newCodeView(r, m), Codes: b.codeTurns(r, m), Language: b.languageView(r, m),
		LeaveTo: b.at(r, "/mailbox/leave"), Contacting: b.at(r, "/mailbox/contact"), Talk: b.at(r, "/mailbox/conversation"),
		CheckIns: b.checkInsView(r, m), AboutData: b.at(r, "/mailbox/"+formData),
		Withdraw: b.at(r, "/mailbox/withdraw"), Badly: b.at(r, "/mailbox/"+formRetaliation), Copy: b.at(r, "/mailbox/copy.txt"),
		Proof: b.at(r, "/mailbox/proof.txt"), ProofLink: b.proofTitle(r, m.Question),
	}
	v.Waits, v.Slips = b.slipRows(r, m)
	v.Promises = b.promisedViews(r, m)
	if !m.EraseAfter.IsZero() {
		key := "mailbox.kept-until"
		if m.Held {
			key = "mailbox.kept-held"
		}
		v.Kept = b.words(r, key, "date", b.day(r, m.EraseAfter))
		if !m.Held && m.Apart() {
			v.Kept = b.words(r, "mailbox.kept.apart")
		}
		v.Parts = b.keptParts(r, m)
	}
	if m.Review.Open() {
		v.Review, v.Reviewing = b.words(r, "mailbox.review.box", "date", b.day(r, m.Review.Until)), b.at(r, "/mailbox/"+formReview)
	}
	v.Reviewed = b.reviewAsked(r, m)
	if m.Survey.Open {
		v.Survey, v.Surveying = b.at(r, "/mailbox/"+formSurvey), m.Survey.Wanted
	}
	v.WhoGone = !m.WhoGone().IsZero()
	v.Next = nextOf(v.Promises)
	for _, p := range v.Promises {
		if p.Fresh && p.Missed == nil {
			v.Moved = append(v.Moved, p)
		}
	}
	v.Bodies = bodiesIn(m.Outside, l)
	v.Recent, v.Older = b.thread(r, m)
	if len(m.Thread) == 0 {
		v.NoMessage = b.noMessage(r, m)
	}
	if m.Story != nil && !m.Helper {
		v.Sent, v.SentAt = b.sentParts(r, m), m.Story.At
		if at := m.Story.Redacted; !at.IsZero() {
			v.SentLess = b.words(r, "redact.mailbox", "date", b.day(r, at))
		}
	}
	return v
}

// keptParts say of each part until when it is kept and why, or that it was erased.
func (b *mailbox) keptParts(r *http.Request, m *dialogue.Mailbox) []ui.Answer {
	var list []ui.Answer
	for _, k := range m.Kept {
		rule := b.words(r, "common.retention."+string(k.Why))
		text := b.words(r, "mailbox.kept.part", "date", b.day(r, k.Until), "rule", rule)
		if !k.Gone.IsZero() {
			text = b.words(r, "mailbox.kept.gone", "date", b.day(r, k.Gone))
		}
		list = append(list, ui.Answer{Label: b.words(r, "common.part."+string(k.Part)), Text: text})
	}
	return list
}

// nextOf is the first date that is still to come.
func nextOf(list []promised) *promised {
	for _, p := range list {
		if p.State == nil {
			return &p
		}
	}
	return nil
}

// doneText says what was just done. Only the words of our own redirects count.
func (b *mailbox) doneText(r *http.Request) string {
	done := r.URL.Query().Get("done")
	if !slices.Contains([]string{formReply, formConversation, formWithdraw, formContact, formCheckIn, formReview, formSurvey, formSlip, formData, "check-ins", "mail", "language", "confirm", "new-code", "own-code"}, done) {
		return ""
	}
	return b.words(r, "mailbox.done."+done)
}

func toneOf(s casefile.Stage) ui.Tone {
	switch s {
	case casefile.StageYourTurn:
		return ui.Warn
	case casefile.StageClosed:
		return ui.Plain
	default:
		return ui.Good
	}
}

// noMessage says what to expect where nothing was written yet.
func (b *mailbox) noMessage(r *http.Request, m *dialogue.Mailbox) string {
	for _, p := range m.Promises {
		if !p.Kept() && !p.Late() && !p.Rests() {
			return b.words(r, "mailbox.none-until", "date", b.day(r, p.Clock.Due))
		}
	}
	return b.words(r, "mailbox.none")
}

func (b *mailbox) outcomeView(r *http.Request, m *dialogue.Mailbox) *outcomeView {
	if m.Outcome == nil {
		return nil
	}
	o := &outcomeView{
		At: m.Outcome.At, Unread: m.Outcome.Unread, Lang: string(m.Outcome.Lang), What: m.Outcome.Feedback, Why: m.Outcome.Why,
	}
	if m.Outcome.Outcome.Known() {
		o.Outcome = b.words(r, "common.outcome."+string(m.Outcome.Outcome))
	}
	return o
}

// contactAnswers are who the person is and how we reach them, as on file.
func (b *mailbox) contactAnswers(r *http.Request, m *dialogue.Mailbox) []ui.Answer {
	answers, l := b.Dialogue.ContactAnswers(m), b.Renderer.Lang(r)
	var list []ui.Answer
	for _, s := range b.Dialogue.ContactSteps(m) {
		for _, f := range s.Fields {
			if f.ID == profile.FieldNoMail { // has a switch of its own
				continue
			}
			list = append(list, ui.Answer{Label: f.Label.In(l), Text: b.asker(r).AnswerText(f, f.ID, answers)})
		}
	}
	return list
}
