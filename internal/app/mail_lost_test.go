package app_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/audit"
	"klankbord/internal/config"
	"klankbord/internal/intake"
	"klankbord/internal/letter"
	"klankbord/internal/post"
	"klankbord/internal/store"
)

// refusing takes no mail to some people for good, and the others it keeps.
type refusing struct{ sent []letter.Mail }

func (r *refusing) Send(_ context.Context, m letter.Mail) error {
	if strings.HasPrefix(m.To, "refused@") {
		return &post.Permanent{Class: "refused-550"}
	}
	r.sent = append(r.sent, m)
	return nil
}

// TestAMailAboutNoCaseThatDoesNotArriveStandsInTheLog invites two people: one mail is refused, the
// other comes back.
func TestAMailAboutNoCaseThatDoesNotArriveStandsInTheLog(t *testing.T) {
	out := &refusing{}
	i, _ := apptest.Staffed(t, func(c *config.Config, o *app.Options) {
		o.Transport = out
		c.Mailbox = []string{"imap://box@127.0.0.1:1/INBOX?route=general&security=none&password-file=/nowhere"}
	})
	for _, to := range []string{"refused@example.org", "lotte@example.org"} {
		m, err := i.Custody.SealMail(i.Casework.Mails, store.Mail{Kind: string(letter.Invitation)}, letter.Order{Template: letter.Invitation, To: to, Lang: "nl", Link: "/desk/enrol/x"})
		if err := errors.Join(err, i.Store.Write(t.Context(), func(tx *store.Tx) error { return tx.QueueMail(m, tx.Now()) })); err != nil {
			t.Fatal(err)
		}
	}
	i.DeliverMail()
	if len(out.sent) != 1 {
		t.Fatalf("%d mails left", len(out.sent))
	}
	if said := lost(t, i); len(said) != 1 || said[0] != "invitation" {
		t.Errorf("of the refused one the log says %q", said)
	}
	box := i.Pickups[0]
	for range 2 { // a server may tell it twice, in other words
		raw := bounce(out.sent[0].MessageID, "failed") + strings.Repeat("\r\n", i.Clock.Now().Minute())
		if _, err := box.Take(t.Context(), box.Settings.Mailbox, intake.Arrived{Body: strings.NewReader(raw)}); err != nil {
			t.Fatal(err)
		}
		i.Clock.Add(time.Minute)
	}
	if said := lost(t, i); len(said) != 2 || said[1] != "invitation back" {
		t.Errorf("of the one that came back the log says %q", said)
	}
}

// lost is what the log says of mails about no case that did not arrive.
func lost(t *testing.T, i *apptest.Instance) (said []string) {
	t.Helper()
	if err := i.Store.Read(t.Context(), func(tx *store.Tx) error {
		lines, err := tx.WaitingLeaves(10_000)
		for _, l := range lines {
			if r, err := audit.DecodeRecord(l.Record); err == nil && r.Kind == audit.MailDead && l.Case == "" {
				said = append(said, strings.TrimSpace(r.Detail["kind"]+" "+r.Detail["came"]))
				if r.Detail["to"] != "" || strings.Contains(fmt.Sprint(r.Detail, r.Object, r.Actor), "@") {
					t.Errorf("it says to whom: %v", r.Detail)
				}
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(said) // they have no position yet
	return said
}
