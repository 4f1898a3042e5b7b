package casework

import (
	"bytes"
	"encoding/binary"
	"slices"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// How long a request waits for a decision, and how long an approval can be used
// once it was given.
const (
	RequestLife  = 7 * 24 * time.Hour
	ApprovalLife = 3 * 24 * time.Hour
)

// RequestState says how far a request is.
type RequestState string

// The states of a request.
const (
	RequestWaiting   RequestState = "waiting"
	RequestApproved  RequestState = "approved" // and not used yet
	RequestRefused   RequestState = "refused"
	RequestWithdrawn RequestState = "withdrawn"
	RequestUsed      RequestState = "used"
	RequestLapsed    RequestState = "lapsed"
)

// request is a request of a case with what became of it. It is read out of the
// entries anew each time, so that nothing else can say that something was approved.
type request struct {
	casefile.Request
	id      string
	by      staff.ID
	at      time.Time
	encoded []byte // what was sealed; a decision signs it
	state   RequestState
	decider staff.ID  // who approved or refused
	decided time.Time // when
	words   string
	until   time.Time // of a waiting one or of an approval: when it lapses
	forged  bool      // a decision stands there that its author did not sign; it counts for nothing
	renewed bool      // whoever approved has other keys since, or left: it can be used no more
}

// requests reads every request of a case, oldest first.
func (c *Casework) requests(o *custody.Opened, dir *staff.Directory) []request {
	var list []request
	for _, e := range o.Entries {
		if e.Damaged || e.Locked || e.AuthorKind != custody.AuthorMember {
			continue
		}
		switch e.Kind {
		case casefile.EntryRequest:
			p, err := casefile.DecodePayload[casefile.Request](e.Payload)
			if err != nil {
				continue
			}
			list = append(list, request{
				Request: p, id: e.ID, by: staff.ID(e.AuthorID), at: e.Created, encoded: e.Payload,
				state: RequestWaiting, until: p.Until,
			})
		case casefile.EntryDecision:
			d, err := casefile.DecodePayload[casefile.Decision](e.Payload)
			i := slices.IndexFunc(list, func(r request) bool { return casefile.EntryID(r.id) == d.Request })
			if err == nil && i >= 0 {
				c.settle(o, dir, &list[i], e, d)
			}
		default: // no part of a request
		}
	}
	now := c.Store.Now()
	for i := range list {
		r := &list[i]
		stands := r.state == RequestWaiting || r.state == RequestApproved
		if stands && (!now.Before(r.until) || r.renewed) {
			r.state = RequestLapsed
		}
	}
	return list
}

// settle carries a decision over to its request, if whoever made it may decide so.
func (c *Casework) settle(o *custody.Opened, dir *staff.Directory, r *request, e custody.Entry, d casefile.Decision) {
	author, open := staff.ID(e.AuthorID), r.state == RequestWaiting && e.Created.Before(r.until)
	switch d.Verdict {
	case casefile.VerdictApproved, casefile.VerdictRefused:
		if !open || author == r.by || string(author) == r.For {
			return
		}
		then, ok := c.signerThen(o, dir, *r, e, d)
		if !ok {
			r.forged = true
			return
		}
		now, ok := dir.Entry(author)
		r.renewed = !ok || !bytes.Equal(now.Signing, then.Signing)
		r.decider, r.decided, r.words = author, e.Created, d.Words
		r.state, r.until = RequestRefused, time.Time{}
		if d.Verdict == casefile.VerdictApproved {
			r.state, r.until = RequestApproved, e.Created.Add(ApprovalLife)
		}
	case casefile.VerdictWithdrawn:
		if author == r.by && (open || r.state == RequestApproved) {
			r.state = RequestWithdrawn
		}
	case casefile.VerdictUsed:
		if author == r.by && r.state == RequestApproved {
			r.state = RequestUsed
		}
	}
}

// signerThen is the author of a decision with the keys that they had when they signed it. New
// keys may hold from that very moment: those of just before count as well.
func (c *Casework) signerThen(o *custody.Opened, dir *staff.Directory, r request, e custody.Entry, d casefile.Decision) (staff.Entry, bool) {
	for _, at := range []time.Time{e.Created, e.Created.Add(-time.Microsecond)} {
		if then, ok := dir.Chain().At(at).Entry(staff.ID(e.AuthorID)); ok && c.signed(o, then, r, d) {
			return then, true
		}
	}
	return staff.Entry{}, false
}

// signed checks a decision against the signing key that the directory vouched for when
// it was made.
func (c *Casework) signed(o *custody.Opened, then staff.Entry, r request, d casefile.Decision) bool {
	ctx, message, err := c.decisionMessage(o, r, d)
	return err == nil && seal.VerifySignature(then.Signing, ctx, message, d.Signature)
}

// decisionMessage is what a decision signs: instance, case and request in the
// context, then the request word for word (what, for whom, why, until when) and the
// decision without its signature.
func (c *Casework) decisionMessage(o *custody.Opened, r request, d casefile.Decision) (seal.Context, []byte, error) {
	d.Signature = nil
	plain, err := casefile.EncodePayload(d)
	var b bytes.Buffer
	for _, part := range [][]byte{r.encoded, plain} {
		b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part)))) //nolint:gosec // a payload is far below 4 GiB
		b.Write(part)
	}
	return seal.Context{
		Instance: c.Custody.Instance(), Case: string(o.Case.ID), Compartment: seal.Investigation, Kind: "decision", Object: r.id,
	}, b.Bytes(), err
}

// deciders are the members who may decide about a request now: they handle cases,
// hold the present keys of this one, are not left out of it, and are neither the
// one who asks nor the one it is for.
func (c *Casework) deciders(o *custody.Opened, dir *staff.Directory, r request) []staff.ID {
	left := routing(o).Exclusion
	return slices.DeleteFunc(o.MayRead(), func(id staff.ID) bool {
		entry, ok := dir.Entry(id)
		return !ok || !entry.Has(staff.RoleHandler) || left.Covers(entry) || id == r.by || string(id) == r.For
	})
}

// approval is the member's own request for a matter that was approved, not used
// yet, and by somebody who still may decide; false when there is none.
func (c *Casework) approval(o *custody.Opened, dir *staff.Directory, by staff.ID, m casefile.Matter, match func(casefile.Request) bool) (request, bool) {
	if o.Damaged {
		return request{}, false
	}
	for _, r := range slices.Backward(c.requests(o, dir)) {
		if r.state == RequestApproved && r.by == by && r.Matter == m && (match == nil || match(r.Request)) &&
			slices.Contains(c.deciders(o, dir, r), r.decider) {
			return r, true
		}
	}
	return request{}, false
}

// used is the entry that uses an approval up; it goes into the change that the
// approval allows.
func used(actor staff.ID, r request) (custody.Item, error) {
	return decision(actor, r.id, casefile.Decision{Request: casefile.EntryID(r.id), Verdict: casefile.VerdictUsed})
}

func decision(actor staff.ID, request string, d casefile.Decision) (custody.Item, error) {
	i, err := item(actor, "", casefile.EntryDecision, d)
	i.Parent = request
	return i, err
}
