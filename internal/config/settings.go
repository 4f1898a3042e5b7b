package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"reflect"
	"strings"
)

// Setting is one setting as it is told to people.
type Setting struct {
	Section  string // heading under which it stands
	Name     string // of the flag, and key of the configuration file
	Variable string
	Default  string
	Meaning  string
	Allowed  []string // the only values, if they are few
	List     bool     // may be given more than once
	Again    bool     // names a file whose content is read again when it changes
}

// Settings lists every setting, in the order of the struct that holds them.
func Settings() []Setting {
	var list []Setting
	section := ""
	for f := range reflect.TypeFor[Config]().Fields() {
		tag := f.Tag.Get
		if s := tag("section"); s != "" {
			section = s
		}
		s := Setting{
			Section: section, Name: tag("name"), Variable: tag("env"), Default: tag("default"), Meaning: tag("help"),
			List: f.Type.Kind() == reflect.Slice, Again: tag("again") != "",
		}
		if allowed := tag("enum"); allowed != "" {
			s.Allowed = strings.Split(allowed, ",")
		}
		list = append(list, s)
	}
	return list
}

// Value is what a setting is, as text; empty for an unknown name. A password in an
// address is left out.
func (c Config) Value(name string) string {
	for f, v := range reflect.ValueOf(c).Fields() {
		if f.Tag.Get("name") == name {
			return text(v)
		}
	}
	return ""
}

func text(v reflect.Value) string {
	if v.Kind() != reflect.Slice {
		return withoutPassword(fmt.Sprint(v.Interface()))
	}
	var parts []string
	for i := range v.Len() {
		parts = append(parts, withoutPassword(fmt.Sprint(v.Index(i).Interface())))
	}
	return strings.Join(parts, ", ")
}

// withoutPassword hides the password of an address, be it before the host or among
// what follows the question mark, and of a connection string of words. What cannot be
// read as an address but looks like one is hidden whole.
func withoutPassword(s string) string {
	if !strings.Contains(s, "://") {
		if strings.Contains(strings.ToLower(s), "password") && strings.Contains(s, "=") {
			return hiddenText
		}
		return s
	}
	u, err := url.Parse(s)
	if err != nil {
		return hiddenText
	}
	_, secret := u.User.Password()
	q := u.Query()
	for key := range q {
		switch strings.ToLower(key) {
		case "password", "pass", "passwd", "sslpassword":
			secret = true
			q.Set(key, "")
			u.RawQuery = q.Encode()
		}
	}
	if !secret {
		return s
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	return u.String() + " " + hiddenText
}

const hiddenText = "(password hidden)"

// ErrFile tells that the configuration file is not one.
var ErrFile = errors.New("configuration file")

// ReadFile reads a configuration file: an object of JSON with the names of settings as
// keys. It fails with ErrFile for anything else and for a key that is no setting, so
// that a slip of the pen is not a setting that was never made.
func ReadFile(r io.Reader) (map[string]any, error) {
	values := map[string]any{}
	d := json.NewDecoder(r)
	if err := d.Decode(&values); err != nil {
		return nil, fmt.Errorf("%w: want one object of JSON: %w", ErrFile, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: want one object of JSON and nothing after it", ErrFile)
	}
	known := map[string]bool{}
	for _, s := range Settings() {
		known[s.Name] = true
	}
	for key := range values {
		if !known[key] {
			return nil, fmt.Errorf("%w: there is no setting %q; doc/configuration.md lists them", ErrFile, key)
		}
	}
	return values, nil
}

// Unknown are the variables of an environment that look like settings and are none.
func Unknown(environment []string) []string {
	known := map[string]bool{"KLANKBORD_CONFIG": true, "KLANKBORD_DEV": true}
	for _, s := range Settings() {
		known[s.Variable] = true
	}
	var list []string
	for _, pair := range environment {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "KLANKBORD_") && !known[name] {
			list = append(list, name)
		}
	}
	return list
}
