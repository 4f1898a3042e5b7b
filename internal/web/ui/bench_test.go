package ui_test

import (
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"klankbord/internal/web/ui"
)

// BenchmarkReadForm reads a form with a file of 16 MiB.
func BenchmarkReadForm(b *testing.B) {
	r := parted(b, "f@file", strings.Repeat("0123456789abcdef", 1<<20))
	body, err := io.ReadAll(r.Body)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		q := httptest.NewRequest("POST", "/", strings.NewReader(string(body)))
		q.Header = r.Header
		_, err := ui.ReadForm(q, ui.Limits{Fields: 2, TextBytes: 100, FileBytes: 1 << 30}, func(u ui.Upload) error {
			_, err := io.Copy(io.Discard, u.Body)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPage renders a question, parsed before.
func BenchmarkPage(b *testing.B) {
	rd := renderer(b, slog.New(slog.DiscardHandler), false)
	for b.Loop() {
		if _, err := rd.Bytes("style/question", states()[1].view); err != nil {
			b.Fatal(err)
		}
	}
}
