package post

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
)

// DKIM signs outgoing mail in the name of a domain. RFC 6376. Each key signs by
// itself: receivers that do not know Ed25519 (RFC 8463) hold to the one of RSA.
type DKIM struct {
	domain string
	keys   []dkimKey
}

type dkimKey struct {
	selector string
	signer   crypto.Signer
}

// The keys of DKIM that cannot be.
var (
	errDKIMKey      = errors.New("dkim-key: want SELECTOR=FILE, a selector being letters, digits and dashes")
	errDKIMDomain   = errors.New("dkim-domain: want the domain of the address in mail-from, or one above it")
	errDKIMFile     = errors.New("want a private key, RSA of 2048 bits or more or Ed25519, as PEM")
	errDKIMReadable = errors.New("others than its owner can read it: chmod 600")
	selectorForm    = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)
)

// rsaLeast is the shortest key that receivers take for the years to come. RFC 8301 3.2.
const rsaLeast = 2048

// NewDKIM reads the keys, each SELECTOR=FILE; nil where there are none. From is the
// address in whose name mail goes out: a signature of another domain proves nothing
// about it. RFC 7489 3.1.1.
func NewDKIM(domain, from string, keys []string) (*DKIM, error) {
	if len(keys) == 0 {
		return nil, nil //nolint:nilnil // no signature is a setting
	}
	_, own, _ := strings.Cut(strings.ToLower(from), "@")
	domain = strings.ToLower(strings.TrimSuffix(domain, "."))
	if domain == "" {
		domain = own
	}
	if !strings.Contains(domain, ".") || own != domain && !strings.HasSuffix(own, "."+domain) {
		return nil, errDKIMDomain
	}
	d := &DKIM{domain: domain}
	for _, text := range keys {
		selector, file, ok := strings.Cut(strings.TrimSpace(text), "=")
		if !ok || !selectorForm.MatchString(selector) || file == "" {
			return nil, errDKIMKey
		}
		signer, err := readDKIMKey(file)
		if err != nil {
			return nil, fmt.Errorf("dkim-key %s: %w", selector, err)
		}
		d.keys = append(d.keys, dkimKey{strings.ToLower(selector), signer})
	}
	return d, nil
}

func readDKIMKey(file string) (crypto.Signer, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o007 != 0 {
		return nil, errDKIMReadable
	}
	text, err := os.ReadFile(file) //nolint:gosec // the operator's own file
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errDKIMFile
	}
	var key any
	if block.Type == "RSA PRIVATE KEY" { // as older programs write it
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	} else {
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	if err != nil {
		return nil, errDKIMFile
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if k.N.BitLen() >= rsaLeast {
			return k, nil
		}
	case ed25519.PrivateKey:
		return k, nil
	}
	return nil, errDKIMFile
}

// signed are the headers that a signature covers. One that is not there is covered as
// well, and those that are shown once more than they are there, so that nobody adds one.
// RFC 6376 5.4, 8.15.
func signed() []string {
	return []string{
		"From", "From", "To", "To", "Subject", "Subject", "Date", "Date", "Message-ID", "Message-ID", "Reply-To", "Cc", "In-Reply-To", "References", "MIME-Version", "Content-Type", "Content-Type",
		"Content-Transfer-Encoding", "Content-Language", "Auto-Submitted",
	}
}

// Sign puts the signatures before a mail. The same mail gets the same mail back but for
// these lines: its id stays.
func (d *DKIM) Sign(mail []byte) ([]byte, error) {
	if d == nil {
		return mail, nil
	}
	for _, k := range d.keys {
		var out bytes.Buffer
		err := dkim.Sign(&out, bytes.NewReader(mail), &dkim.SignOptions{
			Domain: d.domain, Selector: k.selector, Signer: k.signer, Hash: crypto.SHA256, HeaderKeys: signed(),
			HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
		})
		if err != nil {
			return nil, fmt.Errorf("sign mail: %w", err)
		}
		mail = out.Bytes()
	}
	return mail, nil
}

// Record is what has to stand in the domain name system so that a signature can be
// checked.
type Record struct{ Name, Text string }

// Records lists what to publish, one for each key.
func (d *DKIM) Records() ([]Record, error) {
	if d == nil {
		return nil, nil
	}
	var list []Record
	for _, k := range d.keys {
		text, err := DKIMRecord(k.signer.Public())
		if err != nil {
			return nil, err
		}
		list = append(list, Record{Name: k.selector + "._domainkey." + d.domain, Text: text})
	}
	return list, nil
}

// DKIMRecord is the text of the record for a public key. RFC 6376 3.6.1, RFC 8463 3.
func DKIMRecord(public crypto.PublicKey) (string, error) {
	switch k := public.(type) {
	case *rsa.PublicKey:
		der, err := x509.MarshalPKIXPublicKey(k)
		if err != nil {
			return "", fmt.Errorf("write public key: %w", err)
		}
		return "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der), nil
	case ed25519.PublicKey:
		return "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(k), nil
	default:
		return "", errDKIMFile
	}
}

// Matches reports whether one of the texts found under the name of a record is it, however
// it was cut into pieces or spaced.
func (r Record) Matches(found []string) bool {
	for _, text := range found {
		if key := tagOf(text, "p"); key != "" && key == tagOf(r.Text, "p") {
			return true
		}
	}
	return false
}

func tagOf(text, tag string) string {
	for part := range strings.SplitSeq(text, ";") {
		if name, value, ok := strings.Cut(part, "="); ok && strings.TrimSpace(name) == tag {
			return strings.Join(strings.Fields(value), "")
		}
	}
	return ""
}

// NewDKIMKey draws a private key, as PEM, and the record for it. Kind is rsa or ed25519.
func NewDKIMKey(kind string) (private []byte, record string, err error) {
	var key crypto.Signer
	if kind == "ed25519" {
		_, key, err = ed25519.GenerateKey(nil)
	} else {
		key, err = rsa.GenerateKey(nil, rsaLeast)
	}
	if err != nil {
		return nil, "", fmt.Errorf("draw key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, "", fmt.Errorf("write key: %w", err)
	}
	record, err = DKIMRecord(key.Public())
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), record, err
}
