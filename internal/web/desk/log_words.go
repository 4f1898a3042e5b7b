package desk

import (
	"net/http"
	"slices"
	"strings"

	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/custody"
	"klankbord/internal/seal"
	"klankbord/internal/setup"
	"klankbord/internal/staff"
	"klankbord/internal/web/ui"
)

// lineText says what a line of the log tells, with what it is about.
func (d *desk) lineText(r *http.Request, line casework.LogLine) string {
	if line.Erased {
		return d.text(r, "desk.log.erased")
	}
	kind := line.Kind
	if !slices.Contains(audit.Kinds(), kind) {
		kind = "other"
	}
	what := d.text(r, "desk.log.kind-"+string(kind))
	if about := d.lineAbout(r, line); about != "" {
		return what + ": " + about
	}
	return what
}

// lineAbout is empty where the kind of a line says everything.
func (d *desk) lineAbout(r *http.Request, line casework.LogLine) string {
	switch {
	case line.Kind == audit.StateChanged && slices.Contains(casefile.States(), casefile.State(line.Detail["to"])):
		return d.text(r, "common.state."+line.Detail["to"])
	case line.Kind == audit.GrantMade:
		return strings.Join(append(line.To, d.otherKeys(r, line)...), ", ")
	case line.Kind == audit.EntryAdded && line.Detail["kind"] == string(casefile.EntryNote):
		return d.text(r, "common.entry.note")
	case line.Kind == audit.FileRead && line.Detail["scan"] == string(casefile.ScanFound):
		return d.text(r, "file.log-risk")
	case line.Kind == audit.FileRead && line.Detail["as"] == "original":
		return d.text(r, "file.log-original")
	case slices.Contains(directoryKinds(), line.Kind) && line.Detail["type"] == string(staff.Routing):
		return d.text(r, "desk.change.title-routing")
	case line.Kind == audit.DirectoryEvent && line.Detail["type"] == string(staff.Open):
		return d.text(r, "desk.change.title-open")
	case line.Kind == audit.SetupConfirmed && slices.Contains(setup.Steps(), setup.Step(line.Object)):
		return d.text(r, "setup.step-"+line.Object)
	case line.Kind == audit.Receipt:
		return line.Object
	case line.Kind == audit.Assigned && line.Object == "":
		return d.text(r, "desk.nobody")
	default:
		return line.Person
	}
}

// directoryKinds are the lines about changes of the directory.
func directoryKinds() []audit.Kind {
	return []audit.Kind{audit.ChangeAsked, audit.ChangeSigned, audit.ChangeDropped, audit.DirectoryEvent}
}

// otherKeys are those who are no members and were given keys.
func (d *desk) otherKeys(r *http.Request, line casework.LogLine) (list []string) {
	has := func(kind seal.RecipientKind) bool {
		for to := range line.Detail {
			if strings.HasPrefix(to, string(kind)+"/") {
				return true
			}
		}
		return false
	}
	if has(seal.RecipientCode) {
		list = append(list, d.text(r, "desk.log.actor-complainant"))
	}
	if has(seal.RecipientRecovery) {
		list = append(list, d.text(r, "desk.log.recovery"))
	}
	return list
}

// lineActor says who did it.
func (d *desk) lineActor(r *http.Request, line casework.LogLine) string {
	if line.Name != "" || line.Erased || line.Actor == "" {
		return line.Name
	}
	return d.text(r, "desk.log.actor-"+string(line.Actor))
}

// logAlarms are what everyone on the desk must know of the log beside what stops
// grants and closings.
func (d *desk) logAlarms(r *http.Request, s custody.Standing) (list []ui.Warning) {
	add := func(key string) {
		list = append(list, ui.Warning{Title: d.text(r, "desk.log-alarm.title"), Text: d.text(r, "desk.log-alarm."+key), Tone: ui.Bad})
	}
	if s.Trouble == custody.TroubleAlien {
		add("alien")
	}
	if s.Trouble == "" && s.Stuck(d.Clock.Now()) {
		add("stuck")
	}
	if !s.Checked.IsZero() && !s.Sound {
		add("unsound")
	}
	return list
}
