package promises_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"testing"

	"pgregory.net/rapid"

	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/casework"
	"klankbord/internal/lang"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// PT1: whatever is sealed comes back, at every length around the boundaries of
// padding, chunks and parts.
func TestPT1_EveryLengthComesBack(t *testing.T) {
	t.Run("sealed and appended texts", func(t *testing.T) {
		key := seal.NewCaseKeys("i", "c", 0)
		room, _ := key.Compartment(seal.Dialogue)
		to, err := seal.NewRecipient(seal.RecipientCompartment, "c", room.Public())
		must(t, err)
		where := seal.Context{Instance: "i", Case: "c", Compartment: seal.Dialogue, Kind: "k", Object: "o"}
		for _, n := range textLengths() {
			plain := bytes.Repeat([]byte{0, 0x80, 0xFF}, n/3+1)[:n]
			got, err := room.Open(where, room.Seal(where, plain))
			if err != nil || !bytes.Equal(got, plain) {
				t.Fatalf("%d bytes sealed: %d back, %v", n, len(got), err)
			}
			box, err := seal.Append(to, where, plain)
			must(t, err)
			got, derived, err := room.OpenAppended(where, box)
			if err != nil || !bytes.Equal(got, plain) {
				t.Fatalf("%d bytes appended: %d back, %v", n, len(got), err)
			}
			if got, err = room.OpenDerived(where, box, derived); err != nil || !bytes.Equal(got, plain) {
				t.Fatalf("%d bytes by the derived row: %d back, %v", n, len(got), err)
			}
		}
	})
	t.Run("files", func(t *testing.T) {
		i, team := apptest.Staffed(t)
		for _, n := range fileLengths() {
			content := make([]byte, n)
			for at := range content {
				content[at] = byte(at * 7)
			}
			r := i.Complain("nl", apptest.StrictAnswers("theft"), map[string]string{"f.bin": string(content)})
			entry := i.Case(team.Manager, r.Number).Story.Files[0].ID
			d, err := i.Casework.Open(ctx, team.Manager, r.Number, entry, casework.Take{Original: true})
			must(t, err)
			sum := sha256.New()
			if got, err := io.Copy(sum, d.Body); err != nil || got != int64(n) || d.Size != int64(n) {
				t.Fatalf("%d bytes: %d back, %v", n, got, err)
			}
			if want := sha256.Sum256(content); !bytes.Equal(sum.Sum(nil), want[:]) {
				t.Errorf("%d bytes come back as others", n)
			}
		}
	})
	t.Run("messages", func(t *testing.T) {
		i, team := apptest.Staffed(t)
		r := i.Complain("nl", apptest.StrictAnswers("theft"), nil)
		for _, n := range []int{1, 62, 63, 64, 127, 128, 129, casework.TextMost - 1, casework.TextMost} {
			text := string(bytes.Repeat([]byte("é"), n)) // two bytes each
			i.Write(team.Manager, r.Number, casework.DraftMessage, text)
			m, err := i.Dialogue.Mailbox(ctx, i.Enter(r.Code))
			must(t, err)
			if m.Thread[0].Text != text || m.Thread[0].Lang != lang.NL {
				t.Errorf("a message of %d characters comes back with %d bytes", n, len(m.Thread[0].Text))
			}
		}
	})
}

// textLengths is every length up to three times the floor of the padding, and those
// around each step of it beyond.
func textLengths() (list []int) {
	for n := range 200 {
		list = append(list, n)
	}
	for _, n := range []int{255, 511, 1023, 2047, 4095, 8191, 65_535} {
		for step := -2; step <= 2; step++ {
			list = append(list, n+step)
		}
	}
	return list
}

// fileLengths is zero to three chunks and zero to two parts, one more and one less.
func fileLengths() (list []int) {
	const chunk, part = 64 << 10, seal.PartSize
	list = []int{1, 2, 15, 16, 17}
	for _, n := range []int{chunk, 2 * chunk, 3 * chunk, part - chunk, part, part + chunk, 2 * part} {
		list = append(list, n-1, n, n+1)
	}
	return list
}

