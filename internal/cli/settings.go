package cli

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"klankbord/internal/config"
)

type configCommands struct {
	Show   configShow   `cmd:"" help:"Print every setting, its value and where that comes from; passwords are hidden."`
	Check  configCheck  `cmd:"" help:"Say whether every setting is as it must be, without touching the instance, or whether a profile in a file is."`
	Export configExport `cmd:"" help:"Print a profile, which is all that an organisation can set about its pages, as one file."`
	Diff   configDiff   `cmd:"" help:"Say in which fields two profiles differ."`
	Own    ownCommands  `cmd:"" help:"What the organisation of an instance has otherwise than its profile: export, import, put back."`
}

// settingsFile reads the configuration file for kong. Flags go before it by themselves,
// and variables here.
func settingsFile(r io.Reader) (kong.Resolver, error) {
	values, err := config.ReadFile(r)
	if err != nil {
		return nil, err
	}
	find := func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		for _, variable := range flag.Tag.Envs {
			if os.Getenv(variable) != "" {
				return nil, nil //nolint:nilnil // what kong asks of a resolver that knows nothing
			}
		}
		return values[flag.Name], nil
	}
	return kong.ResolverFunc(find), nil
}

type configShow struct{ config.Config }

// Run prints what holds.
func (c *configShow) Run(e *env, k *kong.Context) error {
	if err := c.Check(); err != nil {
		return err
	}
	from := origins(k)
	w := tabwriter.NewWriter(e.out, 0, 0, 2, ' ', 0)
	for _, s := range config.Settings() {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", s.Name, from(s), c.Value(s.Name))
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print settings: %w", err)
	}
	return nil
}

// origins tells where a setting's value comes from.
func origins(k *kong.Context) func(config.Setting) string {
	flags, file := map[string]bool{}, map[string]bool{}
	for _, p := range k.Path {
		switch {
		case p.Flag == nil:
		case p.Resolved:
			file[p.Flag.Name] = true
		default:
			flags[p.Flag.Name] = true
		}
	}
	return func(s config.Setting) string {
		switch {
		case flags[s.Name]:
			return "flag"
		case file[s.Name]:
			return "file"
		case os.Getenv(s.Variable) != "":
			return "variable"
		default:
			return "default"
		}
	}
}

type configCheck struct {
	config.Config

	Profile string `name:"profile" help:"Look at this profile instead: a file that config export wrote, or the name of one that is built in."`
}

var errSettings = errors.New("settings need doing; see above")

// Run looks at values, at names of variables and at the files that settings name.
func (c *configCheck) Run(e *env) error {
	if c.Profile != "" {
		return checkProfile(e, c.Profile)
	}
	if err := c.Check(); err != nil {
		return err
	}
	wrong := 0
	say := func(format string, args ...any) {
		wrong++
		e.say("FIX  "+format, args...)
	}
	unknown := config.Unknown(os.Environ())
	slices.Sort(unknown)
	for _, name := range unknown {
		say("%s is no setting; doc/configuration.md lists them", name)
	}
	for _, s := range config.Settings() {
		if strings.HasSuffix(s.Name, "-file") {
			checkFile(c.Value(s.Name), s.Name, say)
		}
	}
	for i, cert := range c.TLSCert {
		checkPair(cert, c.TLSKey[i], c.Names(), say)
	}
	if c.BackupTo != "" {
		if info, err := os.Stat(c.BackupTo); err != nil || !info.IsDir() {
			say("backup-to: there is no folder %s; make or mount it", c.BackupTo)
		}
	}
	if c.Organisations != "" {
		tenants, err := readTenants(c.Organisations)
		if err != nil {
			say("%v", err)
		}
		e.say("ok   %d organisations", len(tenants))
	}
	if wrong > 0 {
		return errSettings
	}
	e.say("ok   %d settings", len(config.Settings()))
	return nil
}

// checkFile wants a file that can be read, that nobody else can where it holds a secret,
// and that holds certificates where it must.
func checkFile(path, name string, say func(string, ...any)) {
	if path == "" {
		return
	}
	content, err := os.ReadFile(path) //nolint:gosec // named by the operator
	if err != nil {
		say("%s: %s cannot be read as this user", name, path)
		return
	}
	if strings.HasSuffix(name, "-ca-file") {
		if !x509.NewCertPool().AppendCertsFromPEM(content) {
			say("%s: %s holds no certificate (PEM)", name, path)
		}
		return
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o007 != 0 {
		say("%s: %s holds a secret and can be read by everybody: chmod o= %s", name, path, path)
	}
}

func checkPair(cert, key string, names []string, say func(string, ...any)) {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		say("tls-cert, tls-key: %s and %s are no pair: %v", cert, key, err)
		return
	}
	if !slices.ContainsFunc(names, func(name string) bool { return pair.Leaf.VerifyHostname(name) == nil }) {
		say("tls-cert: %s is for none of %s", cert, strings.Join(names, ", "))
	}
}
