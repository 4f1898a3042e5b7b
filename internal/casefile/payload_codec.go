package casefile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// payloadVersion is the version of the encoding. A reader refuses any other.
const payloadVersion = 1

// ErrPayload is the error for every payload that cannot be read: of another kind or
// version, with unknown fields, or not in the one form that EncodePayload writes.
var ErrPayload = errors.New("payload is not readable")

type envelope struct {
	Version int             `json:"v"`
	Kind    string          `json:"kind"`
	Body    json.RawMessage `json:"body"`
}

// EncodePayload returns the one encoding of a payload: JSON with its version and
// kind, fields in a fixed order, answers sorted by question. Bytes that are not
// UTF-8 become U+FFFD. The result is plaintext; it is only ever sealed.
func EncodePayload[P Payload](p P) ([]byte, error) {
	body, err := encodeJSON(p)
	if err != nil {
		return nil, fmt.Errorf("encode payload %s: %w", p.kind(), err)
	}
	out, err := encodeJSON(envelope{Version: payloadVersion, Kind: p.kind(), Body: body})
	if err != nil {
		return nil, fmt.Errorf("encode payload %s: %w", p.kind(), err)
	}
	return out, nil
}

// DecodePayload reads what EncodePayload wrote, and nothing else: it fails with
// ErrPayload, which never quotes the content.
func DecodePayload[P Payload](plain []byte) (P, error) {
	var p, none P
	var e envelope
	if strictJSON(plain, &e) != nil || e.Version != payloadVersion || e.Kind != p.kind() {
		return none, ErrPayload
	}
	if strictJSON(e.Body, &p) != nil {
		return none, ErrPayload
	}
	again, err := EncodePayload(p)
	if err != nil || !bytes.Equal(again, plain) {
		return none, ErrPayload
	}
	return p, nil
}

func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func strictJSON(b []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}
