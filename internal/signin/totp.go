package signin

import (
	"crypto/subtle"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// period is the length of a time step in seconds (RFC 6238 4.1).
const period = 30

// totpStep returns the time step whose one-time password was typed: this one, the
// one before or the one after (RFC 6238 5.2). Spaces in what was typed do not
// matter.
func totpStep(secret, typed string, now time.Time) (step int64, ok bool) {
	typed = strings.Join(strings.Fields(typed), "")
	if secret == "" {
		return 0, false // no app is set up
	}
	for _, d := range []int64{0, -1, 1} {
		at := now.Unix()/period + d
		want, err := totp.GenerateCodeCustom(secret, time.Unix(at*period, 0), totp.ValidateOpts{
			Period: period, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1,
		})
		if err != nil {
			return 0, false
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(typed)) == 1 {
			return at, true
		}
	}
	return 0, false
}

// newTOTP draws the secret of an authenticator app and the address that the app
// reads from a picture.
func newTOTP(issuer, account string) (secret, url string, err error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: account, Period: period, SecretSize: 20})
	if err != nil {
		return "", "", err
	}
	return key.Secret(), key.URL(), nil
}
