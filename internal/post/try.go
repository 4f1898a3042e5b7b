package post

import (
	"context"
	"time"

	"github.com/emersion/go-imap/v2"
)

// tryTime is how long a mailbox has to answer when it is only looked over.
const tryTime = 30 * time.Second

// TroubleTarget tells that the folder is not there into which mails are moved.
const TroubleTarget = "target"

// Try signs in to a mailbox, opens its folder and looks for the one into which mails are
// moved. It reads no mail and changes nothing. It fails with a *Trouble.
func Try(ctx context.Context, s IMAPSettings) error {
	ctx, end := context.WithTimeout(ctx, tryTime)
	defer end()
	c, err := dial(ctx, s, tryTime)
	if err != nil {
		return err
	}
	defer c.close()
	if s.After != AfterMove {
		return nil
	}
	return classed(TroubleTarget, c.within(func() error {
		_, err := c.client.Status(s.To, &imap.StatusOptions{NumMessages: true}).Wait()
		return err
	}))
}
