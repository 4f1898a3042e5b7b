package trial

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"klankbord/bench/browser"
	"klankbord/bench/fixture"
	"klankbord/faults/house"
)

// grant gives a member of another team the keys of a case.
type grant struct {
	opened
	other *house.Member
	at    *browser.Page // on which keys are given
}

func prepareGrant(ctx context.Context, h *house.House) (_ attempt, err error) {
	g := &grant{}
	if g.other, err = h.SignedIn(ctx, fixture.First); err != nil {
		return nil, err
	}
	if g.opened, err = complain(ctx, h); err != nil {
		return nil, err
	}
	return g, g.ask(ctx)
}

// ask opens the page on which keys are given.
func (g *grant) ask(ctx context.Context) (err error) {
	if g.at, err = g.desk.Open(ctx, g.path+"/access/add"); err == nil && g.at.Status != http.StatusOK {
		err = fmt.Errorf("%s answers %d: %w", g.at.URL.Path, g.at.Status, browser.ErrUnexpected)
	}
	return err
}

func (g *grant) do(ctx context.Context) (bool, error) {
	id := ""
	for value, words := range g.at.Choices("member") {
		if strings.Contains(words, fixture.FirstName) {
			id = value
		}
	}
	why := "why-" + g.person.Word
	at, err := fill(ctx, g.desk.Browser, g.at, "member", "", map[string]string{"member": id, "why": why})
	return acknowledged(at, err, g.path+"/access", why)
}

func (g *grant) settle(ctx context.Context, acknowledged bool) error {
	there, err := g.reads(ctx)
	if err != nil {
		return err
	}
	if acknowledged && !there {
		return fmt.Errorf("%w: who was given %s cannot read it", errLost, g.path)
	}
	if !there {
		if err := g.ask(ctx); err != nil {
			return fmt.Errorf("%w: %w", errCorrupt, err)
		}
		if ok, why := g.do(ctx); !ok {
			return fmt.Errorf("%w: giving again: %w", errCorrupt, why)
		}
		if there, err = g.reads(ctx); err != nil || !there {
			return fmt.Errorf("%w: given again, and not read: %w", errCorrupt, err)
		}
	}
	return nil
}

// reads reports whether the other member reads the case. It must be all of it or none,
// and as the page tells who reads it.
func (g *grant) reads(ctx context.Context) (bool, error) {
	page, err := g.other.Open(ctx, g.path)
	if err != nil {
		return false, fmt.Errorf("%w: %w", errCorrupt, err)
	}
	there := page.Status == http.StatusOK
	if whole := strings.Contains(page.Text(), "end-"+g.person.Word); whole != there || !there && page.Status != http.StatusNotFound {
		return false, fmt.Errorf("%w: %s answers %d to who was given it: %.300s", errCorrupt, g.path, page.Status, page.Text())
	}
	list, err := g.desk.Open(ctx, g.path)
	if err != nil {
		return false, fmt.Errorf("%w: %w", errCorrupt, err)
	}
	if list.Status != http.StatusOK || strings.Contains(list.Text(), fixture.FirstName) != there {
		return false, fmt.Errorf("%w: %s tells another list of readers than holds", errCorrupt, g.path)
	}
	return there, nil
}