// tricky are strings that would run together if their lengths were not written.
func tricky() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"", "a", "b", "ab", "\x00", "\x00\x00\x00\x01", "\x00\x00\x00\x01a", "a\x00\x00\x00\x01", "/", "=", "\n", "kb"})
}

// PT3: no two contexts, and no two records of the log, have the same bytes.
func TestPT3_EncodingsAreInjective(t *testing.T) {
	histories(t, 3000, 30)
	context := rapid.Custom(func(t *rapid.T) seal.Context {
		return seal.Context{
			Instance: tricky().Draw(t, "instance"), Case: tricky().Draw(t, "case"),
			Compartment: seal.Compartment(rapid.IntRange(0, 3).Draw(t, "compartment")),
			Kind:        tricky().Draw(t, "kind"), Object: tricky().Draw(t, "object"), Revision: rapid.SampledFrom([]uint64{0, 1, 97, 1 << 32}).Draw(t, "revision"),
		}
	})
	record := rapid.Custom(func(t *rapid.T) audit.Record {
		return audit.Record{
			ID: tricky().Draw(t, "id"), At: apptest.Start, Kind: audit.Kind(tricky().Draw(t, "kind")),
			Actor: audit.Actor{Kind: audit.ActorKind(tricky().Draw(t, "actor kind")), ID: tricky().Draw(t, "actor")},
			Case:  tricky().Draw(t, "case"), Object: tricky().Draw(t, "object"),
			Detail: rapid.MapOfN(tricky(), tricky(), 0, 2).Draw(t, "detail"),
		}
	})
	t.Run("contexts", injective(context, func(c seal.Context) []byte { return c.Encode() }))
	t.Run("records of the log", injective(record, func(r audit.Record) []byte { return r.Encode() }))
	t.Run("what a signature covers", func(t *testing.T) {
		signer := seal.NewMemberSecret().Signer()
		rapid.Check(t, func(t *rapid.T) {
			c, d := context.Draw(t, "context"), context.Draw(t, "other context")
			m, n := tricky().Draw(t, "message"), tricky().Draw(t, "other message")
			holds := seal.VerifySignature(signer.Public(), d, []byte(n), signer.Sign(c, []byte(m)))
			if holds != (c == d && m == n) {
				t.Fatalf("the signature of %q in %+v over %q in %+v: %v", m, c, n, d, holds)
			}
		})
	})
	t.Run("what a stamp covers", func(t *testing.T) {
		stamper := seal.NewInstanceKey().Stamper()
		stamped := rapid.Custom(func(t *rapid.T) string {
			c, epoch := context.Draw(t, "context"), rapid.Uint32Range(0, 2).Draw(t, "epoch")
			payload, author := tricky().Draw(t, "payload"), tricky().Draw(t, "author")
			return fmt.Sprintf("%q %d %q %q\x00", fmt.Sprintf("%#v", c), epoch, payload, author) + string(stamper.Stamp(c, epoch, []byte(payload), author))
		})
		t.Run("", injective(stamped, func(s string) []byte { return []byte(s[len(s)-33:]) }))
	})
	t.Run("assignments", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			text := rapid.StringOfN(rapid.SampledFrom([]rune("handler/auditor;complaints")), 0, 40, -1).Draw(t, "text")
			if list, err := staff.ParseAssignments(text); err == nil && staff.FormatAssignments(list) != text {
				t.Fatalf("%q is a second way to write %v", text, list)
			}
		})
	})
}

// injective draws many values and fails where two that differ have the same bytes.
// One draw holds many, so that what nearly collides meets.
func injective[T any](values *rapid.Generator[T], encode func(T) []byte) func(*testing.T) {
	return func(t *testing.T) {
		seen := map[string]string{}
		rapid.Check(t, func(t *rapid.T) {
			v := values.Draw(t, "value")
			name, b := fmt.Sprintf("%#v", v), string(encode(v))
			if other, ok := seen[b]; ok && other != name {
				t.Fatalf("%s and %s have the same bytes", other, name)
			}
			seen[b] = name
		})
	}
}
