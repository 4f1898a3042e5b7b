package letter

import (
	"log/slog"
	"strings"
	"unicode/utf8"
)

// Copy is a text file for a person to keep, such as the receipt with the code. It
// may hold what was told and the code, so it prints as [sealed]; it goes to the
// person's own browser and nowhere else.
type Copy struct {
	Title string
	Parts []Part
}

// Part is a heading and what stands under it. Either may be empty.
type Part struct {
	Heading string
	Body    string
}

// String hides the content.
func (Copy) String() string { return "[sealed]" }

// GoString hides the content.
func (Copy) GoString() string { return "[sealed]" }

// LogValue hides the content.
func (Copy) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// Bytes returns the file: UTF-8, wrapped, with the line ends that every editor reads.
func (c Copy) Bytes() []byte {
	var b strings.Builder
	title := oneLine(c.Title)
	b.WriteString(title + "\n" + strings.Repeat("=", min(utf8.RuneCountInString(title), width)) + "\n")
	for _, p := range c.Parts {
		b.WriteByte('\n')
		if p.Heading != "" {
			b.WriteString(Wrap(oneLine(p.Heading)) + "\n")
		}
		if body := strings.Trim(clean(p.Body), "\n"); body != "" {
			b.WriteString(Wrap(body) + "\n")
		}
	}
	return []byte(crlf(b.String()))
}

func oneLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }
