package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"klankbord/internal/cli"
)

var command = regexp.MustCompile("(?m)(?:^    (?:sudo -u klankbord )?|`|&& )klankbord ((?:[a-z]+ ?){1,3})([^`\n]*)")

// TestHandbooksNameCommandsThatExist asks each command that a handbook names for its help,
// and looks there for every flag that is given.
func TestHandbooksNameCommandsThatExist(t *testing.T) {
	names, err := filepath.Glob("../../doc/handbook/*.md")
	if err != nil || len(names) < 6 {
		t.Fatal(len(names), err)
	}
	seen := 0
	for _, name := range append(names, "../../doc/profiles.md") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range command.FindAllStringSubmatch(strings.ReplaceAll(string(text), "\\\n", " "), -1) {
			seen++
			words := strings.Fields(m[1])
			help := ""
			for len(words) > 0 { // the last words may be arguments
				var out, errOut bytes.Buffer
				if cli.Main(t.Context(), append(append([]string{}, words...), "--help"), &out, &errOut) == 0 {
					help = out.String()
					break
				}
				words = words[:len(words)-1]
			}
			if help == "" {
				t.Errorf("%s: there is no command %q", name, m[1])
			}
			rest, _, _ := strings.Cut(m[2], "#")
			for _, word := range strings.Fields(rest) {
				flag, _, _ := strings.Cut(word, "=")
				if strings.HasPrefix(flag, "--") && flag != "--help" && !strings.Contains(help, flag) {
					t.Errorf("%s: klankbord %s has no flag %s", name, strings.Join(words, " "), flag)
				}
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d commands were seen", seen)
	}
}

// `serve` is read by a grammar of its own, so that a service starts sooner. It must know
// what the whole grammar knows of it, which is used where something stands before the word.
func TestServeAloneIsReadAsAmongAllCommands(t *testing.T) {
	settings := filepath.Join(t.TempDir(), "settings.json")
	if err := os.WriteFile(settings, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	var alone, among, errOut strings.Builder
	first := cli.Main(t.Context(), []string{"serve", "--help"}, &alone, &errOut)
	second := cli.Main(t.Context(), []string{"--config", settings, "serve", "--help"}, &among, &errOut)
	if first != 0 || second != 0 || alone.Len() < 1000 || alone.String() != among.String() {
		t.Errorf("exit codes %d and %d; help of %d and %d bytes\n%s", first, second, alone.Len(), among.Len(), errOut.String())
	}
}
