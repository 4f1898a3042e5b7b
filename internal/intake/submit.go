package intake

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/lang"
	"klankbord/internal/letter"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/sqldb"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// errTaken tells that a drawn case number exists already; errSent that the same form
// was sent before.
var (
	errTaken = errors.New("case number is taken")
	errSent  = errors.New("was sent before")
)

// PrepareCode draws the code before the final submit, so that a retry shows the
// same one. The check page calls it.
func (i *Intake) PrepareCode(ctx context.Context, tok seal.Token, lang string) error {
	d, err := i.Draft(ctx, tok)
	if err != nil || d.code != "" {
		return err
	}
	_, err = i.change(ctx, tok, lang, func(d *Draft) {
		if d.code == "" {
			d.code = seal.NewCode().Text()
		}
	})
	return err
}

// Submit makes the case and returns its receipt once everything is durable. The
// same draft submitted again, from another tab or after a lost answer, returns the
// same receipt. Faults: incomplete, an unanswered name match, no draft.
func (i *Intake) Submit(ctx context.Context, tok seal.Token, draft string) (*Receipt, error) {
	return i.SubmitSeen(ctx, tok, draft, "")
}

// SubmitSeen is Submit from a page that said who would read the complaint, as its Review
// stands for it. It fails with ErrSeen where others would by now.
func (i *Intake) SubmitSeen(ctx context.Context, tok seal.Token, draft, seen string) (*Receipt, error) {
	d, err := i.Draft(ctx, tok)
	if errors.Is(err, ErrNoDraft) || err == nil && draft != "" && d.ID != draft {
		if r, again := i.receiptOf(ctx, tok, draft); again == nil {
			return r, nil
		}
		return nil, ErrNoDraft
	}
	if err != nil {
		return nil, err
	}
	if d.Told != nil {
		return nil, ErrNoDraft // a member registers it, and nobody else sends it
	}
	return i.send(ctx, tok, seen, func() (*submission, error) { return i.prepare(ctx, d) })
}

// send commits what prepare makes ready, and prepares it again when somebody came or
// left meanwhile. What was shown of who reads it must hold; where nothing was it is empty.
func (i *Intake) send(ctx context.Context, tok seal.Token, shown string, prepare func() (*submission, error)) (*Receipt, error) {
	made := func() (*submission, error) {
		s, err := prepare()
		if err == nil && shown != "" && shown != seen(s.routing, s.exclusion, s.selection) {
			return nil, ErrSeen
		}
		return s, err
	}
	s, err := made()
	if err != nil {
		return nil, err
	}
	for range 5 {
		r, err := i.commit(ctx, tok, s)
		switch {
		case errors.Is(err, store.ErrNone), errors.Is(err, errSent), sqldb.IsUnique(err) && !errors.Is(err, errTaken):
			return i.receiptOf(ctx, tok, s.draft.ID) // another tab sent the same first
		case errors.Is(err, errTaken):
			s.number = casefile.Number(ident.CaseNumber())
		case errors.Is(err, store.ErrStale): // somebody came or left: the keys are wrapped anew
			if s, err = made(); err != nil {
				return nil, err
			}
		case err != nil:
			return nil, fmt.Errorf("submit complaint: %w", err)
		default:
			i.wake()
			return r, nil
		}
	}
	return nil, fmt.Errorf("submit complaint: %w", errTaken)
}

// submission is a complaint made ready: everything sealed, nothing written.
type submission struct {
	draft     *Draft
	once      func(*store.Tx) error // sees to it that it is written once
	routing   profile.Routing
	selection access.Selection
	exclusion access.Exclusion
	answers   profile.Answers
	identity  casefile.Identity
	code      seal.Code
	id        casefile.ID
	number    casefile.Number
	at        time.Time // received
	now       time.Time
	told      *casefile.Told // by whom a member was told; nil: the person wrote it
	channel   casefile.Channel
	written   lang.Lang         // the language of what was told
	who       string            // what the record of a conversation calls the person
	brought   *casefile.Brought // how it stood where it was kept before; nil: it is new
	clocks    []deadline.Clock
	found     *custody.Foundation
	leaves    []store.Leaf
	files     []string // entry ids, in the order of the draft's files
}

