package post_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/config"
	"klankbord/internal/post"
)

// What a scripted server does instead of an answer.
const (
	hangUp  = "hang up"
	silence = "say nothing more"
	noise   = "no TLS after all"
)

// script is a mail server that answers each verb as a test says: GREET, EHLO, STARTTLS, MAIL,
// RCPT, DATA, and END for the whole mail.
type script struct {
	line net.Listener
	cert *tls.Certificate // nil: no TLS

	mu     sync.Mutex
	say    map[string]string // guarded by mu
	slow   time.Duration     // guarded by mu; before each answer
	clear  []string          // guarded by mu; what came before TLS
	mails  []string          // guarded by mu; each that was taken whole
	within bool              // guarded by mu; TLS from the first byte
}

func newScript(t *testing.T, cert *tls.Certificate) *script {
	t.Helper()
	s := &script{cert: cert, say: map[string]string{}}
	s.listen(t, "127.0.0.1:0")
	return s
}

func (s *script) listen(t *testing.T, at string) {
	t.Helper()
	l, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	s.line = l
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.talk(c)
		}
	}()
}

func (s *script) answer(verb, usual string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	time.Sleep(s.slow)
	if said, ok := s.say[verb]; ok {
		return said
	}
	return usual
}

// tell says an answer; false where the conversation ends.
func tell(c net.Conn, said string) bool {
	switch said {
	case hangUp:
		return false
	case silence:
		_, _ = c.Read(make([]byte, 1)) // until the other side gives up
		return false
	default:
		_, err := c.Write([]byte(said + "\r\n"))
		return err == nil
	}
}

func (s *script) talk(c net.Conn) {
	defer func() { _ = c.Close() }()
	s.mu.Lock()
	within := s.within
	s.mu.Unlock()
	if within {
		c = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{*s.cert}})
	}
	if !tell(c, s.answer("GREET", "220 mx.example ESMTP")) {
		return
	}
	in := bufio.NewReader(c)
	secure := within
	for {
		l, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb := strings.ToUpper(strings.TrimSpace(l[:min(4, len(l))]))
		if !secure {
			s.mu.Lock()
			s.clear = append(s.clear, l)
			s.mu.Unlock()
		}
		switch verb {
		case "EHLO":
			offer := "250-mx.example\r\n250 STARTTLS"
			if s.cert == nil || secure {
				offer = "250 mx.example"
			}
			if !tell(c, s.answer("EHLO", offer)) {
				return
			}
		case "STAR":
			said := s.answer("STARTTLS", "220 go ahead")
			if said == noise {
				_ = tell(c, "220 go ahead")
				_ = tell(c, "250 what is TLS?")
				return
			}
			if !tell(c, said) {
				return
			}
			if strings.HasPrefix(said, "220") {
				c = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{*s.cert}})
				in, secure = bufio.NewReader(c), true
			}
		case "DATA":
			said := s.answer("DATA", "354 go ahead")
			if !tell(c, said) {
				return
			}
			if strings.HasPrefix(said, "354") && !s.data(c, in) {
				return
			}
		case "QUIT":
			_ = tell(c, "221 bye")
			return
		default:
			if !tell(c, s.answer(verb, "250 ok")) {
				return
			}
		}
	}
}

func (s *script) data(c net.Conn, in *bufio.Reader) bool {
	var mail strings.Builder
	for {
		l, err := in.ReadString('\n')
		if err != nil {
			return false
		}
		if l == ".\r\n" {
			break
		}
		mail.WriteString(l)
	}
	said := s.answer("END", "250 taken")
	if strings.HasPrefix(said, "2") || said == hangUp || said == silence { // it has it, whatever it says
		s.mu.Lock()
		s.mails = append(s.mails, mail.String())
		s.mu.Unlock()
	}
	return tell(c, said)
}

func (s *script) set(say map[string]string, slow time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.say, s.slow = say, slow
}

func (s *script) taken() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.mails...)
}

