package bucket

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"strings"
)

// Address says where a bucket is, as one setting:
//
//	https://HOST[:PORT]/BUCKET[/PREFIX]?key-file=FILE[&region=REGION][&ca-file=FILE]
//
// It holds no secret, only the name of the file that does.
type Address struct {
	Host    string // and port
	Plain   bool   // without TLS, to this machine only
	Bucket  string
	Prefix  string // of every name; empty, or ends in a slash
	Region  string
	KeyFile string // two lines: the id of the key, and its secret
	CAFile  string // certificates to trust in the place of the system's; empty: the system's
}

// errAddress says what an address looks like.
var errAddress = errors.New("want https://HOST/BUCKET[/PREFIX]?key-file=FILE[&region=REGION][&ca-file=FILE], and http:// for a server on this machine only")

// IsAddress tells the address of a bucket from the name of a folder.
func IsAddress(text string) bool {
	return strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://")
}

// ParseAddress reads an address and refuses what could not be one.
func ParseAddress(text string) (a Address, err error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return a, errAddress
	}
	name, prefix, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	a = Address{Host: u.Host, Plain: u.Scheme == "http", Bucket: name, Prefix: prefix, Region: "us-east-1"}
	if a.Prefix != "" {
		a.Prefix += "/"
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https", a.Plain && !here(u.Hostname()), len(a.Bucket) < 3, !clean(a.Prefix):
		return a, errAddress
	}
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return a, errAddress
	}
	for key, value := range values {
		field, ok := map[string]*string{"region": &a.Region, "key-file": &a.KeyFile, "ca-file": &a.CAFile}[key]
		if !ok || len(value) != 1 || value[0] == "" {
			return a, fmt.Errorf("%q: %w", key, errAddress)
		}
		*field = value[0]
	}
	if a.KeyFile == "" {
		return a, errAddress
	}
	return a, nil
}

// clean refuses prefixes that a server may fold into others.
func clean(prefix string) bool {
	for _, part := range strings.Split(strings.TrimSuffix(prefix, "/"), "/") {
		if prefix != "" && (part == "" || part == "." || part == "..") {
			return false
		}
	}
	return true
}

// here reports whether a host is this machine: ASVS 12.3.1 wants TLS to every other.
func here(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// String names the bucket for people and logs.
func (a Address) String() string {
	scheme := "https://"
	if a.Plain {
		scheme = "http://"
	}
	return scheme + a.Host + "/" + a.Bucket + "/" + a.Prefix
}

var errKey = errors.New("want two lines: the id of the access key, and its secret")

// key reads the access key; what goes wrong never quotes what was read.
func (a Address) key() (id, secret string, err error) {
	b, err := os.ReadFile(a.KeyFile)
	if err != nil {
		return "", "", fmt.Errorf("read key of the bucket: %w", err)
	}
	fields := strings.Fields(string(b))
	if len(fields) != 2 {
		return "", "", fmt.Errorf("read key of the bucket in %s: %w", a.KeyFile, errKey)
	}
	return fields[0], fields[1], nil
}
