package trial

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"klankbord/bench/browser"
	"klankbord/bench/fixture"
	"klankbord/faults/house"
)

// erasure erases a case that is no complaint.
type erasure struct {
	opened
	at     *browser.Page // on which it can be erased
	second *house.Member
}

// colleague is another member who reads the case.
const colleague = "karim.benali@desk.example"

func prepareErasure(ctx context.Context, h *house.House) (_ attempt, err error) {
	e := &erasure{}
	if e.second, err = h.SignedIn(ctx, colleague); err != nil {
		return nil, err
	}
	if e.opened, err = complain(ctx, h); err != nil {
		return nil, err
	}
	return e, e.ask(ctx)
}

// ask opens the page on which the case can be erased.
func (e *erasure) ask(ctx context.Context) (err error) {
	if e.at, err = e.desk.Open(ctx, e.path+"/spam"); err == nil && e.at.Status != http.StatusOK {
		err = fmt.Errorf("%s answers %d: %w", e.at.URL.Path, e.at.Status, browser.ErrUnexpected)
	}
	return err
}

func (e *erasure) do(ctx context.Context) (bool, error) {
	at, err := fill(ctx, e.desk.Browser, e.at, "password", "act=erase", map[string]string{"password": fixture.Password})
	return acknowledged(at, err, strings.Replace(e.path, "/case/", "/erased/", 1), "")
}

func (e *erasure) settle(ctx context.Context, acknowledged bool) error {
	there, err := e.there(ctx)
	if err != nil {
		return err
	}
	if acknowledged && there {
		return fmt.Errorf("%w: %s was erased and is there", errLost, e.path)
	}
	if there {
		if err := e.ask(ctx); err != nil {
			return fmt.Errorf("%w: %w", errCorrupt, err)
		}
		if ok, why := e.do(ctx); !ok {
			return fmt.Errorf("%w: erasing again: %w", errCorrupt, why)
		}
		if there, err = e.there(ctx); err != nil || there {
			return fmt.Errorf("%w: erased again, and there: %w", errCorrupt, err)
		}
	}
	return nil
}

// there reports whether the case is there: for both members and for the complainant,
// with its file, or for nobody.
func (e *erasure) there(ctx context.Context) (bool, error) {
	var seen [3]bool
	for i, m := range []*house.Member{e.desk, e.second} {
		page, err := m.Open(ctx, e.path)
		if err != nil {
			return false, fmt.Errorf("%w: %w", errCorrupt, err)
		}
		seen[i] = page.Status == http.StatusOK
		if seen[i] != strings.Contains(page.Text(), "end-"+e.person.Word) {
			return false, fmt.Errorf("%w: %s answers %d and is not whole", errCorrupt, e.path, page.Status)
		}
		if seen[i] {
			if err := fileOn(ctx, m, page, len(e.person.File)); err != nil {
				return false, err
			}
		}
	}
	seen[2] = e.person.Enter(ctx, e.code) == nil
	if seen[0] != seen[1] || seen[0] != seen[2] {
		return false, fmt.Errorf("%w: %s is there for some: members %t and %t, complainant %t", errCorrupt, e.path, seen[0], seen[1], seen[2])
	}
	if !seen[0] {
		page, err := e.desk.Open(ctx, strings.Replace(e.path, "/case/", "/erased/", 1))
		if err != nil || page.Status != http.StatusOK {
			return false, fmt.Errorf("%w: %s is gone without a certificate: %w", errCorrupt, e.path, err)
		}
	}
	return seen[0], nil
}

// sweepTime is how long the files of an erased case may outlive it: what was killed at
// it is taken up again when its lease has run out, what failed a minute later.
const sweepTime = 5 * time.Minute

// swept waits until the sealed files of every erased case have gone too.
func swept(ctx context.Context, h *house.House, before int) error {
	for until := time.Now().Add(sweepTime); ; {
		left, err := blobs(h.State)
		if err != nil {
			return err
		}
		if len(left) <= before {
			return nil
		}
		if time.Now().After(until) {
			return fmt.Errorf("%w: every case is erased, and %d sealed files are left of %d", errCorrupt, len(left), before)
		}
		sleep(ctx, time.Second)
	}
}

// blobs lists the sealed files of an instance.
func blobs(state string) (list []string, err error) {
	err = filepath.WalkDir(filepath.Join(state, "blobs"), func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && !d.IsDir() {
			list = append(list, path)
		}
		return err
	})
	return list, err
}
