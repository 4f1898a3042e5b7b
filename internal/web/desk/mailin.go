package desk

import (
	"net/http"
	"strings"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/lang"
	"klankbord/internal/rawmail"
	"klankbord/internal/web/ui"
)

// mailinPage lists the mails that wait for a member.
type mailinPage struct {
	Done  string
	Boxes []mailboxLine
	Table ui.Table
}

// mailboxLine says how reading a mailbox goes.
type mailboxLine struct {
	Text, Trouble, Stuck string
}

func (d *desk) mailboxLines(r *http.Request) (list []mailboxLine, err error) {
	states, err := d.Casework.MailboxStates(r.Context(), actor(r))
	for _, s := range states {
		line := mailboxLine{Text: d.text(r, "mailin.box.never", "mailbox", s.Name)}
		if !s.Looked.IsZero() {
			line.Text = d.text(r, "mailin.box.looked", "mailbox", s.Name, "when", lang.DateTime(lang.Lang(d.Renderer.Lang(r)), s.Looked))
		}
		if s.Trouble != "" {
			line.Trouble = d.text(r, "mailin.trouble."+s.Trouble)
		}
		if s.Stuck > 0 {
			line.Stuck = d.Words.Plural(d.Renderer.Lang(r), "mailin.box.stuck", s.Stuck, nil)
		}
		list = append(list, line)
	}
	return list, err
}

