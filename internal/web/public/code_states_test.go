package public_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"

	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
)

var codeLinkInMail = regexp.MustCompile(`/code/[A-Za-z0-9_-]{43}`)

// codes are the pages on which a new code is drawn: by the link in a mail, and in the
// mailbox for somebody whose code a member knows.
func (k mailboxKeeper) codes() {
	ctx, sofie := context.Background(), k.team.Service[0]
	r := k.Complain(k.l, apptest.Answers("communication"), nil)
	confirm := k.at(k.confirmPath(k.t))
	k.front.visitor().get(confirm).submit(confirm, nil)
	if err := k.Casework.StartCode(ctx, sofie, r.Number, "De klager verloor de code", k.Password(sofie)); err != nil {
		k.t.Fatal(err)
	}
	path := k.at(k.codePath())
	open := k.keep("code-link--open", k.front.visitor().get(path), http.StatusOK)
	shown := k.keep("code-link--shown", open.submit(path, nil), http.StatusOK)
	k.keep("code-link--elsewhere", k.front.visitor().get(path), http.StatusOK)
	k.keep("code-link--not-kept", shown.submit(path+"/kept", nil), http.StatusUnprocessableEntity)
	k.keep("code-link--kept", shown.submit(path+"/kept", url.Values{"kept": {"yes"}}), http.StatusOK)
	k.keep("case--new-code", k.inside(k.l, r.Code), http.StatusOK)

	handed := k.Complain(k.l, with(apptest.Answers("communication"), "email", "", "phone", "+32 470 12 34 56"), nil)
	asked, err := k.Casework.Ask(ctx, sofie, handed.Number, casework.Question{Matter: casefile.MatterCode, Reason: "De klager kwam langs"})
	if err != nil {
		k.t.Fatal(err)
	}
	if err := k.Decide(k.team.Service[1], handed.Number, asked, casefile.VerdictApproved); err != nil {
		k.t.Fatal(err)
	}
	code, err := k.Casework.HandCode(ctx, sofie, handed.Number, "", k.Password(sofie))
	if err != nil {
		k.t.Fatal(err)
	}
	v := k.front.visitor()
	v.get(k.at("/mailbox")).typeCode(k.l, code)
	own := k.keep("code", v.get(k.at("/mailbox/code")), http.StatusOK)
	drawn := k.keep("code--shown", own.submit(k.at("/mailbox/code"), nil), http.StatusOK)
	k.keep("code--not-kept", drawn.submit(k.at("/mailbox/code/kept"), nil), http.StatusUnprocessableEntity)
	k.keep("case--own-code", drawn.submit(k.at("/mailbox/code/kept"), url.Values{"kept": {"yes"}}), http.StatusOK)
}

// codePath is the path of the link in the newest mail that leads to a new code.
func (k mailboxKeeper) codePath() string {
	k.t.Helper()
	k.DeliverMail()
	mails := k.Box.Mails()
	for n := len(mails) - 1; n >= 0; n-- {
		if path := codeLinkInMail.FindString(mails[n].Text); path != "" {
			return path
		}
	}
	k.t.Fatal("no mail holds a link to a new code")
	return ""
}
