package seal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/hpke"
	"crypto/mlkem"
	"crypto/sha256"
	"crypto/sha3"
	"encoding/binary"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/cryptotest"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Vectors of every record version stay readable for ever: a change of these files
// is a change of what old databases mean.
const vectorFile = "vectors.txt"

// makeVectors writes one of each construction from fixed secrets and randomness.
func makeVectors(t *testing.T) map[string][]byte {
	cryptotest.SetGlobalRandom(t, 1)
	ck, member, pepper := fixedCase(), fixedKeys(1), fixedKey(5)
	investigation, _ := ck.Compartment(Investigation)
	ms := &MemberSecret{s: veil(&memberState{seed: fixed32(9), secondFactor: true})}
	b32 := fixed32(11)
	token := Token{b: veil(&b32)}
	appended, err := Append(recipient(t, RecipientCompartment, "x", investigation.Public()), note(), []byte("appended"))
	if err != nil {
		t.Fatal(err)
	}
	_, derived, err := investigation.OpenAppended(note(), appended)
	if err != nil {
		t.Fatal(err)
	}
	password, err := Cost{}.SealPassword(pepper, "desk", "m1", "correct horse", ms)
	if err != nil {
		t.Fatal(err)
	}
	stretched, err := Cost{}.written().stretch("correct horse", password.Salt)
	if err != nil {
		t.Fatal(err)
	}
	recovery, err := SealRecovery(pepper, "desk", "m1", fixedCode(3), ms)
	if err != nil {
		t.Fatal(err)
	}
	b9 := fixed32(17)
	passkey, err := SealPasskey(pepper, "desk", "m1", "c1", b9[:], ms)
	if err != nil {
		t.Fatal(err)
	}
	shelf := newShelf()
	m := sealFile(t, shelf, 20, []byte("a file in two parts, sealed"))
	instance := instanceOf(fixed32(13))
	pubs := ck.PublicKeys()
	out := map[string][]byte{
		"append": appended, "append.derived": derived,
		"checkpoint.public":    instance.CheckpointKey()[32:],
		"code.kem.fingerprint": []byte(fixedCode(3).Recipient("desk").Fingerprint()),
		"code.lookup":          []byte(fixedCode(3).LookupID("desk", "mailbox")),
		"code.text":            []byte(fixedCode(3).Text()),
		"code.sealed":          SealCode(fixedKey(5), note(), fixedCode(3)),
		"context":              note().Encode(),
		"envelope.password":    password.Box, "envelope.password.salt": password.Salt,
		"envelope.password.params": []byte(password.Params),
		"envelope.recovery":        recovery.Box, "envelope.recovery.salt": recovery.Salt,
		"envelope.passkey": passkey.Box, "envelope.passkey.salt": passkey.Salt,
		"act.secret": token.SealSecret(pepper, note(), ms), "blind": []byte(fixedKey(5).Blind("network", "192.0.2.0/24")),
		"passkey.input": PasskeyInput("desk"), "factors": ms.Factors().Seal(note(), []byte("factors")),
		"file.manifest": m.Encode(), "file.part0": shelf.blobs["blob-0"], "file.part1": shelf.blobs["blob-1"],
		"instance.file": instance.Marshal(), "instance.subkey": fingerprintOf(instance.Subkey("notices")),
		"key.wrapped": fixedKey(6).Wrap(fixedKey(5), note()), "keyring": member.SealKeyring("m1", ck),
		"pepper.file": MarshalPepper(pepper), "seal": fixedKey(5).Seal(note(), []byte("sealed")),
		"member.fingerprint": []byte(member.Public().Fingerprint()),
		"session.keys":       token.SealKeys(pepper, note(), member), "token.cookie": []byte(token.Cookie()),
		"token.id": []byte(token.ID()), "token.link": []byte(token.LookupID("confirm")), "sign": ms.Signer().Sign(note(), []byte("signed")),
		"sign.public": ms.Signer().Public(), "stamp": instance.Stamper().Stamp(note(), 2, []byte("stamped"), "m1"),
		"envelope.password.stretched": stretched,
		"wrap":                        grant(t, ck, recipient(t, RecipientMember, "m1", member.Public()), everything, nil),
		"wrap.gated":                  grant(t, ck, recipient(t, RecipientMember, "m1", member.Public()), everything, fixedKey(7)),
	}
	// What no other library at hand computes: ML-KEM-768. Whoever checks the vectors
	// elsewhere begins from its shared secret.
	out["wrap.lattice"] = latticeSecret(t, fixed32(1), out["wrap"][wrapHeader:])
	out["wrap.gated.lattice"] = latticeSecret(t, fixed32(1), out["wrap.gated"][wrapHeader:])
	out["append.lattice"] = latticeSecret(t, investigation.s().kem().seed, appended[6+wrapHeader:])
	for c, p := range pubs {
		out["compartment."+c.String()] = []byte(p.Fingerprint())
	}
	addRecoveryVectors(t, out)
	return out
}

