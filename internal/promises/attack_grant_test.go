package promises_test

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// AT4: a wrap for somebody to whom nothing was granted opens nothing and is noticed,
// whatever it was copied from or stamped with.
func TestAT4_WrapWithoutGrantOpensNothing(t *testing.T) {
	i, team := apptest.Staffed(t)
	attacker := team.Service[0]
	target := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	own := i.Complain("nl", apptest.Answers("response-time"), nil)
	real := grantOf(t, i, target.Case, string(team.HR.Member))
	mine := grantOf(t, i, own.Case, string(attacker.Member))
	// A colleague who may read the case hands the attacker its keys.
	keys, err := team.HR.Keys.OpenGrant(i.Instance(), string(target.Case), 0, seal.RecipientMember, string(team.HR.Member), real.Box)
	if err != nil {
		t.Fatal(err)
	}
	forged := real
	forged.Recipient, forged.Fingerprint, forged.Seq = string(attacker.Member), attacker.Keys.Public().Fingerprint(), 99
	forged.Box = wrap(t, keys, attacker)
	elsewhere := seal.NewInstanceKey().Stamper()
	for name, g := range map[string]store.Grant{
		"stamped with nothing":             with(forged, func(g *store.Grant) { g.Stamp = nil }),
		"stamped with another grant's":     forged,
		"stamped with zeros":               with(forged, func(g *store.Grant) { g.Stamp = make([]byte, 33) }),
		"stamped by another instance":      with(forged, func(g *store.Grant) { g.Stamp = stampOf(elsewhere, i.Instance(), *g) }),
		"another's grant under its name":   with(real, func(g *store.Grant) { g.Recipient, g.Seq = string(attacker.Member), 99 }),
		"its own grant of another case":    with(mine, func(g *store.Grant) { g.Case, g.Seq = target.Case, 99 }),
		"its own grant, all but the place": with(mine, func(g *store.Grant) { g.Case, g.Seq, g.Stamp = target.Case, real.Seq, real.Stamp }),
		"of another epoch":                 with(mine, func(g *store.Grant) { g.Case, g.Epoch, g.Seq = target.Case, 1, 99 }),
		"with keys of its own making":      with(forged, func(g *store.Grant) { g.Box = wrap(t, fresh(i.Instance(), target.Case), attacker) }),
		"wrapped on another instance":      with(forged, func(g *store.Grant) { g.Box = wrap(t, fresh("elsewhere", target.Case), attacker) }),
	} {
		t.Run(name, func(t *testing.T) {
			restore := keep(t, i, "case_grant")
			defer restore()
			insertGrant(t, i, g)
			refused(t, i, attacker, target.Number)
			noticed(t, i, team.Manager, target.Number)
		})
	}
	// With the instance's own key, which lies outside the database, a stamp can be
	// forged. The keys that it hands out are still not those of the case.
	t.Run("stamped with the stolen instance key", func(t *testing.T) {
		restore := keep(t, i, "case_grant")
		defer restore()
		insertGrant(t, i, with(forged, func(g *store.Grant) {
			g.Box = wrap(t, fresh(i.Instance(), target.Case), attacker)
			g.Stamp = stampOf(stamps(t, i), i.Instance(), *g)
		}))
		refused(t, i, attacker, target.Number)
		noticed(t, i, team.Manager, target.Number)
	})
	t.Run("with a row of the keyring beside it", func(t *testing.T) {
		restore := keep(t, i, "case_grant")
		defer restore()
		insertGrant(t, i, forged)
		behind(t, i.Store, "INSERT INTO keyring (member_id, case_id, epoch, box) VALUES ($1, $2, 0, $3)",
			attacker.Member, target.Case, []byte(attacker.Keys.SealKeyring(string(attacker.Member), keys)))
		refused(t, i, attacker, target.Number)
		behind(t, i.Store, "DELETE FROM keyring WHERE member_id = $1", attacker.Member)
	})
	if i.Case(team.Manager, target.Number).Damaged {
		t.Error("the case is damaged after everything was put back")
	}
}

