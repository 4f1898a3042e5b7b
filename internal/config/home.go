package config

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// errHome tells of a path that begins with ~. A shell writes the home folder there, and only
// at the beginning of a word; a file of settings, a variable and what follows a = have none,
// and a folder that is called ~ would be made and filled where nobody looks.
var errHome = errors.New("write the whole path: ~ is not taken for a home folder here")

// NotHome refuses the value of a setting in which a path begins with ~, be it alone, after
// the word for the kind of database or scanner, or after a =, as in file=~/key.
func NotHome(name, value string) error {
	rest := value
	for _, kind := range []string{"sqlite:", "unix:"} {
		rest = strings.TrimPrefix(rest, kind)
	}
	if strings.HasPrefix(rest, "~") || strings.Contains(value, "=~") || strings.Contains(strings.ToLower(value), "=%7e") {
		return fmt.Errorf("%s: %w", name, errHome)
	}
	return nil
}

// checkHome looks at every setting. Those that are paths alone never begin with ~ here:
// where they are read, it is taken for the home folder.
func (c Config) checkHome() error {
	var errs []error
	for f, v := range reflect.ValueOf(c).Fields() {
		var values []string
		switch v.Kind() {
		case reflect.String:
			values = []string{v.String()}
		case reflect.Slice:
			for i := range v.Len() {
				values = append(values, v.Index(i).String())
			}
		default:
		}
		for _, value := range values {
			errs = append(errs, NotHome(f.Tag.Get("name"), value))
		}
	}
	return errors.Join(errs...)
}
