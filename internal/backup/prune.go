package backup

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Prune removes archives that are older than they may be, but never the newest, and the
// files that no archive names any more. It tells how many archives went.
func Prune(ctx context.Context, shelf Shelf, before time.Time) (int, error) {
	list, err := Archives(ctx, shelf)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	n := 0
	for _, a := range list[1:] {
		if !a.Made.Before(before) {
			continue
		}
		for _, name := range []string{a.Name, listName(a.Name)} {
			if err := shelf.Delete(ctx, name); err != nil {
				return n, fmt.Errorf("remove an old backup: %w", err)
			}
		}
		n++
	}
	return n, tidy(ctx, shelf)
}

// tidy removes files that no archive names. Where the list of one is missing, its files
// are not known and all stay.
func tidy(ctx context.Context, shelf Shelf) error {
	list, err := Archives(ctx, shelf)
	if err != nil {
		return err
	}
	named := map[string]bool{}
	for _, a := range list {
		files, err := namesOf(ctx, shelf, a.Name)
		if errors.Is(err, ErrMissing) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, f := range files {
			named[fileName(f)] = true
		}
	}
	var stray []string
	err = shelf.List(ctx, func(i Item) error {
		if strings.HasPrefix(i.Name, fileStart) && !named[i.Name] {
			stray = append(stray, i.Name)
		}
		return nil
	})
	for _, name := range stray {
		err = errors.Join(err, shelf.Delete(ctx, name))
	}
	if err != nil {
		return fmt.Errorf("remove files of old backups: %w", err)
	}
	return nil
}
