package ui

import (
	"errors"
	"io"
	"net/http"
	"time"

	"klankbord/internal/clock"
)

// Pace is how slowly a request may come and its answer be taken. Whoever stalls or drips
// is cut off, so that they hold neither connection nor memory for long; a phone on the
// slowest network is far above it.
type Pace struct {
	Stall time.Duration // the longest without a byte
	Grace time.Duration // before the rate counts
	Rate  int64         // bytes a second, on average
}

// DefaultPace lets 100 MB come at 1 KB/s within the hour that the server gives at most:
// whatever is slower would not end anyway.
func DefaultPace() Pace { return Pace{Stall: 45 * time.Second, Grace: 30 * time.Second, Rate: 1 << 10} }

// Paced holds every request to a pace.
func Paced(p Pace, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		line := http.NewResponseController(w)
		out := &pacedWriter{ResponseWriter: w, line: line, pace: p}
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = &pacedBody{ReadCloser: r.Body, line: line, pace: p}
		}
		defer out.last()
		next.ServeHTTP(out, r)
	})
}

// now is the machine's time: deadlines of a connection know no other.
func now() time.Time { return clock.System{}.Now() }

// least is how long n bytes may take.
func (p Pace) least(n int64) time.Duration {
	return p.Grace + time.Duration(n)*time.Second/time.Duration(p.Rate)
}

// pacedBody is what comes. What we do between two reads does not count: whoever sends
// pays for nobody else's slow disk.
type pacedBody struct {
	io.ReadCloser
	line   *http.ResponseController
	pace   Pace
	waited time.Duration // for bytes
	n      int64
}

// Read fails when the next bytes do not come in time.
func (b *pacedBody) Read(p []byte) (int, error) {
	begun := now()
	_ = b.line.SetReadDeadline(begun.Add(min(b.pace.Stall, b.pace.least(b.n)-b.waited))) // in some tests there is no connection
	n, err := b.ReadCloser.Read(p)
	b.waited += now().Sub(begun)
	b.n += int64(n)
	if errors.Is(err, io.EOF) { // what is done with it now may take its time
		_ = b.line.SetReadDeadline(time.Time{})
	}
	return n, err
}

// pacedWriter is what goes.
type pacedWriter struct {
	http.ResponseWriter
	line *http.ResponseController
	pace Pace
}

// Write fails when these bytes are not taken in time.
func (w *pacedWriter) Write(p []byte) (int, error) {
	_ = w.line.SetWriteDeadline(now().Add(w.pace.least(int64(len(p)))))
	return w.ResponseWriter.Write(p)
}

// last gives time for what is still in the buffer of the server.
func (w *pacedWriter) last() { _ = w.line.SetWriteDeadline(now().Add(w.pace.least(4 << 10))) }

// Unwrap lets http.ResponseController reach the connection.
func (w *pacedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
