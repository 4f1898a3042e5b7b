package rawmail

import (
	"bytes"
	"io"
)

func known(coding string) bool {
	switch coding {
	case "", "7bit", "8bit", "binary", "base64", "quoted-printable", "x-uuencode", "uuencode", "x-uue":
		return true
	default:
		return false
	}
}

// decoder reads the content of a part. What is not as the encoding says is passed over
// or kept as it stands, and wrong is called.
func decoder(coding string, body []byte, wrong func()) io.Reader {
	d := &lines{src: body, wrong: wrong}
	switch coding {
	case "base64":
		d.decode = d.base64
	case "quoted-printable":
		d.decode = d.quoted
	case "x-uuencode", "uuencode", "x-uue":
		d.decode = d.uu
	default:
		return bytes.NewReader(body)
	}
	return d
}

func decodeAll(coding string, body []byte, wrong func()) []byte {
	b, _ := io.ReadAll(decoder(coding, body, wrong)) // reads from memory
	return b
}

// lines decodes a line at a time, so that a file need not be in memory twice.
type lines struct {
	src    []byte
	out    []byte // decoded and not read yet, within buf
	buf    []byte
	decode func(l []byte, ended bool)
	wrong  func()
	over   bool

	bits  uint32 // base64 that waits for the rest of its group
	count int
}

// Read gives decoded bytes.
func (d *lines) Read(p []byte) (int, error) {
	for len(d.out) == 0 {
		if len(d.src) == 0 {
			if d.over {
				return 0, io.EOF
			}
			d.over = true
			d.out = d.buf[:0]
			d.decode(nil, false)
			continue
		}
		l, rest := d.next()
		d.src = rest
		d.out = d.buf[:0]
		d.decode(l, len(l) > 0 && l[len(l)-1] == '\n')
		d.buf = d.out
	}
	n := copy(p, d.out)
	d.out = d.out[n:]
	return n, nil
}

// next is the next line with its end, or a piece of a very long one.
func (d *lines) next() (l, rest []byte) {
	const piece = 64 << 10
	i := bytes.IndexByte(d.src[:min(len(d.src), piece)], '\n')
	switch {
	case i >= 0:
		return d.src[:i+1], d.src[i+1:]
	case len(d.src) <= piece:
		return d.src, nil
	}
	end := piece // not between "=" and its two digits
	if j := bytes.LastIndexByte(d.src[end-2:end], '='); j >= 0 {
		end = end - 2 + j
	}
	return d.src[:end], d.src[end:]
}

// base64 decodes what is in the alphabet and passes over the rest. RFC 2045 6.8.
func (d *lines) base64(l []byte, _ bool) {
	for _, c := range l {
		v := sextet(c)
		switch {
		case v >= 0:
			d.bits, d.count = d.bits<<6|uint32(v), d.count+1 //nolint:gosec // 0 to 63
			if d.count == 4 {
				d.out = append(d.out, byte(d.bits>>16), byte(d.bits>>8), byte(d.bits)) //nolint:gosec // three bytes of 24 bits
				d.bits, d.count = 0, 0
			}
		case c == '=':
			d.flush()
		case c != ' ' && c != '\t' && c != '\r' && c != '\n':
			d.wrong()
		}
	}
	if l == nil {
		if d.count > 0 {
			d.wrong() // ends within a group
		}
		d.flush()
	}
}

// flush gives the bytes of a group that is not full.
func (d *lines) flush() {
	switch d.count {
	case 2:
		d.out = append(d.out, byte(d.bits>>4)) //nolint:gosec // 8 of 12 bits
	case 3:
		d.out = append(d.out, byte(d.bits>>10), byte(d.bits>>2)) //nolint:gosec // 16 of 18 bits
	}
	d.bits, d.count = 0, 0
}

func sextet(c byte) int {
	switch {
	case c >= 'A' && c <= 'Z':
		return int(c - 'A')
	case c >= 'a' && c <= 'z':
		return int(c-'a') + 26
	case c >= '0' && c <= '9':
		return int(c-'0') + 52
	case c == '+':
		return 62
	case c == '/':
		return 63
	default:
		return -1
	}
}

// quoted decodes quoted-printable. RFC 2045 6.7.
func (d *lines) quoted(l []byte, ended bool) {
	if ended {
		l = bytes.TrimRight(l, " \t\r\n") // rule 3: spaces before a line end are added on the way
	}
	for i := 0; i < len(l); i++ {
		switch {
		case l[i] != '=':
			d.out = append(d.out, l[i])
		case i == len(l)-1 && ended: // rule 5: a line that goes on
			return
		case i+2 < len(l) && hex(l[i+1]) >= 0 && hex(l[i+2]) >= 0:
			d.out = append(d.out, byte(hex(l[i+1])<<4|hex(l[i+2]))) //nolint:gosec // two digits
			i += 2
		case i == len(l)-1 && len(d.src) == 0:
			return // ends within nothing
		default:
			d.wrong()
			d.out = append(d.out, '=')
		}
	}
	if ended {
		d.out = append(d.out, '\n')
	}
}

func hex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	default:
		return -1
	}
}

// uu decodes a line of uuencode: a length, and groups of four.
func (d *lines) uu(l []byte, _ bool) {
	l = bytes.TrimRight(l, "\r\n")
	if len(l) < 2 || bytes.HasPrefix(l, []byte("begin ")) || bytes.Equal(bytes.TrimSpace(l), []byte("end")) {
		return
	}
	n := int(l[0]-' ') & 63
	at := len(d.out)
	for i := 1; i < len(l); i += 4 {
		var v [4]byte
		for j := range v {
			if i+j < len(l) {
				if l[i+j] < ' ' || l[i+j] > '`' {
					d.wrong()
				}
				v[j] = (l[i+j] - ' ') & 63
			}
		}
		d.out = append(d.out, v[0]<<2|v[1]>>4, v[1]<<4|v[2]>>2, v[2]<<6|v[3])
	}
	if at+n <= len(d.out) {
		d.out = d.out[:at+n]
	} else {
		d.wrong()
	}
}
