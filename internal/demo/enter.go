package demo

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"klankbord/internal/seal"
	"klankbord/internal/signin"
)

// period is how long a one-time password lasts (RFC 6238 4.1).
const period = 30 * time.Second

// errUsed tells that every one-time password of this moment was used.
var errUsed = errors.New("one-time passwords of this moment are used up")

// enter signs in with password and one-time password. Each of those counts once
// (RFC 6238 5.2), so the one before the present is used first: what the page shows
// stays good for whoever types it.
func (d *Demo) enter(r *http.Request, s SignInAs) (tok seal.Token, err error) {
	pending, err := d.signIn.Password(r.Context(), signin.Browser{}, s.Email, s.Password)
	if err != nil {
		return tok, err
	}
	d.turn.Lock()
	defer d.turn.Unlock()
	now := d.clock.Now().Unix() / int64(period/time.Second)
	for step := max(now-1, d.used[s.Email]+1); step <= now+1; step++ {
		code, err := s.Code(time.Unix(step*int64(period/time.Second), 0))
		if err != nil {
			return tok, err
		}
		d.used[s.Email] = step
		entered, err := d.signIn.TOTP(r.Context(), pending, code)
		if !errors.Is(err, signin.ErrRefused) { // refused: somebody typed this one
			return entered.Session, err
		}
	}
	return tok, errUsed
}

func overTLS(address string) bool { return strings.HasPrefix(address, "https://") }
