package bare

import (
	"bytes"
	"encoding/binary"
)

// Markers of JPEG, ITU-T T.81 table B.1.
const (
	mSOF0 = 0xC0
	mDHT  = 0xC4
	mJPG  = 0xC8
	mDAC  = 0xCC
	mRST0 = 0xD0
	mRST7 = 0xD7
	mSOI  = 0xD8
	mEOI  = 0xD9
	mSOS  = 0xDA
	mDQT  = 0xDB
	mDNL  = 0xDC
	mDRI  = 0xDD
	mEXP  = 0xDF
	mAPP0 = 0xE0
	mAPPF = 0xEF
	mCOM  = 0xFE
)

// segment is one of them, with what it holds.
type segment struct {
	marker byte
	body   []byte
}

// stripJPEG keeps what a decoder needs: frames, scans, tables, the colour profile and
// which colours Adobe means. How the picture is to be turned stays, in a record that holds
// nothing else. What follows the end of the picture is left out.
func stripJPEG(b []byte) ([]byte, error) {
	if !bytes.HasPrefix(b, []byte{0xFF, mSOI}) {
		return nil, ErrNone
	}
	var head, rest bytes.Buffer // before and after the place of what we write ourselves
	turned, frames, scans := byte(1), 0, 0
	head.Write(b[:2])
	b = b[2:]
	for {
		s, after, err := nextSegment(b)
		if err != nil {
			return nil, err
		}
		b = after
		switch {
		case s.marker == mEOI:
			if frames != 1 || scans == 0 {
				return nil, ErrNone
			}
			rest.Write([]byte{0xFF, mEOI})
			writeTurned(&head, turned)
			return append(head.Bytes(), rest.Bytes()...), nil
		case s.marker == mCOM || s.marker >= mAPP0 && s.marker <= mAPPF:
			if o := exifTurn(s); o != 0 {
				turned = o
			}
			keepApp(&head, &rest, s)
			continue
		case isFrame(s.marker):
			frames++
			if !frameFits(s.body) {
				return nil, ErrNone
			}
		case s.marker == mSOS:
			scans++
		}
		writeSegment(&rest, s)
		if s.marker == mSOS {
			n := scanLength(b)
			rest.Write(b[:n])
			b = b[n:]
		}
	}
}

// nextSegment reads a marker and what belongs to it. A marker that no picture of today
// has ends it.
func nextSegment(b []byte) (segment, []byte, error) {
	for len(b) > 1 && b[0] == 0xFF && b[1] == 0xFF { // fill bytes, B.1.1.2
		b = b[1:]
	}
	if len(b) < 2 || b[0] != 0xFF {
		return segment{}, nil, ErrNone
	}
	s := segment{marker: b[1]}
	if s.marker == mEOI {
		return s, b[2:], nil
	}
	known := s.marker == mCOM || s.marker >= mSOF0 && s.marker <= mAPPF
	alone := s.marker >= mRST0 && s.marker <= mSOI || s.marker == mJPG
	if !known || alone || len(b) < 4 {
		return segment{}, nil, ErrNone
	}
	n := int(binary.BigEndian.Uint16(b[2:]))
	if n < 2 || len(b) < 2+n {
		return segment{}, nil, ErrNone
	}
	s.body = b[4 : 2+n]
	return s, b[2+n:], nil
}

func writeSegment(w *bytes.Buffer, s segment) {
	w.Write([]byte{0xFF, s.marker})
	w.Write(binary.BigEndian.AppendUint16(nil, uint16(len(s.body)+2))) //nolint:gosec // was read from 16 bits
	w.Write(s.body)
}

// scanLength is how far the coded picture goes: up to a marker that is neither a stuffed
// byte nor a restart.
func scanLength(b []byte) int {
	for i := 0; i+1 < len(b); i++ {
		if b[i] == 0xFF && b[i+1] != 0 && b[i+1] != 0xFF && (b[i+1] < mRST0 || b[i+1] > mRST7) {
			return i
		}
	}
	return len(b)
}

// isFrame reports whether a marker begins a frame.
func isFrame(m byte) bool {
	return m >= mSOF0 && m <= 0xCF && m != mDHT && m != mJPG && m != mDAC
}

func frameFits(b []byte) bool {
	if len(b) < 6 {
		return false
	}
	high, wide := uint64(binary.BigEndian.Uint16(b[1:])), uint64(binary.BigEndian.Uint16(b[3:]))
	return wide > 0 && high*wide <= mostPixels
}

// keepApp keeps of the segments of applications what the colours need.
func keepApp(head, rest *bytes.Buffer, s segment) {
	switch {
	case s.marker == mAPP0 && bytes.HasPrefix(s.body, []byte("JFIF\x00")) && len(s.body) >= 14:
		jfif := bytes.Clone(s.body[:14])
		jfif[12], jfif[13] = 0, 0 // no small picture
		writeSegment(head, segment{s.marker, jfif})
	case s.marker == mAPP0+2 && bytes.HasPrefix(s.body, []byte("ICC_PROFILE\x00")):
		writeSegment(rest, s)
	case s.marker == mAPP0+14 && bytes.HasPrefix(s.body, []byte("Adobe")) && len(s.body) >= 12:
		writeSegment(rest, segment{s.marker, s.body[:12]})
	}
}

// exifTurn reads how the picture is to be turned, 1 to 8; 0 where a segment does not say.
func exifTurn(s segment) byte {
	tiff, ok := bytes.CutPrefix(s.body, []byte("Exif\x00\x00"))
	if s.marker != mAPP0+1 || !ok {
		return 0
	}
	return tiffTurn(tiff)
}

// tiffTurn reads tag 0x0112 of the first directory.
func tiffTurn(b []byte) byte {
	if len(b) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	if b[0] == 'M' {
		order = binary.BigEndian
	}
	at := uint64(order.Uint32(b[4:]))
	if at+2 > uint64(len(b)) {
		return 0
	}
	n := uint64(order.Uint16(b[at:]))
	for i := range n {
		entry := at + 2 + i*12
		if entry+12 > uint64(len(b)) {
			return 0
		}
		if order.Uint16(b[entry:]) == 0x0112 && order.Uint16(b[entry+2:]) == 3 {
			if v := order.Uint16(b[entry+8:]); v >= 1 && v <= 8 {
				return byte(v)
			}
			return 0
		}
	}
	return 0
}

// turnedTIFF holds nothing but how the picture is to be turned.
func turnedTIFF(turned byte) []byte {
	return []byte{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, turned, 0, 0, 0, 0, 0, 0}
}

func writeTurned(w *bytes.Buffer, turned byte) {
	if turned > 1 {
		writeSegment(w, segment{mAPP0 + 1, append([]byte("Exif\x00\x00"), turnedTIFF(turned)...)})
	}
}
