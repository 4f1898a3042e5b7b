package ui

import (
	"crypto/sha256"
	"sync"
)

// mostSqueezed is how many pages are kept compressed: those that are the same for
// everybody, in each language.
const mostSqueezed = 32

// squeezed keeps pages that hold nothing secret as they were compressed, so that a page
// which is the same for everybody is compressed once. Safe for concurrent use.
type squeezed struct {
	mu   sync.Mutex
	kept map[[sha256.Size]byte][]byte // by the hash of the page; guarded by mu
}

// of is a page, compressed. The caller changes neither.
func (s *squeezed) of(page []byte) []byte {
	sum := sha256.Sum256(page)
	s.mu.Lock()
	z, ok := s.kept[sum]
	s.mu.Unlock()
	if ok {
		return z
	}
	z = gzipped(page)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil || len(s.kept) >= mostSqueezed {
		s.kept = make(map[[sha256.Size]byte][]byte, mostSqueezed)
	}
	s.kept[sum] = z
	return z
}