// certificate makes one for this machine, and the file by which it is trusted.
func certificate(t *testing.T) (*tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

// sends is an instance that sends through a scripted server.
func sends(t *testing.T, s *script, security, ca string) (*apptest.Instance, apptest.Staff) {
	t.Helper()
	out, err := post.NewSMTP(post.SMTPSettings{
		Server: s.line.Addr().String(), Security: security, CAFile: ca, HelloName: "desk.example", Patience: time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	return apptest.Staffed(t, func(_ *config.Config, o *app.Options) { o.Transport = out })
}

// Fault F6 of the threat model, while it lasts and after it: intake goes on, the mail waits, and
// leaves under its own id.
func TestWhateverAMailServerDoesAMailWaitsAndThenLeaves(t *testing.T) {
	cert, ca := certificate(t)
	_, otherCA := certificate(t)
	for name, fault := range map[string]struct {
		security string
		ca       string
		say      map[string]string
		slow     time.Duration
		twice    bool // it took the mail and did not say so
	}{
		"too busy to greet":              {say: map[string]string{"GREET": "421 too busy"}},
		"closes at the greeting":         {say: map[string]string{"GREET": hangUp}},
		"accepts and says nothing":       {say: map[string]string{"GREET": silence}},
		"greets with something else":     {say: map[string]string{"GREET": "HTTP/1.1 400 Bad Request"}},
		"closes down in the middle":      {say: map[string]string{"MAIL": "421 closing down"}},
		"greylists":                      {say: map[string]string{"RCPT": "451 4.7.1 come back later"}},
		"is full":                        {say: map[string]string{"DATA": "452 4.3.1 no room"}},
		"closes before the mail":         {say: map[string]string{"DATA": hangUp}},
		"closes down after the mail":     {say: map[string]string{"END": "421 closing down"}},
		"takes the mail and hangs up":    {say: map[string]string{"END": hangUp}, twice: true},
		"takes the mail and goes silent": {say: map[string]string{"END": silence}, twice: true},
		"is too slow":                    {slow: 700 * time.Millisecond},
		"leaves out STARTTLS":            {security: "starttls", ca: ca, say: map[string]string{"EHLO": "250 mx.example"}},
		"refuses STARTTLS":               {security: "starttls", ca: ca, say: map[string]string{"STARTTLS": "454 4.7.0 not now"}},
		"breaks the handshake":           {security: "starttls", ca: ca, say: map[string]string{"STARTTLS": noise}},
		"hangs within the handshake":     {security: "starttls", ca: ca, say: map[string]string{"STARTTLS": hangUp}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if fault.security == "" {
				fault.security = "none"
			}
			var shown *tls.Certificate
			if fault.security != "none" {
				shown = cert
			}
			s := newScript(t, shown)
			i, team := sends(t, s, fault.security, fault.ca)
			s.set(fault.say, fault.slow)
			first := i.Complain("nl", apptest.Answers("communication"), nil)
			i.DeliverMail()
			if got, class := state(t, i); got != "waiting" || class != "unreachable" {
				t.Fatalf("the mail is %s, %s", got, class)
			}
			second := i.Complain("nl", apptest.Answers("communication"), nil)
			for _, n := range []casefile.Number{first.Number, second.Number} {
				if c := i.Case(team.Service[0], n); c.Story == nil || c.State != casefile.StateReceived {
					t.Errorf("a complaint is %s while no mail leaves", c.State)
				}
			}
			s.mu.Lock()
			for _, l := range s.clear {
				if up := strings.ToUpper(l); fault.security != "none" && (strings.HasPrefix(up, "MAIL") || strings.HasPrefix(up, "RCPT")) {
					t.Errorf("it said %q in clear", l)
				}
			}
			s.mu.Unlock()
			before := len(s.taken())
			s.set(nil, 0)
			for range 3 {
				i.Clock.Add(10 * time.Minute)
				i.DeliverMail()
			}
			mails := s.taken()
			if want := before + 2; len(mails) != want || fault.twice != (before > 0) {
				t.Fatalf("%d mails in the end, %d of them before", len(mails), before)
			}
			if before > 0 && !slices.Contains(mails[before:], mails[0]) {
				t.Error("what it took already comes as another mail")
			}
			for _, n := range []casefile.Number{first.Number, second.Number} {
				if c := i.Case(team.Service[0], n); c.State != casefile.StateAcknowledged {
					t.Errorf("a complaint is %s after its mail left", c.State)
				}
			}
		})
	}
	t.Run("shows a certificate that does not hold", func(t *testing.T) {
		for _, security := range []string{"starttls", "tls"} {
			s := newScript(t, cert)
			s.within = security == "tls"
			i, _ := sends(t, s, security, otherCA)
			i.Complain("nl", apptest.Answers("communication"), nil)
			i.DeliverMail()
			if got, _ := state(t, i); got != "waiting" || len(s.taken()) != 0 {
				t.Errorf("%s: the mail is %s", security, got)
			}
		}
	})
}

func TestAServerThatIsDownIsTriedUntilItIsUp(t *testing.T) {
	s := newScript(t, nil)
	i, _ := sends(t, s, "none", "")
	at := s.line.Addr().String()
	if err := s.line.Close(); err != nil {
		t.Fatal(err)
	}
	i.Complain("nl", apptest.Answers("communication"), nil)
	for range 5 {
		i.DeliverMail()
		i.Clock.Add(10 * time.Minute)
	}
	if got, class := state(t, i); got != "waiting" || class != "unreachable" {
		t.Fatalf("%s, %s", got, class)
	}
	s.listen(t, at)
	i.DeliverMail()
	if got, _ := state(t, i); got != "sent" || len(s.taken()) != 1 {
		t.Errorf("%s, %d mails", got, len(s.taken()))
	}
}

func TestARefusalAtWhateverStepIsDeadAndSeenByMembers(t *testing.T) {
	for _, verb := range []string{"MAIL", "RCPT", "DATA", "END"} {
		t.Run(verb, func(t *testing.T) {
			s := newScript(t, nil)
			i, team := sends(t, s, "none", "")
			s.set(map[string]string{verb: "550 5.7.1 no jan@example.org here"}, 0)
			r := i.Complain("nl", apptest.Answers("communication"), nil)
			for range 3 {
				i.DeliverMail()
				i.Clock.Add(24 * time.Hour)
			}
			if got, class := state(t, i); got != "dead" || class != "refused-550" || len(s.taken()) != 0 {
				t.Errorf("%s, %s", got, class)
			}
			list, err := i.Casework.Outbox(t.Context(), team.Service[0])
			if err != nil || len(list) != 1 || list[0].Number != r.Number {
				t.Fatalf("the outbox shows %d mails: %v", len(list), err)
			}
			if c := i.Case(team.Service[0], r.Number); !c.Receipt.ByHand() {
				t.Error("nobody is asked to confirm by post or phone")
			}
		})
	}
}
