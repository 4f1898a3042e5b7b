package profile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// jsonValue decodes one JSON value as it stands. A name that stands twice in one object and
// anything behind the value are errors, because each is a slip of the writer that would
// otherwise change the form in silence.
func jsonValue(data []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&v); err != nil { // refuses what lies too deep before noTwice descends
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something stands behind the JSON value")
	}
	return v, noTwice(json.NewDecoder(bytes.NewReader(data)))
}

// strict decodes one JSON value into v. A field that v does not have is an error as well.
func strict(data []byte, v any) error {
	if _, err := jsonValue(data); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

// noTwice reads one value and refuses a name that stands twice in an object.
func noTwice(d *json.Decoder) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	open, ok := t.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			if err := newName(d, seen); err != nil {
				return err
			}
		}
		if err := noTwice(d); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

func newName(d *json.Decoder, seen map[string]bool) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	name, _ := t.(string)
	if seen[name] {
		return fmt.Errorf("the name %q stands twice in one object", name)
	}
	seen[name] = true
	return nil
}