func (i *Intake) prepare(ctx context.Context, d *Draft) (*submission, error) {
	dir, err := i.Custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	s := i.submission(d)
	s.once = func(tx *store.Tx) error { return tx.DeleteDraft(d.ID) }
	if s.routing.Team != "" && !access.Receives(dir, s.routing.Team) {
		return nil, ErrClosed
	}
	matches, err := i.matches(ctx, d, dir, s.routing)
	if err != nil {
		return nil, err
	}
	if r := (&Review{Missing: i.Profile.Missing(d.Answers), Matches: matches}); !r.Ready() || s.routing.Team == "" {
		return nil, fault.New(fault.Invalid, "error.complaint-incomplete")
	}
	if s.code, err = codeOf(d); err != nil {
		return nil, err
	}
	s.exclusion = exclusion(d, s.routing)
	return s, i.ready(dir, s)
}

func (i *Intake) submission(d *Draft) *submission {
	now := i.Store.Now()
	return &submission{
		draft: d, now: now, at: now, channel: casefile.ChannelWeb, answers: i.Profile.Normalise(d.Answers), routing: i.Profile.Route(d.Answers),
		id: casefile.ID(ident.New()), number: casefile.Number(ident.CaseNumber()),
	}
}

// ready decides who receives the keys and seals everything.
func (i *Intake) ready(dir *staff.Directory, s *submission) error {
	s.selection = access.Recipients(dir, access.Want{
		Team: s.routing.Team, Alternative: s.routing.NeedsAlternative, Without: s.exclusion,
	})
	s.clocks = i.clocks(s)
	if err := i.sealCase(dir, s); err != nil {
		return err
	}
	s.log()
	return nil
}

func codeOf(d *Draft) (seal.Code, error) {
	if d.code == "" {
		return seal.NewCode(), nil // sent without passing the check page
	}
	code, err := seal.ParseCode(d.code)
	if err != nil {
		return code, fmt.Errorf("code of draft: %w", err)
	}
	return code, nil
}

func (i *Intake) clocks(s *submission) []deadline.Clock {
	rules := i.Profile.Clocks.AtReceipt(s.routing.Routes, s.routing.Topics)
	return i.Calendar.Start(rules, s.at, deadline.Facts{deadline.EventReceipt: s.at})
}

// sealCase draws the keys and seals what was told, who told it, and the files.
func (i *Intake) sealCase(dir *staff.Directory, s *submission) error {
	items, err := i.items(s)
	if err != nil {
		return err
	}
	subject := i.Profile.Summary(s.answers, s.draft.Lang)
	summary, err := casefile.EncodeSummary(casefile.Summary{
		Subject: subject, Topics: s.routing.Topics, Words: casefile.FindForm(subject + "\n" + i.searchText(s)),
		Tally: i.tally(s), Outcome: s.outcome(),
	})
	if err != nil {
		return err
	}
	s.found, err = i.Custody.Found(dir, custody.Plan{
		Case: s.id, Route: s.routing.Route, Selection: s.selection, Code: s.recipient(i.instance()), Items: items, Summary: summary, At: s.now,
	})
	return err
}

// newNumber draws another id and number for each attempt.
func (s *submission) newNumber() {
	s.id, s.number = casefile.ID(ident.New()), casefile.Number(ident.CaseNumber())
}

// outcome is how the case ended before it was brought here; empty: it did not.
func (s *submission) outcome() casefile.Outcome {
	if s.brought == nil {
		return ""
	}
	return s.brought.Outcome
}

// recipient is the code of the complainant; nil where a member registers it, or it lay
// elsewhere before, and the code is handed over later.
func (s *submission) recipient(instance string) *seal.Recipient {
	if s.told != nil || s.brought != nil {
		return nil
	}
	code := s.code.Recipient(instance)
	return &code
}

// searchText is what a search finds the case by. Who complains is never in it: the
// summary lies under another key, and the case may move to where that is sealed apart.
func (i *Intake) searchText(s *submission) string {
	_, told := i.Profile.Split(s.answers)
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(told)) {
		for _, v := range told[key] {
			b.WriteString(v + "\n")
		}
	}
	if s.brought != nil {
		b.WriteString(s.brought.Reference + "\n" + s.brought.Note)
	}
	return b.String()
}

