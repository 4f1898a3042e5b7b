package casework_test

import (
	"errors"
	"testing"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/apptest"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// newKeys gives a member other keys, as after a lost password.
func newKeys(i *apptest.Instance, who access.Actor) {
	secret := seal.NewMemberSecret()
	reading := secret.Keys().Public()
	i.Change(staff.Change{
		Type: staff.Rekey, Member: who.Member, Reading: reading, Signing: secret.Signer().Public(),
		Proof: secret.Signer().Sign(staff.ProofContext(i.Instance(), who.Member), reading),
	})
	i.Clock.Add(time.Minute)
}

// approvedReturn is a case on which HR asked for a colleague's return and the
// alternative recipient agreed.
func approvedReturn(t *testing.T, i *apptest.Instance, s apptest.Staff) (n casefile.Number, request string) {
	t.Helper()
	n = i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	for _, err := range []error{
		i.AddReader(s.Manager, n, s.Alternative.Member), i.StepAside(s.Manager, n),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	request, err := i.Casework.AskReturn(t.Context(), s.HR, n, s.Manager.Member, reason)
	if err != nil {
		t.Fatal(err)
	}
	if err := i.Decide(s.Alternative, n, request, casefile.VerdictApproved); err != nil {
		t.Fatal(err)
	}
	return n, request
}

func TestWhatWasAgreedStaysAgreedAfterTheColleagueGotNewKeysOrLeft(t *testing.T) {
	for name, change := range map[string]func(*apptest.Instance, access.Actor){
		"new keys": newKeys,
		"left":     func(i *apptest.Instance, who access.Actor) { i.Revoke(who.Member) },
	} {
		t.Run(name, func(t *testing.T) {
			i, s := apptest.Staffed(t)
			n, _ := approvedReturn(t, i, s)
			if err := i.Casework.LetBackIn(t.Context(), s.HR, n, s.Manager.Member); err != nil {
				t.Fatal(err)
			}
			i.Clock.Add(time.Minute)
			change(i, s.Alternative)
			if got := asked(t, i, s.HR, n); got.State != casework.RequestUsed {
				t.Errorf("a request that was carried out is %s", got.State)
			}
			if err := i.StepAside(s.Manager, n); err != nil {
				t.Fatal(err)
			}
			if _, err := i.Casework.AskReturn(t.Context(), s.HR, n, s.Manager.Member, reason); says(err, "error.approval-pending") {
				t.Errorf("what was done once cannot be asked again: %v", err)
			}
		})
	}
}

func TestAnAgreementOfFormerKeysIsUsedNoMore(t *testing.T) {
	i, s := apptest.Staffed(t)
	n, _ := approvedReturn(t, i, s)
	i.Clock.Add(time.Minute)
	newKeys(i, s.Alternative)
	if err := i.Casework.LetBackIn(t.Context(), s.HR, n, s.Manager.Member); !errors.Is(err, casework.ErrNeedsApproval) {
		t.Errorf("with an agreement that the colleague's former keys signed: %v", err)
	}
	if got := asked(t, i, s.HR, n); got.State != casework.RequestLapsed {
		t.Errorf("the request is %s", got.State)
	}
}

// Keys that hold from the moment of the agreement do not make it one that nobody signed.
func TestAnAgreementOfTheMomentOfNewKeysIsKnownAsOne(t *testing.T) {
	i, s := apptest.Staffed(t)
	n := i.Complain("nl", apptest.Answers("communication"), nil).Number
	if err := i.StepAside(s.Service[0], n); err != nil {
		t.Fatal(err)
	}
	request, err := i.Casework.AskReturn(t.Context(), s.Service[1], n, s.Service[0].Member, reason)
	if err != nil {
		t.Fatal(err)
	}
	if err := i.Decide(s.Service[2], n, request, casefile.VerdictApproved); err != nil {
		t.Fatal(err)
	}
	newKeys(i, s.Service[2])
	if got := asked(t, i, s.Service[1], n); got.State != casework.RequestLapsed {
		t.Errorf("the request is %s", got.State)
	}
	if _, err := i.Casework.AskReturn(t.Context(), s.Service[1], n, s.Service[0].Member, reason); err != nil {
		t.Errorf("it cannot be asked again: %v", err)
	}
}
