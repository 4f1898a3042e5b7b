package promises_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Whether a key is used twice cannot be seen from outside package seal, and it has no
// hook for it. So the same tests run once more in a program whose seal was given one
// line in each place that draws or uses a key (go's -overlay; the tree stays as it
// is). What it notes are hashes.

// observation is one use of a key.
type observation struct {
	kind    string // seal, wrap, file, stamp
	under   string // the key or recipient that it was derived from
	context string
	key     string // what must never be the same twice
	plain   string // what was sealed or stamped
}

// observed plays the run and returns what was noted.
var observed = sync.OnceValues(func() ([]observation, error) {
	dir, err := os.MkdirTemp("", "klankbord-observed-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	overlay, err := writeOverlay(dir)
	if err != nil {
		return nil, err
	}
	binary, notes := filepath.Join(dir, "promises.test"), filepath.Join(dir, "notes")
	if out, err := exec.Command("go", "test", "-c", "-overlay", overlay, "-o", binary, ".").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	run := exec.Command(binary, "-rapid.checks=12", "-rapid.steps=30", "-test.run", "^(TestPT2_.*|TestPT6_.*|TestNotAnonymousYetConfidential|TestKeptInformed)$/^(SQLite)?$")
	run.Env = append(os.Environ(), "KLANKBORD_OBSERVED="+notes)
	if out, err := run.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	return readObservations(notes)
})

// patches puts one line of Go behind, or in place of, one that must be there once.
func patches() map[string][][2]string {
	const behind = "\n\t"
	return map[string][][2]string{
		"sealing.go": {{
			"copy(box[34:sealHeader], keys[32:])",
			"copy(box[34:sealHeader], keys[32:])" + behind + `observe("seal", k.s().root[:], aad, keys[:32], plain)`,
		}},
		"wrap.go": {{
			"box := make(Box, 0, wrapHeader+len(enc)+len(ct))",
			"box := make(Box, 0, wrapHeader+len(enc)+len(ct))" + behind + `observe("wrap", []byte(to.fingerprint), wrapAAD(c, to.kind, id, to.fingerprint), enc, plain)`,
		}},
		"file.go": {{
			"c.part.key = [16]byte(fileKey)",
			"c.part.key = [16]byte(fileKey)" + behind + `observe("file", nil, nil, fileKey, fileKey)`,
		}},
		"stamp.go": {
			{"func (s *Stamper) Stamp(c Context, epoch uint32, payload []byte, author string) []byte {", `func (s *Stamper) Stamp(c Context, epoch uint32, payload []byte, author string) []byte {
	stamp := s.quietly(c, epoch, payload, author)
	observe("stamp", s.s().key[:], frame(string(c.Encode()), string(rune(epoch)), author), stamp, payload)
	return stamp
}

func (s *Stamper) quietly(c Context, epoch uint32, payload []byte, author string) []byte {`},
			{"return hmac.Equal(stamp, s.Stamp(c, epoch, payload, author))", "return hmac.Equal(stamp, s.quietly(c, epoch, payload, author))"},
		},
	}
}

const observer = `package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"sync"
)

var observing struct {
	sync.Mutex
	file *os.File
}

func observe(kind string, under, context, key, plain []byte) {
	observing.Lock()
	defer observing.Unlock()
	if observing.file == nil {
		f, err := os.OpenFile(os.Getenv("KLANKBORD_OBSERVED"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			panic(err)
		}
		observing.file = f
	}
	fmt.Fprintf(observing.file, "%s %x %x %x %x\n", kind, sha256.Sum256(under), context, sha256.Sum256(key), sha256.Sum256(lasting(kind, context, plain)))
}

// lasting is what must never differ in one place: all of it, but that the secrets of
// an epoch are given once more to a member who had lost them, and once more when the
// identity among them goes under a gate.
func lasting(kind string, context, plain []byte) []byte {
	switch {
	case kind != "stamp" && (bytes.Contains(context, []byte("\x05grant")) || bytes.Contains(context, []byte("\x07keyring"))) && len(plain) > 1 && plain[1] == byte(Identity):
		return plain[7+binary.BigEndian.Uint32(plain[3:]):] // version; compartment, form, length, secret
	case kind == "stamp" && bytes.Contains(context, []byte("\x08case-key")):
		public, rest := plain, plain
		for range 3 {
			rest = rest[4+binary.BigEndian.Uint32(rest):]
		}
		public = public[:len(public)-len(rest)]
		return append(bytes.Clone(public), rest[4+binary.BigEndian.Uint32(rest):]...)
	}
	return plain
}
`

func writeOverlay(dir string) (string, error) {
	sealed, err := filepath.Abs(filepath.Join("..", "seal"))
	if err != nil {
		return "", err
	}
	replace := map[string]string{filepath.Join(sealed, "observe.go"): filepath.Join(dir, "observe.go")}
	if err := os.WriteFile(filepath.Join(dir, "observe.go"), []byte(observer), 0o600); err != nil {
		return "", err
	}
	for name, list := range patches() {
		text, err := os.ReadFile(filepath.Join(sealed, name))
		if err != nil {
			return "", err
		}
		for _, p := range list {
			if strings.Count(string(text), p[0]) != 1 {
				return "", fmt.Errorf("%s does not hold this line once: %s", name, p[0])
			}
			text = []byte(strings.Replace(string(text), p[0], p[1], 1))
		}
		replace[filepath.Join(sealed, name)] = filepath.Join(dir, name)
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			return "", err
		}
	}
	b, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, b, 0o600)
}

