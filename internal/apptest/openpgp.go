package apptest

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"klankbord/internal/signin"
)

// OpenPGP is both halves of somebody's key.
type OpenPGP struct {
	t      testing.TB
	entity *pgp.Entity
}

// NewOpenPGP makes a key, as a mail program would, a day before a time. A life of nought
// has no end.
func NewOpenPGP(t testing.TB, now time.Time, life time.Duration) *OpenPGP {
	t.Helper()
	c := &packet.Config{
		Algorithm: packet.PubKeyAlgoEdDSA, KeyLifetimeSecs: uint32(life / time.Second),
		Time: func() time.Time { return now.AddDate(0, 0, -1) },
	}
	e, err := pgp.NewEntity("Somebody", "", "somebody@desk.example", c)
	if err != nil {
		t.Fatal(err)
	}
	return &OpenPGP{t, e}
}

// Public is the half to give away, armoured.
func (k *OpenPGP) Public() string { return k.written(pgp.PublicKeyType, k.entity.Serialize) }

// Private is the other half, armoured.
func (k *OpenPGP) Private() string {
	return k.written(pgp.PrivateKeyType, func(w io.Writer) error { return k.entity.SerializePrivateWithoutSigning(w, nil) })
}

func (k *OpenPGP) written(kind string, write func(io.Writer) error) string {
	k.t.Helper()
	var b bytes.Buffer
	w, err := armor.Encode(&b, kind, nil)
	if err == nil {
		err = write(w)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		k.t.Fatal(err)
	}
	return b.String()
}

// Open decrypts a mail as a mail program does, and returns the mail within. RFC 3156 4.
func (k *OpenPGP) Open(raw []byte) string {
	k.t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		k.t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/encrypted" || params["protocol"] != "application/pgp-encrypted" {
		k.t.Fatalf("content type %q: %v", m.Header.Get("Content-Type"), err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	var bodies []string
	for _, want := range []string{"application/pgp-encrypted", "application/octet-stream"} {
		p, err := parts.NextRawPart()
		if err != nil {
			k.t.Fatal(err)
		}
		b, err := io.ReadAll(p)
		if err != nil || !strings.HasPrefix(p.Header.Get("Content-Type"), want) {
			k.t.Fatalf("part %q, %v", p.Header.Get("Content-Type"), err)
		}
		bodies = append(bodies, string(b))
	}
	if _, err := parts.NextRawPart(); strings.TrimSpace(bodies[0]) != "Version: 1" || err == nil {
		k.t.Fatalf("first part %q", bodies[0])
	}
	block, err := armor.Decode(strings.NewReader(bodies[1]))
	if err != nil {
		k.t.Fatal(err)
	}
	read, err := pgp.ReadMessage(block.Body, pgp.EntityList{k.entity}, nil, &packet.Config{Time: func() time.Time { return k.entity.PrimaryKey.CreationTime.Add(time.Hour) }})
	if err != nil {
		k.t.Fatal(err)
	}
	text, err := io.ReadAll(read.UnverifiedBody)
	if err != nil {
		k.t.Fatal(err)
	}
	return string(text)
}

// SetOpenPGP has a member set a key, as from their profile page.
func (i *Instance) SetOpenPGP(e Enrolled, public string) {
	i.T.Helper()
	tok, err := i.SignIn.OpenAct(i.T.Context(), e.Actor, signin.ForOpenPGP, signin.Anew{Password: Password, Code: i.Digits(e)})
	if err == nil {
		err = i.SignIn.SetOpenPGP(i.T.Context(), e.Actor, tok, []byte(public))
	}
	if err != nil {
		i.T.Fatal(err)
	}
}
