package ui

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"maps"
	"net/netip"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

//go:embed templates
var own embed.FS

// Set is the templates of one face. Its page name.html is rendered as
// "Name/name" and defines "main"; the files of its folder "parts" hold what all
// pages of the set may call.
type Set struct {
	Name  string
	Files fs.FS
}

// Config is what a Renderer is made of.
type Config struct {
	Words     Words
	Languages []string // all that pages exist in
	Offered   []string // those of the public pages, the first being the default; none: all
	Brand     func(lang string) Brand
	Assets    *Assets
	Log       *slog.Logger
	Secure    bool           // pages are reached over TLS: HSTS is sent, cookies are __Host-
	Tree      string         // a checkout whose templates are read again for every page, while writing them
	Proxies   []netip.Prefix // before us, whose X-Forwarded-For is believed

	Observe func(now time.Time, route string, status int, took time.Duration) // counts requests by pattern; nil: nobody counts
}

// Renderer makes pages out of templates. It is safe for concurrent use.
type Renderer struct {
	words     Words
	languages []string
	offered   []string
	brand     func(lang string) Brand
	assets    *Assets
	log       *slog.Logger
	secure    bool
	fresh     bool
	proxies   []netip.Prefix
	sets      map[string]fs.FS // by name of the set; ui's own under ""
	observe   func(now time.Time, route string, status int, took time.Duration)

	mu     sync.Mutex
	parsed map[pageKey]*template.Template // guarded by mu

	squeezed squeezed
}

type pageKey struct{ page, lang string }

// NewRenderer returns a renderer of the pages of sets. Pages are parsed at their
// first use, because parsing all in all languages would delay the start; Check
// parses one on purpose.
func NewRenderer(c Config, sets ...Set) (*Renderer, error) {
	if c.Words == nil || c.Assets == nil || c.Log == nil || c.Brand == nil || len(c.Languages) == 0 {
		return nil, errors.New("ui: words, assets, log, brand and a language are needed")
	}
	templates, err := fs.Sub(own, "templates")
	if err != nil {
		return nil, fmt.Errorf("open own templates: %w", err)
	}
	rd := &Renderer{
		words: c.Words, languages: c.Languages, brand: c.Brand, assets: c.Assets, log: c.Log,
		secure: c.Secure, fresh: c.Tree != "", proxies: c.Proxies, sets: map[string]fs.FS{"": templates},
		parsed: map[pageKey]*template.Template{}, observe: c.Observe,
	}
	if rd.offered = c.Offered; len(rd.offered) == 0 {
		rd.offered = rd.languages
	}
	for _, s := range sets {
		rd.sets[s.Name] = s.Files
	}
	if rd.fresh {
		for name := range rd.sets {
			rd.sets[name] = os.DirFS(filepath.Join(c.Tree, folderOf(name)))
		}
	}
	return rd, nil
}

// folderOf is where the templates of a set lie in a checkout.
func folderOf(set string) string {
	switch set {
	case "":
		return "internal/web/ui/templates"
	case "demo":
		return "internal/demo/templates"
	default:
		return "internal/web/" + set + "/templates"
	}
}

// Pages lists the pages of a set by the names under which Render knows them.
func (rd *Renderer) Pages(set string) ([]string, error) {
	files, err := fs.Glob(rd.sets[set], "*.html")
	if err != nil {
		return nil, fmt.Errorf("list pages of %s: %w", set, err)
	}
	for i, f := range files {
		files[i] = path.Join(set, strings.TrimSuffix(f, ".html"))
	}
	return files, nil
}

// Bytes renders a page without a request, for tests and for pages kept in memory.
func (rd *Renderer) Bytes(name string, p Viewed) ([]byte, error) {
	return rd.render(name, rd.complete(p.view()), nil)
}

// Fragment is a part of a page that was rendered already; only a Renderer makes one.
type Fragment struct{ html template.HTML }

// HTML is the part as a template puts it into a page.
func (f Fragment) HTML() template.HTML { return f.html }

// Part renders a template that a page may call, in any language, for a page that shows how
// another reads.
func (rd *Renderer) Part(page, part, lang string, data any) (Fragment, error) {
	t, err := rd.page(page, lang)
	if err != nil {
		return Fragment{}, err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, part, data); err != nil {
		return Fragment{}, fmt.Errorf("render part %s of %s: %w", part, page, err)
	}
	return Fragment{template.HTML(b.String())}, nil //nolint:gosec // made by the template above, which escaped what it holds
}

