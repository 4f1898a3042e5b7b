package app_test

import (
	"errors"
	"testing"

	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/config"
	"klankbord/internal/setup"
)

// What an init left that was cut off is made anew, but never over what people wrote.
func TestInitThatWasCutOffIsDoneAgainOnlyWhereNobodyIs(t *testing.T) {
	i, team := apptest.Staffed(t) // nothing was shown, so that the mark of the init still lies there
	again := func() error {
		_, err := app.Found(t.Context(), config.Config{State: i.State}, "wwf-belgium", app.First("An", "an@desk.example", "nl"), setup.Keeping{}, i.Clock)
		return err
	}
	n := i.Complain("nl", apptest.StrictAnswers("theft"), nil).Number
	if err := again(); !errors.Is(err, setup.ErrFounded) {
		t.Errorf("founded over a complaint: %v", err)
	}
	i.Case(team.HR, n)
}
