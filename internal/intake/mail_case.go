package intake

import (
	"context"
	"errors"
	"slices"
	"strings"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/ident"
	"klankbord/internal/lang"
	"klankbord/internal/letter"
	"klankbord/internal/profile"
	"klankbord/internal/rawmail"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// errNoTeam tells of a mailbox for a route that the profile has no team for.
var errNoTeam = errors.New("mailbox of a route without a team")

// prepareMail decides who receives a mail and seals everything; nothing is written.
func (i *Intake) prepareMail(ctx context.Context, m *mailing) error {
	m.newNumber()
	m.leaves = nil
	dir, err := i.Custody.Directory(ctx)
	if err != nil {
		return err
	}
	m.routing = profile.Routing{Route: m.box.Route, Routes: []casefile.Route{m.box.Route}, Team: m.box.Team}
	if m.thread.Team != "" { // what answers a case goes to nobody else than its team
		m.routing = profile.Routing{Route: m.thread.Route, Routes: []casefile.Route{m.thread.Route}, Team: m.thread.Team}
	}
	if m.routing.Team == "" {
		team, ok := i.Profile.TeamFor(m.box.Route)
		if !ok {
			return errNoTeam
		}
		m.routing.Team = team
	}
	if !access.Receives(dir, m.routing.Team) {
		return ErrClosed
	}
	if !m.toReaders() {
		if err := i.leaveOut(ctx, dir, m); err != nil {
			return err
		}
	}
	if !m.unsorted() {
		m.clocks = i.clocks(&m.submission)
	}
	if err := i.sealMailCase(dir, m); err != nil {
		return err
	}
	m.logMail()
	return nil
}

// describe puts a mail into the words of a case: who, what, when, and of which sort.
func (i *Intake) describe(m *mailing) {
	now := i.Store.Now()
	m.at = m.came
	if m.at.IsZero() || m.at.After(now) {
		m.at = now
	}
	l, ok := lang.Parse(m.message.Lang)
	if !ok {
		l = m.box.Lang
	}
	m.lang = l
	sender, _ := m.message.Sender()
	first, last := nameOf(sender.Name)
	m.identity = casefile.Identity{First: first, Last: last, Email: sender.Email, Lang: l, Answers: map[string][]string{}}
	for field, v := range map[string]string{
		profile.FieldFirstName: first, profile.FieldLastName: last, profile.FieldEmail: sender.Email, profile.FieldLanguage: string(l),
	} {
		if v != "" {
			m.identity.Answers[field] = []string{v}
		}
	}
	m.answers = profile.Answers{}
	if m.message.Subject != "" {
		m.answers[profile.FieldSummary] = []string{m.message.Subject}
	}
	if m.text != "" {
		m.answers[profile.FieldStory] = []string{m.text}
	}
	m.draft = &Draft{Lang: string(l), Answers: m.answers}
	c := m.message.Checks
	m.facts = casefile.MailFacts{
		Mailbox: m.box.Name, Raw: casefile.EntryID(ident.New()), Sort: sortOf(m.message.Automatic), Size: m.raw.Size,
		SPF: c.SPF, DKIM: c.DKIM, DMARC: c.DMARC, Flaws: m.flaws, HTML: m.message.HTML, Whole: m.whole,
		Thread: m.thread.Mark, Of: m.thread.Number,
	}
	// What pretends to be from somebody is not answered: the answer would go to them.
	m.answer = !m.unsorted() && m.brought == nil && sender.Email != "" && c.DMARC != "fail" && letterTo(sender.Email)
	m.facts.Reply = m.answer
}

func letterTo(email string) bool {
	_, err := letter.Address(email)
	return err == nil
}

// sortOf says what a mail is; what somebody marked as unwanted says least.
func sortOf(a rawmail.Automatic) casefile.MailSort {
	switch {
	case a.Bounce:
		return casefile.MailBounce
	case a.List:
		return casefile.MailList
	case a.Auto:
		return casefile.MailAuto
	case a.Spam:
		return casefile.MailSpam
	default:
		return casefile.MailPersonal
	}
}

// nameOf parts a name as mail programs write it: "Jan Maes" or "Maes, Jan".
func nameOf(name string) (first, last string) {
	if last, first, ok := strings.Cut(name, ","); ok {
		return strings.TrimSpace(first), strings.TrimSpace(last)
	}
	first, last, _ = strings.Cut(name, " ")
	return first, strings.TrimSpace(last)
}

// leaveOut keeps the mail from the members whose name stands in it: nobody can be asked
// whether it is about them, and a key that was made cannot be taken back. Others can let
// them in. What is only quoted does not count, and where it names everybody who could
// read it, it is about none of them.
func (i *Intake) leaveOut(ctx context.Context, dir *staff.Directory, m *mailing) error {
	own, _ := rawmail.Fold(m.text)
	err := i.leaveOutNamed(ctx, dir, &m.submission, m.named(own))
	m.facts.LeftOut = len(m.exclusion.Members) > 0
	return err
}

// leaveOutNamed does so with a draft that holds the words to look in.
func (i *Intake) leaveOutNamed(ctx context.Context, dir *staff.Directory, m *submission, d *Draft) error {
	first := access.Exclusion{Functions: m.routing.Excluded}
	want := access.Want{Team: m.routing.Team, Alternative: m.routing.NeedsAlternative}
	m.exclusion = first
	for { // who is called in for those who are left out may be named as well
		want.Without = m.exclusion
		named, err := i.mentioned(ctx, d, dir, want, nil)
		if err != nil {
			return err
		}
		if len(named) == 0 {
			break
		}
		for _, n := range named {
			m.exclusion.Members = append(m.exclusion.Members, n.Member)
		}
	}
	slices.Sort(m.exclusion.Members)
	m.selection = access.Recipients(dir, want)
	if m.selection.OnlyRecovery {
		m.exclusion, want.Without = first, first
		m.selection = access.Recipients(dir, want)
	}
	return nil
}

// sealMailCase draws the keys and seals what was told, who told it, the mail itself and
// what was found about it.
func (i *Intake) sealMailCase(dir *staff.Directory, m *mailing) error {
	items, err := i.mailItems(m)
	if err != nil {
		return err
	}
	subject := m.message.Subject
	if subject == "" {
		subject = i.Profile.Summary(m.answers, string(m.lang))
	}
	summary, err := casefile.EncodeSummary(casefile.Summary{
		Subject: subject, Thread: m.facts.Thread, Words: casefile.FindForm(subject + "\n" + i.searchText(&m.submission) + "\n" + strings.Join(m.sought, "\n")),
	})
	if err != nil {
		return err
	}
	m.found, err = i.Custody.Found(dir, custody.Plan{
		Case: m.id, Route: m.routing.Route, Selection: m.selection, Items: items, Summary: summary, At: i.Store.Now(),
	})
	return err
}

func (i *Intake) mailItems(m *mailing) ([]custody.Item, error) {
	story := casefile.Story{
		Lang: m.lang, Subject: m.message.Subject, Text: m.text, Answers: m.answers, LeftOut: memberIDs(m.exclusion.Members),
	}
	var files []custody.Item
	m.files = nil
	for _, f := range m.sealed {
		id := ident.New()
		m.files = append(m.files, id)
		story.Files = append(story.Files, casefile.EntryID(id))
		files = append(files, item(id, casefile.EntryFile, seal.Dialogue, f.Encode()))
	}
	raw := m.rawMail()
	routing, err1 := access.Routing{Routes: m.routing.Routes, Exclusion: m.exclusion}.Encode()
	who, err2 := casefile.EncodePayload(m.identity)
	told, err3 := casefile.EncodePayload(story)
	mail, err4 := casefile.EncodePayload(raw)
	facts, err5 := casefile.EncodePayload(m.facts)
	items := append([]custody.Item{
		system("", casefile.EntryRouting, seal.Investigation, routing),
		item("", casefile.EntryIdentity, seal.Identity, who),
		item("", casefile.EntryStory, seal.Dialogue, told),
		item(string(m.facts.Raw), casefile.EntryRawMail, seal.Identity, mail),
		system("", casefile.EntryMailFacts, seal.Investigation, facts),
	}, files...)
	brought, err6 := m.broughtItems()
	return append(items, brought...), errors.Join(err1, err2, err3, err4, err5, err6)
}

func system(id string, kind casefile.EntryKind, room seal.Compartment, payload []byte) custody.Item {
	x := item(id, kind, room, payload)
	x.AuthorKind = custody.AuthorSystem
	return x
}

func emails(list []rawmail.Address) []string {
	var out []string
	for _, a := range list {
		out = append(out, a.Email)
	}
	return out
}

func (m *mailing) logMail() {
	detail := map[string]string{"route": string(m.routing.Route), "channel": string(casefile.ChannelEmail), "sort": string(m.facts.Sort)}
	if m.facts.Thread != "" {
		detail["thread"] = string(m.facts.Thread)
		if m.facts.Thread.OfCase() {
			detail[custody.DetailAnswers] = string(m.thread.Case)
		}
	}
	now, by := m.found.Key.Created, custody.ByComplainant()
	if m.brought != nil {
		by, detail["brought"] = custody.ByOperator(), string(m.brought.From)
	}
	m.leaves = append(m.leaves, custody.Leaf(now, custody.Event{Kind: audit.Submission, Actor: by, Case: m.id, Detail: detail}))
	m.leaves = append(m.leaves, m.found.Granted())
	if !m.unsorted() {
		m.leaves = append(m.leaves, custody.Receipt(now, m.id, m.number))
	}
}

// mailsFor seals where the person can be written to, and the confirmation. Of what is
// unsorted the address is kept as well: whoever releases it need not know who wrote it.
func (i *Intake) mailsFor(m *mailing) (outgoing, error) {
	var o outgoing
	if m.identity.Email == "" || !letterTo(m.identity.Email) {
		return o, nil
	}
	var err error
	if o.notice, err = i.notice(m.id, m.identity); err != nil {
		return o, err
	}
	o.mail, o.link, err = i.Custody.MailReceipt(i.Mails, m.found, store.Case{ID: m.id, Number: m.number, Received: m.at, Language: string(m.lang)}, o.notice, deadline.AnswerBy(m.clocks))
	return o, err
}