// complete fills what the caller left out.
func (rd *Renderer) complete(v view) view {
	if v.Lang == "" {
		v.Lang = rd.languages[0]
	}
	if v.Brand == (Brand{}) {
		v.Brand = rd.brand(v.Lang)
	}
	if v.Brand.Home == "" {
		v.Brand.Home = publicPath(v.Lang, "/")
	}
	if v.User != nil && v.User.SignOut == "" {
		u := *v.User
		u.SignOut = "/desk/signout"
		v.User = &u
	}
	if list := rd.shownTo(v); v.Path != "" && len(list) > 1 {
		for _, l := range list {
			v.Languages = append(v.Languages, langLink{l, langName(l), langHref(v, l), l == v.Lang})
		}
	}
	return v
}

// shownTo are the languages in which a page can be had: on the desk all, on public pages
// those that are offered and the one that somebody is in already.
func (rd *Renderer) shownTo(v view) []string {
	if v.Desk {
		return rd.languages
	}
	return slices.DeleteFunc(slices.Clone(rd.languages), func(l string) bool { return l != v.Lang && !slices.Contains(rd.offered, l) })
}

// langHref is the same page in another language: another first segment on public
// pages, ?lang= on the desk, whose addresses carry none.
func langHref(v view, lang string) string {
	if v.Desk {
		return withQuery(v.Path, "lang", lang)
	}
	return publicPath(lang, v.Path)
}

// usualPage is room for most pages, so that writing one seldom moves it.
const usualPage = 12 << 10

// render makes the content of the page first: the layout around it has to know
// whether it holds something to type. typed, where not nil, is written into it.
func (rd *Renderer) render(name string, v view, typed map[string][]string) ([]byte, error) {
	t, err := rd.page(name, v.Lang)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.Grow(usualPage)
	if err := t.ExecuteTemplate(&b, "main", v); err != nil {
		return nil, fmt.Errorf("render page %s: %w", name, err)
	}
	main := bytes.Clone(b.Bytes())
	if v.Enter, v.Carry = formOf(main); v.Carry && typed != nil {
		if main, v.Choose, err = refill(main, typed); err != nil {
			return nil, fmt.Errorf("write back what was typed: %w", err)
		}
	}
	v.Main = template.HTML(main) //nolint:gosec // made by the template above, which escaped what it holds
	b.Reset()
	if err := t.ExecuteTemplate(&b, "layout", v); err != nil {
		return nil, fmt.Errorf("render page %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// page returns the parsed page in a language.
func (rd *Renderer) page(name, lang string) (*template.Template, error) {
	key := pageKey{name, lang}
	rd.mu.Lock()
	defer rd.mu.Unlock()
	if t, ok := rd.parsed[key]; ok && !rd.fresh {
		return t, nil
	}
	t, err := rd.parse(name, lang)
	if err != nil {
		return nil, fmt.Errorf("parse page %s: %w", name, err)
	}
	rd.parsed[key] = t
	return t, nil
}

// parse reads ui's own parts, the parts of the set and the page itself, in that
// order, so that a set may replace a part but never by accident of naming a page.
func (rd *Renderer) parse(name, lang string) (*template.Template, error) {
	set, page := path.Split(name)
	set = strings.TrimSuffix(set, "/")
	files, ok := rd.sets[set]
	if !ok {
		return nil, fmt.Errorf("no set of templates %q", set)
	}
	t := template.New(name).Funcs(rd.funcs(lang)).Option("missingkey=error")
	t, err := t.ParseFS(rd.sets[""], "parts/*.html")
	if err != nil {
		return nil, err
	}
	if parts, _ := fs.Glob(files, "parts/*.html"); set != "" && len(parts) > 0 {
		if t, err = t.ParseFS(files, parts...); err != nil {
			return nil, err
		}
	}
	if t, err = t.ParseFS(files, page+".html"); err == nil {
		rd.fold(t, lang)
	}
	return t, err
}

// Check parses every page of every set in every language.
func (rd *Renderer) Check() error {
	for _, set := range slices.Sorted(maps.Keys(rd.sets)) {
		pages, err := rd.Pages(set)
		if err != nil {
			return err
		}
		for _, p := range pages {
			for _, l := range rd.languages {
				if _, err := rd.page(p, l); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
