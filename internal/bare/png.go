package bare

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"slices"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// pngFrames bounds a moving picture.
const pngFrames = 1000

// pngKept are the chunks that a decoder needs for the same picture, PNG (third edition)
// 11.2 and 11.3: none holds words but the name of a colour profile or palette.
func pngKept() []string {
	return []string{
		"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP", "mDCV", "cLLI",
		"bKGD", "hIST", "pHYs", "sPLT", "acTL", "fcTL", "fdAT",
	}
}

// stripPNG keeps those chunks, and how the picture is to be turned. What follows the end
// is left out.
func stripPNG(b []byte) ([]byte, error) {
	b, ok := bytes.CutPrefix(b, []byte(pngSignature))
	if !ok {
		return nil, ErrNone
	}
	out := bytes.NewBufferString(pngSignature)
	kept, frames, data := pngKept(), 0, false
	for first := true; ; first = false {
		name, body, whole, err := nextChunk(b)
		if err != nil || first != (name == "IHDR") || first && !headFits(body) {
			return nil, ErrNone
		}
		b = b[len(whole):]
		switch name {
		case "eXIf":
			if turned := tiffTurn(body); turned > 1 { // ours stands in its place
				writeChunk(out, "eXIf", turnedTIFF(turned))
			}
		case "fcTL":
			frames++
		case "IDAT":
			data = true
		case "IEND":
			if !data {
				return nil, ErrNone
			}
			out.Write(whole)
			return out.Bytes(), nil
		}
		if frames > pngFrames {
			return nil, ErrNone
		}
		if slices.Contains(kept, name) {
			out.Write(whole)
		}
	}
}

// nextChunk reads a chunk and checks its sum, so that what is kept is what was written.
func nextChunk(b []byte) (name string, body, whole []byte, err error) {
	if len(b) < 12 {
		return "", nil, nil, ErrNone
	}
	n := uint64(binary.BigEndian.Uint32(b))
	if n+12 > uint64(len(b)) {
		return "", nil, nil, ErrNone
	}
	whole = b[:n+12]
	if crc32.ChecksumIEEE(whole[4:n+8]) != binary.BigEndian.Uint32(whole[n+8:]) {
		return "", nil, nil, ErrNone
	}
	return string(whole[4:8]), whole[8 : n+8], whole, nil
}

func writeChunk(w *bytes.Buffer, name string, body []byte) {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body))) //nolint:gosec // what we wrote ourselves
	b = append(append(b, name...), body...)
	w.Write(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:])))
}

func headFits(b []byte) bool {
	if len(b) != 13 {
		return false
	}
	wide, high := uint64(binary.BigEndian.Uint32(b)), uint64(binary.BigEndian.Uint32(b[4:]))
	return wide > 0 && high > 0 && wide*high <= mostPixels
}
