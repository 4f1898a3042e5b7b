package audit

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// ErrOlder tells that a checkpoint is older than the one it is held against, and
// ErrForked that two checkpoints cannot both be of one log that only grows. Either
// means that somebody was shown another log.
var (
	ErrOlder  = errors.New("the checkpoint is older than the one that was seen before")
	ErrForked = errors.New("the checkpoints are of two different logs")
)

// Update brings a witness from the checkpoint that they hold to a newer one, with
// the proof that nothing before was altered. It is the body that C2SP tlog-witness
// sends to add-checkpoint, so that a witness may also be a program.
type Update struct {
	Old        int64 // size that the witness holds; 0: nothing yet
	Proof      tlog.TreeProof
	Checkpoint []byte // signed
}

// NewUpdate makes the update from old leaves to a signed checkpoint.
func NewUpdate(signed []byte, v note.Verifier, old int64, r HashReader) (Update, error) {
	c, err := OpenCheckpoint(signed, v)
	if err != nil {
		return Update{}, err
	}
	if old > c.Size {
		return Update{}, fmt.Errorf("%w: %d leaves after %d", ErrOlder, c.Size, old)
	}
	proof, err := ProveConsistency(c.Size, old, r)
	if err != nil {
		return Update{}, fmt.Errorf("prove %d leaves after %d: %w", c.Size, old, err)
	}
	return Update{old, proof, signed}, nil
}

const updateHeader = "old "

// Encode returns the update as a file.
func (u Update) Encode() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s%d\n", updateHeader, u.Old)
	for _, h := range u.Proof {
		fmt.Fprintf(&b, "%s\n", base64.StdEncoding.EncodeToString(h[:]))
	}
	b.WriteByte('\n')
	b.Write(u.Checkpoint)
	return b.Bytes()
}

// DecodeUpdate is the inverse of Encode. It checks the form only.
func DecodeUpdate(file []byte) (Update, error) {
	head, checkpoint, found := bytes.Cut(file, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	old, err := strconv.ParseInt(strings.TrimPrefix(lines[0], updateHeader), 10, 64)
	if !found || !strings.HasPrefix(lines[0], updateHeader) || err != nil || old < 0 {
		return Update{}, fmt.Errorf("%w: not an update of a checkpoint", ErrProof)
	}
	u := Update{Old: old, Checkpoint: checkpoint}
	for _, line := range lines[1:] {
		h, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(h) != tlog.HashSize {
			return Update{}, fmt.Errorf("%w: line %q", ErrProof, line)
		}
		u.Proof = append(u.Proof, tlog.Hash(h))
	}
	if !bytes.Equal(u.Encode(), file) { // no second way to write one update
		return Update{}, fmt.Errorf("%w: not in its canonical form", ErrProof)
	}
	return u, nil
}

// Follow returns the newer checkpoint of u once it is shown to continue the older
// one that a witness holds. It fails with ErrOlder and ErrForked where that is not
// the log which the witness saw, and with ErrProof where u starts elsewhere.
func (u Update) Follow(older Checkpoint, v note.Verifier) (Checkpoint, error) {
	c, err := OpenCheckpoint(u.Checkpoint, v)
	if err != nil {
		return c, err
	}
	switch {
	case c.Size < older.Size:
		return c, fmt.Errorf("%w: it has %d leaves, the other %d", ErrOlder, c.Size, older.Size)
	case c.Size == older.Size && c.Root != older.Root:
		return c, fmt.Errorf("%w: both have %d leaves, and other roots", ErrForked, c.Size)
	case c.Size == older.Size:
		return c, nil
	case u.Old != older.Size && older.Size != 0:
		return c, fmt.Errorf("%w: it proves from %d leaves on, the older checkpoint has %d", ErrProof, u.Old, older.Size)
	case older.Size == 0:
		return c, CheckConsistency(nil, c, older)
	}
	if err := CheckConsistency(u.Proof, c, older); err != nil {
		return c, fmt.Errorf("%w: %w", ErrForked, err)
	}
	return c, nil
}
