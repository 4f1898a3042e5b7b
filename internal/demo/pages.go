package demo

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/letter"
	"klankbord/internal/staff"
	"klankbord/internal/web/ui"
)

// pages answers the addresses of the demo.
type pages struct {
	*Demo
	rd *ui.Renderer
}

// The members whom a visitor most wants to be: one of each team.
const (
	complaintsMember = "nele"
	serviceMember    = "sofie"
)

// guidePage tells what the demo is and how to look around.
type guidePage struct {
	At                  time.Time
	Service, Complaints role   // whom a visitor becomes with one click
	Others              []role // everybody else
	Roles               []role // all of them, with what they sign in with
	Samples             []Sample
	Mails               int
	Signin              string // where the buttons post to
}

// role is a member with what they may do and how to sign in.
type role struct {
	SignInAs
	Does []string
	Now  string // the one-time password of this moment
}

func (p *pages) showGuide(w http.ResponseWriter, r *http.Request) error {
	data := guidePage{At: p.clock.Now(), Samples: p.guide.Samples, Mails: len(p.box.Mails()), Signin: p.at(r, "/demo/signin")}
	for _, s := range p.guide.SignIns {
		code, err := s.Code(data.At)
		if err != nil {
			return err
		}
		x := role{s, p.does(r, s.Assignments), code}
		data.Roles = append(data.Roles, x)
		switch s.Key {
		case complaintsMember:
			data.Complaints = x
		case serviceMember:
			data.Service = x
		default:
			data.Others = append(data.Others, x)
		}
	}
	return p.rd.Render(w, r, http.StatusOK, "demo/guide", ui.Page[guidePage]{
		Title: p.rd.Text(r, "demo.title"), Path: "/demo", Data: data,
	})
}

// at is the address of path in the language of the request.
func (p *pages) at(r *http.Request, path string) string { return "/" + p.rd.Lang(r) + path }

// does words what a member was asked to do.
func (p *pages) does(r *http.Request, list []staff.Assignment) []string {
	var out []string
	for _, a := range list {
		words := p.rd.Text(r, "common.role."+string(a.Role))
		if a.Team != "" {
			words += " – " + p.rd.Text(r, "common.team."+string(a.Team))
		}
		if a.Function != "" {
			words += " (" + p.rd.Text(r, "common.function."+string(a.Function)) + ")"
		}
		out = append(out, words)
	}
	return out
}

// mail is a caught mail as the pages show it.
type mail struct {
	ID, To, From, Subject string
	ReplyTo               string // empty: to whom it is from
	Lang                  lang.Lang
	Date                  time.Time
	Lines                 []line
}

// line is a line of a mail; one that is an address leads there.
type line struct{ Text, Href string }

func shown(m letter.Mail) mail {
	id, _, _ := strings.Cut(strings.Trim(m.MessageID, "<>"), "@")
	x := mail{ID: id, To: m.To, From: m.FromAddress, ReplyTo: m.ReplyTo, Subject: m.Subject, Lang: lang.Lang(m.Lang), Date: m.Date}
	body := m.Text
	if m.Encrypted != nil {
		body = string(m.Encrypted)
	}
	for text := range strings.SplitSeq(body, "\n") {
		l := line{Text: text}
		if trimmed := strings.TrimSpace(text); strings.HasPrefix(trimmed, "http://") || strings.HasPrefix(trimmed, "https://") {
			l.Href = trimmed
		}
		x.Lines = append(x.Lines, l)
	}
	return x
}

func (p *pages) showMails(w http.ResponseWriter, r *http.Request) error {
	var list []mail
	for _, m := range p.box.Mails() {
		list = append(list, shown(m))
	}
	// The newest first: a mail that was tried again was caught later than it was written.
	slices.SortStableFunc(list, func(x, y mail) int { return y.Date.Compare(x.Date) })
	return p.rd.Render(w, r, http.StatusOK, "demo/mails", ui.Page[[]mail]{
		Title: p.rd.Text(r, "demo.mail.title"), Path: "/demo/mail", Data: list,
	})
}

func (p *pages) showMail(w http.ResponseWriter, r *http.Request) error {
	for _, m := range p.box.Mails() {
		if x := shown(m); x.ID == r.PathValue("id") {
			return p.rd.Render(w, r, http.StatusOK, "demo/mail", ui.Page[mail]{
				Title: x.Subject, Path: "/demo/mail/" + x.ID, Data: x,
			})
		}
	}
	return fault.ErrNotFound
}

// deskCookie is the cookie in which the desk keeps a session.
const deskCookie = "kb-desk"

// signInAs signs in as a member, by the same two factors as on the desk.
func (p *pages) signInAs(w http.ResponseWriter, r *http.Request) error {
	values, err := ui.ReadForm(r, ui.Limits{Fields: 10, TextBytes: formBytes}, nil)
	if err != nil {
		return err
	}
	key := strings.Join(values["member"], "")
	i := slices.IndexFunc(p.guide.SignIns, func(s SignInAs) bool { return s.Key == key })
	if i < 0 {
		return fault.ErrNotFound
	}
	tok, err := p.enter(r, p.guide.SignIns[i])
	if errors.Is(err, errUsed) {
		return fault.New(fault.Limit, "demo.used")
	}
	if err != nil {
		return err
	}
	ui.Cookies{Secure: p.secure}.Set(w, deskCookie, tok.Cookie(), 0)
	ui.Redirect(w, r, "/desk")
	return nil
}
