package house

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"sync"

	"github.com/emersion/go-smtp"
)

// sink is a mail server on loopback that takes every mail and keeps none. That a
// program is killed while it sends is no news to it.
type sink struct {
	address string
	server  *smtp.Server
	serving sync.WaitGroup
}

func newSink(ctx context.Context) (*sink, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("mail server: %w", err)
	}
	s := &sink{address: l.Addr().String()}
	s.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return taking{}, nil }))
	s.server.Domain, s.server.ErrorLog = "localhost", log.New(io.Discard, "", 0)
	s.serving.Go(func() { _ = s.server.Serve(l) }) // ends when closed
	return s, nil
}

func (s *sink) close() error {
	err := s.server.Close()
	s.serving.Wait()
	if errors.Is(err, smtp.ErrServerClosed) {
		return nil
	}
	return err
}

type taking struct{}

// Reset forgets a mail that was begun.
func (taking) Reset() {}

// Logout ends a connection.
func (taking) Logout() error { return nil }

// Mail takes any sender.
func (taking) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt takes any recipient.
func (taking) Rcpt(string, *smtp.RcptOptions) error { return nil }

// Data takes the mail and drops it.
func (taking) Data(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}
