package letter

// Credential is a fact about how a member signs in. A mail tells it with its date
// and nothing else: no address of a page, no place, no device.
type Credential string

// The facts.
const (
	PasswordChanged     Credential = "password"
	AppChanged          Credential = "app"
	AppRemoved          Credential = "app-removed"
	CodeRenewed         Credential = "recovery"
	CodeUsed            Credential = "recovery-used"
	CodeUsedByColleague Credential = "recovery-used-by-colleague"
	PasskeyAdded        Credential = "passkey-added"
	PasskeyRemoved      Credential = "passkey-removed"
	PasskeySuspect      Credential = "passkey-suspect" // it may have been copied
	AccountLinked       Credential = "account-linked"  // at the identity provider
	AccountUnlinked     Credential = "account-unlinked"
	OpenPGPSet          Credential = "openpgp" // mails to them are encrypted from then on
	OpenPGPRemoved      Credential = "openpgp-removed"
	SecondFactorRefused Credential = "second-factor-refused" // often, after the right password
)
