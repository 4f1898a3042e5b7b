package ui_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"klankbord/internal/web/ui"
)

// While pages are being written, a change shows at the next look at the page.
func TestTemplatesOfACheckoutAreReadAgain(t *testing.T) {
	tree := t.TempDir()
	for folder, from := range map[string]string{"ui": "templates", "style": "testdata/style"} {
		if err := os.CopyFS(filepath.Join(tree, "internal", "web", folder, "templates"), os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
	}
	page := filepath.Join(tree, "internal", "web", "style", "templates", "changed.html")
	rd := rendererFrom(t, tree, slog.New(slog.DiscardHandler), false, ui.Set{Name: "style", Files: os.DirFS("testdata/style")})
	for _, words := range []string{"at first", "later"} {
		if err := os.WriteFile(page, []byte(`{{define "main"}}<h1>`+words+`</h1>{{end}}`), 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := rd.Bytes("style/changed", ui.Page[int]{Lang: "en", Title: "Changed"})
		if err != nil || !bytes.Contains(b, []byte(words)) {
			t.Errorf("%q is not on the page: %v", words, err)
		}
	}
}
