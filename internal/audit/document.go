package audit

import (
	"bytes"
	"fmt"
	"regexp"
)

// The first lines of what leaves the house, below which a reader finds the rest.
var (
	proofLine      = regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(proofHeader) + `$`)
	updateLine     = regexp.MustCompile(`(?m)^old [0-9]+$`)
	checkpointLine = regexp.MustCompile(`(?m)^klankbord/[^+\s]+\n[0-9]+\n`)
)

// plain undoes what a mail or an editor does to a text file: line ends, a mark in
// front, empty lines at the end. No byte that is signed changes by it.
func plain(file []byte) []byte {
	file = bytes.TrimPrefix(file, []byte("\xef\xbb\xbf"))
	file = bytes.ReplaceAll(file, []byte("\r\n"), []byte("\n"))
	return append(bytes.TrimRight(file, " \t\n"), '\n')
}

// FindProof reads the proof in a file that may begin with words for people.
func FindProof(file []byte) (Proof, error) {
	file = plain(file)
	at := proofLine.FindIndex(file)
	if at == nil {
		return Proof{}, fmt.Errorf("%w: no line %q in it", ErrProof, proofHeader)
	}
	return DecodeProof(file[at[0]:])
}

// FindUpdate reads the update in a file that may begin with words for people. A
// checkpoint or a proof alone counts as an update that proves nothing new.
func FindUpdate(file []byte) (Update, error) {
	file = plain(file)
	if at := updateLine.FindIndex(file); at != nil {
		return DecodeUpdate(file[at[0]:])
	}
	signed, err := FindCheckpoint(file)
	return Update{Checkpoint: signed}, err
}

// FindCheckpoint reads the signed checkpoint out of a file that holds one, alone or
// at the end of an update or a proof. Whether it holds is for OpenCheckpoint.
func FindCheckpoint(file []byte) ([]byte, error) {
	file = plain(file)
	at := checkpointLine.FindIndex(file)
	if at == nil {
		return nil, fmt.Errorf("%w: no checkpoint in the file", ErrCheckpoint)
	}
	return file[at[0]:], nil
}
