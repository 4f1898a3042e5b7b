package letter_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"klankbord/internal/letter"
)

// naughty are header values that must never get into a mail.
func naughty() map[string]string {
	return map[string]string{
		"line feed":          "a\nBcc: x@example.org",
		"carriage return":    "a\rBcc: x@example.org",
		"both":               "a\r\nBcc: x@example.org",
		"folded":             "a\r\n Bcc: x@example.org",
		"a body":             "a\r\n\r\n<html>",
		"nul":                "a\x00b",
		"next line":          "a\u0085b",
		"line separator":     "a\u2028b",
		"paragraph":          "a\u2029b",
		"vertical tab":       "a\vb",
		"delete":             "a\x7fb",
		"not UTF-8":          "a\xffb",
		"overlong line feed": "a\xc0\x8ab",
		"turned direction":   "a\u202egpj.exe",
		"isolated":           "a\u2066b",
		"too long":           strings.Repeat("a", 501),
	}
}

func TestAHeaderThatCouldBecomeTwoIsRefused(t *testing.T) {
	for name, value := range naughty() {
		for field, set := range map[string]func(*letter.Mail){
			"subject":     func(m *letter.Mail) { m.Subject = value },
			"sender name": func(m *letter.Mail) { m.FromName = value },
			"from":        func(m *letter.Mail) { m.FromAddress = value },
			"from user":   func(m *letter.Mail) { m.FromAddress = value + "@example.org" },
			"to":          func(m *letter.Mail) { m.To = value + "@example.org" },
			"to domain":   func(m *letter.Mail) { m.To = "an@" + value },
			"reply to":    func(m *letter.Mail) { m.ReplyTo = value + "@example.org" },
			"language":    func(m *letter.Mail) { m.Lang = value },
			"message id":  func(m *letter.Mail) { m.MessageID = "<" + value + "@example.org>" },
			"in reply to": func(m *letter.Mail) { m.InReplyTo = "<" + value + "@example.org>" },
		} {
			m := sample()
			set(&m)
			b, err := m.Encode()
			if !errors.Is(err, letter.ErrHeader) && !errors.Is(err, letter.ErrAddress) {
				t.Errorf("%s in %s is accepted: %v\n%s", name, field, err, b)
				continue
			}
			if strings.Contains(err.Error(), value) {
				t.Errorf("%s in %s is quoted by the error: %v", name, field, err)
			}
		}
	}
}

func TestWhatIsMissingIsRefused(t *testing.T) {
	for name, set := range map[string]func(*letter.Mail){
		"subject":    func(m *letter.Mail) { m.Subject = "" },
		"from":       func(m *letter.Mail) { m.FromAddress = "" },
		"to":         func(m *letter.Mail) { m.To = "" },
		"language":   func(m *letter.Mail) { m.Lang = "" },
		"message id": func(m *letter.Mail) { m.MessageID = "" },
		"date":       func(m *letter.Mail) { m.Date = time.Time{} },
	} {
		m := sample()
		set(&m)
		if _, err := m.Encode(); err == nil {
			t.Errorf("a mail without %s is written", name)
		}
	}
}

func TestMessageID(t *testing.T) {
	if id, err := letter.MessageID("01hv7example0token", "natuurfonds.example"); err != nil || id != "<01hv7example0token@natuurfonds.example>" {
		t.Errorf("got %q, %v", id, err)
	}
	for _, tc := range [][2]string{
		{"", "a.example"}, {"short", "a.example"}, {"01hv7example0token", ""},
		{"01hv7example\r\ntoken", "a.example"}, {"01hv7example0token", "a.example\n"},
		{"01hv7example0token>", "a.example"}, {"01hv7 example0token", "a.example"},
	} {
		if id, err := letter.MessageID(tc[0], tc[1]); !errors.Is(err, letter.ErrHeader) {
			t.Errorf("%q: got %q, %v", tc, id, err)
		}
	}
}

func TestAddress(t *testing.T) {
	for in, want := range map[string]string{
		"an@example.org":                        "an@example.org",
		"an+tag@sub.example.org":                "an+tag@sub.example.org",
		"an@société.example":                    "an@xn--socit-esab.example",
		"o'neill@example.org":                   "o'neill@example.org",
		"":                                      "",
		"an":                                    "",
		"@example.org":                          "",
		"an@":                                   "",
		"an@@example.org":                       "",
		"an@example.org, b@c.org":               "",
		"An <an@example.org>":                   "",
		"<an@example.org>":                      "",
		"\"an b\"@example.org":                  "",
		"an b@example.org":                      "",
		"an@exa mple.org":                       "",
		"élise@example.org":                     "",
		"an@example.org\n":                      "",
		"an.@example.org":                       "",
		strings.Repeat("a", 250) + "@b.example": "",
	} {
		got, err := letter.Address(in)
		if got != want || (err == nil) != (want != "") || err != nil && !errors.Is(err, letter.ErrAddress) {
			t.Errorf("%.40q: got %q, %v", in, got, err)
		}
	}
}
