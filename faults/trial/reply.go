package trial

import (
	"context"
	"fmt"
	"strings"

	"klankbord/faults/house"
)

// reply is a message of the complainant, in the mailbox of a case.
type reply struct {
	opened
	word string
}

// mostReplies is how many messages one case gets before another is begun.
const mostReplies = 12

// replies keeps the case that is written to from one run to the next.
type replies struct {
	at   opened
	left int
}

func (r *replies) prepare(ctx context.Context, h *house.House) (_ attempt, err error) {
	if r.left == 0 {
		if r.at, err = complain(ctx, h); err != nil {
			return nil, err
		}
		r.left = mostReplies
	}
	r.left--
	if err := r.at.person.Enter(ctx, r.at.code); err != nil {
		return nil, err
	}
	return &reply{r.at, h.Word()}, nil
}

func (r *reply) do(ctx context.Context) (bool, error) {
	at, err := fill(ctx, r.person.Browser, r.person.At, "/mailbox/reply", "act=send", map[string]string{"text": r.word + " I have news. end-" + r.word})
	return acknowledged(at, err, "/mailbox/case", r.word)
}

func (r *reply) settle(ctx context.Context, acknowledged bool) error {
	n, err := r.shown(ctx)
	if err != nil {
		return err
	}
	if acknowledged && n == 0 {
		return fmt.Errorf("%w: message %s is not in the case", errLost, r.word)
	}
	// The person still has the form before them and sends it once more.
	if ok, why := r.do(ctx); !ok {
		return fmt.Errorf("%w: sending again: %w", errCorrupt, why)
	}
	if n, err = r.shown(ctx); err != nil {
		return err
	}
	if n != 1 {
		return fmt.Errorf("%w: message %s is there %d times after it was sent again", errCorrupt, r.word, n)
	}
	return nil
}

// shown counts the message on the desk and in the mailbox, where it must be as often.
func (r *reply) shown(ctx context.Context) (int, error) {
	page, err := r.desk.Case(ctx, r.path)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", errCorrupt, err)
	}
	begun, whole := strings.Count(page.Text(), r.word+" I have"), strings.Count(page.Text(), "end-"+r.word)
	box, err := r.person.Open(ctx, "/nl/mailbox/case")
	if err != nil {
		return 0, fmt.Errorf("%w: %w", errCorrupt, err)
	}
	if mine := strings.Count(box.Text(), "end-"+r.word); begun != whole || mine != whole {
		return 0, fmt.Errorf("%w: message %s begins %d times and ends %d times, %d times in the mailbox", errCorrupt, r.word, begun, whole, mine)
	}
	return whole, nil
}
