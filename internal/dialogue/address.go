package dialogue

import (
	"bytes"
	"context"
	"errors"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/letter"
	"klankbord/internal/store"
)

// address is where news can be sent from now on, made ready: the row, the link by
// which it is confirmed, and the mails about it. Without a row there is nowhere.
type address struct {
	notice *store.Notice
	link   *store.Link
	mails  []store.Mail
}

func (a *address) write(tx *store.Tx, id casefile.ID) error {
	if a.notice == nil {
		return errors.Join(tx.DeleteNotice(id), tx.DeleteLinks(id, custody.LinkConfirm), custody.QueueMails(tx, a.mails))
	}
	errs := []error{tx.PutNotice(*a.notice)}
	if a.link != nil {
		errs = append(errs, tx.InsertLink(*a.link))
	}
	return errors.Join(append(errs, custody.QueueMails(tx, a.mails))...)
}

// address makes ready what follows when the record of how somebody is reached
// changes. An address that is not the one of before has to be confirmed anew, and
// where mail went before is told so.
func (d *Dialogue) address(ctx context.Context, o *custody.Opened, old, who casefile.Identity) (*address, error) {
	a := &address{}
	id := o.Case.ID
	mark := d.Custody.AddressMark(id, who.Email)
	if old.Email != "" && !old.NoMail && !bytes.Equal(mark, d.Custody.AddressMark(id, old.Email)) {
		told, err := d.mail(o, letter.Order{Template: letter.AddressChanged, Lang: string(old.Lang), To: old.Email})
		if err != nil {
			return nil, err
		}
		a.mails = append(a.mails, told)
	}
	if who.Email == "" || who.NoMail {
		return a, nil
	}
	before, err := d.Custody.NoticeOf(ctx, id)
	if err != nil {
		return nil, err
	}
	plain, err := letter.Pack(letter.NoticeAddress{Email: who.Email, Lang: string(who.Lang)})
	if err != nil {
		return nil, err
	}
	a.notice = &store.Notice{Case: id, Box: d.Notices.Seal(custody.NoticeContext(d.instance(), id), plain), Mark: mark}
	same := bytes.Equal(before.Mark, mark) && d.Custody.NoticeHolds(before)
	if same {
		a.notice.Verified = before.Verified
	}
	d.Custody.StampNotice(a.notice)
	if same {
		return a, nil
	}
	return a, d.asks(o, a, mark)
}

// asks adds the link that confirms an address, and the mail that carries it.
func (d *Dialogue) asks(o *custody.Opened, a *address, mark []byte) error {
	tok, link := d.Custody.NewLink(o.Case.ID, custody.LinkConfirm, mark)
	mail, err := d.mail(o, letter.Order{
		Template: letter.ConfirmAddress, Lang: o.Case.Language, Confirm: tok.Cookie(), Until: link.Expires,
	})
	a.link, a.mails = &link, append(a.mails, mail)
	return err
}

// mail is a mail about a case, to its notice address unless the order says to whom.
func (d *Dialogue) mail(o *custody.Opened, order letter.Order) (store.Mail, error) {
	order.Number = string(o.Case.Number)
	return d.Custody.SealMail(d.Mails, store.Mail{Case: o.Case.ID}, order)
}
