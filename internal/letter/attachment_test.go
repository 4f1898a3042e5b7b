package letter_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"testing"

	"klankbord/internal/letter"
)

const signed = "klankbord/x\n3\nMnJQ8tOJJyQBHwg9nOmvBzuShOXHDbjm9/5raxMO3bg=\n\n— klankbord/x qAPE+UlQlzmeCxl9bNmwmiU=\n"

func withAttachment() letter.Mail {
	m := sample()
	m.Attachment = &letter.Attachment{Name: "klankbord-3.txt", Text: []byte(signed)}
	return m
}

func TestAMailWithAnAttachmentAsItLeaves(t *testing.T) {
	golden(t, "attachment.eml", encode(t, withAttachment()))
	if !bytes.Equal(encode(t, withAttachment()), encode(t, withAttachment())) {
		t.Error("two attempts differ")
	}
}

func TestAnAttachmentArrivesByteByByte(t *testing.T) {
	m, err := mail.ReadMessage(bytes.NewReader(encode(t, withAttachment())))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/mixed" {
		t.Fatalf("content type %s, %v", kind, err)
	}
	var names []string
	r := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, p.FileName())
		if p.FileName() == "" {
			continue
		}
		body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, p))
		if err != nil || string(body) != signed {
			t.Errorf("%s arrives as %q, %v", p.FileName(), body, err)
		}
	}
	if len(names) != 2 || names[0] != "" || names[1] != "klankbord-3.txt" {
		t.Errorf("parts %q, want the words and the file", names)
	}
}

func TestAnAttachmentHasAPlainName(t *testing.T) {
	for name, value := range naughty() {
		m := withAttachment()
		m.Attachment.Name = value
		if _, err := m.Encode(); !errors.Is(err, letter.ErrHeader) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, value := range []string{"", "a", "../a.txt", "a b.txt", "é.txt", "a\".txt"} {
		m := withAttachment()
		m.Attachment.Name = value
		if _, err := m.Encode(); !errors.Is(err, letter.ErrHeader) {
			t.Errorf("%q: %v", value, err)
		}
	}
}
