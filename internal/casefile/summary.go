package casefile

import (
	"bytes"
	"encoding/json"
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

// SummaryWords reads the subject and the words of a summary, and nothing else of it: a
// search opens a hundred thousand. It fails with ErrPayload.
func SummaryWords(plain []byte) (subject, words string, err error) {
	head, rest, whole := strings.Cut(string(plain), "\n") // both are parts of one copy
	if !whole || !utf8.ValidString(rest) {
		return "", "", ErrPayload
	}
	if subject, plainly := plainSubject(head); plainly {
		return subject, rest, nil
	}
	var e struct {
		Version int    `json:"v"`
		Kind    string `json:"kind"`
		Body    struct {
			Subject string `json:"subject"`
		} `json:"body"`
	}
	if json.Unmarshal([]byte(head), &e) != nil || e.Version != payloadVersion || e.Kind != (Summary{}).kind() {
		return "", "", ErrPayload
	}
	return e.Body.Subject, rest, nil
}

// plainSubject reads a subject in which JSON writes nothing otherwise, out of the start of
// what EncodePayload wrote; false where it is not so. What is sealed is ours, and was
// checked as a whole before it was sealed.
func plainSubject(head string) (subject string, plainly bool) {
	rest, begins := strings.CutPrefix(head, summaryStart)
	subject, _, ends := strings.Cut(rest, `"`)
	if !begins || !ends || strings.Contains(subject, `\`) || !strings.HasSuffix(rest, "}}") || !utf8.ValidString(subject) {
		return "", false
	}
	return subject, true
}

// summaryStart is how the encoding of a summary with a subject begins.
const summaryStart = `{"v":1,"kind":"summary","body":{"subject":"`
