package custody

import (
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/ident"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// NoticeContext is the context under which a case's notice address is sealed.
func NoticeContext(instance string, id casefile.ID) seal.Context {
	return seal.Context{Instance: instance, Case: string(id), Kind: "notice-address"}
}

// MailContext is the context under which a waiting mail is sealed. It names case,
// member and kind of the row: whoever changes in the database whom a mail is for, or
// what follows once it is sent, makes it one that does not open.
func MailContext(instance string, m store.Mail) seal.Context {
	return seal.Context{Instance: instance, Case: string(m.Case), Kind: "mail", Object: strings.Join([]string{m.ID, string(m.Member), m.Kind}, "/")}
}

// SealMail seals what a mail says into its row, under an id of its own where it has
// none.
func SealMail(mails Sealer, instance string, m store.Mail, order []byte) store.Mail {
	if m.ID == "" {
		m.ID = ident.New()
	}
	m.Box = mails.Seal(MailContext(instance, m), order)
	return m
}
