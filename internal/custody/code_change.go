package custody

import (
	"fmt"

	"klankbord/internal/seal"
	"klankbord/internal/store"
)

func (c *Custody) changeRecord(k store.CodeChange) (seal.Context, []byte) {
	return c.context(k.Case, "code-change", k.ID, 0), fields(
		[]byte(k.Member), number(k.Started.UnixMicro()), number(k.Ready.UnixMicro()), []byte(k.Lookup), k.Public, number(micros(k.Kept)), k.Box)
}

// StampCodeChange stamps a new code on its way, so that no row of the database alone
// can bring one in.
func (c *Custody) StampCodeChange(k *store.CodeChange) {
	ctx, record := c.changeRecord(*k)
	k.Stamp = c.stamps.Stamp(ctx, 0, record, "system")
}

// CodeChangeHolds reports whether a new code on its way is the one that was stamped.
func (c *Custody) CodeChangeHolds(k store.CodeChange) bool {
	ctx, record := c.changeRecord(k)
	return c.stamps.Verify(ctx, 0, record, "system", k.Stamp)
}

// NewCode is the row of the code that was on its way, to be wrapped to from now on.
// It fails as damage where the row is not the one that was stamped.
func (c *Custody) NewCode(k store.CodeChange) (store.Code, error) {
	if !c.CodeChangeHolds(k) {
		return store.Code{}, errDamaged
	}
	to, err := seal.NewRecipient(seal.RecipientCode, k.Lookup, k.Public)
	if err != nil {
		return store.Code{}, fmt.Errorf("key of new code: %w", err)
	}
	return c.Code(k.Case, to, c.store.Now()), nil
}

// DrawnContext is the context under which a drawn code lies under a browser's cookie.
func (c *Custody) DrawnContext(k store.CodeChange) seal.Context {
	return c.context(k.Case, "drawn-code", k.ID, 0)
}

// HasCode reports whether somebody can enter the mailbox of the case.
func (o *Opened) HasCode() bool { return len(o.codes) > 0 }
