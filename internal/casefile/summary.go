package casefile

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// EncodeSummary returns the one encoding of a summary: what EncodePayload makes of it, a
// line feed, and the words as they are, because a search reads a hundred thousand of
// them.
func EncodeSummary(s Summary) ([]byte, error) {
	head, err := EncodePayload(s)
	if err != nil {
		return nil, err
	}
	return append(append(head, '\n'), strings.ToValidUTF8(s.Words, "\uFFFD")...), nil
}

// DecodeSummary reads what EncodeSummary wrote, and nothing else: it fails with
// ErrPayload.
func DecodeSummary(plain []byte) (Summary, error) {
	head, words, whole := bytes.Cut(plain, []byte("\n"))
	if !whole || !utf8.Valid(words) {
		return Summary{}, ErrPayload
	}
	s, err := DecodePayload[Summary](head)
	if err != nil {
		return Summary{}, err
	}
	s.Words = string(words)
	return s, nil
}
