package move

import (
	"context"
	"io"

	"klankbord/internal/store"
)

// pump reads one database while another is filled: Dump hands out rows as it likes, Fill
// takes them as it likes.
type pump struct {
	from   *store.Store
	cancel context.CancelFunc
	ended  chan struct{}
}

// item is a table that begins, or a row of it.
type item struct {
	table *store.Table
	row   []any
}

// stream is what one reading gives.
type stream struct {
	ctx   context.Context //nolint:containedctx // of one reading
	items chan item
	err   error // of the reading; written before items is closed
	next  *item // was taken and not given yet
}

// start begins to read; stop ends it and waits.
func (p *pump) start(ctx context.Context) *stream {
	ctx, p.cancel = context.WithCancel(ctx)
	p.ended = make(chan struct{})
	s := &stream{ctx: ctx, items: make(chan item, 64)}
	put := func(i item) error {
		select {
		case s.items <- i:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	go func() {
		defer close(p.ended)
		defer close(s.items)
		s.err = p.from.Read(ctx, func(tx *store.Tx) error {
			return tx.Dump(func(t store.Table) error { return put(item{table: &t}) }, func(row []any) error { return put(item{row: kept(row)}) })
		})
	}()
	return s
}

func (p *pump) stop() {
	if p.cancel != nil {
		p.cancel()
		<-p.ended
		p.cancel = nil
	}
}

// kept copies a row, which is overwritten by the next one.
func kept(row []any) []any {
	own := make([]any, len(row))
	for i, v := range row {
		if b, ok := v.([]byte); ok {
			v = append(make([]byte, 0, len(b)), b...) // none at all stays none at all, and not NULL
		}
		own[i] = v
	}
	return own
}

func (s *stream) take() (*item, error) {
	if s.next != nil {
		return s.next, nil
	}
	select {
	case i, more := <-s.items:
		if !more {
			if s.err != nil {
				return nil, s.err
			}
			return nil, io.EOF
		}
		s.next = &i
		return s.next, nil
	case <-s.ctx.Done():
		return nil, s.ctx.Err()
	}
}

// Next begins the next table; io.EOF after the last.
func (s *stream) Next() (store.Table, error) {
	i, err := s.take()
	if err != nil {
		return store.Table{}, err
	}
	if i.table == nil {
		return store.Table{}, io.ErrUnexpectedEOF
	}
	s.next = nil
	return *i.table, nil
}

// Row is the next row of the table; io.EOF after the last.
func (s *stream) Row() ([]any, error) {
	i, err := s.take()
	if err != nil {
		return nil, err
	}
	if i.table != nil {
		return nil, io.EOF
	}
	s.next = nil
	return i.row, nil
}
