package seal

import (
	"bytes"
	"fmt"
	"testing"
)

// addRecoveryVectors adds what people keep on paper.
func addRecoveryVectors(t *testing.T, out map[string][]byte) {
	out["code.age"] = []byte(fixedCode(3).AgeIdentity())
	for _, s := range fixedCode(3).Split() {
		out[fmt.Sprintf("share.%d", s.Number())], out[fmt.Sprintf("share.%d.mark", s.Number())] = []byte(s.Text()), []byte(s.Mark())
	}
	file, err := SealKeyCopy(fixedCode(3), instanceOf(fixed32(13)), fixedKey(5))
	if err != nil {
		t.Fatal(err)
	}
	out["keycopy"] = file
}

func wantRecoveryVectors(t *testing.T, v map[string][]byte) {
	var shares []CodeShare
	for _, name := range []string{"share.3", "share.1"} {
		s, err := ParseShare(string(v[name]))
		if err != nil || s.Mark() != string(v[name+".mark"]) {
			t.Fatalf("%s: %v", name, err)
		}
		shares = append(shares, s)
	}
	if c, err := JoinShares(shares...); err != nil || *c.b() != *fixedCode(3).b() {
		t.Errorf("shares: %v", err)
	}
	if k, p, err := OpenKeyCopy(fixedCode(3), v["keycopy"]); err != nil || !bytes.Equal(k.Marshal(), v["instance.file"]) || !bytes.Equal(MarshalPepper(p), v["pepper.file"]) {
		t.Errorf("key copy: %v", err)
	}
}
