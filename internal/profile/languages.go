package profile

import (
	"cmp"
	"slices"
)

// Offered are the languages of the public pages, that of a visitor who states none first.
// Whoever has a draft or a mailbox in another goes on in it.
func (p *Profile) Offered() []string {
	list := p.Settings.offered()
	if l := p.Settings.Language; slices.Contains(list, l) {
		list = slices.DeleteFunc(list, func(x string) bool { return x == l })
		return append([]string{l}, list...)
	}
	return list
}

// offered are the languages in the order of Languages.
func (s *Settings) offered() []string {
	if len(s.Languages) == 0 {
		return Languages()
	}
	return slices.DeleteFunc(Languages(), func(l string) bool { return !slices.Contains(s.Languages, l) })
}

// offer is whether one language is offered.
type offer struct {
	in   *Settings
	lang string
}

func (o offer) is() bool { return slices.Contains(o.in.offered(), o.lang) }

// set keeps a list that is never empty, so that none of four is not all of them.
func (o offer) set(on bool) {
	list := o.in.offered()
	switch {
	case on && !o.is():
		list = append(list, o.lang)
	case !on:
		list = slices.DeleteFunc(list, func(l string) bool { return l == o.lang })
	}
	if len(list) == 0 {
		list = []string{none}
	}
	o.in.Languages = slices.DeleteFunc(list, func(l string) bool { return l == none && len(list) > 1 })
	if len(o.in.offered()) == len(Languages()) {
		o.in.Languages = nil
	}
}

// none stands among languages where all were taken away, which Validate refuses.
const none = "none"

func (p *Profile) languagePlaces(l *lister) {
	s := &p.Settings
	l.turn("languages", "", nil)
	for _, lang := range Languages() {
		l.add(PlaceFlag, "languages", "offer-"+lang, offer{s, lang})
	}
	l.add(PlaceChoice, "languages", "first", first{s}, func(x *Place) { x.Options = append([]string{firstOffered}, Languages()...) })
}

// first is the language of a visitor who states none.
type first struct{ in *Settings }

// firstOffered stands for whichever is offered, in the order of Languages.
const firstOffered = "offered"

func (f first) is() string { return cmp.Or(f.in.Language, firstOffered) }

func (f first) set(l string) {
	if f.in.Language = l; l == firstOffered {
		f.in.Language = ""
	}
}

func (v *findings) languages(s *Settings) {
	for _, l := range s.Languages {
		v.need(slices.Contains(Languages(), l), "settings: no language is called %q", l)
	}
	v.need(len(s.offered()) > 0, "settings: at least one language is offered")
	v.need(s.Language == "" || slices.Contains(s.offered(), s.Language), "settings: the first language %q is not offered", s.Language)
}
