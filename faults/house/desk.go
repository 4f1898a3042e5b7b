package house

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"klankbord/bench/browser"
)

// Cases are the addresses of the cases in which the member finds a word, through the
// search of the desk.
func (m *Member) Cases(ctx context.Context, word string) ([]string, error) {
	p, err := m.Open(ctx, "/desk/go?q="+url.QueryEscape(word))
	if err != nil {
		return nil, err
	}
	if p.Status != 200 {
		return nil, fmt.Errorf("searching answers %d: %w", p.Status, browser.ErrUnexpected)
	}
	return CasesOn(p), nil
}

// CasesOn are the addresses of the cases to which a page leads.
func CasesOn(p *browser.Page) (list []string) {
	for _, u := range p.Links {
		if number, ok := strings.CutPrefix(u.Path, "/desk/case/"); ok && !strings.Contains(number, "/") && !slices.Contains(list, u.Path) {
			list = append(list, u.Path)
		}
	}
	return list
}

// Case opens a case.
func (m *Member) Case(ctx context.Context, path string) (*browser.Page, error) {
	p, err := m.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	if p.Status != 200 {
		return nil, fmt.Errorf("%s answers %d: %w", path, p.Status, browser.ErrUnexpected)
	}
	return p, nil
}