func (i *Intake) items(s *submission) ([]custody.Item, error) {
	who, told := i.Profile.Split(s.answers)
	language, ok := lang.Parse(s.answers.One(profile.FieldLanguage))
	if !ok {
		language, _ = lang.Parse(s.draft.Lang)
	}
	s.identity = casefile.Identity{
		First: who.One(profile.FieldFirstName), Last: who.One(profile.FieldLastName), Email: who.One(profile.FieldEmail),
		Phone: who.One(profile.FieldPhone), Post: who.One(profile.FieldAddress), SafeTimes: who.One("safe_contact"),
		Lang: language, NoMail: s.answers.Given(profile.FieldNoMail), Answers: who,
	}
	notice := i.Profile.Name
	if s.told != nil {
		s.identity.Unknown = s.told.Unknown
	}
	if s.brought != nil { // nobody says which notice was read then
		s.identity.Unknown, notice = s.brought.Unknown, ""
	}
	story := casefile.Story{
		Lang: s.writtenIn(), Topics: s.routing.Topics, Subject: told.One(profile.FieldSummary),
		Text: told.One(profile.FieldStory), Answers: told, Notice: notice, LeftOut: memberIDs(s.exclusion.Members),
	}
	var items []custody.Item
	for _, f := range s.draft.Files {
		id := ident.New()
		s.files = append(s.files, id)
		story.Files = append(story.Files, casefile.EntryID(id))
		items = append(items, item(id, casefile.EntryFile, seal.Dialogue, f.manifest.Encode()))
	}
	storyBytes, err1 := casefile.EncodePayload(story)
	identityBytes, err2 := casefile.EncodePayload(s.identity)
	routingBytes, err3 := access.Routing{
		Routes: s.routing.Routes, Topics: s.routing.Topics, Exclusion: s.exclusion,
		Alternative: s.routing.NeedsAlternative, Question: s.routing.Question,
	}.Encode()
	items = append([]custody.Item{
		item("", casefile.EntryRouting, seal.Investigation, routingBytes),
		item("", casefile.EntryIdentity, seal.Identity, identityBytes),
		item("", casefile.EntryStory, seal.Dialogue, storyBytes),
	}, items...)
	items[0].AuthorKind = custody.AuthorSystem
	if s.told != nil {
		more, err := s.toldItems(story)
		return append(items, more...), errors.Join(err1, err2, err3, err)
	}
	brought, err4 := s.broughtItems()
	return append(items, brought...), errors.Join(err1, err2, err3, err4)
}

func item(id string, kind casefile.EntryKind, room seal.Compartment, payload []byte) custody.Item {
	return custody.Item{ID: id, Kind: kind, Compartment: room, AuthorKind: custody.AuthorComplainant, Payload: payload}
}

func (s *submission) log() {
	by := custody.ByComplainant()
	if s.told != nil {
		by = custody.ByMember(staff.ID(s.told.Member))
	}
	detail := map[string]string{"route": string(s.routing.Route), "channel": string(s.channel)}
	if s.brought != nil {
		by, detail["brought"] = custody.ByOperator(), string(s.brought.From)
		if !s.brought.Closed.IsZero() {
			detail["closed"] = "before"
		}
	}
	s.leaves = append(s.leaves, custody.Leaf(s.now, custody.Event{Kind: audit.Submission, Actor: by, Case: s.id, Detail: detail}))
	s.leaves = append(s.leaves, s.found.Granted())
}

