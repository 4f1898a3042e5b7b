package app

import (
	"context"
	"errors"

	"klankbord/internal/config"
	"klankbord/internal/lang"
	"klankbord/internal/letter"
	"klankbord/internal/post"
	"klankbord/internal/profile"
	"klankbord/internal/web/desk"
)

// smtp is the server that takes mail, as the settings say.
func (a *App) smtp() (post.Transport, error) {
	if a.Config.SMTPServer == "" {
		return noMail{}, nil
	}
	s, err := outgoing(a.Config)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func outgoing(c config.Config) (*post.SMTP, error) {
	sign, err := Signatures(c)
	if err != nil {
		return nil, err
	}
	return post.NewSMTP(post.SMTPSettings{
		Server: c.SMTPServer, Security: c.SMTPSecurity, User: c.SMTPUser, PasswordFile: c.SMTPPasswordFile,
		CAFile: c.SMTPCAFile, HelloName: c.Domain(), Sign: sign,
	})
}

// Signatures reads the keys that sign outgoing mail; nil where none is set.
func Signatures(c config.Config) (*post.DKIM, error) {
	return post.NewDKIM(c.DKIMDomain, mailFrom(c), c.DKIMKey)
}

func mailFrom(c config.Config) string {
	if c.MailFrom != "" {
		return c.MailFrom
	}
	return "complaints@" + c.Domain()
}

// noMail stands for a mail server that was not set up yet: mail waits.
type noMail struct{}

// errNoMail tells that no mail server is set.
var errNoMail = errors.New("no mail server is set")

// Send never sends.
func (noMail) Send(context.Context, letter.Mail) error { return errNoMail }

func (a *App) sender(p *profile.Profile) post.Sender {
	return post.Sender{
		Name: func(l lang.Lang) string { return p.Organisation.Name.In(string(l)) }, Address: mailFrom(a.Config), Domain: a.Config.Domain(),
		PublicURL: a.Config.Public(), DeskURL: a.Config.Desk(), ReplyTo: a.Config.MailReply,
	}
}

// mailExample is the mail that a text of the catalogue is part of, in the words of a
// profile that need not hold yet.
func (a *App) mailExample(p *profile.Profile, l, key string) (desk.MailExample, bool) {
	m, ok := post.Example(a.Words.With(p.Words), a.sender(p), key, lang.Lang(l), a.Now())
	e := desk.MailExample{Lang: l, From: m.FromName + " <" + m.FromAddress + ">", Subject: m.Subject, Text: m.Text}
	if m.Attachment != nil {
		e.File = m.Attachment.Name
	}
	return e, ok
}
