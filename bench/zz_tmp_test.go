package main

import (
	"context"
	"testing"

	"klankbord/bench/fixture"
)

func TestBuildTmp(t *testing.T) {
	for _, n := range []int{10000, 100000} {
		if _, err := fixture.Load(context.Background(), "..", n, t.Logf); err != nil {
			t.Fatal(err)
		}
	}
}
