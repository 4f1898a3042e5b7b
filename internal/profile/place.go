package profile

import (
	"encoding/base64"
	"encoding/json"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"klankbord/internal/casefile"
)

// PlaceKind is what stands at a place, and so how it is asked and read.
type PlaceKind string

// The kinds of place.
const (
	PlaceText       PlaceKind = "text"       // a text in every language
	PlaceParagraphs PlaceKind = "paragraphs" // several; an empty line lies between two
	PlaceLine       PlaceKind = "line"       // one line for all languages
	PlaceCount      PlaceKind = "number"
	PlaceFlag       PlaceKind = "flag"      // yes or no
	PlaceChoice     PlaceKind = "choice"    // one of Options
	PlaceOrder      PlaceKind = "order"     // the ids of Options, in an order
	PlaceDates      PlaceKind = "dates"     // days, written 2027-01-04
	PlaceAddresses  PlaceKind = "addresses" // of e-mail, one on a line
	PlaceColour     PlaceKind = "colour"    // #rrggbb, or nothing
	PlacePicture    PlaceKind = "picture"   // a PNG in base64, or nothing
	PlaceHidden     PlaceKind = "hidden"    // whether a question is not asked
	PlaceMandatory  PlaceKind = "mandatory" // whether a question must be answered
	PlaceItem       PlaceKind = "item"      // that an own item is there; nothing is typed
)

// Place is one thing of a profile that an organisation may have otherwise.
type Place struct {
	Address string // such as "topics.theft.label"; the same in every version
	Part    string // what it belongs to: organisation, texts, topics, form, …
	Group   string // which of several of that part: a page of text, a page of the form
	Name    string // what it is of its thing, such as "label"
	Of      Text   // what its thing is called; empty: the part itself
	Kind    PlaceKind
	Blank   bool // may be empty
	Free    bool // a text that may have other words in braces than the built-in one
	Min     int  // of a number
	Max     int
	Options []string // of a choice or an order
	Labels  []Text   // of the options of an order
	Unit    string   // of a number: "days", "months", …; may be empty

	Routes   []casefile.Route   // of a rule that has no name of its own
	Outcomes []casefile.Outcome // and the outcomes that it is about

	at any // where the value lies, in the profile that the place is of
}

// Problem is why what was typed cannot stand at a place; empty: it can.
type Problem string

// The problems.
const (
	ProblemMissing      Problem = "missing"      // nothing was typed
	ProblemPlaceholders Problem = "placeholders" // other words in braces than the built-in text has
	ProblemParagraphs   Problem = "paragraphs"   // not as many in each language
	ProblemCount        Problem = "number"       // no number, or out of bounds
	ProblemChoice       Problem = "choice"
	ProblemOrder        Problem = "order" // not each number once
	ProblemDates        Problem = "dates"
	ProblemAddresses    Problem = "addresses"
	ProblemColour       Problem = "colour"
	ProblemPicture      Problem = "picture"
	ProblemLong         Problem = "long"
	ProblemUnknown      Problem = "unknown" // no place
	ProblemRule         Problem = "rule"    // the profile as a whole would not hold together
)

// placeChars is how many characters a text may have.
const placeChars = 20_000

// Inputs are what a place is typed into: one input for each language, one for the number of
// each member of an order, or one for all.
func (x Place) Inputs() []string {
	switch x.Kind {
	case PlaceText, PlaceParagraphs:
		return Languages()
	case PlaceOrder:
		return x.Options
	case PlaceItem:
		return nil
	default:
		return []string{""}
	}
}

// Typed is what stands at the place, as it is typed into an input.
func (x Place) Typed(input string) string {
	switch at := x.at.(type) {
	case *Text:
		return (*at)[input]
	case *[]Text:
		var list []string
		for _, t := range *at {
			list = append(list, t[input])
		}
		return strings.Join(list, "\n\n")
	case *string:
		return *at
	case *casefile.Route:
		return string(*at)
	case *[]casefile.Route:
		return typedRoutes(*at)
	case whenOf:
		return at.typed()
	case offer:
		return strconv.FormatBool(at.is())
	case first:
		return at.is()
	case *int:
		return strconv.Itoa(*at)
	case *bool:
		return strconv.FormatBool(*at)
	case *[]string:
		return strings.Join(*at, "\n")
	case entry:
		return at.in[at.key][input]
	case order:
		return strconv.Itoa(slices.Index(at.ids(), input) + 1)
	case *Field:
		if x.Kind == PlaceHidden {
			return strconv.FormatBool(at.Hidden())
		}
		return strconv.FormatBool(!at.Required.IsZero())
	default:
		return ""
	}
}

// Now is what stands at the place of the built-in profile with changes, as it is typed.
func (x Place) Now(c Changes) map[string]string {
	typed, err := x.typed(c[x.Address])
	if err != nil { // there is no change, or none that would be taken
		typed = map[string]string{}
		for _, input := range x.Inputs() {
			typed[input] = x.Typed(input)
		}
	}
	return typed
}

