package post_test

import (
	"bytes"
	"context"
	"errors"
	"mime"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/config"
	"klankbord/internal/custody"
	"klankbord/internal/ident"
	"klankbord/internal/lang"
	"klankbord/internal/letter"
	"klankbord/internal/post"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// keyed is an instance with a member who has an OpenPGP key.
type keyed struct {
	*apptest.Instance
	me  apptest.Enrolled
	key *apptest.OpenPGP
}

func newKeyed(t *testing.T, life time.Duration, options ...apptest.Option) *keyed {
	i, team := apptest.Staffed(t, options...)
	k := &keyed{i, i.Enrol(team.Manager, "Anke Wouters", staff.Assignment{Role: staff.RoleAuditor}), apptest.NewOpenPGP(t, i.Clock.Now(), life)}
	k.SetOpenPGP(k.me, k.key.Public())
	k.DeliverMail()
	return k
}

// queue has mails leave that go to the member.
func (k *keyed) queue(orders ...letter.Order) {
	k.T.Helper()
	err := k.Store.Write(ctx, func(tx *store.Tx) error {
		for _, o := range orders {
			m, err := k.Custody.SealMail(k.Casework.Mails, store.Mail{Member: k.me.Member}, o)
			if err == nil {
				err = custody.QueueMails(tx, []store.Mail{m})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		k.T.Fatal(err)
	}
}

func (k *keyed) notice() letter.Order {
	return letter.Order{Template: letter.ToMember, Lang: "nl", To: k.me.Email, Number: "KB-7Q4M-9X", At: k.Clock.Now()}
}

// toMembers are the mails that a member gets. Those that stay as they are say that the
// key itself changed, or lead back somebody who lost what they had.
func toMembers() []letter.Template {
	return []letter.Template{
		letter.ToMember, letter.AskMember, letter.DeadlineNear, letter.DeadlinePassed, letter.AskSignature, letter.RecoveryUsed, letter.CredentialNotice,
	}
}

func TestEveryMailToAMemberWithAKeyIsEncryptedAndNamesNothingOutside(t *testing.T) {
	k := newKeyed(t, 0)
	answers, canaries := hostile()
	r := k.Complain("nl", answers, nil)
	k.DeliverMail()
	known := len(k.Box.Mails())
	var orders []letter.Order
	for _, o := range everyOrder(k.Clock.Now(), string(r.Number)) {
		if slices.Contains(toMembers(), o.Template) {
			orders = append(orders, o)
		}
	}
	k.queue(orders...)
	for range 5 {
		k.DeliverMail()
	}
	mails := k.Box.Mails()
	mails = mails[:len(mails)-known]
	if len(mails) != len(orders) || len(orders) != 4*len(toMembers()) {
		t.Fatalf("%d mails, want %d", len(mails), len(orders))
	}
	about := append(tells(k.Instance), canaries...)
	for _, m := range mails {
		raw, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		onlyOurHeaders(t, string(raw))
		outer, inside := read(t, raw), k.key.Open(raw)
		inner := read(t, []byte(inside))
		if shown := subject(t, outer); shown != k.Words.Text(lookup(m.Lang), "mail.encrypted.subject", nil) || shown == subject(t, inner) {
			t.Errorf("outside the subject is %q, inside %q", shown, subject(t, inner))
		}
		for _, name := range []string{"From", "To", "Date", "Message-Id", "Auto-Submitted"} {
			if outer.Header.Get(name) == "" || outer.Header.Get(name) != inner.Header.Get(name) {
				t.Errorf("%s is %q outside and %q inside", name, outer.Header.Get(name), inner.Header.Get(name))
			}
		}
		if _, params, err := mime.ParseMediaType(inner.Header.Get("Content-Type")); err != nil || params["hp"] != "cipher" || params["boundary"] == "" {
			t.Errorf("content type inside %q, %v", inner.Header.Get("Content-Type"), err)
		}
		if !slices.ContainsFunc(inner.Header["Hp-Outer"], func(v string) bool { return strings.HasPrefix(v, "Subject: ") }) {
			t.Errorf("nothing says which subject strangers see: %q", inner.Header["Hp-Outer"])
		}
		if bytes.Contains(raw, []byte(r.Number)) || m.Text != "" {
			t.Error("a mail tells its number outside")
		}
		for _, word := range about {
			if holds(subject(t, inner), word) || slices.Contains(canaries, word) && strings.Contains(strings.ToLower(inside), word) {
				t.Errorf("inside stands %q", word)
			}
		}
	}
}

func lookup(l string) lang.Lang {
	out, _ := lang.Parse(l)
	return out
}

func read(t *testing.T, raw []byte) *mail.Message {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func subject(t *testing.T, m *mail.Message) string {
	t.Helper()
	s, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatSaysThatAKeyChangedOrLeadsBackStaysReadable(t *testing.T) {
	k := newKeyed(t, 0)
	now := k.Clock.Now()
	k.queue(
		letter.Order{Template: letter.CredentialNotice, Lang: "nl", To: k.me.Email, Credential: letter.OpenPGPSet, At: now},
		letter.Order{Template: letter.CredentialNotice, Lang: "nl", To: k.me.Email, Credential: letter.OpenPGPRemoved, At: now},
		letter.Order{Template: letter.Reset, Lang: "nl", To: k.me.Email, Link: "/desk/somewhere", Until: now},
	)
	k.DeliverMail()
	for _, m := range k.Box.Mails()[:3] {
		if m.Encrypted != nil || m.Text == "" {
			t.Errorf("%q is encrypted", m.Subject)
		}
	}
}

// A complainant may well be a member elsewhere: only what goes to a member as such is
// encrypted to their key.
func TestAMailToAComplainantIsNotEncryptedToTheKeyOfAMember(t *testing.T) {
	k := newKeyed(t, 0)
	k.Complain("nl", apptest.With(apptest.StrictAnswers("theft"), "email", k.me.Email), nil)
	k.DeliverMail()
	if m := k.Box.Mails()[0]; m.To != k.me.Email || m.Encrypted != nil {
		t.Errorf("to %s, encrypted %v", m.To, m.Encrypted != nil)
	}
}

func TestAnEncryptedMailIsTriedAgainWithTheSameBytes(t *testing.T) {
	s := &scripted{}
	k := newKeyed(t, 0, with(s))
	s.sent, s.answers = nil, []error{errors.New("busy"), errors.New("busy"), errors.New("busy"), nil}
	k.queue(k.notice())
	attempt := func() []byte {
		k.DeliverMail()
		k.Clock.Add(10 * time.Minute)
		raw, err := s.sent[len(s.sent)-1].Encode()
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	first, second := attempt(), attempt()
	if len(s.sent) != 2 || !bytes.Equal(first, second) {
		t.Errorf("%d attempts, and they differ", len(s.sent))
	}
	key := apptest.NewOpenPGP(t, k.Clock.Now(), 0)
	k.SetOpenPGP(k.me, key.Public())
	s.sent = slices.DeleteFunc(s.sent, func(letter.Mail) bool { return true })
	k.DeliverMail()
	for _, m := range s.sent {
		if m.Encrypted == nil {
			continue
		}
		raw, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(key.Open(raw), "KB-7Q4M-9X") {
			t.Error("the key that the member has now does not open it")
		}
		return
	}
	t.Error("no encrypted mail left")
}

func TestAfterItsEndOrWhenSwappedAKeyIsNotUsed(t *testing.T) {
	const life = 40 * 24 * time.Hour
	newest := func(k *keyed) letter.Mail {
		k.queue(k.notice())
		k.DeliverMail()
		return k.Box.Mails()[0]
	}
	k := newKeyed(t, life)
	if m := newest(k); m.Encrypted == nil {
		t.Fatal("not encrypted")
	}
	k.Clock.Add(life)
	if m := newest(k); m.Encrypted != nil || !strings.Contains(m.Text, "KB-7Q4M-9X") {
		t.Error("after its end the key is used, or the mail tells nothing")
	}
	k, other := newKeyed(t, 0), apptest.NewOpenPGP(t, apptest.Start, 0)
	err := k.Store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec("UPDATE openpgp_key SET public_key = $1", []byte(other.Public()))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if m := newest(k); m.Encrypted != nil {
		t.Error("a key is used that nobody set")
	}
}

// abroad sends what goes to the test's mail server, and keeps what goes elsewhere.
type abroad struct {
	here  *post.Sink
	there *post.SMTP
}

func (a abroad) Send(ctx context.Context, m letter.Mail) error {
	if strings.HasSuffix(m.To, "@example.test") {
		return a.there.Send(ctx, m)
	}
	return a.here.Send(ctx, m)
}

// The whole way: encrypted, then signed, then sent.
func TestAnEncryptedMailArrivesThroughPostfix(t *testing.T) {
	d := bothKeys(t)
	transport, err := post.NewSMTP(post.SMTPSettings{
		Server: needs(t, "KLANKBORD_TEST_SMTP"), Security: "starttls", CAFile: needs(t, "KLANKBORD_TEST_SMTP_CA"), HelloName: "desk.example", Sign: d,
	})
	if err != nil {
		t.Fatal(err)
	}
	k := newKeyed(t, 0, func(_ *config.Config, o *app.Options) { o.Transport = abroad{&post.Sink{}, transport} })
	o := k.notice()
	o.To = "lid-" + ident.New()[:8] + "@example.test"
	k.queue(o)
	k.DeliverMail()
	raw := strings.ReplaceAll(arrived(t, o.To), "\n", "\r\n")
	if n := verified(t, d, []byte(raw)); n != 2 {
		t.Errorf("%d signatures hold", n)
	}
	if strings.Contains(raw, "KB-7Q4M-9X") || !strings.Contains(k.key.Open([]byte(raw)), "Subject: Nieuw bericht in KB-7Q4M-9X") {
		t.Error("the number stands outside, or not inside")
	}
}
