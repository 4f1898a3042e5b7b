package door

import (
	"context"
	"log/slog"
	"strings"
)

// Quiet is a log for http.Server.ErrorLog, through slog.NewLogLogger: what net/http says
// names the address of who connected, so only its kind is passed on. A failed handshake
// is told at debug; anybody who scans the network makes many.
func Quiet(log *slog.Logger) slog.Handler { return quiet{log.Handler()} }

type quiet struct{ slog.Handler }

// Enabled reports what the log behind it does; Handle changes the level.
func (q quiet) Enabled(context.Context, slog.Level) bool { return true }

// Handle passes on the kind of a message.
func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	level, message := slog.LevelError, "connection failed"
	switch {
	case strings.HasPrefix(r.Message, "http: TLS handshake error"):
		level, message = slog.LevelDebug, "handshake failed"
	case strings.HasPrefix(r.Message, "http: Accept error"):
		message = "connections are not accepted"
	case strings.HasPrefix(r.Message, "http: panic serving"):
		message = "handler panicked"
	}
	if !q.Handler.Enabled(ctx, level) {
		return nil
	}
	return q.Handler.Handle(ctx, slog.NewRecord(r.Time, level, message, 0))
}
