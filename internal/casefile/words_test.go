package casefile_test

import (
	"slices"
	"testing"

	"klankbord/internal/casefile"
	"klankbord/internal/lang"
)

func TestEveryNameThatAPersonMeetsHasWords(t *testing.T) {
	c := lang.New()
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
	for _, g := range casefile.Guards() {
		keys = append(keys, "error.guard."+string(g))
	}
	for _, p := range casefile.Parts() {
		keys = append(keys, "work.part."+string(p))
	}
	for _, b := range casefile.Bodies() {
		keys = append(keys, "work.body."+b)
	}
	for _, f := range casefile.Sheets() {
		keys = append(keys, wordsOf(f)...)
	}
	for _, k := range keys {
		for _, l := range lang.All() {
			if err := c.Check(l, k, nil); err != nil {
				t.Error(err)
			}
		}
	}
}

// wordsOf lists the texts that the page of a sheet shows.
func wordsOf(f casefile.Form) []string {
	sheet := string(f.Sheet)
	keys := []string{"work.sheet." + sheet, "work.lead." + sheet, "work.help." + sheet}
	if f.Many {
		keys = append(keys, "work.add."+sheet)
	}
	for _, x := range f.Fields {
		keys = append(keys, "work.field."+sheet+"."+x.ID)
		for _, o := range x.Options {
			if shared(x, o) == "" {
				keys = append(keys, "work.option."+sheet+"."+x.ID+"."+o)
			} else {
				keys = append(keys, shared(x, o))
			}
		}
	}
	return keys
}

// shared is where the words of an option stand that several sheets use.
func shared(x casefile.Field, o string) string {
	switch {
	case slices.Equal(x.Options, casefile.Bodies()):
		return "work.body." + o
	case slices.Equal(x.Options, []string{"yes", "no"}):
		return "common." + o
	case casefile.Outcome(o).Known():
		return "common.outcome." + o
	default:
		return ""
	}
}
