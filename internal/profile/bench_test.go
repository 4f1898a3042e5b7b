package profile_test

import (
	"testing"

	"klankbord/internal/profile"
)

func BenchmarkMissing(b *testing.B) {
	p, a := benchProfile(b)
	for b.Loop() {
		p.Missing(a)
	}
}

func BenchmarkNormalise(b *testing.B) {
	p, a := benchProfile(b)
	for b.Loop() {
		p.Normalise(a)
	}
}

func BenchmarkRoute(b *testing.B) {
	p, a := benchProfile(b)
	for b.Loop() {
		p.Route(a)
	}
}

func benchProfile(b *testing.B) (*profile.Profile, profile.Answers) {
	b.Helper()
	p, err := profile.Load("wwf-belgium")
	if err != nil {
		b.Fatal(err)
	}
	return p, complete(p, "theft")
}
