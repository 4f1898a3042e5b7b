package profile_test

import (
	"testing"

	"klankbord/internal/profile"
)

// load returns the profile of the first user.
func load(t *testing.T) *profile.Profile {
	t.Helper()
	p, err := profile.Load("wwf-belgium")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEveryBuiltInProfileIsValid(t *testing.T) {
	names := profile.Names()
	if len(names) == 0 {
		t.Fatal("no profile is built in")
	}
	for _, name := range names {
		if _, err := profile.Load(name); err != nil {
			t.Error(err)
		}
	}
}