// commit writes everything in one transaction and returns the receipt.
func (i *Intake) commit(ctx context.Context, tok seal.Token, s *submission) (*Receipt, error) {
	r := i.newReceipt(s)
	kept, err := i.sealReceipt(tok, r)
	if err != nil {
		return nil, err
	}
	mails, err := i.mails(s, r)
	if err != nil {
		return nil, err
	}
	row := store.Case{
		ID: s.id, Number: s.number, Route: s.routing.Route, Team: s.routing.Team, State: casefile.StateReceived,
		Language: string(s.identity.Lang), Channel: s.channel, Received: s.at, Unreached: !r.Mail,
		Head: s.found.Head,
	}
	if next, ok := deadline.Next(s.clocks); ok {
		row.NextDue = next.Due
	}
	registered := custody.Receipt(s.now, s.id, s.number)
	err = i.write(ctx, func(tx *store.Tx) error {
		if err := s.once(tx); err != nil {
			return err
		}
		if err := tx.InsertCase(row); err != nil {
			if sqldb.IsUnique(err) {
				return errors.Join(errTaken, err)
			}
			return err
		}
		return errors.Join(i.insertRest(tx, s, kept, mails), tx.InsertLeaf(registered))
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (i *Intake) insertRest(tx *store.Tx, s *submission, kept store.Submission, mails outgoing) error {
	if err := s.found.Insert(tx); err != nil {
		return err
	}
	for n, f := range s.draft.Files {
		if err := tx.MoveBlobRefs("draft", s.draft.ID, f.ID, "case", string(s.id), s.files[n]); err != nil {
			return err
		}
	}
	if err := putClocks(tx, s); err != nil {
		return err
	}
	if err := tx.InsertSubmission(kept); err != nil {
		return err
	}
	if err := mails.insert(tx, s.now); err != nil {
		return err
	}
	for _, leaf := range s.leaves {
		if err := tx.InsertLeaf(leaf); err != nil {
			return err
		}
	}
	return nil
}

// putClocks writes the clocks of a new case. Of what passed before it was brought here nobody
// is reminded any more: a whole mailbox would be told of at once.
func putClocks(tx *store.Tx, s *submission) error {
	for _, c := range s.clocks {
		if err := tx.PutClock(s.id, c); err != nil {
			return err
		}
		if s.brought == nil {
			continue
		}
		told := c
		told.Reminded = tx.Now()
		if err := tx.Reminded(s.id, c, told); err != nil {
			return err
		}
	}
	return nil
}

func (i *Intake) newReceipt(s *submission) *Receipt {
	r := &Receipt{
		Draft: s.draft.ID, Case: s.id, Number: s.number, Code: s.codeText(), Received: s.at, Lang: s.draft.Lang,
		Route: s.routing.Route, Routes: s.routing.Routes, Team: s.routing.Team, Topics: s.routing.Topics,
		Question: s.routing.Question, Alternative: s.selection.Alternative, OnlyOutside: s.selection.OnlyRecovery,
		Excluded: len(s.exclusion.Functions)+len(s.exclusion.Members) > 0,
		Mail:     s.identity.Email != "" && !s.identity.NoMail,
	}
	shown := map[string]bool{}
	for _, rule := range i.Profile.Clocks.Rules {
		shown[rule.ID] = rule.ToComplainant
	}
	for _, c := range s.clocks {
		if shown[c.ID] {
			r.Dates = append(r.Dates, letter.Dated{Rule: c.ID, Due: c.Due})
		}
	}
	return r
}

// codeText is the code as it is shown; empty where there is none yet.
func (s *submission) codeText() string {
	if s.told != nil {
		return ""
	}
	return s.code.Text()
}

// outgoing is what leaves by mail because of a new case, sealed.
type outgoing struct {
	mail   *store.Mail
	notice store.Notice
	link   store.Link
}

func (o outgoing) insert(tx *store.Tx, at time.Time) error {
	if o.mail == nil {
		return nil
	}
	return errors.Join(tx.PutNotice(o.notice), tx.InsertLink(o.link), tx.QueueMail(*o.mail, at))
}

// notice seals where news can be sent.
func (i *Intake) notice(id casefile.ID, to casefile.Identity) (store.Notice, error) {
	return i.Custody.NewNotice(i.Notices, id, to.Email, to.Lang)
}

func (i *Intake) mails(s *submission, r *Receipt) (outgoing, error) {
	var o outgoing
	if !r.Mail {
		return o, nil
	}
	var err error
	if o.notice, err = i.notice(s.id, s.identity); err != nil {
		return o, err
	}
	if s.told != nil {
		row := store.Case{ID: s.id, Number: s.number, Received: s.at, Language: string(s.identity.Lang)}
		o.mail, o.link, err = i.Custody.ToldReceipt(i.Mails, s.found, row, o.notice, deadline.AnswerBy(s.clocks))
		return o, err
	}
	confirm, link := i.Custody.NewLink(s.id, custody.LinkConfirm, o.notice.Mark)
	o.link = link
	template := letter.Acknowledgement
	if s.routing.Question {
		template = letter.QuestionReceipt
	}
	mail, err := i.Custody.SealMail(i.Mails, store.Mail{Case: s.id, Kind: string(letter.Acknowledgement)}, letter.Order{
		Template: template, Lang: string(s.identity.Lang), Number: string(s.number), Received: s.at, AnswerBy: deadline.AnswerBy(s.clocks),
		Confirm: confirm.Cookie(), Until: link.Expires,
	})
	if err != nil {
		return o, err
	}
	o.mail = &mail
	return o, nil
}

func memberIDs(list []staff.ID) []string {
	var ids []string
	for _, id := range list {
		ids = append(ids, string(id))
	}
	return ids
}
