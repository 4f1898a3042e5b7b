package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"
	"time"

	"klankbord/bench/browser"
	"klankbord/bench/figure"
	"klankbord/bench/fixture"
	"klankbord/bench/machine"
)

const (
	fileSize = 100 << 20 // the largest that is allowed
	fileRuns = 5
)

// files measures an attachment of 100 MiB up, by a complainant, and down, by the
// member who reads the case, beside a plain write with fsync on the same disk. Every
// upload meets a server that was just started, so that none lives on memory that the
// one before it left.
func (b *bench) files(ctx context.Context) error {
	var up, grown, disk, down []float64
	for range fileRuns {
		err := b.serving(ctx, b.staffed, func(s *session) error {
			plain, err := machine.WriteMBs(s.state, fileSize)
			if err != nil {
				return err
			}
			u, err := s.upload(ctx)
			if err != nil {
				return err
			}
			disk, up, grown = append(disk, plain), append(up, u.rate), append(grown, u.growth)
			if len(up) == fileRuns {
				down, err = s.download(ctx, u.number)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	b.results.ReportLimit("disk_mb_s", "MB/s", "", disk...)
	return b.report(
		measured{"disk_mb_s", "plain write of 100 MiB with fsync, before each upload", disk},
		measured{"upload_mb_s", "100 MiB through the form, until the answer that it is kept", up},
		measured{"upload_rss_mib", "most in memory during the upload, less what was held before it", grown},
		measured{"download_mb_s", "the same file from the case, checked part by part", down},
	)
}

// uploaded is one upload: MB/s, MiB of memory it took, and the case it became.
type uploaded struct {
	rate, growth float64
	number       string
}

// upload fills in a complaint with the file and sends it.
func (s *session) upload(ctx context.Context) (u uploaded, err error) {
	c := &crowd{site: s.server.URL}
	defer c.leave()
	p, err := c.person()
	if err != nil {
		return u, err
	}
	if err := s.server.Calm(ctx, mailPatience); err != nil {
		return u, err
	}
	p.file = &browser.File{Name: "statement.bin", Type: "application/octet-stream", Size: fileSize, Body: newNoise(fileSize)}
	p.beforeFile = func() error {
		now, _, err := s.server.Memory()
		u.growth = -now
		return errors.Join(err, s.server.ForgetPeak())
	}
	p.afterFile = func() error {
		_, peak, err := s.server.Memory()
		u.growth += peak
		return err
	}
	if err := p.fillIn(ctx); err != nil {
		return u, fmt.Errorf("upload: %w", err)
	}
	if err := errors.Join(p.send(ctx), p.receipt(ctx)); err != nil {
		return u, fmt.Errorf("upload: %w", err)
	}
	u.rate, u.number = fileSize/1e6/p.sent.Seconds(), caseNumber.FindString(p.at.Text())
	return u, nil
}

// noise is bytes that cannot be compressed, at no cost: one random block over and
// over.
type noise struct {
	block []byte
	left  int64
	at    int
}

func newNoise(size int64) io.Reader {
	n := &noise{block: make([]byte, 1<<20), left: size}
	_, _ = rand.Read(n.block) // never returns an error since Go 1.24
	return n
}

// Read gives the next bytes.
func (n *noise) Read(p []byte) (int, error) {
	if n.left == 0 {
		return 0, io.EOF
	}
	got := copy(p[:min(int64(len(p)), n.left)], n.block[n.at:])
	n.left, n.at = n.left-int64(got), (n.at+got)%len(n.block)
	return got, nil
}

// download opens the newest case with a file as the member who reads it.
func (s *session) download(ctx context.Context, number string) ([]float64, error) {
	n := browser.NewNetwork(0)
	defer n.Close()
	reader, err := browser.New(n, s.server.URL)
	if err != nil {
		return nil, err
	}
	if _, _, err := signIn(ctx, reader, s.logins[fixture.Reader]); err != nil {
		return nil, err
	}
	at, err := fileOfCase(ctx, reader, number)
	if err != nil {
		return nil, err
	}
	var runs []float64
	for range fileRuns {
		began := time.Now()
		size, err := reader.Stream(ctx, at)
		if err != nil {
			return nil, fmt.Errorf("download: %w", err)
		}
		if size != fileSize {
			return nil, fmt.Errorf("download: %d bytes: %w", size, browser.ErrUnexpected)
		}
		runs = append(runs, fileSize/1e6/time.Since(began).Seconds())
	}
	return runs, nil
}

// caseNumber is how a receipt shows the number of a case.
var caseNumber = regexp.MustCompile(`KB-[0-9A-Z]{4}-[0-9A-Z]{2}`)

// fileOfCase looks the number of a case up, as a member would, and finds its file.
func fileOfCase(ctx context.Context, reader *browser.Browser, number string) (*url.URL, error) {
	page, err := reader.Open(ctx, "/desk/go?q="+url.QueryEscape(number))
	if err != nil {
		return nil, err
	}
	return page.Link("/file/")
}

// pages measures what a browser loads to show the public page for the first time.
func (b *bench) pages(ctx context.Context) error {
	return b.serving(ctx, b.staffed, func(s *session) error {
		var sizes, requests []float64
		var parts []string
		for _, l := range []string{"nl", "fr", "en", "de"} {
			v, err := firstView(ctx, s.server.URL+"/"+l+"/")
			if err != nil {
				return err
			}
			sizes, requests = append(sizes, float64(v.bytes)), append(requests, float64(v.requests))
			parts = append(parts, fmt.Sprintf("%s %d", l, v.bytes))
		}
		note := "headers and bodies as they arrive, compressed as a browser asks for it: " + strings.Join(parts, ", ")
		return b.report(measured{"page_bytes", note, sizes}, measured{"page_requests", "the page, its style sheet and its icon", requests})
	})
}

type view struct{ bytes, requests int }

// firstView loads a page and all it needs on fresh connections, and counts every
// byte that arrives.
func firstView(ctx context.Context, address string) (v view, err error) {
	got, at, err := browser.Wire(ctx, address)
	if err != nil {
		return v, err
	}
	v = view{bytes: got.Bytes, requests: 1}
	for _, u := range got.Page.Needed() {
		if u.Host != at.Host {
			return v, fmt.Errorf("page loads from %s, a third party: %w", u.Host, browser.ErrUnexpected)
		}
		if strings.HasSuffix(u.Path, ".js") {
			return v, fmt.Errorf("page needs the script %s: %w", u.Path, browser.ErrUnexpected)
		}
		part, _, err := browser.Wire(ctx, u.String())
		if err != nil {
			return v, err
		}
		v.bytes, v.requests = v.bytes+part.Bytes, v.requests+1
	}
	return v, nil
}

const startRuns = 7

// starts measures from starting the process until a first page has been answered
// in full, and what the process holds in memory once it has nothing to do.
func (b *bench) starts(ctx context.Context) error {
	var took, idle []float64
	for range startRuns {
		err := b.serving(ctx, b.staffed, func(s *session) error {
			got, _, err := browser.Wire(ctx, s.server.URL+"/nl/")
			if err != nil {
				return err
			}
			took = append(took, figure.Milliseconds(time.Since(s.server.Began)))
			if !bytes.Contains(got.Raw, []byte(" 200 ")) {
				return fmt.Errorf("first page: %w", browser.ErrUnexpected)
			}
			if err := s.server.Calm(ctx, mailPatience); err != nil {
				return err
			}
			now, _, err := s.server.Memory()
			idle = append(idle, now)
			return err
		})
		if err != nil {
			return err
		}
	}
	return b.report(
		measured{"start_ms", "from starting the process to the last byte of the first page", took},
		measured{"idle_rss_mib", "after the first page, once at rest", idle},
	)
}
