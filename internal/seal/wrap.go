package seal

import (
	"crypto/hpke"
	"fmt"
)

// Construction 1, wrap: HPKE (RFC 9180 5.1.1, base mode) to one public key. info
// holds label, suite and instance; the associated data context, recipient kind,
// id and key fingerprint. The one-shot form of crypto/hpke takes no associated
// data, hence the sender form.
//
//	box = version, suite, encapsulated key (1,120), AES-256-GCM(plain)
const (
	wrapLabel  = "klankbord/wrap/1"
	wrapHeader = 2
	encSize    = 1120
)

func wrapInfo(instance string) []byte {
	return frame(wrapLabel, string([]byte{suiteHPKE}), instance)
}

// wrapAAD binds a wrap to its context and to the one who may open it.
func wrapAAD(c Context, kind RecipientKind, id, fingerprint string) []byte {
	return frame(string(c.Encode()), string(kind), id, fingerprint)
}

func wrap(to Recipient, c Context, id string, plain []byte) (Box, error) {
	if to.pub == nil {
		return nil, ErrRecipient
	}
	enc, sender, err := hpke.NewSender(to.pub, hpke.HKDFSHA256(), hpke.AES256GCM(), wrapInfo(c.Instance))
	if err != nil {
		return nil, fmt.Errorf("wrap to %s: %w", to.kind, err)
	}
	ct, err := sender.Seal(wrapAAD(c, to.kind, id, to.fingerprint), plain)
	if err != nil {
		return nil, fmt.Errorf("wrap to %s: %w", to.kind, err)
	}
	box := make(Box, 0, wrapHeader+len(enc)+len(ct))
	box = append(box, version, suiteHPKE)
	box = append(box, enc...)
	return append(box, ct...), nil
}

func unwrap(k *kemKey, c Context, kind RecipientKind, id string, b Box) ([]byte, error) {
	if len(b) < wrapHeader+encSize+gcmTag || b[0] != version || b[1] != suiteHPKE {
		return nil, ErrOpen
	}
	k.load()
	enc, ct := b[wrapHeader:wrapHeader+encSize], b[wrapHeader+encSize:]
	r, err := hpke.NewRecipient(enc, k.priv, hpke.HKDFSHA256(), hpke.AES256GCM(), wrapInfo(c.Instance))
	if err != nil {
		return nil, ErrOpen
	}
	plain, err := r.Open(wrapAAD(c, kind, id, k.fingerprint), ct)
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}
