package ident

import "testing"

func TestNewIsUniqueAndValid(t *testing.T) {
	seen := map[string]bool{}
	for range 10_000 {
		id := New()
		if !Valid(id) {
			t.Fatalf("New() = %q, not valid", id)
		}
		if seen[id] {
			t.Fatalf("New() repeated %q", id)
		}
		seen[id] = true
	}
}

func TestParseCaseNumberForgivesTyping(t *testing.T) {
	for in, want := range map[string]string{
		"KB-7Q4M-9X": "KB-7Q4M-9X", "kb7q4m9x": "KB-7Q4M-9X", " kb 7q4m 9x ": "KB-7Q4M-9X",
		"KB-OQ4M-IL": "KB-0Q4M-11",
	} {
		if got, ok := ParseCaseNumber(in); !ok || got != want {
			t.Errorf("ParseCaseNumber(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "KB", "KB-7Q4M-9", "KB-7Q4M-9XX", "AB-7Q4M-9X", "KB-7Q4U-9X", "KB-7Q4é9X"} {
		if got, ok := ParseCaseNumber(in); ok {
			t.Errorf("ParseCaseNumber(%q) = %q, want refusal", in, got)
		}
	}
}

func FuzzParseCaseNumber(f *testing.F) {
	f.Add("KB-7Q4M-9X")
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := ParseCaseNumber(s)
		if !ok {
			return
		}
		if again, ok := ParseCaseNumber(n); !ok || again != n {
			t.Fatalf("%q parses to %q, which parses to %q, %v", s, n, again, ok)
		}
	})
}

func TestCaseNumberParses(t *testing.T) {
	for range 1000 {
		n := CaseNumber()
		if got, ok := ParseCaseNumber(n); !ok || got != n {
			t.Fatalf("CaseNumber() = %q parses to %q, %v", n, got, ok)
		}
	}
}