// AT4: a member who was removed opens nothing by a grant that somebody writes back.
func TestAT4_RemovedMemberHasNoWayBack(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.Case(team.HR, r.Number)
	kept := grantOf(t, i, r.Case, string(team.HR.Member))
	i.Revoke(team.HR.Member)
	behind(t, i.Store, "DELETE FROM keyring WHERE member_id = $1", team.HR.Member)
	behind(t, i.Store, "DELETE FROM case_grant WHERE recipient_id = $1", team.HR.Member)
	// What comes in from now on is not for them.
	later := i.Complain("nl", apptest.StrictAnswers("corruption"), nil)
	refused(t, i, team.HR, later.Number)
	// Their old grant, moved to what came later, is worth nothing.
	insertGrant(t, i, with(kept, func(g *store.Grant) { g.Case = later.Case }))
	refused(t, i, team.HR, later.Number)
	noticed(t, i, team.Manager, later.Number)
	// A vouch of theirs lets nobody in.
	if err := i.TryVouchBy(team.HR.Member); !errors.Is(err, staff.ErrDirectory) {
		t.Errorf("a member who left vouches for somebody: %v", err)
	}
}

func with(g store.Grant, change func(*store.Grant)) store.Grant {
	g.Box, g.Stamp = slices.Clone(g.Box), slices.Clone(g.Stamp)
	change(&g)
	return g
}

func grantOf(t *testing.T, i *apptest.Instance, id casefile.ID, recipient string) (found store.Grant) {
	t.Helper()
	err := i.Store.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.Grants(id)
		for _, g := range list {
			if g.Recipient == recipient {
				found = g
			}
		}
		return err
	})
	if err != nil || found.Recipient == "" {
		t.Fatalf("no grant to %s: %v", recipient, err)
	}
	if !bytes.Equal(stampOf(stamps(t, i), i.Instance(), found), found.Stamp) {
		t.Fatal("this test stamps otherwise than the instance does, so that it proves nothing")
	}
	return found
}

