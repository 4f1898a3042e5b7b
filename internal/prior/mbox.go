package prior

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ErrNoMbox tells that a file is no mailbox.
var ErrNoMbox = errors.New("this is no mailbox file (mbox): it does not begin with \"From \"")

const (
	lineBytes   = 64 << 10 // a longer line is read in pieces
	headerBytes = 1 << 20  // of a header are looked at
)

// postmark is the line before each mail: a sender, and a time as asctime writes it. RFC 4155
// appendix A. What follows it must be a header, so that a letter that quotes one stays whole.
var postmark = regexp.MustCompile(`^From .*\b\d{1,2}:\d{2}(:\d{2})?\b.*\b(19|20)\d{2}\b`)

var fieldStart = regexp.MustCompile(`^[!-9;-~]{1,100}:`)

// file is what a mailbox is read from.
type file interface {
	io.ReaderAt
	io.Seeker
}

// Mbox lists the mails of a mailbox file. They are opened from it later: it must not change
// meanwhile.
func Mbox(f file, form Form) ([]Mail, error) {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fmt.Errorf("read mailbox: %w", err)
	}
	m := &mbox{f: f, size: size, form: form}
	m.jump(0)
	if head, err := m.r.Peek(5); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read mailbox: %w", err)
	} else if size > 0 && string(head) != "From " {
		return nil, ErrNoMbox
	}
	for m.at < size {
		if err := m.one(); err != nil {
			return nil, fmt.Errorf("read mailbox: %w", err)
		}
	}
	return m.list, nil
}

type mbox struct {
	f    file
	size int64
	form Form
	r    *bufio.Reader
	at   int64 // where r stands
	list []Mail
}

func (m *mbox) jump(to int64) {
	m.r, m.at = bufio.NewReaderSize(io.NewSectionReader(m.f, to, m.size-to), lineBytes), to
}

// line reads a line, or a piece of one that is very long; whole tells that it ends.
func (m *mbox) line() (l []byte, whole bool, err error) {
	l, err = m.r.ReadSlice('\n')
	m.at += int64(len(l))
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return l, false, nil
	case errors.Is(err, io.EOF):
		return l, true, nil
	default:
		return l, true, err
	}
}

// one reads a mail, whose postmark comes next.
func (m *mbox) one() error {
	mark, _, err := m.line()
	if err != nil {
		return err
	}
	at := postmarkTime(string(mark))
	begin := m.at
	header, err := m.header()
	if err != nil {
		return err
	}
	end, counted := m.counted(header)
	if counted {
		m.jump(end)
		for m.at < m.size { // an empty line stands between
			if l, _ := m.r.Peek(1); len(l) == 0 || l[0] != '\n' && l[0] != '\r' {
				break
			}
			if _, _, err := m.line(); err != nil {
				return err
			}
		}
	} else if end, err = m.search(); err != nil {
		return err
	}
	quoted := m.quoted(counted)
	m.list = append(m.list, Mail{
		Position: len(m.list) + 1, At: at, Gone: thrown(header),
		Open: func() (io.ReadCloser, error) {
			return io.NopCloser(newWire(io.NewSectionReader(m.f, begin, end-begin), quoted)), nil
		},
	})
	return nil
}

func (m *mbox) header() ([]byte, error) {
	var header []byte
	for m.at < m.size {
		l, _, err := m.line()
		if err != nil {
			return nil, err
		}
		if len(header) < headerBytes {
			header = append(header, l...)
		}
		if len(bytes.TrimRight(l, "\r\n")) == 0 {
			break
		}
	}
	return header, nil
}

// counted is where a mail ends whose header says how long it is. That counts only where a
// postmark or the end of the file follows: a sender can write the field as well.
func (m *mbox) counted(header []byte) (end int64, ok bool) {
	if m.form == FormO || m.form == FormRD {
		return 0, false
	}
	for line := range bytes.Lines(header) {
		name, value, colon := bytes.Cut(line, []byte(":"))
		if !colon || !strings.EqualFold(string(name), "content-length") {
			continue
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(value)), 10, 64)
		if err != nil || n < 0 || n > m.size-m.at {
			return 0, false
		}
		end = m.at + n
		next := make([]byte, 4+200)
		k, _ := m.f.ReadAt(next, end)
		next = bytes.TrimLeft(next[:k], "\r\n")
		return end, len(next) == 0 && end+int64(k) >= m.size || postmark.Match(firstLine(next))
	}
	return 0, false
}

func firstLine(b []byte) []byte {
	l, _, _ := bytes.Cut(b, []byte("\n"))
	return l
}

// search looks for the next postmark. The empty line before it is not of the mail.
func (m *mbox) search() (end int64, err error) {
	starts, blank := true, 0
	for m.at < m.size {
		if starts {
			if head, _ := m.r.Peek(5); string(head) == "From " && m.postmarked() {
				return m.at - int64(blank), nil
			}
		}
		l, whole, err := m.line()
		if err != nil {
			return 0, err
		}
		if blank = 0; starts && whole && len(bytes.TrimRight(l, "\r\n")) == 0 {
			blank = len(l)
		}
		starts = whole
	}
	return m.size - int64(blank), nil
}

// postmarked reports whether a postmark and a header come next.
func (m *mbox) postmarked() bool {
	ahead, _ := m.r.Peek(1000)
	l, rest, ended := bytes.Cut(ahead, []byte("\n"))
	if !ended || !postmark.Match(l) {
		return false
	}
	return fieldStart.Match(rest) || bytes.HasPrefix(rest, []byte(">From "))
}

// quoted says which lines have a ">" before their "From " that was put there.
func (m *mbox) quoted(counted bool) quoting {
	switch {
	case m.form == FormCL2:
		return quotedNot
	case m.form == FormO, m.form == FormCL:
		return quotedOnce
	case m.form == FormAuto && counted:
		return quotedOnce
	default:
		return quotedAlways
	}
}

// postmarkTime reads the time of a postmark, which is in UTC. RFC 4155 appendix A.
func postmarkTime(l string) time.Time {
	fields := strings.Fields(l)
	for n := 1; n+5 <= len(fields); n++ {
		if t, err := time.Parse("Mon Jan 2 15:04:05 2006", strings.Join(fields[n:n+5], " ")); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
