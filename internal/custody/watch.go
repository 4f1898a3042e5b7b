package custody

import (
	"context"
	"fmt"

	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// Watch looks over everything in the database that decides, or seems to decide, who
// receives keys, and compares it with the verified directory: the whole chain, who
// the members are, every key that a grant went to, the profile, invitations, and how
// far the log has come. It raises and settles the alarms of all of them.
func (c *Custody) Watch(ctx context.Context) error {
	seen, seenErr := c.outside.Seen()
	c.mu.Lock()
	k := c.known
	c.mu.Unlock()
	w, sight := watched{}, Sighting{}
	if c.head != nil {
		sight = c.head.Sight()
	}
	if err := c.store.Read(ctx, func(tx *store.Tx) error { return w.read(tx, c.head, sight) }); err != nil {
		return fmt.Errorf("watch: %w", err)
	}
	k, err := c.weigh(ctx, k, seen, seenErr, w.events, len(w.members) == 0)
	if err != nil {
		return err
	}
	_, whole := c.whoIsWho(w.members, k.chain.At(c.store.Now()))
	c.judge(ctx, AlarmPerson, !whole)
	c.judge(ctx, AlarmGhost, !c.allVouched(k.chain, w.granted))
	c.judge(ctx, AlarmProfile, w.instance.Profile != k.chain.Rules().Profile)
	c.judge(ctx, AlarmInvitation, !c.allStamped(w.invitations))
	c.judge(ctx, AlarmLog, w.trouble != "")
	return nil
}

func (c *Custody) judge(ctx context.Context, kind AlarmKind, wrong bool) {
	if wrong {
		c.Raise(ctx, kind)
	} else {
		c.Settle(ctx, kind)
	}
}

// watched is what Watch looks at, as it was at one moment.
type watched struct {
	events      []staff.Event
	members     []store.Member
	granted     []store.GrantedKey
	instance    store.InstanceRow
	invitations []store.Invitation
	trouble     Trouble // of the log
}

func (w *watched) read(tx *store.Tx, head *LogHead, before Sighting) (err error) {
	if w.events, err = tx.DirectoryEvents(-1); err != nil {
		return err
	}
	if w.members, err = tx.Members(); err != nil {
		return err
	}
	if w.granted, err = tx.GrantedKeys(); err != nil {
		return err
	}
	if w.instance, err = tx.Instance(); err != nil {
		return err
	}
	if w.invitations, err = tx.Invitations(); err != nil {
		return err
	}
	if head == nil {
		return nil
	}
	_, err = head.Check(tx, before)
	if w.trouble = TroubleOf(err); w.trouble != "" {
		return nil
	}
	return err
}

func (c *Custody) allVouched(chain *staff.Chain, list []store.GrantedKey) bool {
	for _, g := range list {
		if !chain.Vouched(seal.RecipientKind(g.Kind), g.Recipient, g.Fingerprint) {
			return false
		}
	}
	return true
}

func (c *Custody) allStamped(list []store.Invitation) bool {
	for _, i := range list {
		if (i.State == "open" || i.State == "enrolled") && !c.stamped(i) {
			return false
		}
	}
	return true
}

// ghosts marks a case as damaged, and raises an alarm, when one of its grants went to
// a key that nobody vouched for.
func (c *Custody) ghosts(ctx context.Context, o *Opened) {
	var list []store.GrantedKey
	for _, g := range o.Grants {
		if g.Kind == seal.RecipientMember || g.Kind == seal.RecipientRecovery {
			list = append(list, store.GrantedKey{Kind: string(g.Kind), Recipient: g.Recipient, Fingerprint: g.Fingerprint})
		}
	}
	c.mu.Lock()
	k := c.known
	c.mu.Unlock()
	if k != nil && c.allVouched(k.chain, list) {
		return
	}
	k, err := c.current(ctx) // somebody may have entered since we looked
	if err == nil && c.allVouched(k.chain, list) {
		return
	}
	o.Damaged = true
	if err == nil {
		c.Raise(ctx, AlarmGhost)
	}
}
