package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-smtp"
)

// Mail is a mail server on loopback that takes every mail, counts it and keeps
// nothing of it.
type Mail struct {
	Address string
	server  *smtp.Server
	taken   atomic.Int64
	serving sync.WaitGroup
}

// NewMail starts one.
func NewMail(ctx context.Context) (*Mail, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("mail server: %w", err)
	}
	m := &Mail{Address: l.Addr().String()}
	m.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return session{m}, nil }))
	m.server.Domain = "localhost"
	m.serving.Go(func() { _ = m.server.Serve(l) }) // ends when closed
	return m, nil
}

// Taken is how many mails came.
func (m *Mail) Taken() int64 { return m.taken.Load() }

// Await waits until that many mails came, or fails when they do not.
func (m *Mail) Await(ctx context.Context, n int64, patience time.Duration) error {
	for began := time.Now(); m.Taken() < n; {
		if time.Since(began) > patience {
			return fmt.Errorf("%w: %d mails of %d came", errMail, m.Taken(), n)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

var errMail = errors.New("mail is missing")

// Close stops it.
func (m *Mail) Close() error {
	err := m.server.Close()
	m.serving.Wait()
	return err
}

type session struct{ m *Mail }

// Reset forgets a mail that was begun.
func (session) Reset() {}

// Logout ends a connection.
func (session) Logout() error { return nil }

// Mail takes any sender.
func (session) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt takes any recipient.
func (session) Rcpt(string, *smtp.RcptOptions) error { return nil }

// Data takes the mail and drops it.
func (s session) Data(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	if err == nil {
		s.m.taken.Add(1)
	}
	return err
}
