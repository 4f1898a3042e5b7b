package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"klankbord/internal/app"
	"klankbord/internal/config"
)

// tenantFile holds the settings of one organisation, in its folder.
const tenantFile = "klankbord.json"

// ofProcess are settings that hold for all organisations, so that no file of one of them
// sets them. Its state is the folder itself.
func ofProcess() []string {
	return []string{"organisations", "state", "listen", "desk-listen", "http-listen", "tls-cert", "tls-key", "acme", "acme-email", "acme-ca-file", "trusted-proxy", "log-level", "metrics-listen"}
}

var (
	errNoTenants  = errors.New("organisations: want a folder with a folder for each organisation, and in each " + tenantFile)
	errOfProcess  = errors.New("is a setting of the process, not of one organisation")
	errNoAddress  = errors.New("base-url is missing: an organisation is found by its host name")
	errTenantName = errors.New("want a name of small letters, digits and dashes")
)

// readTenants reads the settings of every organisation in a folder. A file that cannot be
// right stops the start, because an operator is there then.
func readTenants(dir string) (list []app.Tenant, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoTenants, err)
	}
	var errs []error
	for _, e := range entries {
		file := filepath.Join(dir, e.Name(), tenantFile)
		if _, err := os.Stat(file); !e.IsDir() || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		t, err := readTenant(file)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", file, err))
			continue
		}
		list = append(list, t)
	}
	if len(list) == 0 && len(errs) == 0 {
		return nil, errNoTenants
	}
	return list, errors.Join(errs...)
}

func readTenant(file string) (t app.Tenant, err error) {
	t.Name = filepath.Base(filepath.Dir(file))
	if strings.Trim(t.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return t, errTenantName
	}
	values, err := readTenantFile(file)
	if err != nil {
		return t, err
	}
	var c struct{ config.Config }
	// What is set around the process is meant for the process.
	find := kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, f *kong.Flag) (any, error) { return values[f.Name], nil })
	parser, err := kong.New(&c, kong.Name(file), kong.Resolvers(find), kong.PostBuild(withoutVariables))
	if err != nil {
		return t, err
	}
	if _, err := parser.Parse(nil); err != nil {
		return t, err
	}
	c.State = filepath.Dir(file)
	if c.BaseURL == "" {
		return t, errNoAddress
	}
	t.Config = c.Config
	return t, c.Check()
}

func withoutVariables(k *kong.Kong) error {
	for _, f := range k.Model.Flags {
		f.Envs, f.Tag.Envs = nil, nil
	}
	return nil
}

func readTenantFile(name string) (values map[string]any, err error) {
	f, err := os.Open(name) //nolint:gosec // in the folder that the operator names
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if values, err = config.ReadFile(f); err != nil {
		return nil, err
	}
	var errs []error
	for _, name := range ofProcess() {
		if _, set := values[name]; set {
			errs = append(errs, fmt.Errorf("%s %w", name, errOfProcess))
		}
	}
	return values, errors.Join(errs...)
}
