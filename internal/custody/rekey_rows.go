package custody

import (
	"errors"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// oneCase stamps every row of a case anew. The head is chained over the new stamps; its number
// stays, and with it what everybody has read.
func (k *Rekey) oneCase(tx *store.Tx, id casefile.ID) error {
	file, err := tx.Case(id)
	if err != nil {
		return err
	}
	r, err := readRows(tx, file, "")
	if err != nil {
		return err
	}
	for _, one := range r.keys {
		if one.Gate, err = k.gate(one); err != nil {
			return err
		}
		k.To.stampKey(&one)
		if err := tx.RestampCaseKey(one); err != nil {
			return err
		}
	}
	for _, g := range r.grants {
		k.To.stampGrant(&g)
		if err := tx.RestampGrant(g); err != nil {
			return err
		}
	}
	for _, e := range r.entries {
		k.To.stampEntry(&e)
		if err := tx.RestampEntry(e); err != nil {
			return err
		}
	}
	if err := errors.Join(k.beside(tx, r), k.mailbox(tx, id), tx.MoveSurveyMark(k.From.SurveyMark(id), k.To.SurveyMark(id))); err != nil {
		return err
	}
	marks, err := tx.Marks(id)
	if err != nil {
		return err
	}
	head := chain(store.Head{}, marks...)
	head.Count = file.Head.Count
	if err := tx.RestampHead(id, k.To.stampHead(id, head)); err != nil {
		return err
	}
	return tx.InsertLeaf(Leaf(tx.Now(), Event{Kind: audit.InstanceRenewed, Actor: ByOperator(), Case: id}))
}

func (k *Rekey) gate(key store.CaseKey) (seal.Box, error) {
	if len(key.Gate) == 0 {
		return key.Gate, nil
	}
	at := k.To.gateContext(key.Case, key.Epoch)
	gate, err := seal.UnwrapKey(k.From.gates, at, key.Gate)
	if err != nil {
		return nil, err
	}
	return gate.Wrap(k.To.gates, at), nil
}

// beside are the rows of a case that are not chained into its head.
func (k *Rekey) beside(tx *store.Tx, r rows) error {
	for _, op := range r.openings {
		k.To.StampOpening(&op)
		if err := tx.RestampOpening(op); err != nil {
			return err
		}
	}
	for _, one := range r.codes {
		if err := tx.RestampCode(k.To.stampCode(one)); err != nil {
			return err
		}
	}
	for _, l := range r.lost {
		if err := tx.RestampLost(k.To.lapse(l)); err != nil {
			return err
		}
	}
	s, err := tx.Summary(r.file.ID)
	if err != nil {
		return err
	}
	k.To.stampSummary(&s)
	return tx.PutSummary(s)
}

// mailbox are the notice address, the links and the new code on its way. The mark of an
// address is a keyed hash of it, which only the address gives.
func (k *Rekey) mailbox(tx *store.Tx, id casefile.ID) error {
	switch n, err := tx.Notice(id); {
	case errors.Is(err, store.ErrNone):
	case err != nil:
		return err
	default:
		address, err := k.Address(n)
		if err != nil {
			return err
		}
		if n.Box, err = k.Notices(NoticeContext(k.To.instance, id), n.Box); err != nil {
			return err
		}
		mark := k.To.AddressMark(id, address)
		k.marks[string(n.Mark)], n.Mark = mark, mark
		k.To.StampNotice(&n)
		if err := tx.PutNotice(n); err != nil {
			return err
		}
	}
	links, err := tx.LinksOf(id)
	if err != nil {
		return err
	}
	for _, l := range links {
		l.Mark = k.mark(l.Mark)
		k.To.stampLink(&l)
		if err := tx.RestampLink(l); err != nil {
			return err
		}
	}
	switch change, err := tx.CodeChange(id); {
	case errors.Is(err, store.ErrNone):
		return nil
	case err != nil:
		return err
	default:
		k.To.StampCodeChange(&change)
		return tx.PutCodeChange(change)
	}
}

// mark is that of an address of now; of an address that a case had before it stays as it is,
// and equals that of no other.
func (k *Rekey) mark(was []byte) []byte {
	if now, known := k.marks[string(was)]; known {
		return now
	}
	return was
}

func (k *Rekey) desk(tx *store.Tx) error {
	invitations, err := tx.Invitations()
	if err != nil {
		return err
	}
	for _, i := range invitations {
		if !k.From.stamped(i) {
			continue // used up
		}
		k.To.Stamp(&i)
		if err := tx.RestampInvitation(i); err != nil {
			return err
		}
	}
	keys, err := tx.OpenPGPKeys()
	if err != nil {
		return err
	}
	for _, one := range keys {
		if !k.From.OpenPGPHolds(one) {
			continue
		}
		k.To.StampOpenPGP(&one)
		if err := tx.PutOpenPGPKey(one); err != nil {
			return err
		}
	}
	return nil
}

func (k *Rekey) practice(tx *store.Tx) error {
	drills, err := tx.Drills()
	if err != nil {
		return err
	}
	for _, d := range drills {
		grants, err := tx.DrillGrants(d)
		if err != nil {
			return err
		}
		if d.Key.Gate, err = k.gate(d.Key); err != nil {
			return err
		}
		k.To.stampKey(&d.Key)
		marks := []store.Mark{{Seq: d.Key.Seq, Stamp: d.Key.Stamp}}
		for i := range grants {
			k.To.stampGrant(&grants[i].Grant)
			marks = append(marks, store.Mark{Seq: grants[i].Seq, Stamp: grants[i].Stamp})
		}
		d.Entry.AuthorKind = AuthorSystem
		k.To.stampEntry(&d.Entry)
		marks = append(marks, store.Mark{Seq: d.Entry.Seq, Stamp: d.Entry.Stamp})
		count := d.Head.Count
		d.Head = chain(store.Head{}, marks...)
		d.Head.Count = count
		d.Head = k.To.stampHead(d.ID, d.Head)
		if err := tx.RestampDrill(d, grants); err != nil {
			return err
		}
	}
	return nil
}

// threads stamps the signs of mails anew. Where they stand stays: a mail that left carries
// the sign that the key before gave.
func (k *Rekey) threads(tx *store.Tx) error {
	for after := ""; ; {
		list, err := tx.EveryMailThread(after, rowsAtOnce)
		if err != nil {
			return err
		}
		for _, m := range list {
			after = m.Lookup
			if string(k.From.stampThread(m)) != string(m.Stamp) {
				continue
			}
			m.Mark = k.mark(m.Mark)
			m.Stamp = k.To.stampThread(m)
			if err := tx.RestampMailThread(m); err != nil {
				return err
			}
		}
		if len(list) < rowsAtOnce {
			return nil
		}
	}
}

// mails puts what mails say under the new key; one that cannot be read stays so.
func (k *Rekey) mails(tx *store.Tx) error {
	list, err := tx.MailsWithWords()
	if err != nil {
		return err
	}
	for _, m := range list {
		box, err := k.Mails(MailContext(k.To.instance, m), m.Box)
		if err != nil {
			continue
		}
		m.Box = box
		if err := tx.ResealMail(m); err != nil {
			return err
		}
	}
	return nil
}
