package demo

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/pquerna/otp/totp"

	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// Guide is what a demo tells everyone who opens it: how to sign in as each member,
// and the codes of some complaints. It is kept in clear in the state folder, which
// only a demo does.
type Guide struct {
	Recovery string     `json:"recovery"`
	SignIns  []SignInAs `json:"sign_ins"`
	Samples  []Sample   `json:"samples"`
}

// SignInAs is how to sign in as a member.
type SignInAs struct {
	Key         string             `json:"key"`
	Name        string             `json:"name"`
	Email       string             `json:"email"`
	Language    string             `json:"language"`
	Password    string             `json:"password"`
	TOTP        string             `json:"totp"` // secret of the authenticator app
	Assignments []staff.Assignment `json:"assignments"`
}

// Code is the one-time password that an authenticator app shows at a time.
func (s SignInAs) Code(at time.Time) (string, error) {
	code, err := totp.GenerateCode(s.TOTP, at)
	if err != nil {
		return "", fmt.Errorf("one-time password: %w", err)
	}
	return code, nil
}

// Sample is a complaint whose messages can be read with its code.
type Sample struct {
	Number  string    `json:"number"`
	Code    string    `json:"code"`
	Next    string    `json:"next,omitempty"` // that waits to take its place
	Subject string    `json:"subject"`
	Lang    lang.Lang `json:"lang"`
}

// String keeps passwords and codes out of whatever prints a guide.
func (*Guide) String() string { return "[sealed]" }

// LogValue keeps passwords and codes out of logs.
func (*Guide) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// String keeps password and secret out of whatever prints a sign-in.
func (SignInAs) String() string { return "[sealed]" }

// LogValue keeps password and secret out of logs.
func (SignInAs) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// String keeps the code out of whatever prints a sample.
func (Sample) String() string { return "[sealed]" }

// LogValue keeps the code out of logs.
func (Sample) LogValue() slog.Value { return slog.StringValue("[sealed]") }

func (s *seeding) guide(recovery seal.Code) *Guide {
	g := &Guide{Recovery: recovery.Text(), Samples: s.samples}
	for _, c := range colleagues() {
		e := s.members[c.key]
		g.SignIns = append(g.SignIns, SignInAs{
			Key: c.key, Name: c.person.Name, Email: c.person.Email, Language: c.person.Language,
			Password: c.password, TOTP: e.totp, Assignments: c.person.Assignments,
		})
	}
	return g
}

// sample keeps the code of a case that is to be shown.
func (s *seeding) sample(p *played, r *intake.Receipt) {
	if !p.script.Sample {
		return
	}
	subject := s.app.Profile.Summary(p.answers(), string(p.script.Lang))
	s.samples = append(s.samples, Sample{Number: string(r.Number), Code: r.Code, Subject: subject, Lang: p.script.Lang})
}

// ErrNoGuide tells that a folder holds no demo.
var ErrNoGuide = errors.New("this folder holds no demo")

func guidePath(state string) string { return filepath.Join(state, "demo.json") }

func (g *Guide) keep(state string) error {
	b, err := json.MarshalIndent(g, "", "  ")
	if err != nil {
		return fmt.Errorf("write guide: %w", err)
	}
	if err := os.WriteFile(guidePath(state), b, 0o600); err != nil {
		return fmt.Errorf("write guide: %w", err)
	}
	return nil
}

// ReadGuide returns the guide of the demo in a state folder; ErrNoGuide when it
// holds something else, or nothing.
func ReadGuide(state string) (*Guide, error) {
	b, err := os.ReadFile(guidePath(state))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoGuide
	}
	if err != nil {
		return nil, fmt.Errorf("read guide: %w", err)
	}
	g := &Guide{}
	if err := json.Unmarshal(b, g); err != nil {
		return nil, fmt.Errorf("read guide: %w", err)
	}
	return g, nil
}