func insertGrant(t *testing.T, i *apptest.Instance, g store.Grant) {
	t.Helper()
	if g.Stamp == nil {
		g.Stamp = []byte{}
	}
	behind(t, i.Store, `INSERT INTO case_grant (case_id, epoch, recipient_kind, recipient_id, seq, fingerprint, box, created, stamp)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		g.Case, g.Epoch, string(g.Kind), g.Recipient, g.Seq, g.Fingerprint, []byte(g.Box), g.Created.UnixMicro(), g.Stamp)
}

// fresh draws keys that are not those of the case.
func fresh(instance string, id casefile.ID) *seal.CaseKeys {
	return seal.NewCaseKeys(instance, string(id), 0)
}

// wrap wraps keys to the attacker, as far as they are open.
func wrap(t *testing.T, keys *seal.CaseKeys, to access.Actor) seal.Box {
	t.Helper()
	recipient, err := seal.NewRecipient(seal.RecipientMember, string(to.Member), to.Keys.Public())
	if err != nil {
		t.Fatal(err)
	}
	box, err := keys.Grant(recipient, seal.Share{seal.Dialogue, seal.Investigation}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return box
}

// refused makes sure that the case answers like one that does not exist.
func refused(t *testing.T, i *apptest.Instance, actor access.Actor, n casefile.Number) {
	t.Helper()
	_, missing := i.Casework.Case(ctx, actor, "KB-0000-00")
	c, err := i.Casework.Case(ctx, actor, n)
	if !errors.Is(err, fault.ErrNotFound) || missing == nil || err.Error() != missing.Error() {
		t.Errorf("the attacker's case answers %v (opened: %v), one that does not exist %v", err, c != nil, missing)
	}
}

// noticed makes sure that whoever may read the case is told, and that nothing is
// added to it.
func noticed(t *testing.T, i *apptest.Instance, actor access.Actor, n casefile.Number) {
	t.Helper()
	c, err := i.Casework.Case(ctx, actor, n)
	if err != nil || !c.Damaged {
		t.Errorf("the ghost recipient is not noticed: damaged %v, %v", c != nil && c.Damaged, err)
	}
}

// stamps is the instance's own stamper, from its key file.
func stamps(t *testing.T, i *apptest.Instance) *seal.Stamper {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(i.State, "keys", "instance.key"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := seal.LoadInstanceKey(file)
	if err != nil {
		t.Fatal(err)
	}
	return key.Stamper()
}

// stampOf stamps a grant as the instance would.
func stampOf(s *seal.Stamper, instance string, g store.Grant) []byte {
	c := seal.Context{
		Instance: instance, Case: string(g.Case), Kind: "grant", Object: string(g.Kind) + "/" + g.Recipient, Revision: uint64(g.Seq),
	}
	var record []byte
	for _, f := range [][]byte{[]byte(g.Fingerprint), g.Box, binary.BigEndian.AppendUint64(nil, uint64(g.Created.UnixMicro()))} {
		record = append(binary.BigEndian.AppendUint32(record, uint32(len(f))), f...)
	}
	return s.Stamp(c, g.Epoch, record, "system")
}

// AT19: an encapsulated key that is malformed is refused like any other box, also
// where it is stamped, and stops nobody else.
func TestAT19_MalformedEncapsulationIsRefused(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	behind(t, i.Store, "DELETE FROM keyring")
	honest := grantOf(t, i, r.Case, string(team.HR.Member))
	for name, box := range malformed(honest.Box) {
		t.Run(name, func(t *testing.T) {
			restore := keep(t, i, "case_grant")
			defer restore()
			behind(t, i.Store, "DELETE FROM case_grant WHERE recipient_id = $1", team.HR.Member)
			bad := with(honest, func(g *store.Grant) { g.Box = box })
			bad.Stamp = stampOf(stamps(t, i), i.Instance(), bad)
			insertGrant(t, i, bad)
			refused(t, i, team.HR, r.Number)
			if c, err := i.Casework.Case(ctx, team.Manager, r.Number); err != nil || c.Story == nil {
				t.Errorf("the others cannot read it: %v", err)
			}
		})
	}
}

const (
	wrapHead = 2    // version and suite
	latticeN = 1088 // bytes of the ML-KEM-768 half of an encapsulated key
	encapN   = latticeN + 32
)

// malformed gives boxes whose encapsulated key is not one, by the classes of the
// test vectors of age (CCTV): short, long, low order, not canonical.
func malformed(honest seal.Box) map[string]seal.Box {
	put := func(at int, part []byte) seal.Box {
		b := slices.Clone(honest)
		copy(b[at:], part)
		return b
	}
	out := map[string]seal.Box{
		"nothing":                   {},
		"only version and suite":    honest[:wrapHead],
		"short":                     honest[:wrapHead+encapN-1],
		"without a message":         honest[:wrapHead+encapN],
		"one byte less":             slices.Delete(slices.Clone(honest), wrapHead+9, wrapHead+10),
		"one byte more":             slices.Insert(slices.Clone(honest), wrapHead+encapN, 0),
		"lattice zero":              put(wrapHead, make([]byte, latticeN)),
		"lattice not canonical":     put(wrapHead, bytes.Repeat([]byte{0xFF}, latticeN)),
		"halves the other way":      put(wrapHead, append(slices.Clone(honest[wrapHead+latticeN:wrapHead+encapN]), honest[wrapHead:wrapHead+latticeN]...)),
		"point with its high bit":   put(wrapHead+encapN-1, []byte{honest[wrapHead+encapN-1] ^ 0x80}),
		"message of another length": honest[:len(honest)-1],
	}
	for name, p := range lowOrder() {
		out["point "+name] = put(wrapHead+latticeN, p)
	}
	return out
}

// lowOrder lists points of Curve25519 from which every secret is the same.
func lowOrder() map[string][]byte {
	point := func(first, rest, last byte) []byte {
		p := bytes.Repeat([]byte{rest}, 32)
		p[0], p[31] = first, last
		return p
	}
	return map[string][]byte{
		"zero": point(0, 0, 0), "one": point(1, 0, 0), "p-1": point(0xEC, 0xFF, 0x7F), "p": point(0xED, 0xFF, 0x7F), "p+1": point(0xEE, 0xFF, 0x7F),
	}
}

// AT19: a public key that is malformed never enters the directory, where it would
// keep every complaint from being sealed.
func TestAT19_MalformedPublicKeyNeverEnters(t *testing.T) {
	i, _ := apptest.Staffed(t)
	honest := seal.NewMemberSecret().Keys().Public()
	bad := map[string]seal.PublicKey{
		"none": {}, "short": honest[:len(honest)-1], "long": append(slices.Clone(honest), 0),
		"lattice not canonical": append(bytes.Repeat([]byte{0xFF}, 1184), honest[1184:]...),
	}
	for name, p := range lowOrder() {
		bad["point "+name] = append(slices.Clone(honest[:1184]), p...)
	}
	for name, public := range bad {
		if _, err := seal.NewRecipient(seal.RecipientMember, "m", public); !errors.Is(err, seal.ErrRecipient) {
			t.Errorf("%s: NewRecipient = %v", name, err)
		}
		if err := i.TryEnrol(public); !errors.Is(err, staff.ErrDirectory) {
			t.Errorf("%s: the directory takes it: %v", name, err)
		}
	}
	i.Complain("nl", apptest.StrictAnswers("theft"), nil)
}

// AT20: a recipient with another kind of key than the hybrid one is none, in the
// directory, on a case, and at a compartment.
func TestAT20_KeyWithoutThePostQuantumHalfIsNoRecipient(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	for name, kem := range map[string]hpke.KEM{
		"X25519": hpke.DHKEM(ecdh.X25519()), "P-256": hpke.DHKEM(ecdh.P256()), "ML-KEM-768 alone": hpke.MLKEM768(), "ML-KEM-1024": hpke.MLKEM1024(),
	} {
		key, err := kem.GenerateKey()
		if err != nil {
			t.Fatal(err)
		}
		public := seal.PublicKey(key.PublicKey().Bytes())
		for _, kind := range []seal.RecipientKind{seal.RecipientMember, seal.RecipientCode, seal.RecipientRecovery, seal.RecipientCompartment} {
			if _, err := seal.NewRecipient(kind, "x", public); !errors.Is(err, seal.ErrRecipient) {
				t.Errorf("%s: NewRecipient(%s) = %v", name, kind, err)
			}
		}
		if err := i.TryEnrol(public); !errors.Is(err, staff.ErrDirectory) {
			t.Errorf("%s: the directory takes it: %v", name, err)
		}
		restore := keep(t, i, "case_key")
		behind(t, i.Store, "UPDATE case_key SET dialogue = $1 WHERE case_id = $2", []byte(public), r.Case)
		if c, err := i.Casework.Case(ctx, team.Manager, r.Number); err == nil && !c.Damaged {
			t.Errorf("%s: a compartment takes it", name)
		}
		restore()
	}
}

// AT20: a box that names another suite or version is refused, and none is written.
func TestAT20_NoOtherSuiteIsReadOrWritten(t *testing.T) {
	s := newScene(t)
	suites := map[byte]int{}
	for _, c := range s.cells(1000) {
		if !s.boxed(c) {
			continue
		}
		if c.value[0] != 1 || c.value[1] != 1 && c.value[1] != 2 {
			t.Errorf("%s has version %d and suite %d", c, c.value[0], c.value[1])
		}
		suites[c.value[1]]++
		if c.value[1] == 1 && len(c.value) < wrapHead+encapN+16 {
			t.Errorf("%s is a wrap of %d bytes, too short for the hybrid key", c, len(c.value))
		}
	}
	if suites[1] < 8 || suites[2] < 20 {
		t.Errorf("%d wraps and %d sealed things were looked at, too few to prove anything", suites[1], suites[2])
	}
	for _, c := range s.cells(1) {
		if !s.boxed(c) {
			continue
		}
		for _, at := range []int{0, 1} {
			for _, v := range []byte{0, 1, 2, 3, 255} {
				if other := slices.Clone(c.value); v != c.value[at] {
					other[at] = v
					s.put(c, other)
					if refusedAtOnce(c.table) && !s.differs(c.table) {
						t.Errorf("%s opens with version or suite %d", c, v)
					}
					s.holds(t, "another version or suite in "+c.String(), c.table)
					s.put(c, c.value)
				}
			}
		}
	}
	s.unchanged(t)
}

// refusedAtOnce reports whether a thing that does not open is missed by whoever looks:
// nothing else stands in for it.
func refusedAtOnce(table string) bool {
	return slices.Contains([]string{"draft", "desk_draft", "submission", "session", "mailbox_session", "summary"}, table)
}

// boxed reports whether a column holds what was sealed; it must be known of each.
func (s *scene) boxed(c cell) bool {
	switch c.column {
	case "box", "key_box", "resume_box", "gate_box", "entry_box", "derived", "purpose":
		return true
	case "stamp", "key_stamp", "entry_stamp", "head_hash", "head_stamp", "identity", "dialogue", "investigation", "public_key", "salt", "mark",
		"statement", "value", "record", "signature", "note":
		return false
	default:
		s.T.Errorf("%s: is it sealed?", c)
		return false
	}
}

// AT4: a row of the keyring from before the identity went under a gate, put back, opens
// no identity.
func TestAT4_KeyringFromBeforeTheGateDoesNotOpenTheIdentity(t *testing.T) {
	i, _ := apptest.Staffed(t)
	both := i.Join("Yasmina Haddad",
		staff.Assignment{Role: staff.RoleHandler, Team: casefile.SupportersService},
		staff.Assignment{Role: staff.RoleHandler, Team: casefile.ComplaintsTeam})
	r := i.Complain("nl", apptest.Answers("response-time"), nil)
	i.Case(both, r.Number)
	ring := both.Keys.SealKeyring(string(both.Member), opensFor(t, i, both, grantOf(t, i, r.Case, string(both.Member))))
	readable := func(want bool) {
		t.Helper()
		o, err := i.Custody.OpenMember(ctx, both, r.Number)
		must(t, err)
		for _, e := range o.Entries {
			if e.Compartment == seal.Identity && e.Locked == want {
				t.Errorf("the identity is readable: %v, must be %v", !e.Locked, want)
			}
		}
	}
	readable(true)
	must(t, i.Hand(both, r.Number, casefile.Integrity))
	readable(false)
	behind(t, i.Store, "DELETE FROM keyring WHERE member_id = $1", both.Member)
	behind(t, i.Store, "INSERT INTO keyring (member_id, case_id, epoch, box) VALUES ($1, $2, 0, $3)", both.Member, r.Case, []byte(ring))
	readable(false)
}

// AT4: whoever was left out of a case stays out of it also when somebody writes their
// old grant back, stamped as it was.
func TestAT4_GrantThatWasTakenAwayDoesNotComeBack(t *testing.T) {
	i, team := apptest.Staffed(t)
	r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
	i.Case(team.HR, r.Number)
	old := grantOf(t, i, r.Case, string(team.HR.Member))
	ring := team.HR.Keys.SealKeyring(string(team.HR.Member), opensFor(t, i, team.HR, old))
	must(t, i.StepAside(team.HR, r.Number))
	refused(t, i, team.HR, r.Number)
	insertGrant(t, i, old)
	refused(t, i, team.HR, r.Number)
	behind(t, i.Store, "DELETE FROM keyring WHERE member_id = $1", team.HR.Member)
	behind(t, i.Store, "INSERT INTO keyring (member_id, case_id, epoch, box) VALUES ($1, $2, $3, $4)", team.HR.Member, r.Case, old.Epoch, []byte(ring))
	refused(t, i, team.HR, r.Number)
	noticed(t, i, team.Manager, r.Number)
	for _, view := range casework.Views() {
		list, err := i.Casework.Inbox(ctx, team.HR, casework.Filter{View: view, Page: 1})
		if err != nil || list.Total > 0 || len(list.Rows) > 0 {
			t.Errorf("the list %s shows %d cases: %v", view, list.Total, err)
		}
	}
}

func opensFor(t *testing.T, i *apptest.Instance, actor access.Actor, g store.Grant) *seal.CaseKeys {
	t.Helper()
	keys, err := actor.Keys.OpenGrant(i.Instance(), string(g.Case), g.Epoch, seal.RecipientMember, string(actor.Member), g.Box)
	must(t, err)
	return keys
}
