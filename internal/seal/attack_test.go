package seal

import (
	"bytes"
	"slices"
	"testing"
)

// The attacks of the threat model that this package alone must stop. Each has to
// fail closed, with the one error.

// elsewhere lists contexts that differ from c in one respect each.
func elsewhere(c Context) map[string]Context {
	out := map[string]Context{}
	change := func(name string, f func(*Context)) {
		d := c
		f(&d)
		out[name] = d
	}
	change("other instance", func(c *Context) { c.Instance += "x" })
	change("other case", func(c *Context) { c.Case = "case-b" })
	change("other compartment", func(c *Context) { c.Compartment++ })
	change("other object", func(c *Context) { c.Object = "o2" })
	change("message into note, file name into subject", func(c *Context) { c.Kind += "/subject" })
	change("older revision", func(c *Context) { c.Revision-- })
	change("newer revision", func(c *Context) { c.Revision++ })
	change("fields shifted", func(c *Context) { c.Kind, c.Object = c.Kind+c.Object, "" })
	return out
}

func TestAT5MovedObjectDoesNotOpen(t *testing.T) {
	ck := fixedCase()
	key, _ := ck.Compartment(Investigation)
	box := key.Seal(note(), []byte("text"))
	appended, err := Append(recipient(t, RecipientCompartment, "x", key.Public()), note(), []byte("text"))
	if err != nil {
		t.Fatal(err)
	}
	_, derived, err := key.OpenAppended(note(), appended)
	if err != nil {
		t.Fatal(err)
	}
	wrapped := NewKey().Wrap(fixedKey(1), note())
	code := SealCode(fixedKey(1), note(), NewCode())
	for name, c := range elsewhere(note()) {
		_, err := key.Open(c, box)
		wantShut(t, name+": object", err)
		_, _, err = key.OpenAppended(c, appended)
		wantShut(t, name+": appended", err)
		_, err = key.OpenDerived(c, appended, derived)
		wantShut(t, name+": derived", err)
		_, err = UnwrapKey(fixedKey(1), c, wrapped)
		wantShut(t, name+": wrapped key", err)
		_, err = OpenCode(fixedKey(1), c, code)
		wantShut(t, name+": code", err)
	}
	dialogue, _ := ck.Compartment(Dialogue)
	_, err = dialogue.Open(note(), box)
	wantShut(t, "key of another compartment", err)
	next, _ := NewCaseKeys("desk", "case-a", 2).Compartment(Investigation)
	_, err = next.Open(note(), box)
	wantShut(t, "key of another epoch", err)
	other, err := Append(recipient(t, RecipientCompartment, "x", key.Public()), note(), []byte("text"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = key.OpenDerived(note(), other, derived)
	wantShut(t, "derived row of another object", err)
}

func TestAT5MovedGrantDoesNotOpen(t *testing.T) {
	member := fixedKeys(1)
	box := grant(t, fixedCase(), recipient(t, RecipientMember, "m1", member.Public()), everything, nil)
	open := func(k *Keys, instance, caseID string, epoch uint32, kind RecipientKind, id string) error {
		_, err := k.OpenGrant(instance, caseID, epoch, kind, id, box)
		return err
	}
	if err := open(member, "desk", "case-a", 1, RecipientMember, "m1"); err != nil {
		t.Fatal(err)
	}
	wantShut(t, "instance", open(member, "other", "case-a", 1, RecipientMember, "m1"))
	wantShut(t, "case", open(member, "desk", "case-b", 1, RecipientMember, "m1"))
	wantShut(t, "epoch", open(member, "desk", "case-a", 2, RecipientMember, "m1"))
	wantShut(t, "kind", open(member, "desk", "case-a", 1, RecipientRecovery, "m1"))
	wantShut(t, "id", open(member, "desk", "case-a", 1, RecipientMember, "m2"))
	wantShut(t, "key", open(fixedKeys(7), "desk", "case-a", 1, RecipientMember, "m1"))
}

func TestAT5MovedKeyringRowOrSessionDoesNotOpen(t *testing.T) {
	member, ck := fixedKeys(1), fixedCase()
	row := member.SealKeyring("m1", ck)
	open := func(k *Keys, instance, caseID string, epoch uint32, id string) error {
		_, err := k.OpenKeyring(instance, caseID, epoch, id, row)
		return err
	}
	if err := open(member, "desk", "case-a", 1, "m1"); err != nil {
		t.Fatal(err)
	}
	wantShut(t, "instance", open(member, "other", "case-a", 1, "m1"))
	wantShut(t, "case", open(member, "desk", "case-b", 1, "m1"))
	wantShut(t, "epoch", open(member, "desk", "case-a", 0, "m1"))
	wantShut(t, "member", open(member, "desk", "case-a", 1, "m2"))
	wantShut(t, "key", open(fixedKeys(7), "desk", "case-a", 1, "m1"))

	token, pepper := NewToken(), NewKey()
	session := token.SealKeys(pepper, note(), member)
	back, err := token.OpenKeys(pepper, note(), session)
	if err != nil || !bytes.Equal(back.encode(), member.encode()) {
		t.Fatalf("session: %v", err)
	}
	for name, try := range map[string]func() (*Keys, error){
		"other cookie":  func() (*Keys, error) { return NewToken().OpenKeys(pepper, note(), session) },
		"no cookie":     func() (*Keys, error) { return Token{}.OpenKeys(pepper, note(), session) },
		"other pepper":  func() (*Keys, error) { return token.OpenKeys(NewKey(), note(), session) },
		"no pepper":     func() (*Keys, error) { return token.OpenKeys(nil, note(), session) },
		"other session": func() (*Keys, error) { return token.OpenKeys(pepper, Context{}, session) },
	} {
		_, err := try()
		wantShut(t, name, err)
	}
}

func TestAT5ObjectOpensByTheRowOfItsOwnCaseOnly(t *testing.T) {
	member, ck := fixedKeys(1), fixedCase()
	row := member.SealKeyring("m1", ck)
	room, _ := ck.Compartment(Investigation)
	box := room.Seal(note(), []byte("text"))
	if plain, err := member.Scan("m1").Open(1, row, note(), box); err != nil || string(plain) != "text" {
		t.Fatalf("%q, %v", plain, err)
	}
	at := func(change func(c *Context)) Context {
		c := note()
		change(&c)
		return c
	}
	for name, c := range map[string]Context{
		"instance": at(func(c *Context) { c.Instance = "other" }), "case": at(func(c *Context) { c.Case = "case-b" }),
		"compartment": at(func(c *Context) { c.Compartment = Dialogue }), "no compartment": at(func(c *Context) { c.Compartment = None }),
		"kind": at(func(c *Context) { c.Kind = "other" }), "object": at(func(c *Context) { c.Object = "o2" }), "revision": at(func(c *Context) { c.Revision++ }),
	} {
		_, err := member.Scan("m1").Open(1, row, c, box)
		wantShut(t, name, err)
	}
	for name, try := range map[string]func() ([]byte, error){
		"epoch":  func() ([]byte, error) { return member.Scan("m1").Open(0, row, note(), box) },
		"member": func() ([]byte, error) { return member.Scan("m2").Open(1, row, note(), box) },
		"keys":   func() ([]byte, error) { return fixedKeys(7).Scan("m1").Open(1, row, note(), box) },
	} {
		_, err := try()
		wantShut(t, name, err)
	}
}

// boxes gives one honest box of each construction with the way to open it.
func boxes(t testing.TB) map[string]struct {
	box  []byte
	open func([]byte) error
} {
	ck, member := fixedCase(), fixedKeys(1)
	key, _ := ck.Compartment(Investigation)
	appended, err := Append(recipient(t, RecipientCompartment, "x", key.Public()), note(), []byte("text"))
	if err != nil {
		t.Fatal(err)
	}
	type entry = struct {
		box  []byte
		open func([]byte) error
	}
	return map[string]entry{
		"seal": {key.Seal(note(), []byte("text")), func(b []byte) error { _, err := key.Open(note(), b); return err }},
		"append": {appended, func(b []byte) error {
			_, _, err := key.OpenAppended(note(), b)
			return err
		}},
		"wrap": {grant(t, ck, recipient(t, RecipientMember, "m1", member.Public()), everything, NewKey()), func(b []byte) error {
			_, err := member.OpenGrant("desk", "case-a", 1, RecipientMember, "m1", b)
			return err
		}},
		"keyring": {member.SealKeyring("m1", ck), func(b []byte) error {
			_, err := member.OpenKeyring("desk", "case-a", 1, "m1", b)
			return err
		}},
		"row of one object": {member.SealKeyring("m1", ck), func(b []byte) error {
			_, err := member.Scan("m1").Open(1, b, note(), key.Seal(note(), []byte("text")))
			return err
		}},
		"one object": {key.Seal(note(), []byte("text")), func(b []byte) error {
			_, err := member.Scan("m1").Open(1, member.SealKeyring("m1", ck), note(), b)
			return err
		}},
	}
}

func TestAT6TruncatedExtendedOrChangedBoxDoesNotOpen(t *testing.T) {
	for name, e := range boxes(t) {
		t.Run(name, func(t *testing.T) {
			if err := e.open(e.box); err != nil {
				t.Fatal(err)
			}
			for i := range e.box {
				if len(e.box) > 1000 && i > 64 && i%23 != 0 && i < len(e.box)-40 {
					continue // sampled: each costs a decapsulation
				}
				changed := slices.Clone(e.box)
				changed[i] ^= 1 << (i % 8)
				wantShut(t, "byte changed", e.open(changed))
				if i%7 == 0 || i < 4 {
					wantShut(t, "truncated", e.open(e.box[:i]))
				}
			}
			wantShut(t, "last byte missing", e.open(e.box[:len(e.box)-1]))
			wantShut(t, "extended", e.open(append(slices.Clone(e.box), 0)))
			wantShut(t, "doubled", e.open(append(slices.Clone(e.box), e.box...)))
		})
	}
}

func TestAT7UnknownVersionOrSuiteIsRefused(t *testing.T) {
	for name, e := range boxes(t) {
		for i := range 2 {
			for v := range 256 {
				if byte(v) == e.box[i] {
					continue
				}
				changed := slices.Clone(e.box)
				changed[i] = byte(v)
				wantShut(t, name, e.open(changed))
			}
		}
	}
}

func TestAT7PasswordRowLoweredOrRaisedIsRefused(t *testing.T) {
	pepper, ms := NewKey(), NewMemberSecret()
	honest, err := Cost{}.SealPassword(pepper, "desk", "m1", "correct horse", ms)
	if err != nil {
		t.Fatal(err)
	}
	for _, params := range []string{
		"argon2id v=19 t=1 m=65536 p=4", "argon2id v=19 t=3 m=8 p=4", "argon2id v=19 t=3 m=67108864 p=4",
		"argon2id v=19 t=4294967295 m=65536 p=4", "argon2id v=19 t=3 m=65536 p=0", "argon2id v=19 t=3 m=65536 p=255",
		"argon2id v=16 t=3 m=65536 p=4", "argon2i v=19 t=3 m=65536 p=4", "argon2id v=19 t=03 m=65536 p=4",
		"argon2id v=19 t=3 m=65536 p=4 ", "argon2id v=19 t=-3 m=65536 p=4", "plain", "", recoveryParams,
	} {
		e := honest
		e.Params = params
		if _, err := (Cost{}).parse(params); err == nil {
			t.Errorf("%q accepted", params)
		}
		_, err := Cost{}.OpenPassword(e, pepper, "desk", "m1", "correct horse")
		wantShut(t, params, err)
	}
	for name, salt := range map[string][]byte{
		"emptied": nil, "short": honest.Salt[:8], "long": append(slices.Clone(honest.Salt), 0),
		"other": bytes.Repeat([]byte{7}, saltSize),
	} {
		e := honest
		e.Salt = salt
		_, err := Cost{}.OpenPassword(e, pepper, "desk", "m1", "correct horse")
		wantShut(t, "salt "+name, err)
	}
	inside := honest
	inside.Params = "argon2id v=19 t=4 m=65536 p=4" // believable, but not what was sealed
	_, err = Cost{}.OpenPassword(inside, pepper, "desk", "m1", "correct horse")
	wantShut(t, "other cost", err)
}

func TestAT19MalformedEncapsulationIsRefused(t *testing.T) {
	member := fixedKeys(1)
	honest := grant(t, fixedCase(), recipient(t, RecipientMember, "m1", member.Public()), everything, nil)
	point := wrapHeader + 1088 // the X25519 half starts after the ML-KEM-768 half
	lowOrder := func(first byte, rest byte, last byte) []byte {
		p := bytes.Repeat([]byte{rest}, 32)
		p[0], p[31] = first, last
		return p
	}
	with := func(at int, part []byte) Box {
		b := slices.Clone(honest)
		copy(b[at:], part)
		return b
	}
	for name, b := range map[string]Box{
		"point zero":        with(point, make([]byte, 32)),
		"point one":         with(point, lowOrder(1, 0, 0)),
		"point p-1":         with(point, lowOrder(0xEC, 0xFF, 0x7F)),
		"point p":           with(point, lowOrder(0xED, 0xFF, 0x7F)),
		"point p+1":         with(point, lowOrder(0xEE, 0xFF, 0x7F)),
		"point all ones":    with(point, bytes.Repeat([]byte{0xFF}, 32)),
		"lattice zero":      with(wrapHeader, make([]byte, 1088)),
		"lattice all ones":  with(wrapHeader, bytes.Repeat([]byte{0xFF}, 1088)),
		"halves of another": with(wrapHeader, grant(t, fixedCase(), recipient(t, RecipientMember, "m1", member.Public()), everything, nil)[wrapHeader:point]),
		"high bit of point": with(point+31, []byte{honest[point+31] ^ 0x80}),
		"short":             honest[:wrapHeader+encSize-1],
		"no ciphertext":     honest[:wrapHeader+encSize],
		"one byte inserted": slices.Insert(slices.Clone(honest), wrapHeader+encSize, 0),
	} {
		_, err := member.OpenGrant("desk", "case-a", 1, RecipientMember, "m1", b)
		wantShut(t, name, err)
	}
}
