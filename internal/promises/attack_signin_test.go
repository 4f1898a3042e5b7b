package promises_test

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"klankbord/internal/apptest"
	"klankbord/internal/seal"
	"klankbord/internal/signin"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// The attacks of the threat model on the way in. Whoever holds the database and even
// the pepper is answered here too: what they write validly, but weaker or dearer than
// the desk writes it, is not believed.

// gate is a member who enrolled, and the row by which their password opens the desk.
type gate struct {
	*apptest.Instance
	t    *testing.T
	team apptest.Staff
	me   apptest.Enrolled
	row  envelopeRow
}

type envelopeRow struct {
	params    string
	salt, box []byte
}

func newGate(t *testing.T) *gate {
	t.Helper()
	i, team := apptest.Staffed(t, apptest.FullPasswords)
	g := &gate{Instance: i, t: t, team: team, me: i.Enrol(team.Manager, "Victim", staff.Assignment{Role: staff.RoleAuditor})}
	must(t, i.Store.Read(ctx, func(tx *store.Tx) error {
		return tx.QueryRow(`SELECT params, salt, box FROM envelope WHERE member_id = $1 AND kind = 'password'`, g.me.Member).
			Scan(&g.row.params, &g.row.salt, &g.row.box)
	}))
	return g
}

func (g *gate) put(r envelopeRow) {
	g.t.Helper()
	if behind(g.t, g.Store, `UPDATE envelope SET params = $1, salt = $2, box = $3 WHERE member_id = $4 AND kind = 'password'`, r.params, r.salt, r.box, g.me.Member) != 1 {
		g.t.Fatal("not one row")
	}
}

// opens reports whether the password lets the member on to the second factor.
func (g *gate) opens() bool {
	g.t.Helper()
	g.Clock.Add(time.Hour) // allowances are full again
	_, err := g.SignIn.Password(ctx, signin.Browser{}, g.me.Email, apptest.Password)
	if err != nil && !errors.Is(err, signin.ErrRefused) {
		g.t.Errorf("refused with %v", err)
	}
	return err == nil
}

// frames joins parts, each with its length before it.
func frames(parts ...string) string {
	var b []byte
	for _, p := range parts {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(p))), p...)
	}
	return string(b)
}

// pepperKind begins the file of the pepper, and so that of any key of its sort.
const pepperKind = "klankbord-pepper-1"

// key derives what the row of an envelope is sealed under, written apart from the
// code that it attacks, by somebody who holds the pepper and the password.
func (g *gate) key(r envelopeRow, passes, memory uint32, threads uint8) *seal.Key {
	g.t.Helper()
	file, err := os.ReadFile(filepath.Join(g.State, "keys", "pepper.key"))
	must(g.t, err)
	var text string
	_, err = fmt.Sscanf(string(file), pepperKind+" %s", &text)
	must(g.t, err)
	pepper, err := base64.RawURLEncoding.DecodeString(text)
	must(g.t, err)
	root, err := hkdf.Extract(sha256.New, pepper[:32], []byte("klankbord/seal/1/root"))
	must(g.t, err)
	stretched := argon2.IDKey([]byte(apptest.Password), r.salt, passes, memory, threads, 32)
	info := frames("klankbord/envelope/1", "password", "", r.params, string(r.salt), g.Instance.Instance(), string(g.me.Member), string(stretched))
	secret, err := hkdf.Expand(sha256.New, root, info, 32)
	must(g.t, err)
	sum := sha256.Sum256(append([]byte(pepperKind), secret...))
	key, err := seal.LoadPepper([]byte(pepperKind + " " + base64.RawURLEncoding.EncodeToString(append(secret, sum[:4]...)) + "\n"))
	must(g.t, err)
	return key
}

func (g *gate) context() seal.Context {
	return seal.Context{Instance: g.Instance.Instance(), Kind: "member-secret/password", Object: string(g.me.Member)}
}

// cost are parameters of Argon2id, as the row says them and as they are used.
type cost struct {
	says           string // empty: as they are used
	passes, memory uint32
	threads        uint8
	salt           []byte // nil: the row's own
}

// sealed is the row of the member with the same secret, sealed validly at another cost.
func (g *gate) sealed(c cost) envelopeRow {
	g.t.Helper()
	plain, err := g.key(g.row, 3, 64<<10, 4).Open(g.context(), g.row.box)
	must(g.t, err)
	r := envelopeRow{params: c.says, salt: c.salt}
	if r.salt == nil {
		r.salt = g.row.salt
	}
	if r.params == "" {
		r.params = fmt.Sprintf("argon2id v=19 t=%d m=%d p=%d", c.passes, c.memory, c.threads)
	}
	r.box = g.key(r, c.passes, c.memory, c.threads).Seal(g.context(), plain)
	return r
}

