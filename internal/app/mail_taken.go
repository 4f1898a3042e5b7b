package app

import (
	"context"
	"strings"

	"klankbord/internal/intake"
)

// takeMail takes a mail in. What a bounce tells about a mail of ours is noted before the
// bounce counts as taken, so that a crash in between loses it not.
func (a *App) takeMail(ctx context.Context, box intake.Mailbox, m intake.Arrived) (intake.Taken, error) {
	m.Bounced = func(ctx context.Context, messageID string) error {
		id, domain, ok := strings.Cut(strings.Trim(messageID, "<>"), "@")
		if !ok || !strings.EqualFold(domain, a.Config.Domain()) {
			return nil
		}
		return a.now().dialogue.MailBounced(ctx, id)
	}
	m.Replied = a.now().dialogue.TakeReply
	return a.now().intake.TakeMail(ctx, box, m)
}
