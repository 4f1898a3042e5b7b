package casework

import (
	"testing"

	"klankbord/internal/fuzztest"
	"klankbord/internal/store"
)

func FuzzReadDraft(f *testing.F) {
	seed := []byte(`{"id":"1","seen":3,"text":"t","lang":"nl","files":[{"id":"f","manifest":"AQAAAAA="}]}`)
	for _, b := range fuzztest.Mutated(seed, 60) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		fuzztest.Bounded(t, "casework.readDraft", b, func(b []byte) { _, _ = readDraft(store.DeskDraft{Kind: "note"}, b) })
	})
}