func (d *desk) mailinShow(w http.ResponseWriter, r *http.Request) error {
	list, err := d.Casework.UnsortedMails(r.Context(), actor(r))
	if err != nil {
		return err
	}
	data := mailinPage{Table: d.mailTable(r, list)}
	if data.Boxes, err = d.mailboxLines(r); err != nil {
		return err
	}
	if r.URL.Query().Get("done") == "discarded" {
		data.Done = d.text(r, "mailin.done-discarded")
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/mailin", page(d, r, d.text(r, "mailin.title"), data))
}

func (d *desk) mailTable(r *http.Request, list []casework.Unsorted) ui.Table {
	t := ui.Table{Caption: d.text(r, "mailin.waits"), Stacked: true, Empty: d.text(r, "mailin.none")}
	for _, key := range []string{"desk.column.subject", "desk.column.number", "mailin.received", "desk.column.route", "mailin.until"} {
		t.Columns = append(t.Columns, ui.Column{Text: d.text(r, key)})
	}
	for _, m := range list {
		n, subject := string(m.Number), m.Subject
		switch {
		case m.Damaged:
			subject = d.text(r, "desk.row.damaged")
		case subject == "":
			subject = d.text(r, "desk.row.nameless")
		}
		head := ui.Cell{Text: subject, Href: "/desk/case/" + n, Head: true}
		if m.Thread != "" {
			head.Mark = &ui.Tag{Text: d.text(r, "mailin.thread-tag."+string(m.Thread)), Tone: ui.Warn}
		}
		t.Rows = append(t.Rows, ui.Row{Key: n, Name: n, Cells: []ui.Cell{
			head, {Text: n}, {Text: d.date(r, m.Received)},
			{Text: d.text(r, "common.route."+string(m.Route))}, {Text: d.mailUntil(r, m)},
		}})
	}
	return t
}

// mailUntil is when a mail that waits is erased by itself.
func (d *desk) mailUntil(r *http.Request, m casework.Unsorted) string {
	if m.Until.IsZero() {
		return d.text(r, "mailin.until-decided")
	}
	return d.date(r, m.Until)
}

// standingMail tells that mails wait for a member to look at them.
func (d *desk) standingMail(r *http.Request, a access.Actor) ([]standing, error) {
	n, err := d.Casework.CountUnsorted(r.Context(), a)
	if err != nil || n == 0 {
		return nil, err
	}
	return []standing{{
		Text: d.Words.Plural(d.Renderer.Lang(r), "mailin.notice", n, nil), Link: d.text(r, "mailin.notice-link"), Href: "/desk/mail",
	}}, nil
}

// sortPage lets a member say what a mail is.
type sortPage struct {
	Base, Number, Subject string
	Until                 string // until when it waits
	Typed                 form
	Thread                string // what it is as a reply
	Answers               string // the case that it answers
}

func (d *desk) sortShow(w http.ResponseWriter, r *http.Request) error {
	return d.showSort(w, r, http.StatusOK, nil, nil)
}

func (d *desk) showSort(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	if c.State != casefile.StateUnsorted {
		ui.Redirect(w, r, base(r))
		return nil
	}
	p := page(d, r, d.text(r, "mailin.sort.title"), sortPage{
		Base: base(r), Number: string(c.Number), Subject: c.Subject, Typed: typed, Until: d.text(r, "mailin.sort.until", "date", d.date(r, c.Received.Add(casework.UnsortedLife))),
	})
	if f := threaded(c); f != nil {
		p.Data.Thread, p.Data.Answers = d.threadText(r, f), string(f.Of)
		if f.Thread.OfCase() {
			p.Data.Until = d.text(r, "mailin.sort.stays", "number", string(f.Of))
		}
		if typed == nil && f.Of != "" {
			p.Data.Typed = form{"case": {string(f.Of)}}
		}
	}
	p.TitleParts, p.Errors = []string{string(c.Number)}, errs
	return d.Renderer.Render(w, r, status, "desk/sort", p)
}

// threaded is what was found about a mail that waits as a reply; nil where it is none.
func threaded(c *casework.Case) *casefile.MailFacts {
	for _, it := range c.Timeline {
		if it.Facts != nil && it.Facts.Thread != "" {
			return it.Facts
		}
	}
	return nil
}

// threadText says what is the matter with a reply, or that nothing is.
func (d *desk) threadText(r *http.Request, f *casefile.MailFacts) string {
	return d.text(r, "mailin.thread."+string(f.Thread), "number", string(f.Of))
}

// sortDo takes a mail for a complaint, moves it into a case, or erases it.
func (d *desk) sortDo(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	other, field := casefile.Number(strings.ToUpper(f.one("case"))), "what"
	var to string
	switch f.one("what") {
	case "complaint":
		to, err = base(r)+"?done=released#main", d.Casework.Release(r.Context(), actor(r), number(r))
	case "attach":
		field, to = "case", "/desk/case/"+string(other)+"?done=attached#main"
		if other == "" {
			return d.showSort(w, r, http.StatusUnprocessableEntity, f, []ui.FormError{{Field: "case", Text: d.text(r, "mailin.sort.case-missing")}})
		}
		if _, err := d.Casework.Case(r.Context(), actor(r), number(r)); err != nil {
			return err
		}
		if _, err := d.Casework.Case(r.Context(), actor(r), other); err != nil {
			return d.showSort(w, r, http.StatusUnprocessableEntity, f, []ui.FormError{{Field: "case", Text: d.text(r, "mailin.sort.case-none")}})
		}
		err = d.Casework.Attach(r.Context(), actor(r), number(r), other)
	case "discard":
		to, err = "/desk/mail?done=discarded#main", d.Casework.Discard(r.Context(), actor(r), number(r))
	default:
		return d.showSort(w, r, http.StatusUnprocessableEntity, f, []ui.FormError{{Field: "what", Text: d.text(r, "error.choose-one")}})
	}
	if errs, status := d.problems(r, err, field); errs != nil {
		return d.showSort(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, to)
	return nil
}

// factsText says what was found about the mail that a case came from.
func (d *desk) factsText(r *http.Request, f *casefile.MailFacts) string {
	lines := []string{d.text(r, "mailin.facts.box", "mailbox", f.Mailbox, "sort", d.text(r, "mailin.sort-"+string(f.Sort)))}
	if f.Thread != "" {
		lines = append([]string{d.threadText(r, f)}, lines...)
	}
	if f.SPF+f.DKIM+f.DMARC == "" {
		lines = append(lines, d.text(r, "mailin.facts.unchecked"))
	} else {
		said := func(s string) string {
			if s == "" {
				return d.text(r, "mailin.facts.silent")
			}
			return s
		}
		lines = append(lines, d.text(r, "mailin.facts.checks", "dmarc", said(f.DMARC), "spf", said(f.SPF), "dkim", said(f.DKIM)))
		if f.DMARC != "pass" {
			lines = append(lines, d.text(r, "mailin.facts.doubt"))
		}
	}
	if f.LeftOut {
		lines = append(lines, d.text(r, "mailin.facts.left-out"))
	}
	if f.Whole {
		lines = append(lines, d.text(r, "mailin.facts.whole"))
	}
	if len(f.Flaws) > 0 {
		lines = append(lines, d.text(r, "mailin.facts.flaws"))
		for _, flaw := range f.Flaws {
			why := d.text(r, "mailin.flaw."+string(rawmail.Flaw(flaw)))
			lines = append(lines, "– "+why)
		}
	}
	return strings.Join(lines, "\n")
}

// otherMailText words a mail that was attached, with what nobody proved about it.
func (d *desk) otherMailText(r *http.Request, m *casefile.OtherMail) string {
	who := m.From
	if m.Name != "" {
		who = m.Name + " <" + m.From + ">"
	}
	if who == "" {
		who = d.text(r, "mailin.nobody")
	}
	when := lang.DateTime(lang.Lang(d.Renderer.Lang(r)), m.Received)
	return d.text(r, "mailin.other", "who", who, "when", when) + "\n" + d.factsText(r, &m.Facts) + "\n\n" + m.Subject + "\n\n" + m.Text
}
