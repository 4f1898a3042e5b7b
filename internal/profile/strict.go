package profile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// strict decodes one JSON value into v. A field that v does not have, a name that
// stands twice in one object, and anything behind the value are errors, because
// each is a slip of the writer that would otherwise change the form in silence.
func strict(data []byte, v any) error {
	if err := noTwice(json.NewDecoder(bytes.NewReader(data))); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something stands behind the JSON value")
	}
	return nil
}

// add decodes a list strictly and puts it behind what is there.
func add[T any](data []byte, to *[]T) error {
	var list []T
	if err := strict(data, &list); err != nil {
		return err
	}
	*to = append(*to, list...)
	return nil
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
