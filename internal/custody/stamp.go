package custody

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// What a stamp covers besides the bytes themselves is written length-first, so
// that no two records share one encoding.
func fields(parts ...[]byte) []byte {
	var out []byte
	for _, p := range parts {
		out = binary.BigEndian.AppendUint32(out, uint32(len(p))) //nolint:gosec // records are far below 4 GiB
		out = append(out, p...)
	}
	return out
}

func number(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) } //nolint:gosec // bit pattern

func (c *Custody) context(id casefile.ID, kind, object string, seq int64) seal.Context {
	return seal.Context{Instance: c.instance, Case: string(id), Kind: kind, Object: object, Revision: uint64(seq)} //nolint:gosec // never negative
}

func (c *Custody) keyRecord(k store.CaseKey) (seal.Context, []byte) {
	return c.context(k.Case, "case-key", strconv.FormatUint(uint64(k.Epoch), 10), k.Seq),
		fields(k.Public[seal.Identity], k.Public[seal.Dialogue], k.Public[seal.Investigation], k.Gate, number(k.Created.UnixMicro()))
}

func (c *Custody) stampKey(k *store.CaseKey) {
	ctx, record := c.keyRecord(*k)
	k.Stamp = c.stamps.Stamp(ctx, k.Epoch, record, "system")
}

func (c *Custody) keyHolds(k store.CaseKey) bool {
	ctx, record := c.keyRecord(k)
	return c.stamps.Verify(ctx, k.Epoch, record, "system", k.Stamp)
}

func (c *Custody) grantRecord(g store.Grant) (seal.Context, []byte) {
	return c.context(g.Case, "grant", string(g.Kind)+"/"+g.Recipient, g.Seq),
		fields([]byte(g.Fingerprint), g.Box, number(g.Created.UnixMicro()))
}

func (c *Custody) stampGrant(g *store.Grant) {
	ctx, record := c.grantRecord(*g)
	g.Stamp = c.stamps.Stamp(ctx, g.Epoch, record, "system")
}

func (c *Custody) grantHolds(g store.Grant) bool {
	ctx, record := c.grantRecord(g)
	return c.stamps.Verify(ctx, g.Epoch, record, "system", g.Stamp)
}

func (c *Custody) entryRecord(e store.Entry) (ctx seal.Context, record []byte, author string) {
	ctx = c.context(e.Case, "entry/"+string(e.Kind), e.ID, e.Seq)
	ctx.Compartment = e.Compartment
	appended := []byte{0}
	if e.Appended {
		appended[0] = 1
	}
	return ctx, fields([]byte(e.Parent), appended, boxSum(e), number(e.Created.UnixMicro())), e.AuthorKind + "/" + e.AuthorID
}

func (c *Custody) stampEntry(e *store.Entry) {
	ctx, record, author := c.entryRecord(*e)
	e.Stamp = c.stamps.Stamp(ctx, e.Epoch, record, author)
}

func (c *Custody) entryHolds(e store.Entry) bool {
	ctx, record, author := c.entryRecord(e)
	return c.stamps.Verify(ctx, e.Epoch, record, author, e.Stamp)
}

func (c *Custody) openingRecord(op store.Opening) (seal.Context, []byte) {
	return c.context(op.Case, "opening/"+op.What, op.ID, 0),
		fields(op.Purpose, number(op.At.UnixMicro()), number(micros(op.Until)))
}

// StampOpening stamps that a member opened something, so that no row of the database
// alone can say so: an opening of the identity holds the gate up.
func (c *Custody) StampOpening(op *store.Opening) {
	ctx, record := c.openingRecord(*op)
	op.Stamp = c.stamps.Stamp(ctx, 0, record, AuthorMember+"/"+string(op.Member))
}

func (c *Custody) openingHolds(op store.Opening) bool {
	ctx, record := c.openingRecord(op)
	return c.stamps.Verify(ctx, 0, record, AuthorMember+"/"+string(op.Member), op.Stamp)
}

// micros is a time as the database keeps it; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func (c *Custody) stampSummary(s *store.Summary) {
	s.Stamp = c.stamps.Stamp(c.context(s.Case, "summary", "", s.Revision), s.Epoch, s.Box, "system")
}

func (c *Custody) summaryHolds(s store.Summary) bool {
	return c.stamps.Verify(c.context(s.Case, "summary", "", s.Revision), s.Epoch, s.Box, "system", s.Stamp)
}

func (c *Custody) codeRecord(k store.Code) (seal.Context, []byte) {
	handed := int64(0)
	if k.Handed {
		handed = 1
	}
	return c.context(k.Case, "code", k.Lookup, 0), fields(k.Public, number(handed), number(k.Created.UnixMicro()))
}

func (c *Custody) codeHolds(k store.Code) bool {
	ctx, record := c.codeRecord(k)
	return c.stamps.Verify(ctx, 0, record, "system", k.Stamp)
}

// chain continues the head of a case over further marks, which come in the order of
// their numbers. What was removed leaves a gap in the numbers and none in the chain.
func chain(h store.Head, marks ...store.Mark) store.Head {
	next := store.Head{Count: h.Count, Hash: h.Hash}
	for _, m := range marks {
		sum := sha256.Sum256(fields([]byte("klankbord/head/1"), next.Hash, number(m.Seq), m.Stamp))
		next.Count, next.Hash = m.Seq, sum[:]
	}
	return next
}

func (c *Custody) stampHead(id casefile.ID, h store.Head) store.Head {
	h.Stamp = c.stamps.Stamp(c.context(id, "head", "", h.Count), 0, h.Hash, "system")
	return h
}

// headHolds reports whether the marks lead exactly to the stamped head. Its number
// may be beyond the last of them, where something was removed since.
func (c *Custody) headHolds(id casefile.ID, h store.Head, marks []store.Mark) bool {
	return c.stamps.Verify(c.context(id, "head", "", h.Count), 0, h.Hash, "system", h.Stamp) && leadTo(marks, h)
}

// leadTo reports whether the marks lead exactly to a head; that needs no secret.
func leadTo(marks []store.Mark, h store.Head) bool {
	got := store.Head{}
	for _, m := range marks {
		if m.Seq <= got.Count {
			return false
		}
		got = chain(got, m)
	}
	return got.Count <= h.Count && string(got.Hash) == string(h.Hash)
}
