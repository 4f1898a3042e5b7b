package app

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/note"

	"klankbord/internal/audit"
	"klankbord/internal/custody"
)

// logKeys are what signs the log of an instance, and what checks it.
type logKeys struct {
	signer   note.Signer
	verifier note.Verifier
	text     string // the public key, as it is handed out
}

func newLogKeys(keys keyFiles, instance string) (k logKeys, err error) {
	private := keys.Instance.CheckpointKey()
	if k.signer, err = audit.NewSigner(instance, private); err != nil {
		return k, err
	}
	public, ok := private.Public().(ed25519.PublicKey)
	if !ok {
		return k, errors.New("checkpoint key is not Ed25519")
	}
	if k.text, err = audit.VerifierKey(instance, public); err != nil {
		return k, err
	}
	k.verifier, err = LogVerifier(k.text)
	return k, err
}

// wireLog makes what sequences, sends, checks and oversees the log.
func (a *App) wireLog(ctx context.Context, keys keyFiles, mails custody.Sealer) error {
	k, err := newLogKeys(keys, a.Instance)
	if err != nil {
		return err
	}
	head := &custody.LogHead{Outside: a.outside, Instance: a.Instance, Verifier: k.verifier, Now: a.clock.Now}
	_, former, err := formerOf(keys.Instance, a.Instance)
	if err != nil {
		return err
	}
	if err := head.Adopt(ctx, a.Store, former); err != nil && custody.TroubleOf(err) == "" {
		return err // a trouble is told by the log itself
	}
	a.Custody.WatchLog(head)
	holds := custody.LeafHolds(a.Instance, keys.Instance.Stamper())
	a.Work.Sequencer = &custody.Sequencer{Store: a.Store, Origin: audit.Origin(a.Instance), Signer: k.signer, Head: head, Holds: holds,
		Refuse: func(ctx context.Context) { a.Custody.Raise(ctx, custody.AlarmLog) }}
	a.Work.Witnesses = &custody.Witnesses{
		Store: a.Store, Head: head, Verifier: k.verifier, Key: k.text, Instance: a.Instance, Mails: mails,
		Every: a.Config.WitnessEvery, Language: a.Config.WitnessLanguage,
		More: func() []string { return a.Current().Settings.Witnesses },
	}
	for _, address := range a.Config.Witness {
		a.Work.Witnesses.List = append(a.Work.Witnesses.List, custody.NewWitness(address))
	}
	a.Work.Checker = &custody.Checker{Store: a.Store, Head: head, Examination: &custody.Examination{
		Verifier: k.verifier, Anchor: a.signer.Public(), Custody: a.Custody, Blobs: a.Blobs,
	}}
	a.Oversight = &custody.Oversight{Store: a.Store, Head: head, Witnesses: a.Work.Witnesses, Holds: holds, Verifier: k.verifier, Key: k.text}
	return nil
}

// examineLog tells how the log stands.
func (a *App) examineLog(ctx context.Context) ([]Finding, error) {
	s, err := a.Oversight.Standing(ctx)
	if err != nil {
		return nil, err
	}
	list := []Finding{a.examineHead(s)}
	if s.Stuck(a.clock.Now()) {
		list = append(list, Finding{true, "lines of the log wait for their position since " + s.Waiting.Format(time.RFC3339), "start the instance; if it runs, look into its log"})
	}
	if !s.Checked.IsZero() {
		list = append(list, Finding{!s.Sound, "the whole log was checked on " + s.Checked.Format(time.DateOnly), "run klankbord log verify: it names what differs"})
	}
	if len(s.Witnesses) == 0 {
		return append(list, Finding{true, "nobody outside holds a checkpoint of the log", "set witness to addresses that this organisation does not control"}), nil
	}
	for _, w := range s.Witnesses {
		what := "witness " + w.Address + " got a checkpoint of " + strconv.FormatInt(w.Size, 10) + " lines on " + w.Sent.Format(time.DateOnly)
		if w.Size == 0 {
			what = "witness " + w.Address + " has got no checkpoint yet"
		}
		list = append(list, Finding{w.Behind || w.State == "dead", what, "ask the witness whether the mail arrives, and look at the mail server's answers"})
	}
	return list, nil
}

func (a *App) examineHead(s custody.Standing) Finding {
	switch s.Trouble {
	case custody.TroubleOlder:
		return Finding{true, "the log in the database is older than the one that was seen; nothing of it is signed", doRestore}
	case custody.TroubleForked:
		return Finding{true, "the log in the database differs from the one that was seen; nothing of it is signed", doRestore}
	case custody.TroubleLost:
		return Finding{true, "the last seen head of the log is gone from the state folder; nothing is signed", "put the file heads back from a copy of the state folder; if it was lost: klankbord restore --accept --reason \"…\""}
	case custody.TroubleAlien:
		return Finding{true, "somebody else wrote lines into the log; they get no position", "run klankbord log verify: it names them"}
	default:
		return Finding{What: fmt.Sprintf("the log continues the last seen head: %d lines are signed", s.Size)}
	}
}
