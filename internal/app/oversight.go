package app

import (
	"crypto/ed25519"
	"errors"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"

	"klankbord/internal/audit"
	"klankbord/internal/custody"
)

// headPath is where the last seen head of the log lies, outside the database and its
// backup.
func headPath(state string) string { return filepath.Join(state, "log-head") }

// logKeys are what signs the log of an instance, and what checks it.
type logKeys struct {
	signer   note.Signer
	verifier note.Verifier
	text     string // the public key, as it is handed out
	head     *custody.HeadFile
}

func newLogKeys(keys keyFiles, instance, state string) (k logKeys, err error) {
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
	if k.verifier, err = LogVerifier(k.text); err != nil {
		return k, err
	}
	k.head, err = custody.OpenHeadFile(headPath(state), k.verifier)
	return k, err
}

// wireLog makes what sequences, sends, checks and oversees the log.
func (a *App) wireLog(keys keyFiles, mails custody.Sealer) error {
	k, err := newLogKeys(keys, a.Instance, a.Config.State)
	if err != nil {
		return err
	}
	holds := custody.LeafHolds(a.Instance, keys.Instance.Stamper())
	a.Work.Sequencer = &custody.Sequencer{Store: a.Store, Origin: audit.Origin(a.Instance), Signer: k.signer, Head: k.head, Holds: holds}
	a.Work.Witnesses = &custody.Witnesses{
		Store: a.Store, Head: k.head, Verifier: k.verifier, Key: k.text, Instance: a.Instance, Mails: mails,
		Every: a.Config.WitnessEvery, Language: a.Config.WitnessLanguage,
	}
	for _, address := range a.Config.Witness {
		a.Work.Witnesses.List = append(a.Work.Witnesses.List, custody.NewWitness(address))
	}
	a.Work.Checker = &custody.Checker{Store: a.Store, Head: k.head, Examination: &custody.Examination{
		Verifier: k.verifier, Anchor: a.signer.Public(), Custody: a.Custody, Blobs: a.Blobs,
	}}
	a.Oversight = &custody.Oversight{Store: a.Store, Head: k.head, Witnesses: a.Work.Witnesses, Holds: holds, Verifier: k.verifier, Key: k.text}
	return nil
}