func readObservations(path string) (list []observation, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		var o observation
		parts := strings.Split(strings.TrimSuffix(line, "\n"), " ")
		if len(parts) != 5 {
			return nil, fmt.Errorf("not an observation: %q", line)
		}
		o.kind, o.under, o.context, o.key, o.plain = parts[0], parts[1], parts[2], parts[3], parts[4]
		list = append(list, o)
	}
	return list, nil
}

func observations(t *testing.T) []observation {
	t.Helper()
	list, err := observed()
	must(t, err)
	kinds := map[string]int{}
	for _, o := range list {
		kinds[o.kind]++
	}
	t.Log("seen: ", kinds)
	for kind, least := range map[string]int{"seal": 400, "wrap": 40, "file": 1, "stamp": 150} {
		if kinds[kind] < least {
			t.Fatalf("%s was seen %d times, too few to prove anything", kind, kinds[kind])
		}
	}
	return list
}

// PT4: in a whole run no two things are sealed under the same key. AES-256-GCM keys
// are used for one message each, with a nonce of zeros; so are the keys of a wrap and
// of a part of a file.
func TestPT4_NoKeyIsUsedTwice(t *testing.T) {
	seen := map[string]observation{}
	for _, o := range observations(t) {
		if o.kind == "stamp" {
			continue // a stamp encrypts nothing
		}
		if before, ok := seen[o.kind+o.key]; ok {
			t.Errorf("one key for two: %s in %s and in %s", o.kind, readable(before.context), readable(o.context))
		}
		seen[o.kind+o.key] = o
	}
}

// replacedWhole lists what is sealed anew in its one place, because it has no history:
// whoever writes to the database can put back an earlier one of the same case or
// member, and nothing else. doc/threat-model.md says so.
func replacedWhole() map[string]string {
	return map[string]string{
		"notice-address": "where news goes, when the complainant changes it",
		"desk-draft/":    "a member's unfinished text, when the one before was sent or thrown away",
		" address":       "the stamp under where news goes",
		"log-leaf":       "the stamp under a line of the log covers a hash that is that line's alone",
	}
}

func replaced(context string) bool {
	for kind := range replacedWhole() {
		if strings.Contains(readable(context), kind) {
			return true
		}
	}
	return false
}

// PT5: in a whole run no two different things are sealed, wrapped or stamped in the
// same place under the same key, so that none can stand in for another. The secrets of
// an epoch may be given to one person twice, when they are let back in or the identity
// goes under a gate: the stamped head says which of the two is there.
func TestPT5_EveryContextIsUsedOnce(t *testing.T) {
	seen := map[string]observation{}
	for _, o := range observations(t) {
		if o.kind == "file" {
			continue // its context is the manifest
		}
		at := o.kind + o.under + o.context
		if before, ok := seen[at]; ok && before.plain != o.plain && !replaced(o.context) {
			t.Errorf("two things in one place: %s in %s", o.kind, readable(o.context))
		}
		seen[at] = o
	}
}

// readable shows the words of a context.
func readable(hexed string) string {
	var b []byte
	if _, err := fmt.Sscanf(hexed, "%x", &b); err != nil {
		return hexed
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return ' '
		}
		return r
	}, string(b))
}
