package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

//go:embed assets
var files embed.FS

// sheets are the style sheets and the files they are put together from, in order.
func sheets() map[string][]string {
	return map[string][]string{
		"app.css":  {"tokens.css", "base.css", "layout.css", "form.css", "content.css", "print.css"},
		"desk.css": {"desk.css"},
	}
}

// Assets serves style sheets, scripts and pictures under addresses that hold the
// hash of their content, so that a browser may keep them for ever. It is safe for
// concurrent use.
type Assets struct {
	byURL map[string]*asset
	urls  map[string]string // by plain name
}

type asset struct {
	mime       string
	plain      []byte
	gzip, brot func() []byte // made once, at the first request for them
}

// NewAssets puts the assets together with the look of a profile. It fails when a
// colour of the look cannot be read on its background.
func NewAssets(look Look) (*Assets, error) {
	tokens, err := look.css()
	if err != nil {
		return nil, fmt.Errorf("read look: %w", err)
	}
	a := &Assets{byURL: map[string]*asset{}, urls: map[string]string{}}
	for name, parts := range sheets() {
		var b bytes.Buffer
		for _, part := range parts {
			css, err := files.ReadFile("assets/" + part)
			if err != nil {
				return nil, fmt.Errorf("read style sheet: %w", err)
			}
			b.Write(squeeze(css))
		}
		if name == "app.css" {
			b.WriteString(tokens)
		}
		a.add(name, b.Bytes())
	}
	if len(look.Logo) > 0 {
		a.add(LogoName, look.Logo)
	}
	return a, a.addFiles("*.svg", "*.js")
}

// Keep goes on answering what older assets answered, for pages that name them.
func (a *Assets) Keep(older *Assets) {
	if older == nil {
		return
	}
	for url, f := range older.byURL {
		if a.byURL[url] == nil {
			a.byURL[url] = f
		}
	}
}

func (a *Assets) addFiles(patterns ...string) error {
	for _, pattern := range patterns {
		names, err := fs.Glob(files, "assets/"+pattern)
		if err != nil {
			return fmt.Errorf("list assets: %w", err)
		}
		for _, name := range names {
			content, err := files.ReadFile(name)
			if err != nil {
				return fmt.Errorf("read asset: %w", err)
			}
			a.add(path.Base(name), content)
		}
	}
	return nil
}

func (a *Assets) add(name string, content []byte) {
	sum := sha256.Sum256(content)
	ext := path.Ext(name)
	url := "/assets/" + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	a.urls[name] = url
	a.byURL[url] = &asset{
		mime: mimeOf(ext), plain: content,
		gzip: sync.OnceValue(func() []byte { return gzipped(content) }),
		brot: sync.OnceValue(func() []byte { return brotlied(content) }),
	}
}

// URL is the address of the asset called name. It panics for a name that does not
// exist, which a template reports as its error.
func (a *Assets) URL(name string) string {
	url, ok := a.urls[name]
	if !ok {
		panic("ui: no asset " + name)
	}
	return url
}

// ServeHTTP answers requests under /assets/.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := a.byURL[r.URL.Path]
	if !ok || r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Type", f.mime)
	h.Set("Vary", "Accept-Encoding")
	body := f.plain
	switch {
	case accepts(r, "br"):
		h.Set("Content-Encoding", "br")
		body = f.brot()
	case accepts(r, "gzip"):
		h.Set("Content-Encoding", "gzip")
		body = f.gzip()
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // a visitor who went away is no error of ours
	}
}

func mimeOf(ext string) string {
	switch ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".png":
		return "image/png"
	case ".js":
		return "text/javascript; charset=utf-8"
	default:
		return "image/svg+xml"
	}
}

func gzipped(b []byte) []byte {
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level exists
	_, _ = z.Write(b)                                       // a buffer takes all
	_ = z.Close()
	return out.Bytes()
}

func brotlied(b []byte) []byte {
	var out bytes.Buffer
	z := brotli.NewWriterLevel(&out, brotli.BestCompression)
	_, _ = z.Write(b) // a buffer takes all
	_ = z.Close()
	return out.Bytes()
}

var (
	cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	cssSpace   = regexp.MustCompile(`\s*\n\s*`)
)

// squeeze takes comments and indentation out of a style sheet, whose sources hold
// neither in strings.
func squeeze(css []byte) []byte {
	return cssSpace.ReplaceAll(cssComment.ReplaceAll(css, nil), nil)
}
