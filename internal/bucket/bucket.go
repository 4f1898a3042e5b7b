// Package bucket speaks to an S3-compatible bucket: names with bytes, below one
// prefix. It must never overwrite what Create made, never follow a redirect, and
// never put a key or anything that a person wrote into an error. Every call ends:
// connecting, waiting for an answer, and each pause in a stream have bounds, and so
// have the attempts. It fails with ErrMissing where there is no such object, with
// ErrThere where there is another one, with fault.ErrFull where the bucket has no room,
// with the error of the context, and with fault.ErrDown in every other case: then the
// bucket is down, out of reach or refuses us, and the same may succeed later.
package bucket

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"klankbord/internal/fault"
)

// What a call ends with, besides the faults.
var (
	ErrMissing = errors.New("there is no such object in the bucket")
	ErrThere   = errors.New("there is another object of that name in the bucket")
)

// Limits bound every call. The zero value of a field means what DefaultLimits says.
type Limits struct {
	Connect  time.Duration // until a connection stands
	Answer   time.Duration // until the server begins to answer
	Pause    time.Duration // in a stream
	Whole    time.Duration // a call that is no stream of unknown length
	Attempts int
}

// DefaultLimits are those of a bucket in a data centre nearby. A sealed part has 8 MiB.
func DefaultLimits() Limits {
	return Limits{Connect: 5 * time.Second, Answer: 20 * time.Second, Pause: 20 * time.Second, Whole: time.Minute, Attempts: 3}
}

// Bucket is the objects below one prefix of a bucket. Safe for concurrent use, by
// several processes too.
type Bucket struct {
	at     Address
	limits Limits
	core   minio.Core
	idle   func()
}

// Open prepares speaking to a bucket. Nothing is sent yet; see Try.
func Open(at Address, l Limits) (*Bucket, error) {
	id, secret, err := at.key()
	if err != nil {
		return nil, err
	}
	t := &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: (&net.Dialer{Timeout: l.Connect}).DialContext, TLSHandshakeTimeout: l.Connect,
		ResponseHeaderTimeout: l.Answer, ExpectContinueTimeout: time.Second, IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: 16,
		DisableCompression: true, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
	}
	if at.CAFile != "" {
		pem, err := os.ReadFile(at.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read certificates of the bucket: %w", err)
		}
		t.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !t.TLSClientConfig.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("no certificate in %s", at.CAFile)
		}
	}
	client, err := minio.New(at.Host, &minio.Options{
		Creds: credentials.NewStaticV4(id, secret, ""), Secure: !at.Plain, Transport: t, Region: at.Region, MaxRetries: l.Attempts,
	})
	if err != nil {
		return nil, fmt.Errorf("open bucket: %w", err)
	}
	return &Bucket{at: at, limits: l, core: minio.Core{Client: client}, idle: t.CloseIdleConnections}, nil
}

// String names the bucket.
func (b *Bucket) String() string { return b.at.String() }

// Close gives the connections back.
func (b *Bucket) Close() error {
	b.idle()
	return nil
}

func (b *Bucket) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, b.limits.Whole)
}

// told turns what the server or the network said into what a caller tells apart.
func told(ctx context.Context, what string, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	answer := minio.ToErrorResponse(err)
	kind := error(fault.ErrDown)
	switch {
	case answer.Code == minio.NoSuchKey || answer.Code == "NoSuchVersion":
		kind = ErrMissing
	case answer.Code == minio.PreconditionFailed || answer.StatusCode == http.StatusConflict:
		kind = ErrThere
	case answer.StatusCode == http.StatusInsufficientStorage || strings.Contains(answer.Code, "Quota") || strings.Contains(answer.Code, "StorageFull"):
		kind = fault.ErrFull
	}
	return fmt.Errorf("%s: %w: %w", what, kind, err)
}

// Create writes an object that is not there yet; it is whole and durable once Create
// returns. ErrThere: there is one with other bytes, which stays as it is.
func (b *Bucket) Create(ctx context.Context, name string, from io.ReadSeeker, size int64) error {
	within, cancel := b.bound(ctx)
	defer cancel()
	o := minio.PutObjectOptions{SendContentMd5: true, DisableMultipart: true, ContentType: "application/octet-stream"}
	o.SetMatchETagExcept("*")
	_, err := b.core.Client.PutObject(within, b.at.Bucket, b.at.Prefix+name, from, size, o)
	err = told(ctx, "write object", err)
	if !errors.Is(err, ErrThere) {
		return err
	}
	// An attempt before this one may have come through without its answer.
	if _, seek := from.Seek(0, io.SeekStart); seek != nil {
		return errors.Join(err, seek)
	}
	same, read := b.holds(ctx, name, from, size)
	switch {
	case errors.Is(read, ErrMissing): // deleted meanwhile, or two wrote at once
		return fmt.Errorf("write object: %w: %w", fault.ErrDown, err)
	case read != nil:
		return read
	case !same:
		return err
	}
	return nil
}

// Put writes an object of any length, in the place of what has its name. It is whole
// and durable once Put returns, or not there at all, or as it was before.
func (b *Bucket) Put(ctx context.Context, name string, write func(io.Writer) error) error {
	r, w := io.Pipe()
	written := make(chan error, 1)
	go func() {
		err := write(w)
		_ = w.CloseWithError(err) // never fails; nil is the end
		written <- err
	}()
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	from := &paced{r: r, most: 3 * b.limits.Whole, late: time.AfterFunc(3*b.limits.Whole, cancel)}
	// Parts of 16 MiB: left to itself the library takes half a gigabyte of memory for a
	// stream whose length it does not know. 10,000 parts are 156 GiB.
	o := minio.PutObjectOptions{SendContentMd5: true, PartSize: 16 << 20, NumThreads: 1, ContentType: "application/octet-stream"}
	_, err := b.core.Client.PutObject(within, b.at.Bucket, b.at.Prefix+name, from, -1, o)
	from.late.Stop()
	_ = r.CloseWithError(errors.Join(err, io.ErrClosedPipe)) // never fails; lets the writer end
	if wrote := <-written; wrote != nil && !errors.Is(wrote, io.ErrClosedPipe) {
		return wrote
	}
	return told(ctx, "write object", err)
}

// paced ends sending that takes too long; what is sent may come as slowly as it does.
type paced struct {
	r    io.Reader
	most time.Duration
	late *time.Timer
}

// Read waits for what is to be sent; the time runs until it is called again.
func (p *paced) Read(b []byte) (int, error) {
	p.late.Stop()
	defer p.late.Reset(p.most)
	return p.r.Read(b)
}

// Size is how many bytes an object has.
func (b *Bucket) Size(ctx context.Context, name string) (int64, error) {
	within, cancel := b.bound(ctx)
	defer cancel()
	info, err := b.core.StatObject(within, b.at.Bucket, b.at.Prefix+name, minio.StatObjectOptions{})
	if err = told(ctx, "look at object", err); errors.Is(err, ErrMissing) {
		// This answer has no body: it does not tell a missing object from a missing bucket.
		if there, exists := b.core.BucketExists(within, b.at.Bucket); exists != nil || !there {
			return 0, fmt.Errorf("look at object: there is no bucket %s: %w", b.at.Bucket, errors.Join(fault.ErrDown, exists))
		}
	}
	return info.Size, err
}
