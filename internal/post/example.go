package post

import (
	"slices"
	"strings"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/lang"
	"klankbord/internal/letter"
)

// Example is the mail that the text under a key of the catalogue is part of, as it would
// leave about a case that does not exist; nobody is sent it. ok is false where the text is
// of no mail.
func Example(words *lang.Catalogue, s Sender, key string, l lang.Lang, now time.Time) (m letter.Mail, ok bool) {
	order, ok := exampleOf(key, now)
	if !ok {
		return m, false
	}
	if text, _ := words.Plain(l, textOf(order, "text")); strings.Contains(text, "{confirm}") {
		order.Confirm = "a2c4e6g8j0m3p5r7t9"
	}
	o := &Office{Words: words, Sender: s}
	args := o.args(l, order)
	return letter.Mail{
		FromName: s.Name(l), FromAddress: s.Address, Lang: string(l), Date: now, Attachment: order.Attachment,
		Subject: words.Text(l, textOf(order, "subject"), args), Text: words.Text(l, textOf(order, "text"), args),
	}, true
}

// exampleOf is an order that has all that the words of its mail may name.
func exampleOf(key string, now time.Time) (order letter.Order, ok bool) {
	const day = 24 * time.Hour
	order = letter.Order{Received: now, AnswerBy: now.Add(90 * day), Until: now.Add(7 * day), At: now, Number: string(casefile.ExampleNumber), Credential: letter.PasswordChanged}
	if fact, is := strings.CutPrefix(key, "mail.credential-notice."); is && fact != "subject" {
		order.Credential = letter.Credential(fact)
	}
	at := slices.IndexFunc(letter.Templates(), func(t letter.Template) bool {
		order.Template = t
		return textOf(order, "subject") == key || textOf(order, "text") == key
	})
	if at < 0 {
		return order, false
	}
	switch order.Template {
	case letter.Invitation, letter.Reset:
		order.Link = "/desk/enrol/a2c4e6g8j0m3p5r7t9"
	case letter.FirstToWitness, letter.ToWitness:
		order.Lines, order.Before, order.Key = 1204, 1187, "klankbord+5f1c20d8+AaBbCc"
		order.Attachment = &letter.Attachment{Name: "klankbord-1204.txt"}
	case letter.SetupTest:
		order.Number = "482913"
	default:
	}
	return order, true
}
