package dialogue

import (
	"context"
	"errors"
	"fmt"

	"klankbord/internal/custody"
	"klankbord/internal/letter"
	"klankbord/internal/store"
)

// notices are the mails that tell each member who can read the case that there is
// something new in it. They hold its number and nothing else of it.
func (d *Dialogue) notices(ctx context.Context, o *custody.Opened) ([]store.Mail, error) {
	var members []store.Member
	err := d.Store.Read(ctx, func(tx *store.Tx) error {
		for _, id := range o.MayRead() {
			m, err := tx.Member(id)
			if errors.Is(err, store.ErrNone) {
				continue
			}
			if err != nil {
				return err
			}
			members = append(members, m)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	var mails []store.Mail
	for _, m := range members {
		if !m.Active {
			continue
		}
		order, err := letter.Pack(letter.Order{Template: letter.ToMember, Lang: m.Language, To: m.Email, Number: string(o.Case.Number)})
		if err != nil {
			return nil, err
		}
		row := store.Mail{Case: o.Case.ID, Member: m.ID, Kind: string(letter.ToMember)}
		mails = append(mails, custody.SealMail(d.Mails, d.instance(), row, order))
	}
	return mails, nil
}

func queue(tx *store.Tx, mails []store.Mail) error {
	for _, m := range mails {
		if err := tx.QueueMail(m, tx.Now()); err != nil {
			return err
		}
	}
	return nil
}