// Value reads what was typed, and returns it as it stands among the changes; nil where it
// is what the built-in profile has. The place is one of the built-in profile.
func (x Place) Value(typed func(input string) string) (json.RawMessage, Problem) {
	clean := map[string]string{}
	other := map[string]string{}
	for _, input := range x.Inputs() {
		s := strings.TrimSpace(strings.ReplaceAll(typed(input), "\r\n", "\n"))
		if utf8.RuneCountInString(s) > placeChars && x.Kind != PlacePicture {
			return nil, ProblemLong
		}
		if clean[input] = s; s != strings.TrimSpace(x.Typed(input)) {
			other[input] = s
		}
	}
	if p := x.problem(clean); p != "" {
		return nil, p
	}
	if len(other) == 0 {
		return nil, ""
	}
	raw, err := json.Marshal(x.json(clean, other))
	if err != nil {
		return nil, ProblemRule
	}
	return raw, ""
}

func (x Place) json(clean, other map[string]string) any {
	s := clean[""]
	switch x.Kind {
	case PlaceText, PlaceParagraphs:
		return other
	case PlaceCount:
		n, _ := strconv.Atoi(s) // was looked at
		return n
	case PlaceFlag, PlaceHidden, PlaceMandatory:
		return s == "true"
	case PlaceOrder:
		return inOrder(x.Options, clean)
	case PlaceDates, PlaceAddresses:
		return strings.Fields(s)
	case PlaceLine, PlaceChoice, PlaceColour, PlacePicture:
		return s
	default:
		return s
	}
}

// problem judges what was typed by itself; what depends on other places is for Validate.
func (x Place) problem(clean map[string]string) Problem {
	s := clean[""]
	switch x.Kind {
	case PlaceText, PlaceParagraphs:
		return x.textProblem(clean)
	case PlaceCount:
		if n, err := strconv.Atoi(s); err != nil || n < x.Min || n > x.Max {
			return ProblemCount
		}
	case PlaceChoice:
		if !slices.Contains(x.Options, s) {
			return ProblemChoice
		}
	case PlaceOrder:
		for i, id := range inOrder(x.Options, clean) {
			if clean[id] != strconv.Itoa(i+1) {
				return ProblemOrder
			}
		}
	case PlaceDates:
		for _, day := range strings.Fields(s) {
			if _, err := time.Parse(time.DateOnly, day); err != nil {
				return ProblemDates
			}
		}
	case PlaceAddresses:
		for _, address := range strings.Fields(s) {
			if a, err := mail.ParseAddress(address); err != nil || a.Address != address {
				return ProblemAddresses
			}
		}
	case PlaceColour:
		if s != "" && !colour.MatchString(s) {
			return ProblemColour
		}
	case PlacePicture:
		if _, err := base64.StdEncoding.DecodeString(s); err != nil || len(s) > pictureChars {
			return ProblemPicture
		}
	case PlaceLine:
		if s == "" && !x.Blank || strings.Contains(s, "\n") {
			return ProblemMissing
		}
	case PlaceFlag, PlaceHidden, PlaceMandatory, PlaceItem:
	}
	return ""
}

func (x Place) textProblem(clean map[string]string) Problem {
	blank, parts := 0, -1
	wanted := placeholders(x.Typed("en"))
	for _, l := range Languages() {
		if clean[l] == "" {
			blank++
		}
		got := placeholders(clean[l])
		if !x.Free && len(wanted) > 0 && !slices.Equal(got, wanted) || x.Free && !fillable(got, placeholders(clean["en"])) {
			return ProblemPlaceholders
		}
		n := len(paragraphs(clean[l]))
		if parts >= 0 && n != parts && x.Kind == PlaceParagraphs {
			return ProblemParagraphs
		}
		parts = n
	}
	switch {
	case blank == 0, x.Blank && blank == len(Languages()):
		return ""
	default:
		return ProblemMissing
	}
}

// fillable reports whether something fills in all words in braces of a template, which are
// the same in each language.
func fillable(got, wanted []string) bool {
	return slices.Equal(got, wanted) && !slices.ContainsFunc(got, func(s string) bool { return !slices.Contains(Placeholders(), s) })
}

// inOrder sorts ids by the numbers that were typed for them.
func inOrder(ids []string, typed map[string]string) []string {
	number := func(id string) int {
		n, _ := strconv.Atoi(typed[id]) // what is no number is told by problem
		return n
	}
	return slices.SortedStableFunc(slices.Values(ids), func(a, b string) int { return number(a) - number(b) })
}

// paragraphs are the parts of a text between empty lines.
func paragraphs(s string) (list []string) {
	for part := range strings.SplitSeq(s, "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}
