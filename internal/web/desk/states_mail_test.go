package desk_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/custody"
	"klankbord/internal/ident"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/letter"
	"klankbord/internal/post"
	"klankbord/internal/store"
)

func (h *house) mail(box intake.Mailbox, raw string) casefile.Number {
	h.t.Helper()
	return h.taken(box, raw).Number
}

func (h *house) taken(box intake.Mailbox, raw string) intake.Taken {
	h.t.Helper()
	got, err := h.Intake.TakeMail(h.t.Context(), box, intake.Arrived{
		Body: strings.NewReader(strings.ReplaceAll(raw, "\n", "\r\n")), Replied: h.Dialogue.TakeReply,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return got
}

// replyTo is what a reply to a mail about a case has in its References.
func (h *house) replyTo(id casefile.ID) string {
	h.t.Helper()
	n, err := h.Custody.NoticeOf(h.t.Context(), id)
	sign, err2 := h.Custody.Thread(h.t.Context(), n)
	if err := errors.Join(err, err2); err != nil || sign == "" {
		h.t.Fatal("no sign", err)
	}
	return "<" + sign + "@" + h.Intake.ReplyTo.Domain + ">"
}

// brought is a case that was closed in another register before.
func (h *house) brought() casefile.Number {
	h.t.Helper()
	got, err := h.Intake.BringRow(h.t.Context(), intake.OldRow{
		Reference: "2021-014-with-a-long-number-of-the-old-register", Received: "2021-03-31", Closed: "2021-05-12", Route: "general", Channel: "letter",
		Subject: "Twice the same invoice", Text: "I paid twice. Karim Benali was not to blame.", Outcome: "upheld", Note: "Paid back on 10 May.",
	}, lang.NL, &intake.Bringing{From: casefile.FromCSV, Do: true, Name: ident.New()})
	if err != nil || got.Fate != intake.BringTaken {
		h.t.Fatal(got.Reason, err)
	}
	return got.Number
}

// correspondence is a case that lay in a mailbox before: a complaint, an answer of the organisation,
// a mail among colleagues, a reply, and a mail of somebody else.
func (h *house) correspondence() (n casefile.Number) {
	h.t.Helper()
	in, id := &intake.Correspondence{}, ident.New()
	b := &intake.Bringing{From: casefile.FromMaildir, Do: true, Own: []string{"klachten@desk.example"}}
	box := intake.Mailbox{ID: "import/general", Name: "klachten-archief-2019-tot-2024", Route: casefile.General, Lang: lang.NL}
	for k, m := range []struct{ from, to, refs, text string }{
		{"Jan Maes <jan.maes@example.org>", "klachten@desk.example", "", "Mijn fiscaal attest ontbreekt al twee jaar."},
		{"klachten@desk.example", "jan.maes@example.org", "<1." + id + "@x>", "Wij vragen het na bij de dienst giften."},
		{"klachten@desk.example", "giften@desk.example", "<1." + id + "@x>", "Kunt u het attest van Jan Maes opzoeken?"},
		{"Jan Maes <jan.maes@example.org>", "klachten@desk.example", "<2." + id + "@x>", "Ik kreeg nog niets.\n\nOp ma 4 mrt 2024 om 10:02 schreef klachten@desk.example:\n> Wij vragen het na."},
		{"Lieve Maes <lieve@example.org>", "klachten@desk.example", "<4." + id + "@x>", "Ook mijn attest ontbreekt."},
	} {
		raw := fmt.Sprintf("From: %s\nTo: %s\nSubject: Attest\nDate: Mon, 4 Mar 2024 1%d:00:00 +0000\nMessage-ID: <%d.%s@x>\nReferences: %s\n\n%s", m.from, m.to, k, k+1, id, m.refs, m.text)
		got, err := h.Intake.BringMail(h.t.Context(), box, intake.Arrived{Body: strings.NewReader(strings.ReplaceAll(raw, "\n", "\r\n"))}, in, b)
		if err != nil || got.Fate != intake.BringTaken {
			h.t.Fatal(got.Reason, err)
		}
		n = got.Number
	}
	return n
}

// fates gives a case mails that were given up, came back, were tried and have left.
func (s *states) fates(n casefile.Number) {
	err := s.Store.Write(s.t.Context(), func(tx *store.Tx) error {
		file, err := tx.CaseByNumber(n)
		if err != nil {
			return err
		}
		about := file.ID
		for _, kind := range []letter.Template{letter.News, letter.CheckIn, letter.CodeLink, letter.News} {
			m, err := s.Custody.SealMail(s.Casework.Mails, store.Mail{Case: about, Kind: string(kind)}, letter.Order{Template: kind, Lang: s.lang, Number: string(n)})
			if err = errors.Join(err, tx.QueueMail(m, tx.Now().Add(time.Hour))); err != nil {
				return err
			}
			switch kind {
			case letter.News:
				err = errors.Join(tx.MailSent(m.ID), tx.MailReturned(m.ID))
			case letter.CheckIn:
				err = tx.BuryMail(m.ID, "refused-550")
			default:
				err = tx.MailFailed(m.ID, "unreachable")
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// mails renders the mails that wait, what a member does with one, and what came of it.
func (s *states) mails() {
	service := casework.Mailbox{ID: "complaints-" + s.lang, Name: "complaints@desk.example", Team: casefile.SupportersService}
	s.Casework.Mailboxes = []casework.Mailbox{service}
	if s.Casework.Mailroom == nil {
		s.Casework.Mailroom = &custody.Mailroom{Store: s.Store}
	}
	room, sofie := s.Casework.Mailroom, s.crew.sofie
	keep := func(state custody.MailSource) {
		state.ID = service.ID
		if err := room.Keep(s.t.Context(), state); err != nil {
			s.t.Fatal(err)
		}
	}
	keep(custody.MailSource{Validity: 1, Looked: s.Clock.Now()})
	s.keep("mail-none", sofie.get(s.in("/desk/mail?done=discarded")))
	box := intake.Mailbox{ID: "mail-" + s.lang, Name: "complaints@desk.example", Route: casefile.General, Lang: lang.EN, Server: "mx.desk.example"}
	first := s.taken(box, "Authentication-Results: mx.desk.example; dmarc=fail; spf=softfail\nFrom: Zoë Maes <zoe@example.org>\nSubject: My address was passed on\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSomebody sold my address, and I would like to know who did that. Sofie is not to blame.\n--b\nContent-Type: application/pdf; name=letter.pdf\nContent-Disposition: attachment\n\n%PDF-1.4\n--b\nContent-Type: application/ms-tnef; name=winmail.dat\n\nx")
	complaint := "/desk/case/" + string(first.Number)
	waits := "/desk/case/" + string(s.mail(box, "From: no-reply@very-long-name-of-a-newsletter-that-nobody-asked-for.example\nList-Unsubscribe: <https://x.example>\nSubject: Ten things you did not know about the very busy life of the common garden snail\n\nRead on."))
	other := "/desk/case/" + string(s.mail(box, "From: Zoë Maes <zoe@example.org>\nAuto-Submitted: auto-replied\nSubject: Out of office\n\nBack on Monday."))
	number := strings.TrimPrefix(complaint, "/desk/case/")
	re := s.replyTo(first.Case)
	s.mail(box, "From: Zoë Maes <zoe@example.org>\nReferences: "+re+"\nSubject: Re: complaint\n\nHere is the letter again, with its date.\n\nOn Mon, 2 Mar 2026 at 09:00 the desk wrote:\n> We have received your complaint.\n> You hear from us.")
	reply := "/desk/case/" + string(s.mail(box, "From: Zoë <zoe.at.home.with.a.rather.long.name@provider.example>\nReferences: "+re+"\nSubject: Re: complaint\n\nAnd here from home."))
	if err := room.Tried(s.t.Context(), service.ID, custody.StuckMail{UID: 1, Tries: 3, Trouble: "broken"}); err != nil {
		s.t.Fatal(err)
	}
	keep(custody.MailSource{Validity: 1, Looked: s.Clock.Now(), Trouble: post.TroubleSignIn})
	s.keep("settings_mail-wrong", s.crew.nele.get(s.in("/desk/settings/mail?done=tried")))
	s.keep("mail", sofie.get(s.in("/desk/mail")))
	s.keep("inbox-mail", sofie.get(s.in("/desk")))
	s.keep("mail-case", sofie.get(s.in(waits)))
	s.keep("sort", sofie.get(s.in(reply+"/sort")))
	s.keep("sort-error", sofie.post(s.in(waits+"/sort"), url.Values{"what": {"attach"}, "case": {"KB-0000-00"}}))
	sofie.get(other+"/sort").send("/sort", url.Values{"what": {"attach"}, "case": {strings.ToLower(number)}})
	s.keep("mail-attached", sofie.get(s.in(complaint+"?done=attached")))
	s.fates(casefile.Number(number))
	s.keep("correspondence", sofie.get(s.in("/desk/case/"+string(s.correspondence()))))
	s.keep("brought", sofie.get(s.in("/desk/case/"+string(s.brought()))))
	s.keep("outbox", sofie.get(s.in("/desk/outbox?done=again")))
	s.keep("outbox-error", sofie.post(s.in("/desk/outbox"), url.Values{}))
	s.keep("mail-lost", sofie.get(s.in(complaint)))
	for _, t := range post.Troubles() {
		if key := "mailin.trouble." + t; s.Words.Text(lang.Lang(s.lang), key, nil) == key {
			s.t.Errorf("no words for %s", t)
		}
	}
	sofie.get(waits+"/sort").send("/sort", url.Values{"what": {"discard"}})
	if p := sofie.get(waits); p.status != 404 {
		s.t.Errorf("a mail that was thrown away is there: %d", p.status)
	}
}
