package rawmail

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
)

// fromCharset makes UTF-8 of text; false when it is not what the charset says. It
// always gives something to read.
func fromCharset(label string, b []byte) (string, bool) {
	label = strings.ToLower(strings.Trim(label, " \"'"))
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	switch label {
	case "", "utf-8", "utf8", "us-ascii", "ascii", "unknown-8bit":
		if utf8.Valid(b) {
			return string(b), true
		}
		return windows1252(b), label == ""
	}
	e, ok := charsetOf(label)
	if !ok {
		return utf8ish(b), false
	}
	s, err := e.NewDecoder().Bytes(b)
	if err != nil {
		return utf8ish(b), false
	}
	return string(s), !bytes.ContainsRune(s, utf8.RuneError)
}

func charsetOf(label string) (encoding.Encoding, bool) {
	if len(label) > 40 {
		return nil, false
	}
	if e, err := htmlindex.Get(label); err == nil && e != encoding.Replacement {
		return e, true
	}
	e, err := ianaindex.MIME.Encoding(label)
	return e, err == nil && e != nil && e != encoding.Replacement
}

func windows1252(b []byte) string {
	s, _ := charmap.Windows1252.NewDecoder().Bytes(b) // every byte is a letter or U+FFFD
	return string(s)
}

// anyCharset reads the encoded words of a header.
func anyCharset(label string, r io.Reader) (io.Reader, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	s, _ := fromCharset(label, b)
	return strings.NewReader(s), nil
}

var metaCharset = regexp.MustCompile(`(?i)<meta[^>]{0,200}charset\s*=\s*["']?\s*([a-z0-9_:.-]{1,40})`)

// htmlCharset is the charset of HTML whose part does not say it.
func htmlCharset(label string, b []byte) string {
	if label != "" {
		return label
	}
	if m := metaCharset.FindSubmatch(b[:min(len(b), 4096)]); m != nil {
		return string(m[1])
	}
	return ""
}
