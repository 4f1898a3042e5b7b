package ui

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"klankbord/internal/fault"
)

// ErrTooLarge is what reading a form or a file above its limit ends with.
var ErrTooLarge = errors.New("larger than allowed")

var (
	errForm     = fault.New(fault.Invalid, "error.form")
	errTooMany  = fault.New(fault.Invalid, "error.form")
	errTooLarge = fmt.Errorf("read form: %w", ErrTooLarge)
)

// Limits bounds what ReadForm takes. The caller of LimitBody bounds the whole.
type Limits struct {
	Fields    int   // values, files included
	TextBytes int64 // of all values and names together
	FileBytes int64 // of one file; zero refuses files
}

// Upload is a file as it arrives. Body must be read before onFile returns; what
// is not read is skipped. Reading past the limit fails with ErrTooLarge. Name and
// Type are what the browser claims.
type Upload struct {
	Field, Name, Type string
	Body              io.Reader
}

// ReadForm reads a form, url-encoded or multipart, without ever writing it to
// disk; the ready-made readers of net/http do (STYLE 27). Files go to onFile one
// by one, in the order of the form; an error of onFile ends the reading and is
// returned. Text stays as it was typed but for
// line ends, which become LF, and invalid UTF-8, which becomes U+FFFD.
func ReadForm(r *http.Request, l Limits, onFile func(Upload) error) (map[string][]string, error) {
	if r.Body == nil {
		return map[string][]string{}, nil
	}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, errForm
	}
	boundary := params["boundary"]
	switch {
	case kind == "application/x-www-form-urlencoded":
		return readEncoded(r.Body, l)
	case kind == "multipart/form-data" && boundary != "":
		return readMultipart(r.Body, boundary, l, onFile)
	default:
		return nil, errForm
	}
}

func readEncoded(body io.Reader, l Limits) (map[string][]string, error) {
	// Encoding writes a byte as up to three.
	raw, err := io.ReadAll(io.LimitReader(body, 3*l.TextBytes+1))
	if err != nil {
		return nil, brokenForm(err)
	}
	if int64(len(raw)) > 3*l.TextBytes {
		return nil, errTooLarge
	}
	if strings.Count(string(raw), "&") >= l.Fields {
		return nil, errTooMany
	}
	parsed, err := url.ParseQuery(string(raw))
	if err != nil {
		return nil, errForm
	}
	form := newForm(l)
	for name, values := range parsed {
		for _, v := range values {
			if err := form.add(name, v); err != nil {
				return nil, err
			}
		}
	}
	return form.values, nil
}

func readMultipart(r io.Reader, boundary string, l Limits, onFile func(Upload) error) (map[string][]string, error) {
	body := &closing{r: r, mark: []byte("--" + boundary + "--")}
	parts, form := multipart.NewReader(body, boundary), newForm(l)
	for n := 0; ; n++ {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) && body.seen {
			return form.values, nil
		}
		if err != nil {
			return nil, brokenForm(err)
		}
		if n >= l.Fields {
			return nil, errTooMany
		}
		if err := form.take(part, onFile); err != nil {
			return nil, err
		}
	}
}

// closing notes whether the closing boundary of a multipart body has come by.
// multipart.Reader ends a body that was cut off between two parts with the same
// io.EOF as a whole one, and half a form must not pass for a whole one.
type closing struct {
	r          io.Reader
	mark, tail []byte // tail holds what came last, for a mark that spans two reads
	seen       bool
}

// Read reads and looks for the mark.
func (c *closing) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if !c.seen {
		c.tail = append(c.tail, p[:n]...)
		c.seen = bytes.Contains(c.tail, c.mark)
		if keep := len(c.mark) - 1; len(c.tail) > keep {
			c.tail = append(c.tail[:0], c.tail[len(c.tail)-keep:]...)
		}
	}
	return n, err
}

// brokenForm tells a body that is too large or cut off from one that is no form.
func brokenForm(err error) error {
	switch {
	case tooLarge(err) || cutOff(err):
		return fmt.Errorf("read form: %w", err)
	case errors.Is(err, io.EOF):
		return fmt.Errorf("read form: %w", io.ErrUnexpectedEOF)
	default:
		return errForm
	}
}

// form collects values within limits.
type form struct {
	values map[string][]string
	limits Limits
	text   int64 // bytes taken so far
}

func newForm(l Limits) *form { return &form{values: map[string][]string{}, limits: l} }

func (f *form) add(name, value string) error {
	f.text += int64(len(name) + len(value))
	if f.text > f.limits.TextBytes {
		return errTooLarge
	}
	name = typed(name)
	f.values[name] = append(f.values[name], typed(value))
	return nil
}

// take reads one part: a value into memory, a file into onFile. A file without a
// name is a file control that was left empty.
func (f *form) take(p *multipart.Part, onFile func(Upload) error) error {
	_, params, err := mime.ParseMediaType(p.Header.Get("Content-Disposition"))
	if err != nil || p.FormName() == "" {
		return errForm
	}
	if _, isFile := params["filename"]; isFile {
		return f.file(p, onFile)
	}
	room := f.limits.TextBytes - f.text
	raw, err := io.ReadAll(io.LimitReader(p, room+1))
	if err != nil {
		return brokenForm(err)
	}
	return f.add(p.FormName(), string(raw))
}

func (f *form) file(p *multipart.Part, onFile func(Upload) error) error {
	if p.FileName() == "" || onFile == nil {
		return nil
	}
	return onFile(Upload{
		Field: typed(p.FormName()), Name: typed(p.FileName()), Type: p.Header.Get("Content-Type"),
		Body: &bounded{r: p, left: f.limits.FileBytes},
	})
}

// bounded fails with ErrTooLarge where io.LimitReader would pretend an end.
type bounded struct {
	r    io.Reader
	left int64
}

// Read reads up to the limit and fails at the first byte beyond it.
func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.r.Read(p)
	if int64(n) > b.left {
		n, b.left = int(b.left), 0
		return n, ErrTooLarge
	}
	b.left -= int64(n)
	return n, err
}

// typed repairs what a browser changes or breaks and leaves the rest as it is.
func typed(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
}
