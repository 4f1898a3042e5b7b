// Package ui is what the public pages and the desk share: layout and form parts,
// style sheets, headers, the error page, cookies, redirects and the reading of
// forms. It knows no case and takes no decision about who may do what.
//
// It must never put err.Error() on a page, write what a person typed to a log or
// to the disk, or let a page load anything from another host. It fails by
// returning the error of a template or of a form that could not be read, which
// WriteError turns into a page; at start it refuses an accent colour that cannot
// be read and templates that do not parse.
package ui

import (
	"html/template"

	"klankbord/internal/lang"
)

// Words gives the texts of a language: the text of a catalogue key with its named
// placeholders filled, and the form of one that suits a number. Catalogue makes
// one of lang's catalogue.
type Words interface {
	Text(lang, key string, args map[string]string) string
	Plural(lang, key string, n int, args map[string]string) string
	Has(key string) bool
}

// Catalogue gives the words of c.
func Catalogue(c *lang.Catalogue) Words { return catalogue{c} }

type catalogue struct{ c *lang.Catalogue }

// Has reports whether there is a text under key.
func (w catalogue) Has(key string) bool { return w.c.Has(key) }

// Text returns the text of key.
func (w catalogue) Text(l, key string, args map[string]string) string {
	return w.c.Text(lang.Lang(l), key, args)
}

// Plural returns the form of key that suits n.
func (w catalogue) Plural(l, key string, n int, args map[string]string) string {
	return w.c.Plural(lang.Lang(l), key, n, args)
}

// Brand is the name under which an instance shows itself, in one language.
type Brand struct {
	Name    string // the organisation
	Service string // what the pages are, such as "Complaints"
	Home    string // where the brand leads; "/{lang}/" when empty
	Phone   string // as people write it; empty when there is none
	Hours   string // when the telephone is answered
	Mail    string // address for help that is not a complaint
	Logo    string // address of the organisation's own sign; empty: that of Klankbord
}

// Link is a link with its text. Current marks the page or section one is on.
type Link struct {
	Href, Text string
	Current    bool
	Count      int  // shown behind the text when above zero
	Over       bool // there are more than Count
}

// User is the member who is signed in on the desk.
type User struct {
	Name    string
	Nav     []Link
	SignOut string // where the sign-out button posts to; "/desk/signout" when empty
	Passkey string // host of the passkey that can be shown in the place of the password; empty: none

	Warnings []Warning // above every page
}

// Warning is what every page tells a member, above everything else on it.
type Warning struct {
	Tone         Tone
	Title, Text  string
	List         []string // what is wrong
	Then         string   // above Do
	Do           []string // what to do
	Post, Button string   // a form with one button; empty: none
	Link         Link     // where more stands; empty: nowhere
}

// FormError says what to do about one field; the same words stand in the summary
// and beside the field. Field is the name of the field, empty for the whole form.
type FormError struct {
	Field, Text string
}

// Page is one page: what the layout needs, and Data for its own template, which
// is executed with the whole Page as its dot.
type Page[T any] struct {
	Lang       string   // empty: the language of the request
	Title      string   // what the page is; "Error: " is put before it when Errors is not empty
	TitleParts []string // follow the title, such as "Question 3 of 7"
	Path       string   // the address without its language ("/mailbox"), so that language links keep the page; on the desk the whole address; empty hides the links
	Form       LangForm // a form that keeps what arrives, such as files, when the language changes; empty: Carry looks after the form with id "page"
	Brand      Brand    // empty: the brand of the instance
	Exit       bool     // show the button that leaves the site at once
	Desk       bool     // the desk's width, density and style sheet
	User       *User    // the member signed in, nil on public pages
	Errors     []FormError
	Compress   bool   // the page holds nothing secret and nothing that a visitor typed (BREACH)
	Index      bool   // search engines may list the page
	Script     string // name of an asset to run on the page, such as "keys.js"; empty for none
	Sends      bool   // files can be sent in pieces from it, with a script
	Plays      bool   // a recording of this site can be played on it
	Data       T
}

// LangForm is a form that its own handler keeps when the language changes, files
// included: the languages send it there with act "stay". Act is what Enter in a
// field still does, because the first button of a form is the one that Enter
// presses. Every other form with something to type has the id "page", or its
// controls name that one; Carry looks after it.
type LangForm struct {
	ID   string // of the form element
	Path string // where it is sent, without its language
	Act  string
}

// Viewed is a Page of any data.
type Viewed interface{ view() view }

// view is what the layout executes with.
type view struct {
	Lang, Title     string
	TitleParts      []string
	Path            string
	Form            LangForm
	Brand           Brand
	Exit, Desk      bool
	User            *User
	Errors          []FormError
	Compress, Index bool
	Script          string
	Sends, Plays    bool
	Languages       []langLink
	Data            any

	Main   template.HTML // the rendered "main"
	Carry  bool          // it holds the form with id "page"
	Enter  string        // where Enter in a field of that form sends it; empty: its own address
	Choose []string      // files that were chosen and have to be chosen again
}

func (p Page[T]) view() view {
	return view{
		Lang: p.Lang, Title: p.Title, TitleParts: p.TitleParts, Path: p.Path, Form: p.Form, Brand: p.Brand,
		Exit: p.Exit, Desk: p.Desk, User: p.User, Errors: p.Errors,
		Compress: p.Compress, Index: p.Index, Script: p.Script, Sends: p.Sends, Plays: p.Plays, Data: p.Data,
	}
}

// langLink leads to the same page in another language.
type langLink struct {
	Lang, Name, Href string
	Current          bool
}
