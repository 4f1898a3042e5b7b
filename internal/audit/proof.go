package audit

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Proof reveals one record and shows, to whoever trusts the checkpoint, that the
// log holds it. It reveals nothing of any other.
type Proof struct {
	Position   int64
	Salt       [32]byte
	Record     []byte // encoded
	Path       tlog.RecordProof
	Checkpoint []byte // signed
}

// Prove makes the proof for the record at position, under a signed checkpoint of
// more than position leaves. It fails unless what it proves checks.
func Prove(signed []byte, v note.Verifier, position int64, salt [32]byte, record []byte, r HashReader) (Proof, error) {
	c, err := OpenCheckpoint(signed, v)
	if err != nil {
		return Proof{}, err
	}
	path, err := ProveInclusion(c.Size, position, r)
	if err != nil {
		return Proof{}, fmt.Errorf("prove record at %d: %w", position, err)
	}
	p := Proof{Position: position, Salt: salt, Record: record, Path: path, Checkpoint: signed}
	_, err = CheckProof(p, v)
	return p, err
}

// CheckProof returns the record that p shows to be in the log of v.
func CheckProof(p Proof, v note.Verifier) (Record, error) {
	c, err := OpenCheckpoint(p.Checkpoint, v)
	if err != nil {
		return Record{}, err
	}
	if err := CheckInclusion(p.Path, c, p.Position, Leaf(p.Salt, p.Record)); err != nil {
		return Record{}, err
	}
	return DecodeRecord(p.Record)
}

const proofHeader = "c2sp.org/tlog-proof@v1"

// Encode returns the proof as a file (C2SP tlog-proof); its extra data are salt
// and record.
func (p Proof) Encode() []byte {
	var b bytes.Buffer
	extra := append(p.Salt[:len(p.Salt):len(p.Salt)], p.Record...)
	fmt.Fprintf(&b, "%s\nextra %s\nindex %d\n", proofHeader, base64.StdEncoding.EncodeToString(extra), p.Position)
	for _, h := range p.Path {
		fmt.Fprintf(&b, "%s\n", base64.StdEncoding.EncodeToString(h[:]))
	}
	b.WriteByte('\n')
	b.Write(p.Checkpoint)
	return b.Bytes()
}

// DecodeProof is the inverse of Encode. It checks the form only; CheckProof checks
// what is in it.
func DecodeProof(file []byte) (Proof, error) {
	head, checkpoint, found := bytes.Cut(file, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 3 || lines[0] != proofHeader {
		return Proof{}, fmt.Errorf("%w: not a %s file", ErrProof, proofHeader)
	}
	extra, err := base64.StdEncoding.Strict().DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil || len(extra) < len(Proof{}.Salt) {
		return Proof{}, fmt.Errorf("%w: extra line", ErrProof)
	}
	position, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil || position < 0 {
		return Proof{}, fmt.Errorf("%w: index line", ErrProof)
	}
	p := Proof{Position: position, Salt: [32]byte(extra[:32]), Record: extra[32:], Checkpoint: checkpoint}
	for _, line := range lines[3:] {
		h, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(h) != tlog.HashSize {
			return Proof{}, fmt.Errorf("%w: path line %q", ErrProof, line)
		}
		p.Path = append(p.Path, tlog.Hash(h))
	}
	if !bytes.Equal(p.Encode(), file) { // no second way to write one proof
		return Proof{}, fmt.Errorf("%w: not in its canonical form", ErrProof)
	}
	return p, nil
}
