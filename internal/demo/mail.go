package demo

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
)

//go:embed mails
var mails embed.FS

// mail has two mails come in as they would over the wire: a complaint, and an automatic
// answer that waits for a member to look at it.
func (s *seeding) mail(ctx context.Context, now time.Time) error {
	box := intake.Mailbox{
		ID: "demo", Name: "klachten@klankbord.example", Route: casefile.General, Lang: lang.NL, Server: "mx.klankbord.example",
	}
	for _, m := range []struct {
		file string
		ago  time.Duration
	}{{"complaint", 21 * time.Hour}, {"waits", 11 * time.Hour}} {
		raw, err := mails.ReadFile("mails/" + m.file + ".eml")
		if err != nil {
			return fmt.Errorf("read sample mail: %w", err)
		}
		if _, err := s.app.Intake.TakeMail(ctx, box, intake.Arrived{At: now.Add(-m.ago), Body: bytes.NewReader(raw)}); err != nil {
			return fmt.Errorf("sample mail %s: %w", m.file, err)
		}
	}
	return s.deliver(ctx)
}