// latticeSecret decapsulates the ML-KEM-768 half of an X-Wing encapsulation
// (draft-connolly-cfrg-xwing-kem 5.2, 5.5).
func latticeSecret(t *testing.T, seed [32]byte, enc []byte) []byte {
	t.Helper()
	key, err := mlkem.NewDecapsulationKey768(sha3.SumSHAKE256(seed[:], 96)[:mlkem.SeedSize])
	if err != nil {
		t.Fatal(err)
	}
	secret, err := key.Decapsulate(enc[:mlkem.CiphertextSize768])
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func fingerprintOf(k *Key) []byte {
	sum := sha256.Sum256(k.s().secret[:])
	return sum[:]
}

func readVectors(t *testing.T) map[string][]byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", vectorFile))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " = ")
		if out[name], err = hex.DecodeString(value); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestPT7_VectorsAreWrittenByteForByte(t *testing.T) {
	got := makeVectors(t)
	if *update {
		var b strings.Builder
		for _, name := range slices.Sorted(maps.Keys(got)) {
			fmt.Fprintf(&b, "%s = %x\n", name, got[name])
		}
		if err := os.WriteFile(filepath.Join("testdata", vectorFile), []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(readVectors(t), got); diff != "" {
		t.Errorf("stored encodings changed (-golden +now):\n%s", diff)
	}
}

func TestPT7_VectorsStillOpen(t *testing.T) {
	v := readVectors(t)
	member, pepper, b32 := fixedKeys(1), fixedKey(5), fixed32(11)
	investigation, _ := fixedCase().Compartment(Investigation)
	want := func(name, text string, got []byte, err error) {
		t.Helper()
		if err != nil || string(got) != text {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	got, err := fixedKey(5).Open(note(), v["seal"])
	want("seal", "sealed", got, err)
	got, _, err = investigation.OpenAppended(note(), v["append"])
	want("append", "appended", got, err)
	got, err = investigation.OpenDerived(note(), v["append"], v["append.derived"])
	want("derived", "appended", got, err)
	for _, name := range []string{"wrap", "wrap.gated"} {
		ck, err := member.OpenGrant("desk", "case-a", 1, RecipientMember, "m1", v[name])
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := ck.LiftGate(fixedKey(7)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := ck.VerifyPublic(fixedCase().PublicKeys()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := member.OpenKeyring("desk", "case-a", 1, "m1", v["keyring"]); err != nil {
		t.Errorf("keyring: %v", err)
	}
	if _, err := (Token{b: veil(&b32)}).OpenKeys(pepper, note(), v["session.keys"]); err != nil {
		t.Errorf("session: %v", err)
	}
	e := Envelope{Kind: EnvelopePassword, Params: string(v["envelope.password.params"]), Salt: v["envelope.password.salt"], Box: v["envelope.password"]}
	if _, err := (Cost{}).OpenPassword(e, pepper, "desk", "m1", "correct horse"); err != nil {
		t.Errorf("password: %v", err)
	}
	e = Envelope{Kind: EnvelopeRecovery, Params: recoveryParams, Salt: v["envelope.recovery.salt"], Box: v["envelope.recovery"]}
	if _, err := e.OpenRecovery(pepper, "desk", "m1", fixedCode(3)); err != nil {
		t.Errorf("recovery: %v", err)
	}
	prf := fixed32(17)
	e = Envelope{Kind: EnvelopePasskey, Credential: "c1", Params: passkeyParams, Salt: v["envelope.passkey.salt"], Box: v["envelope.passkey"]}
	ms, err := e.OpenPasskey(pepper, "desk", "m1", prf[:])
	if err != nil {
		t.Fatalf("passkey: %v", err)
	}
	got, err = ms.Factors().Open(note(), v["factors"])
	want("factors", "factors", got, err)
	if _, err := (Token{b: veil(&b32)}).OpenSecret(pepper, note(), v["act.secret"]); err != nil {
		t.Errorf("act: %v", err)
	}
	m, err := DecodeManifest(v["file.manifest"])
	if err != nil {
		t.Fatal(err)
	}
	s := &shelf{blobs: map[string][]byte{"blob-0": v["file.part0"], "blob-1": v["file.part1"]}}
	got, err = io.ReadAll(m.Open(s.fetch))
	want("file", "a file in two parts, sealed", got, err)
	instance, err := LoadInstanceKey(v["instance.file"])
	if err != nil || !instance.Stamper().Verify(note(), 2, []byte("stamped"), "m1", v["stamp"]) {
		t.Errorf("stamp: %v", err)
	}
	if !VerifySignature(v["sign.public"], note(), []byte("signed"), v["sign"]) {
		t.Error("signature")
	}
	wantRecoveryVectors(t, v)
}

// The rest of this file computes the constructions a second time, from the RFCs
// and the description in the comments, with nothing of this package but fixtures.

func mac(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

func lv(parts ...string) (b []byte) {
	for _, p := range parts {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(p))), p...)
	}
	return b
}

func noteBytes() []byte {
	b := append([]byte{1}, lv("desk", "case-a")...)
	b = append(append(b, 3), lv("note", "o1")...)
	return append(b, 0, 0, 0, 0, 0, 0, 0, 3)
}

func TestPT7_VectorOfSealByHand(t *testing.T) {
	box, secret := readVectors(t)["seal"], fixed32(5)
	root := mac([]byte("klankbord/seal/1/root"), secret[:])
	info := append(append(lv("klankbord/seal/1"), 2), noteBytes()...)
	info = append(info, box[2:34]...)
	t1 := mac(root, info, []byte{1})
	t2 := mac(root, t1, info, []byte{2})
	if box[0] != 1 || box[1] != 2 || !bytes.Equal(box[34:66], t2) {
		t.Fatal("header or commitment differ")
	}
	block, err := aes.NewCipher(t1)
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := gcm.Open(nil, make([]byte, 12), box[66:], noteBytes())
	if err != nil || !bytes.Equal(plain, append([]byte("sealed\x80"), make([]byte, 57)...)) {
		t.Fatalf("%q, %v", plain, err)
	}
}

func TestPT7_VectorOfWrapByHand(t *testing.T) {
	box, seed := readVectors(t)["wrap"], fixed32(1)
	kem := hpke.MLKEM768X25519()
	priv, err := kem.NewPrivateKey(seed[:])
	if err != nil {
		t.Fatal(err)
	}
	fp := sha256.Sum256(lv("klankbord/fingerprint/1", "\x01", string(priv.PublicKey().Bytes())))
	r, err := hpke.NewRecipient(box[2:1122], priv, hpke.HKDFSHA256(), hpke.AES256GCM(), lv("klankbord/wrap/1", "\x01", "desk"))
	if err != nil {
		t.Fatal(err)
	}
	ctx := append([]byte{1}, lv("desk", "case-a")...)
	ctx = append(append(ctx, 0), lv("grant", "")...)
	ctx = append(ctx, 0, 0, 0, 0, 0, 0, 0, 1)
	plain, err := r.Open(lv(string(ctx), "member", "m1", hex.EncodeToString(fp[:])), box[1122:])
	if err != nil {
		t.Fatal(err)
	}
	want := []byte{1}
	for c := byte(1); c <= 3; c++ {
		secret := fixed32(c * 40)
		want = append(append(want, c, 0), lv(string(secret[:]))...)
	}
	if !bytes.Equal(plain, want) {
		t.Errorf("payload %x", plain)
	}
}

func TestPT7_VectorOfPasskeyEnvelopeByHand(t *testing.T) {
	v, prf, pepper := readVectors(t), fixed32(17), fixed32(5)
	sealKey := func(secret []byte) []byte { return mac([]byte("klankbord/seal/1/root"), secret) }
	prk := mac(lv("klankbord/passkey/1", "c1"), prf[:])
	secret := mac(prk, lv("klankbord/passkey/1/envelope", "desk", "m1"), []byte{1})
	key := mac(sealKey(pepper[:]), lv("klankbord/envelope/1", "passkey", "c1", "prf hkdf-sha256", string(v["envelope.passkey.salt"]), "desk", "m1", string(secret)), []byte{1})
	box := v["envelope.passkey"]
	ctx := append([]byte{1}, lv("desk", "")...)
	ctx = append(append(ctx, 0), lv("member-secret/passkey", "m1")...)
	ctx = append(ctx, make([]byte, 8)...)
	info := append(append(lv("klankbord/seal/1"), 2), ctx...)
	block, err := aes.NewCipher(mac(sealKey(key), append(info, box[2:34]...), []byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := gcm.Open(nil, make([]byte, 12), box[66:], ctx)
	seed := fixed32(9)
	want := append(append([]byte{1}, seed[:]...), 1, 0x80)
	if err != nil || !bytes.HasPrefix(plain, want) {
		t.Fatalf("%x, %v", plain, err)
	}
}

func TestPT7_VectorOfStampByHand(t *testing.T) {
	secret := fixed32(13)
	prk := mac([]byte("klankbord/instance/1"), secret[:])
	key := mac(prk, lv("klankbord/instance/1/stamp"), []byte{1})
	sum := sha256.Sum256([]byte("stamped"))
	want := append([]byte{1}, mac(key, lv("klankbord/stamp/1"), noteBytes(), []byte{0, 0, 0, 2}, sum[:], lv("m1"))...)
	if !bytes.Equal(readVectors(t)["stamp"], want) {
		t.Error("stamp differs")
	}
}

func TestPT7_VectorOfCodeByHand(t *testing.T) {
	full := fixed32(3)
	sum := sha256.Sum256(append([]byte("klankbord/code/1/check"), full[:16]...))
	bitString := ""
	for _, b := range append(full[:16:16], sum[:2]...) {
		bitString += fmt.Sprintf("%08b", b)
	}
	text := ""
	for i := range 28 {
		var v int
		if _, err := fmt.Sscanf(bitString[i*5:i*5+5], "%b", &v); err != nil {
			t.Fatal(err)
		}
		if i > 0 && i%4 == 0 {
			text += "-"
		}
		text += string("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[v])
	}
	if got := string(readVectors(t)["code.text"]); got != text {
		t.Errorf("code %s, want %s", got, text)
	}
}
