package trial

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"klankbord/bench/browser"
	"klankbord/bench/fixture"
	"klankbord/faults/house"
)

// submission sends a complaint with a file, filled in before.
type submission struct {
	house  *house.House
	person *house.Person
}

func prepareSubmission(ctx context.Context, h *house.House) (attempt, error) {
	p, err := h.Person()
	if err != nil {
		return nil, err
	}
	p.File = fileOf(p)
	if err := p.FillIn(ctx); err != nil {
		return nil, err
	}
	if _, err := h.SignedIn(ctx, fixture.Reader); err != nil {
		return nil, err
	}
	return &submission{h, p}, nil
}

func (s *submission) do(ctx context.Context) (bool, error) { return s.send(ctx) }

// send presses the button of the check page. A redirect to the receipt is the
// acknowledgement, whether or not the receipt can then be read.
func (s *submission) send(ctx context.Context) (bool, error) {
	f, err := s.person.At.Form("draft")
	if err != nil {
		return false, err
	}
	page, err := s.person.Press(ctx, f, "")
	return acknowledged(page, err, "/receipt", s.person.Word)
}

// acknowledged reads an answer: a redirect to a path is the acknowledgement; anything
// else must be 503, say that nothing was sent, and hold what was typed or, where that
// cannot be read back now, say that it is kept.
func acknowledged(page *browser.Page, err error, path, typed string) (bool, error) {
	var cut *url.Error
	if errors.As(err, &cut) {
		u, parsed := url.Parse(cut.URL)
		return parsed == nil && strings.HasSuffix(u.Path, path) && cut.Op == "Get", err
	}
	if err != nil {
		return false, err
	}
	if strings.HasSuffix(page.URL.Path, path) {
		return true, nil
	}
	text := page.Text()
	if page.Status != 503 || !strings.Contains(text, notSent) || !strings.Contains(text, typed) && !strings.Contains(text, goBack) {
		return false, fmt.Errorf("%s answers %d: %.250s", page.URL.Path, page.Status, text)
	}
	return false, nil
}

// How the pages say in Dutch that nothing was sent, and what to do where what was typed
// cannot even be read back.
const (
	notSent = "verstuurd"
	goBack  = "Ga terug"
)

func (s *submission) settle(ctx context.Context, acknowledged bool) error {
	desk, err := s.house.SignedIn(ctx, fixture.Reader)
	if err != nil {
		return err
	}
	before, err := s.onDesk(ctx, desk)
	if err != nil {
		return err
	}
	if acknowledged && before == 0 {
		return fmt.Errorf("%w: %s is not on the desk", errLost, s.person.Word)
	}
	code, err := s.again(ctx)
	if err != nil {
		return err
	}
	n, err := s.onDesk(ctx, desk)
	if err != nil {
		return err
	}
	if n != 1 {
		return fmt.Errorf("%w: %s is %d cases after it was sent again", errCorrupt, s.person.Word, n)
	}
	if err := s.person.Enter(ctx, code); err != nil {
		return fmt.Errorf("%w: the code does not open the mailbox: %w", errLost, err)
	}
	return nil
}

// again does what a person does whose browser lost the answer: look at the receipt,
// and send once more where there is none.
func (s *submission) again(ctx context.Context) (code string, err error) {
	if code, err = s.person.Receipt(ctx); err != nil || code != "" {
		return code, err
	}
	if s.person.At, err = s.person.Open(ctx, "/nl/complaint/check"); err != nil {
		return "", err
	}
	if !s.person.Checking() {
		return "", fmt.Errorf("%w: neither receipt nor draft are left: %s", errLost, s.person.At.URL.Path)
	}
	if ok, why := s.send(ctx); !ok {
		return "", fmt.Errorf("%w: sending again: %w", errCorrupt, why)
	}
	if code, err = s.person.Receipt(ctx); err == nil && code == "" {
		err = fmt.Errorf("%w: no receipt after sending again", errCorrupt)
	}
	return code, err
}

// onDesk counts the cases of this complaint on the desk and opens each: it must be
// whole.
func (s *submission) onDesk(ctx context.Context, desk *house.Member) (int, error) {
	list, err := desk.Cases(ctx, s.person.Word)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", errCorrupt, err)
	}
	for _, path := range list {
		page, err := desk.Case(ctx, path)
		if err != nil {
			return 0, fmt.Errorf("%w: %w", errCorrupt, err)
		}
		if text := page.Text(); !strings.Contains(text, "end-"+s.person.Word) || !strings.Contains(text, house.FileName) {
			return 0, fmt.Errorf("%w: %s is not whole: %s", errCorrupt, path, text)
		}
		if err := fileOn(ctx, desk, page, len(s.person.File)); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

// fileOn reads the file of a case to its end.
func fileOn(ctx context.Context, desk *house.Member, page *browser.Page, size int) error {
	u, err := page.Link("/file/")
	if err != nil {
		return fmt.Errorf("%w: %w", errCorrupt, err)
	}
	n, err := desk.Stream(ctx, u)
	if err != nil || n != int64(size) {
		return fmt.Errorf("%w: the file has %d bytes of %d: %w", errCorrupt, n, size, err)
	}
	return nil
}
