package signin

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"klankbord/internal/fault"
)

// MinPassword is the least number of characters of a password (NIST SP 800-63B
// 3.1.1.1, where a password is one of two factors: 8; ours is a key as well).
// mostPassword keeps a password from being a burden (ASVS 6.2.9: 64 at least).
const (
	MinPassword  = 15
	mostPassword = 256
)

// leastBits is how much guessing a password must take beyond its pieces that are
// tried first. It tells four unrelated ordinary words from three.
const leastBits = 45

//go:embed common.txt
var commonText string

// commonWords are the pieces that guessing begins with.
var commonWords = sync.OnceValue(func() []string {
	var list []string
	for line := range strings.Lines(commonText) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") {
			list = append(list, strings.Fields(line)...)
		}
	}
	return list
})

// checkPassword refuses a password that is too short, or made of pieces that are
// tried first: common passwords and words, rows of the keyboard, sequences, years,
// repetitions, and what anyone knows of the person and the organisation (ASVS
// 6.2.11, 6.2.12). Nothing is asked of the kinds of characters (ASVS 6.2.5).
func checkPassword(password string, context ...string) error {
	n := utf8.RuneCountInString(password)
	switch {
	case n < MinPassword:
		return fault.New(fault.Invalid, "error.password-short").With("min", strconv.Itoa(MinPassword))
	case n > mostPassword || strings.ContainsFunc(password, unicode.IsControl):
		return fault.New(fault.Invalid, "error.password-long").With("max", strconv.Itoa(mostPassword))
	case guessable(password, context):
		return fault.New(fault.Invalid, "error.password-common")
	default:
		return nil
	}
}

// piece is a word that guessing begins with, folded, and what it is worth.
type piece struct {
	word []rune
	bits float64
}

// checkPassword is checkPassword with what is known of the organisation.
func (s *SignIn) checkPassword(password string, person ...string) error {
	return checkPassword(password, append(person, s.names...)...)
}

func guessable(password string, context []string) bool {
	var words []piece
	for _, w := range commonWords() {
		words = append(words, piece{[]rune(w), wordBits})
	}
	for _, c := range context {
		for _, w := range strings.FieldsFunc(c, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if utf8.RuneCountInString(w) > 2 {
				words = append(words, piece{folded([]rune(w)), contextBits})
			}
		}
	}
	typed := []rune(password)
	if bits(typed, words) < leastBits {
		return true
	}
	var even, odd []rune // as in q1w2e3r4: two rows, zipped
	for i, r := range typed {
		if i%2 == 0 {
			even = append(even, r)
		} else {
			odd = append(odd, r)
		}
	}
	return bits(even, words)+bits(odd, words) < leastBits
}

// folded is what a guesser makes of letters: small, without accents, and digits and
// signs read as the letters that they stand for.
func folded(rs []rune) []rune {
	out := make([]rune, len(rs))
	for i, r := range rs {
		base, _ := utf8.DecodeRuneInString(norm.NFD.String(string(unicode.ToLower(r))))
		if at := strings.IndexRune("013457@$!|", base); at >= 0 {
			base = rune("oleastasil"[at])
		}
		out[i] = base
	}
	return out
}

// bits is the least number of bits that explain what was typed, piece by piece.
func bits(typed []rune, words []piece) float64 {
	small := []rune(strings.ToLower(string(typed)))
	if len(small) != len(typed) {
		small = typed
	}
	letters := folded(typed)
	best := make([]float64, len(typed)+1)
	for end := 1; end <= len(typed); end++ {
		best[end] = best[end-1] + single(small[end-1])
		for _, w := range words {
			if from := end - len(w.word); from >= 0 && (slices.Equal(letters[from:end], w.word) || slices.Equal(small[from:end], w.word)) {
				best[end] = min(best[end], best[from]+w.bits)
			}
		}
		for from := 0; from <= end-3; from++ {
			best[end] = min(best[end], best[from]+run(small, from, end))
		}
	}
	return best[len(typed)]
}

const (
	wordBits    = 9.0
	contextBits = 5.0
	rowBits     = 5.0
	repeatBits  = 4.0
	yearBits    = 6.0
	never       = 1e9
)

func single(r rune) float64 {
	switch {
	case r >= '0' && r <= '9':
		return 3.3
	case r == ' ':
		return 2
	default:
		return 4.7
	}
}

// keyboards are the rows and columns of the keyboards on which four languages are
// written, and the alphabet.
const keyboards = "abcdefghijklmnopqrstuvwxyz 1234567890 0123456789 qwertyuiop asdfghjkl zxcvbnm azertyuiop qsdfghjklm wxcvbn " +
	"qwertzuiop yxcvbnm 1qaz 2wsx 3edc 4rfv 5tgb 6yhn 7ujm 8ik 9ol 0p 1aqw 2zsx 3edc qaz wsx edc rfv tgb yhn ujm azsx !@#$%^&*() &é\"'(§è!çà"

// run is the cost of a piece of three or more that follows a rule: a stretch of a
// row, forwards or backwards, one character again and again, a year, or a repetition
// of what stands before it, turned round or not.
func run(s []rune, from, end int) float64 {
	text := string(s[from:end])
	back := []rune(text)
	slices.Reverse(back)
	before := string(s[:from])
	switch {
	case strings.Contains(keyboards, text) && !strings.Contains(text, " "), strings.Contains(keyboards, string(back)) && !strings.Contains(text, " "):
		return rowBits
	case strings.Trim(text, string(s[from])) == "":
		return rowBits
	case strings.Contains(before, text):
		return repeatBits
	case strings.Contains(before, string(back)):
		return rowBits
	case len(text) == 4 && (strings.HasPrefix(text, "19") || strings.HasPrefix(text, "20")) && strings.Trim(text, "0123456789") == "":
		return yearBits
	default:
		return never
	}
}
