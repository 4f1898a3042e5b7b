package main

import (
	"bytes"
	"debug/buildinfo"
	"encoding/json"
	"os"
	"testing"
)

func TestListHoldsEveryModuleOfAProgram(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var once, twice bytes.Buffer
	for _, out := range []*bytes.Buffer{&once, &twice} {
		if err := run([]string{self}, out); err != nil {
			t.Fatal(err)
		}
	}
	if once.String() != twice.String() {
		t.Error("one program gives two lists")
	}
	var got bom
	if err := json.Unmarshal(once.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	info, err := buildinfo.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	if got.Format != "CycloneDX" || got.Spec != "1.6" || len(got.Components) != len(info.Deps)+1 || got.Components[0].Version != info.GoVersion {
		t.Errorf("%+v", got)
	}
	for _, args := range [][]string{nil, {"a", "b"}, {"main.go"}} {
		if err := run(args, &once); err == nil {
			t.Errorf("%v: a list of no program", args)
		}
	}
}
