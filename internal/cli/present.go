package cli

import (
	"bufio"
	"errors"
	"fmt"
	"strings"

	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// What a person typed is never an argument: arguments stay in the history of the
// shell and are shown to every user of the machine.

// errNothingTyped tells that the input ended too early.
var errNothingTyped = errors.New("the recovery key is needed: one code, or two of its three shares")

// judge says what is wrong with a code or a share that is well typed; nil where
// nobody knows.
type judge struct {
	code  func(seal.Code) error
	share func(seal.CodeShare) error
}

// askRecovery reads the recovery key: a code, or shares until two fit together. It
// says at once what is wrong with each and goes on.
func (e *env) askRecovery(j judge) (seal.Code, error) {
	e.say("Type the recovery key or one of its shares, as it stands on the paper. Spaces,")
	e.say("dashes and line breaks do not matter. An empty line starts a share anew.")
	var shares []seal.CodeShare
	lines := bufio.NewScanner(e.in)
	for {
		code, share, err := nextTyped(e, lines)
		if err != nil {
			return seal.Code{}, err
		}
		if share == nil {
			if err := j.code(code); err != nil {
				e.say("%s", wrongKey(err))
				continue
			}
			return code, nil
		}
		if err := j.share(*share); err != nil {
			e.say("%s", wrongShare(*share, err))
			continue
		}
		code, ok := e.join(&shares, *share, j)
		if ok {
			return code, nil
		}
	}
}

// join adds a share to those typed before and tries whether they give the code.
func (e *env) join(shares *[]seal.CodeShare, s seal.CodeShare, j judge) (seal.Code, bool) {
	code, err := seal.JoinShares(append(*shares, s)...)
	if err == nil {
		err = j.code(code)
	}
	switch {
	case err == nil:
		e.say("Share %d of ceremony %s was read. The two belong together.", s.Number(), s.Ceremony())
		return code, true
	case errors.Is(err, seal.ErrShareFew):
		e.say("Share %d of ceremony %s was read. Type another share.", s.Number(), s.Ceremony())
	case errors.Is(err, seal.ErrShareTwice), errors.Is(err, seal.ErrShareCeremony):
		e.say("%s", wrongShare(s, err))
		return code, false
	default:
		e.say("%s Type the third share.", wrongShare(s, err))
	}
	*shares = append(*shares, s)
	return code, false
}

// nextTyped reads lines until they are a code or a share.
func nextTyped(e *env, lines *bufio.Scanner) (seal.Code, *seal.CodeShare, error) {
	var typed strings.Builder
	for more := true; more; {
		more = lines.Scan()
		line := strings.TrimSpace(lines.Text())
		if line != "" {
			typed.WriteString(line + " ")
			if c, err := seal.ParseCode(typed.String()); err == nil {
				return c, nil, nil
			}
			if s, err := seal.ParseShare(typed.String()); err == nil {
				return seal.Code{}, &s, nil
			}
		}
		// A share is printed in lines of 20 symbols, so that 28 are a code with a typo.
		n := seal.CountSymbols(typed.String())
		if n > 0 && (line == "" || n == seal.CodeSymbols || n >= seal.ShareSymbols) {
			e.say("That is not a code or a share: %d symbols were read, or one of them is wrong. A code", n)
			e.say("has %d and a share %d. Type it again.", seal.CodeSymbols, seal.ShareSymbols)
			typed.Reset()
		}
	}
	if err := lines.Err(); err != nil {
		return seal.Code{}, nil, fmt.Errorf("read what was typed: %w", err)
	}
	return seal.Code{}, nil, errNothingTyped
}

func wrongKey(err error) string {
	if errors.Is(err, staff.ErrCodeOther) {
		return "That is a well-typed code, but not the recovery key of this instance."
	}
	return "That code does not open it."
}

func wrongShare(s seal.CodeShare, err error) string {
	name := fmt.Sprintf("Share %d of ceremony %s", s.Number(), s.Ceremony())
	switch {
	case errors.Is(err, staff.ErrShareOther):
		return name + " is of another ceremony: it is no share of this instance's recovery key."
	case errors.Is(err, staff.ErrShareWrong):
		return name + " is not the share that was made: it was altered."
	case errors.Is(err, seal.ErrShareCeremony):
		return name + " is of another ceremony than the one before."
	case errors.Is(err, seal.ErrShareTwice):
		return name + " was typed before; another one is needed."
	default:
		return name + " does not belong together with the one before: one of them was altered."
	}
}