// AT7: a row that was made cheaper to guess, dearer to check, or without salt, is not
// believed, also when everything in it was sealed validly.
func TestAT7_WeakenedPasswordRowOpensNothing(t *testing.T) {
	g := newGate(t)
	g.put(g.sealed(cost{passes: 4, memory: 64 << 10, threads: 4}))
	if !g.opens() {
		t.Fatal("a row within the bounds does not open: the attacker of this test cannot seal")
	}
	const mib = 1 << 10
	for name, c := range map[string]cost{
		"one pass":            {passes: 1, memory: 64 * mib, threads: 4},
		"a pass less":         {passes: 2, memory: 64 * mib, threads: 4},
		"hardly any memory":   {passes: 3, memory: 32, threads: 4},
		"a little less":       {passes: 3, memory: 64*mib - 1, threads: 4},
		"one thread":          {passes: 3, memory: 64 * mib, threads: 1},
		"a pass too many":     {passes: 9, memory: 64 * mib, threads: 4},
		"too much memory":     {passes: 3, memory: 256*mib + 1, threads: 4},
		"too many threads":    {passes: 3, memory: 64 * mib, threads: 9},
		"no salt":             {passes: 3, memory: 64 * mib, threads: 4, salt: []byte{}},
		"half a salt":         {passes: 3, memory: 64 * mib, threads: 4, salt: g.row.salt[:8]},
		"written differently": {passes: 3, memory: 64 * mib, threads: 4, says: "argon2id v=19 t=3 m=65536 p=4 "},
		"zeros before":        {passes: 3, memory: 64 * mib, threads: 4, says: "argon2id v=19 t=03 m=65536 p=4"},
	} {
		g.put(g.sealed(c))
		if g.opens() {
			t.Errorf("%s: it opens", name)
		}
	}
	g.put(g.row)
	if !g.opens() {
		t.Error("the row as it was does not open any more")
	}
}

// AT7: parameters that cannot be, another function, and formats that nobody writes
// are refused like a wrong password, and stop nothing.
func TestAT7_UnknownPasswordRowOpensNothing(t *testing.T) {
	g := newGate(t)
	for _, params := range []string{
		"argon2id v=19 t=3 m=65536 p=0", "argon2id v=19 t=0 m=65536 p=4", "argon2id v=19 t=3 m=0 p=4",
		"argon2id v=19 t=-1 m=65536 p=4", "argon2id v=19 t=3 m=65536 p=260", "argon2id v=19 t=4294967299 m=65536 p=4",
		"argon2id v=16 t=3 m=65536 p=4", "argon2i v=19 t=3 m=65536 p=4", "scrypt", "hkdf-sha256", "prf hkdf-sha256", "none", "",
	} {
		g.put(envelopeRow{params, g.row.salt, g.row.box})
		if g.opens() {
			t.Errorf("%q: it opens", params)
		}
	}
	for at, values := range map[int][]byte{0: {0, 2, 255}, 1: {0, 1, 3, 255}} { // format, suite
		for _, v := range values {
			box := append([]byte{}, g.row.box...)
			box[at] = v
			g.put(envelopeRow{g.row.params, g.row.salt, box})
			if g.opens() {
				t.Errorf("byte %d of the box is %d: it opens", at, v)
			}
		}
	}
	g.put(g.row)
	if !g.opens() {
		t.Error("the row as it was does not open any more")
	}
}

// AT7: a second factor that somebody wrote into the database, or took out of it, lets
// nobody in, also not who knows the password.
func TestAT7_PlantedSecondFactorLetsNobodyIn(t *testing.T) {
	g := newGate(t)
	thief := g.Enrol(g.team.Manager, "Thief", staff.Assignment{Role: staff.RoleAuditor})
	for name, sql := range map[string]string{
		"no second factor":       `DELETE FROM factor WHERE member_id = $1 AND $2 <> ''`,
		"that of another":        `UPDATE factor SET box = (SELECT o.box FROM factor o WHERE o.member_id = $2) WHERE member_id = $1`,
		"under another revision": `UPDATE factor SET revision = revision + 1 WHERE member_id = $1 AND $2 <> ''`,
		"an empty one":           `UPDATE factor SET box = x'', app = 0 WHERE member_id = $1 AND $2 <> ''`,
	} {
		restore := keep(t, g.Instance, "factor")
		if behind(t, g.Store, sql, g.me.Member, thief.Member) != 1 {
			t.Errorf("%s: did not touch one row", name)
		}
		if g.opens() {
			t.Errorf("%s: the password leads further", name)
		}
		restore()
	}
	if !g.opens() {
		t.Error("the row as it was does not open any more")
	}
}
