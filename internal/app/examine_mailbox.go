package app

import (
	"context"
	"errors"
	"fmt"

	"klankbord/internal/post"
)

// ExamineMailboxes signs in to each mailbox that is read, without reading mail, and tells
// in plain words what has to be done. Nothing that a server says is repeated.
func (a *App) ExamineMailboxes(ctx context.Context) []Finding {
	var list []Finding
	if a.Config.MailReply != "" && len(a.Pickups) == 0 {
		list = append(list, Finding{
			Bad: true, What: "replies go to an address of which no mailbox is read", Do: "name the mailbox of mail-reply in the setting mailbox, or leave mail-reply out",
		})
	}
	for _, p := range a.Pickups {
		s := p.Settings
		f := Finding{What: fmt.Sprintf("mailbox %s answers, and its folder is there", s.Name)}
		var t *post.Trouble
		switch err := post.Try(ctx, s); {
		case err == nil:
		case errors.As(err, &t):
			f = Finding{Bad: true, What: fmt.Sprintf("mailbox %s: %s", s.Name, mailTrouble(t.Class)), Do: mailRemedy(t.Class, s)}
		default:
			f = Finding{Bad: true, What: fmt.Sprintf("mailbox %s cannot be looked at", s.Name), Do: "try again; if it stays so, look at the log of the server"}
		}
		list = append(list, f)
	}
	return list
}

func mailTrouble(class string) string {
	switch class {
	case post.TroubleTLS:
		return "the connection is not safe: no TLS, or a certificate that does not hold"
	case post.TroubleSignIn:
		return "the name, the password or the token was refused"
	case post.TroubleFolder:
		return "its folder is not there"
	case post.TroubleTarget:
		return "the folder into which mails are moved is not there"
	default:
		return "its server does not answer"
	}
}

func mailRemedy(class string, s post.IMAPSettings) string {
	switch class {
	case post.TroubleTLS:
		return "have the server show a certificate for the name in the setting mailbox, or name its own authority with ca-file"
	case post.TroubleSignIn:
		if s.TokenFile != "" {
			return "let the program that keeps the token fresh write a new one into " + s.TokenFile
		}
		return "write the right password into " + s.PasswordFile + ", and check the name in the setting mailbox"
	case post.TroubleFolder:
		return "make the folder " + s.Folder + ", or name another in the setting mailbox"
	case post.TroubleTarget:
		return "make the folder " + s.To + ", or name another with to= in the setting mailbox"
	default:
		return "check host and port in the setting mailbox, and that this machine may connect to " + s.Server
	}
}
