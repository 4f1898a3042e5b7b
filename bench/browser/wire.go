package browser

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/andybalholm/brotli"
)

// Arrived is one answer as it came over the wire.
type Arrived struct {
	Bytes int    // status line, headers and body, compressed as they came
	Raw   []byte // the same
	Page  *Page
}

// Wire asks for an address on a connection of its own, as a present-day browser does
// that has seen nothing of the site, and counts what arrives.
func Wire(ctx context.Context, address string) (a Arrived, at *url.URL, err error) {
	if at, err = url.Parse(address); err != nil {
		return a, nil, fmt.Errorf("address: %w", err)
	}
	conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", at.Host)
	if err != nil {
		return a, nil, err
	}
	defer conn.Close()
	ask := "GET " + at.RequestURI() + " HTTP/1.1\r\nHost: " + at.Host + "\r\nConnection: close\r\n" +
		"Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: nl\r\n\r\n"
	if _, err := io.WriteString(conn, ask); err != nil {
		return a, nil, err
	}
	if a.Raw, err = io.ReadAll(io.LimitReader(conn, maxPage)); err != nil {
		return a, nil, err
	}
	a.Bytes = len(a.Raw)
	res, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(a.Raw)), nil)
	if err != nil {
		return a, nil, fmt.Errorf("read answer: %w", err)
	}
	defer res.Body.Close()
	body, err := plain(res)
	if err != nil {
		return a, nil, fmt.Errorf("read answer: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return a, nil, fmt.Errorf("%s answers %s: %w", at.Path, res.Status, ErrUnexpected)
	}
	a.Page, err = parse(at, res.StatusCode, body)
	return a, at, err
}

func plain(res *http.Response) ([]byte, error) {
	switch res.Header.Get("Content-Encoding") {
	case "br":
		return io.ReadAll(brotli.NewReader(res.Body))
	case "gzip":
		z, err := gzip.NewReader(res.Body)
		if err != nil {
			return nil, err
		}
		return io.ReadAll(z)
	default:
		return io.ReadAll(res.Body)
	}
}
