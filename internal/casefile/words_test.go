package casefile_test

import (
	"testing"

	"klankbord/internal/casefile"
	"klankbord/internal/lang"
)

func TestEveryNameThatAPersonMeetsHasWords(t *testing.T) {
	c, err := lang.New()
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, s := range casefile.States() {
		keys = append(keys, "common.state."+string(s))
	}
	for _, s := range casefile.Stages() {
		keys = append(keys, "common.stage."+string(s), "common.stage-hint."+string(s))
	}
	for _, o := range casefile.Outcomes() {
		keys = append(keys, "common.outcome."+string(o))
	}
	for _, k := range casefile.EntryKinds() {
		keys = append(keys, "common.entry."+string(k))
	}
	for _, ch := range casefile.Channels() {
		keys = append(keys, "common.channel."+string(ch))
	}
	for _, r := range routes() {
		keys = append(keys, "common.route."+string(r))
	}
	for _, team := range []casefile.Team{casefile.SupportersService, casefile.ComplaintsTeam, casefile.Alternative} {
		keys = append(keys, "common.team."+string(team))
	}
	for _, g := range []casefile.Guard{
		casefile.GuardNoSuchMove, casefile.GuardAcknowledgement, casefile.GuardOutcome,
		casefile.GuardFeedback, casefile.GuardLegalHold, casefile.GuardSpam,
	} {
		keys = append(keys, "error.guard."+string(g))
	}
	for _, k := range keys {
		for _, l := range lang.All() {
			if err := c.Check(l, k, nil); err != nil {
				t.Error(err)
			}
		}
	}
}
