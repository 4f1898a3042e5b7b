package custody

import (
	"context"

	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// StampInvitation fixes what an invitation asks: whom, and for which tasks; and what
// the person has made so far, so that nobody puts other keys into it.
func StampInvitation(instance string, stamps *seal.Stamper, i *store.Invitation) {
	c, record := invitationRecord(instance, *i)
	i.Stamp = stamps.Stamp(c, 0, record, "system")
}

func invitationRecord(instance string, i store.Invitation) (seal.Context, []byte) {
	kind := "invitation"
	if i.Kind == store.InvitationReset {
		kind = "invitation/reset"
	}
	revision := uint64(min(1, len(i.Request))) // 1 once the person has begun
	return seal.Context{Instance: instance, Kind: kind, Object: i.ID, Revision: revision}, fields([]byte(i.Member), i.Request,
		[]byte(i.Lookup), []byte(i.Email), []byte(i.Name), []byte(i.Language), []byte(i.Assignments), []byte(i.InvitedBy),
		number(i.Created.UnixMicro()), number(i.Expires.UnixMicro()))
}

// Stamp fixes an invitation of this instance.
func (c *Custody) Stamp(i *store.Invitation) { StampInvitation(c.instance, c.stamps, i) }

// InvitationHolds reports whether an invitation is as it was made; it raises an alarm
// when it is not.
func (c *Custody) InvitationHolds(ctx context.Context, i store.Invitation) bool {
	if c.stamped(i) {
		return true
	}
	c.Raise(ctx, AlarmInvitation)
	return false
}

func (c *Custody) stamped(i store.Invitation) bool {
	at, record := invitationRecord(c.instance, i)
	return c.stamps.Verify(at, 0, record, "system", i.Stamp)
}
