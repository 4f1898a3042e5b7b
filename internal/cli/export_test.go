package cli

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"klankbord/internal/app"
	"klankbord/internal/config"
)

// Open opens an instance as serve does, without serving it.
func Open(ctx context.Context, state string) (*app.App, error) { return OpenAt(ctx, state, "", "") }

// OpenAt is Open for a database and a bucket elsewhere.
func OpenAt(ctx context.Context, state, database, bucket string) (*app.App, error) {
	return app.Open(ctx, config.Config{State: state, Database: database, Bucket: bucket, Listen: "127.0.0.1:0", BaseURL: "https://desk.example", MaxFileMB: 1, SessionIdle: time.Hour},
		app.Options{Log: slog.New(slog.DiscardHandler)})
}

// Sequence opens an instance and gives the leaves of its log their positions.
func Sequence(ctx context.Context, state, database, bucket string) error {
	a, err := OpenAt(ctx, state, database, bucket)
	if err != nil {
		return err
	}
	return errors.Join(a.Work.Sequencer.Step(ctx, "test"), a.Close())
}

// Run is Main with what a person types.
func Run(ctx context.Context, typed string, args ...string) (code int, out, errOut string) {
	var o, e strings.Builder
	code = run(ctx, args, strings.NewReader(typed), &o, &e)
	return code, o.String(), e.String()
}
