package public_test

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
)

// codes goes through the pages on which a new code is drawn.
func (k mailboxKeeper) codes() {
	r, path := k.lost(k.t, k.l)
	v := k.front.visitor()
	open := k.keep("link", v.get(k.at(path)), http.StatusOK)
	k.keep("case--new-code", k.inside(k.l, r.Code), http.StatusOK)
	shown := k.keep("link--shown", open.submit(k.at(path), nil), http.StatusOK)
	k.keep("link--not-kept", shown.submit(k.at(path+"/kept"), nil), http.StatusUnprocessableEntity)
	k.keep("link--elsewhere", k.front.visitor().get(k.at(path)), http.StatusOK)
	k.keep("link--again", open.submit(k.at(path), nil), http.StatusUnprocessableEntity)
	k.keep("link--kept", shown.submit(k.at(path+"/kept"), url.Values{"kept": {"yes"}}), http.StatusOK)
	k.keep("case--new-code-stopped", k.inside(k.l, r.Code).submit(k.at("/mailbox/new-code"), nil), http.StatusOK)
	k.keep("link--gone", v.get(k.at(path)), http.StatusOK)
	k.firstCode()
	_, code := k.handed(k.t)
	own := k.keep("code", k.front.visitor().get(k.at("/mailbox")).typeCode(k.l, code), http.StatusOK)
	drawn := k.keep("code--shown", own.submit(k.at("/mailbox/code"), nil), http.StatusOK)
	k.keep("code--not-kept", drawn.submit(k.at("/mailbox/code/kept"), nil), http.StatusUnprocessableEntity)
	k.keep("case--own-code", drawn.submit(k.at("/mailbox/code/kept"), url.Values{"kept": {"yes"}}), http.StatusOK)
	k.Clock.Add(time.Minute)
}

// firstCode goes through the same pages for somebody who complained by e-mail.
func (k mailboxKeeper) firstCode() {
	_, err := k.Intake.TakeMail(k.t.Context(), intake.Mailbox{ID: "box-" + k.l, Name: "box", Route: casefile.General, Lang: lang.Lang(k.l)},
		intake.Arrived{Body: strings.NewReader("From: Zoe <zoe." + k.l + "@example.org>\r\nSubject: ?\r\n\r\n?")})
	if err != nil {
		k.t.Fatal(err)
	}
	secret := func(page string) string {
		k.DeliverMail()
		_, rest, ok := strings.Cut(k.Box.Mails()[0].Text, "/"+page+"/")
		if !ok {
			k.t.Fatal("no link to " + page)
		}
		return strings.Fields(rest)[0]
	}
	if err := k.Dialogue.ConfirmContact(k.t.Context(), secret("confirm")); err != nil {
		k.t.Fatal(err)
	}
	path := "/code/" + secret("code")
	v := k.front.visitor()
	open := k.keep("link--first", v.get(k.at(path)), http.StatusOK)
	shown := open.submit(k.at(path), nil)
	k.keep("link--works", shown.submit(k.at(path+"/kept"), url.Values{"kept": {"yes"}}), http.StatusOK)
}
