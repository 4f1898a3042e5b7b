// Package bare makes copies of photos and documents without what their programs wrote
// into them unasked: places, names, devices, dates, small older pictures. No pixel and no
// text is decoded or changed. It is for a process of its own: only Child may call what
// reads a file, and Maker, in the server, gives it the bytes and takes the copy. It fails
// with ErrNone where it does not understand a file to its end, so that a copy never holds
// what nobody has looked at; the original is touched in no case.
package bare

import (
	"errors"
	"slices"
	"strings"
)

// ErrNone means that no copy without metadata could be made.
var ErrNone = errors.New("bare: no copy could be made")

// MostBytes is the largest file of which a copy is made.
const MostBytes = 32 << 20

// mostPixels bounds what whoever opens the copy must decode: the largest cameras have half
// of it. A picture that says it has more is a bomb, or of use to few.
const mostPixels = 250_000_000

// The kinds of file.
const (
	jpeg = "image/jpeg"
	png  = "image/png"
	pdf  = "application/pdf"
)

// Can reports whether copies are made of files of this media type.
func Can(media string) bool {
	media, _, _ = strings.Cut(media, ";")
	return slices.Contains([]string{jpeg, png, pdf}, media)
}

// strip makes the copy.
func strip(media string, b []byte) ([]byte, error) {
	if len(b) > MostBytes {
		return nil, ErrNone
	}
	switch media {
	case jpeg:
		return stripJPEG(b)
	case png:
		return stripPNG(b)
	case pdf:
		return stripPDF(b)
	default:
		return nil, ErrNone
	}
}
