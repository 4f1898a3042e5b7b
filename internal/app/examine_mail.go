package app

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"klankbord/internal/store"
)

// lookWithin is how long a look over the network may take.
const lookWithin = 20 * time.Second

// examineOutgoing looks over the mail that leaves: the server, signatures, where what
// cannot be delivered comes back, and what waits.
func (a *App) examineOutgoing(ctx context.Context) ([]Finding, error) {
	list := append([]Finding{a.examineServer(ctx), a.examineReturns()}, a.examineSignatures(ctx)...)
	var mails map[string]int64
	err := a.Store.Read(ctx, func(tx *store.Tx) (err error) {
		mails, err = tx.MailCounts()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count mails: %w", err)
	}
	return append(list, Finding{mails["dead"] > 0, fmt.Sprintf("mail: %d sent, %d waiting, %d dead", mails["sent"], mails["waiting"], mails["dead"]),
		"look at the mail server's answers; members send them again under /desk/outbox"}), nil
}

// examineServer reaches the server as if to send, and sends nothing.
func (a *App) examineServer(ctx context.Context) Finding {
	c := a.Config
	if c.SMTPServer == "" {
		return Finding{true, "mail server: none", "set smtp-server and mail-from, or acknowledgements do not leave"}
	}
	what := fmt.Sprintf("mail server: %s, %s", c.SMTPServer, c.SMTPSecurity)
	s, err := outgoing(c)
	if err != nil {
		return Finding{true, what + ": " + err.Error(), "correct the settings that begin with smtp- and dkim-"}
	}
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	if err := s.Reach(ctx); err != nil {
		return Finding{true, what + ": " + err.Error(), "look whether name, port, certificate, user and password are right and a firewall lets us out"}
	}
	if c.SMTPUser != "" {
		what += ", signed in"
	}
	return Finding{What: what + ": answers"}
}

// examineReturns looks whether what cannot be delivered comes to a mailbox that is read.
func (a *App) examineReturns() Finding {
	from := mailFrom(a.Config)
	what := "what cannot be delivered comes back to " + from
	if len(a.Config.Mailbox) == 0 {
		return Finding{What: what + "; no mailbox is read, so that a case never shows that a mail came back"}
	}
	return Finding{What: what + "; see to it that this address ends in a mailbox that is read"}
}

// examineSignatures looks whether receivers can check what is signed.
func (a *App) examineSignatures(ctx context.Context) []Finding {
	sign, err := Signatures(a.Config)
	if err != nil {
		return []Finding{{true, err.Error(), "make a key with klankbord dkim new, and set dkim-key to SELECTOR=FILE"}}
	}
	if sign == nil {
		return []Finding{{What: "mail is not signed by us (dkim-key); the mail server may do it"}}
	}
	records, err := sign.Records()
	if err != nil {
		return []Finding{{true, err.Error(), "make a key with klankbord dkim new"}}
	}
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	var list []Finding
	for _, r := range records {
		found, err := net.DefaultResolver.LookupTXT(ctx, r.Name)
		do := "publish this record (TXT), and wait until it is seen: " + r.Name + " " + r.Text
		switch {
		case err != nil:
			list = append(list, Finding{true, "signature: no record at " + r.Name, do})
		case !r.Matches(found):
			list = append(list, Finding{true, "signature: another key stands at " + r.Name, do})
		default:
			list = append(list, Finding{What: "signature: the record at " + strings.TrimSuffix(r.Name, ".") + " fits the key"})
		}
	}
	return list
}
