package door

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Pair names the files of a certificate, with those between, and its key.
type Pair struct{ Certificate, Key string }

// Certificates are those in files, read again when they change. Safe for concurrent use.
type Certificates struct {
	pairs []Pair
	log   *slog.Logger

	mu   sync.RWMutex // guards what follows
	read []content
}

type content struct {
	certificate, key []byte
	parsed           *tls.Certificate
	told             []byte // a certificate that could not be used and was told of
}

// LookEvery is how often files are looked at.
const LookEvery = 10 * time.Second

// ReadCertificates reads the pairs; it fails when one cannot be used.
func ReadCertificates(pairs []Pair, log *slog.Logger) (*Certificates, error) {
	c := &Certificates{pairs: pairs, log: log, read: make([]content, len(pairs))}
	for i, p := range pairs {
		next, err := p.load()
		if err != nil {
			return nil, fmt.Errorf("read certificate %s: %w", p.Certificate, err)
		}
		c.read[i] = next
	}
	return c, nil
}

func (p Pair) load() (c content, err error) {
	if c.certificate, err = os.ReadFile(p.Certificate); err != nil {
		return c, err
	}
	if c.key, err = os.ReadFile(p.Key); err != nil {
		return c, err
	}
	pair, err := tls.X509KeyPair(c.certificate, c.key)
	if err != nil {
		return c, err
	}
	c.parsed = &pair
	return c, nil
}

// Watch reads files again that have changed, until ctx ends.
func (c *Certificates) Watch(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			c.Look()
		}
	}
}

// Look reads the files once. A pair that cannot be used, such as one of which only one
// half is there yet, is told of once and leaves the one that was read before.
func (c *Certificates) Look() {
	for i, p := range c.pairs {
		next, err := p.load()
		c.mu.Lock()
		switch now := &c.read[i]; {
		case err != nil:
			if !bytes.Equal(now.told, next.certificate) || now.told == nil {
				c.log.Error("certificate not read again", "error", err)
				now.told = append([]byte{}, next.certificate...)
			}
		case !bytes.Equal(now.certificate, next.certificate) || !bytes.Equal(now.key, next.key):
			*now = next
			c.log.Info("certificate read again")
		default:
			now.told = nil
		}
		c.mu.Unlock()
	}
}

var errNoCertificate = errors.New("no certificate")

// Pick is tls.Config.GetCertificate: the first that the browser can use, or else the
// first.
func (c *Certificates) Pick(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if len(c.read) == 0 {
		return nil, errNoCertificate
	}
	for _, r := range c.read {
		if hello.SupportsCertificate(r.parsed) == nil {
			return r.parsed, nil
		}
	}
	return c.read[0].parsed, nil
}

// CertificateEnd is when the certificate ends that stands first in a file.
func CertificateEnd(file string) (time.Time, error) {
	rest, err := os.ReadFile(file) //nolint:gosec // named by the operator
	if err != nil {
		return time.Time{}, err
	}
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return time.Time{}, fmt.Errorf("%s: %w", file, errNoCertificate)
		}
		if block.Type == "CERTIFICATE" {
			c, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return time.Time{}, fmt.Errorf("%s: %w", file, err)
			}
			return c.NotAfter, nil
		}
	}
}
