package main

import (
	"testing"
	"time"
)

// The people of a run find their way through every page, so that what is measured is there
// to be measured: the pages may change, and nobody runs the whole for every change.
func TestAPersonFindsTheWayFromTheFirstPageToTheReceipt(t *testing.T) {
	b, err := prepare(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := b.close(); err != nil {
			t.Error(err)
		}
	}()
	err = b.serving(t.Context(), b.staffed, func(s *session) error {
		c := &crowd{site: s.server.URL}
		defer c.leave()
		if err := c.journey(t.Context()); err != nil {
			return err
		}
		return s.mail.Await(t.Context(), 1, time.Minute)
	})
	if err != nil {
		t.Error(err)
	}
}
