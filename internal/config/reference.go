package config

import (
	"fmt"
	"strings"
)

const before = `# Settings

Written by ` + "`go test ./internal/config -update`" + ` from the code; a test fails when it is stale.

Every setting is a flag (` + "`--listen`" + `), a variable (` + "`KLANKBORD_LISTEN`" + `) and a key of the configuration
file (` + "`\"listen\"`" + `). A flag goes before a variable, a variable before the file, the file before
the default. ` + "`--config FILE`" + ` or ` + "`KLANKBORD_CONFIG`" + ` names the file: one object of JSON; a key that is
no setting is refused. What may be given more than once is a list there, and stands with commas in a
variable. No setting holds a secret but a password in the address of a database; the others
name files.

    klankbord config check     # is everything as it must be, before a restart
    klankbord config show      # what holds, and where it comes from; passwords are hidden

Settings are read when the program starts. *Restart: content no* means that the file which is
named is read again when it changes; another name needs a restart as all else.
`

// Reference is the page that tells all settings, in Markdown.
func Reference() string {
	var b strings.Builder
	b.WriteString(before)
	section := ""
	for _, s := range Settings() {
		if s.Section != section {
			section = s.Section
			fmt.Fprintf(&b, "\n## %s\n\n| Flag and key | Variable | Default | Meaning | Restart |\n|---|---|---|---|---|\n", section)
		}
		meaning := strings.ReplaceAll(s.Meaning, "|", `\|`)
		if len(s.Allowed) > 0 {
			meaning += " One of " + strings.Join(s.Allowed, ", ") + "."
		}
		if s.List {
			meaning += " *May be given more than once.*"
		}
		standard, restart := "", "yes"
		if s.Default != "" {
			standard = "`" + s.Default + "`"
		}
		if s.Again {
			restart = "content no"
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s | %s |\n", s.Name, s.Variable, standard, meaning, restart)
	}
	return b.String()
}
