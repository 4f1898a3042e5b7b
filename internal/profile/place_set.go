package profile

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"klankbord/internal/casefile"
)

// errShape tells that a value is of another kind than its place.
var errShape = errors.New("the value is of another kind than its place")

// set puts a value that stands among changes at the place. What Value refuses is refused
// here too, whoever wrote it.
func (x Place) set(raw json.RawMessage) error {
	typed, err := x.typed(raw)
	if err != nil {
		return err
	}
	clean := map[string]string{}
	for _, input := range x.Inputs() {
		clean[input] = strings.TrimSpace(typed[input])
	}
	if p := x.problem(clean); p != "" {
		return fmt.Errorf("%w: %s", errShape, p)
	}
	x.put(clean)
	return nil
}

// typed is a value as if it had been typed into every input.
func (x Place) typed(raw json.RawMessage) (map[string]string, error) {
	typed := map[string]string{}
	for _, input := range x.Inputs() {
		typed[input] = x.Typed(input)
	}
	if raw == nil {
		return typed, nil
	}
	var err error
	switch x.Kind {
	case PlaceText, PlaceParagraphs:
		var t map[string]string
		err = strict(raw, &t)
		for l, s := range t {
			if !slices.Contains(Languages(), l) {
				return nil, errShape
			}
			typed[l] = s
		}
	case PlaceCount:
		var n int
		err = strict(raw, &n)
		typed[""] = strconv.Itoa(n)
	case PlaceFlag, PlaceHidden, PlaceMandatory:
		var on bool
		err = strict(raw, &on)
		typed[""] = strconv.FormatBool(on)
	case PlaceOrder:
		var list []string
		err = strict(raw, &list)
		// A newer program may have more or fewer: those go behind.
		list = slices.DeleteFunc(list, func(id string) bool { return !slices.Contains(x.Options, id) })
		for _, id := range x.Options {
			if !slices.Contains(list, id) {
				list = append(list, id)
			}
		}
		for i, id := range list {
			typed[id] = strconv.Itoa(i + 1)
		}
	case PlaceDates, PlaceAddresses:
		var list []string
		err = strict(raw, &list)
		typed[""] = strings.Join(list, "\n")
	case PlaceLine, PlaceChoice, PlaceColour, PlacePicture:
		var s string
		err = strict(raw, &s)
		typed[""] = s
	case PlaceItem:
		err = errShape
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errShape, err)
	}
	return typed, nil
}

// put writes what was found good into the profile.
func (x Place) put(clean map[string]string) {
	s := clean[""]
	switch at := x.at.(type) {
	case *Text:
		*at = textOf(clean)
	case *[]Text:
		var list []Text
		for i := range paragraphs(clean["en"]) {
			t := Text{}
			for _, l := range Languages() {
				t[l] = paragraphs(clean[l])[i]
			}
			list = append(list, t)
		}
		*at = list
	case *string:
		*at = s
	case *casefile.Route:
		*at = casefile.Route(s)
	case *[]casefile.Route:
		*at = routesOf(s)
	case whenOf:
		at.put(s)
	case offer:
		at.set(s == "true")
	case first:
		at.set(s)
	case *int:
		*at, _ = strconv.Atoi(s) // was looked at
	case *bool:
		*at = s == "true"
	case *[]string:
		*at = strings.Fields(s)
	case entry:
		at.in[at.key] = textOf(clean)
	case order:
		at.arrange(inOrder(x.Options, clean))
	case *Field:
		at.set(x.Kind, s == "true")
	}
}

func textOf(clean map[string]string) Text {
	if clean["en"] == "" {
		return nil
	}
	t := Text{}
	for _, l := range Languages() {
		t[l] = clean[l]
	}
	return t
}

// never is a condition that does not hold: what has it is not shown, and keeps its words
// for the cases that answered it.
func never() Condition { return Condition{Not: &Condition{Always: true}} }

// Hidden reports whether a question is left out, whatever it was asked upon.
func (f *Field) Hidden() bool {
	c := f.When
	if len(c.All) == 2 {
		c = c.All[1]
	}
	return c.Not != nil && c.Not.Always
}

func (f *Field) set(kind PlaceKind, on bool) {
	switch {
	case kind == PlaceHidden && on && f.When.IsZero():
		f.When = never()
	case kind == PlaceHidden && on:
		f.When = Condition{All: []Condition{f.When, never()}}
	case kind == PlaceMandatory && on:
		f.Required = Condition{Always: true}
	case kind == PlaceMandatory:
		f.Required = Condition{}
	}
}

// entry is a text among others that are found by key.
type entry struct {
	in  map[string]Text
	key string
}

// order is a list whose members can stand in another order.
type order interface {
	ids() []string
	arrange(ids []string)
}

type ordered[T any] struct {
	list *[]T
	id   func(T) string
	may  func(T) bool // takes part; the others keep their places
}

func (o ordered[T]) ids() (list []string) {
	for _, x := range *o.list {
		if o.may(x) {
			list = append(list, o.id(x))
		}
	}
	return list
}

func (o ordered[T]) arrange(ids []string) {
	was := slices.Clone(*o.list)
	next := 0
	for i, x := range was {
		if !o.may(x) {
			continue
		}
		at := slices.IndexFunc(was, func(y T) bool { return o.id(y) == ids[next] })
		(*o.list)[i] = was[at]
		next++
	}
}
