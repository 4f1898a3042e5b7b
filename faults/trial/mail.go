package trial

import (
	"context"
	"fmt"
	"strings"
	"time"

	"klankbord/bench/fixture"
	"klankbord/faults/house"
)

// letter is a complaint that comes by mail.
type letter struct {
	house *house.House
	desk  *house.Member
	word  string
}

// letterFile is the file that comes with it.
const letterFile = "factuur.txt"

func prepareLetter(ctx context.Context, h *house.House) (attempt, error) {
	desk, err := h.SignedIn(ctx, fixture.Reader)
	if err != nil {
		return nil, err
	}
	l := &letter{h, desk, h.Word()}
	if _, err := l.taken(ctx, patience); err != nil { // the mailbox is read, and empty
		return nil, err
	}
	sleep(ctx, settled)
	return l, nil
}

// settled is how long the program needs to listen to the mailbox after it was read.
const settled = 200 * time.Millisecond

func (l *letter) text() string {
	return strings.ReplaceAll(fmt.Sprintf(`From: Ingrid Maes <ingrid.maes@mail.example>
To: complaints@desk.example
Subject: No answer to my letters
Date: Thu, 26 Nov 2026 10:00:00 +0100
Message-ID: <%[1]s@mail.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=between

--between
Content-Type: text/plain; charset=utf-8

%[1]s
%[2]s
end-%[1]s

--between
Content-Type: text/plain; name=%[3]s
Content-Disposition: attachment; filename=%[3]s

%[4]s
--between--
`, l.word, strings.Repeat("I wrote three times about my monthly gift and never had an answer.\n", 30), letterFile, l.file()), "\n", "\r\n")
}

func (l *letter) file() string { return strings.Repeat("what the file of "+l.word+" holds\n", 200) }

// do lets the mail arrive. That the mail is gone from the server is the acknowledgement:
// from then on nobody else has it.
func (l *letter) do(ctx context.Context) (bool, error) {
	if err := l.house.Mailbox.Add(l.text()); err != nil {
		return false, err
	}
	return l.taken(ctx, taking)
}

// taking is how long taking a mail in may last, with a fault and the try after it.
const taking = 8 * time.Second

// taken waits until the mailbox is empty, or the program dead, or the time over.
func (l *letter) taken(ctx context.Context, most time.Duration) (bool, error) {
	for until := time.Now().Add(most); ctx.Err() == nil; {
		left, err := l.house.Mailbox.Left()
		if err != nil || left == 0 {
			return left == 0, err
		}
		if !l.house.Alive() || time.Now().After(until) {
			return false, nil
		}
		sleep(ctx, 10*time.Millisecond)
	}
	return false, ctx.Err()
}

func (l *letter) settle(ctx context.Context, acknowledged bool) error {
	n, err := l.onDesk(ctx)
	if err != nil {
		return err
	}
	if acknowledged && n == 0 {
		return fmt.Errorf("%w: mail %s is gone and no case", errLost, l.word)
	}
	if gone, err := l.taken(ctx, patience); err != nil || !gone {
		return fmt.Errorf("%w: mail %s is not taken in afterwards: %w", errCorrupt, l.word, err)
	}
	if n, err = l.onDesk(ctx); err != nil {
		return err
	}
	if n != 1 {
		return fmt.Errorf("%w: mail %s is %d cases", errCorrupt, l.word, n)
	}
	return nil
}

// onDesk counts the cases of the mail; each must be whole, with its file.
func (l *letter) onDesk(ctx context.Context) (int, error) {
	list, err := l.desk.Cases(ctx, l.word)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", errCorrupt, err)
	}
	for _, path := range list {
		page, err := l.desk.Case(ctx, path)
		if err != nil {
			return 0, fmt.Errorf("%w: %w", errCorrupt, err)
		}
		if text := page.Text(); !strings.Contains(text, "end-"+l.word) || !strings.Contains(text, letterFile) {
			return 0, fmt.Errorf("%w: %s is not whole: %.300s", errCorrupt, path, text)
		}
		if err := fileOn(ctx, l.desk, page, len(strings.ReplaceAll(l.file(), "\n", "\r\n"))); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}
