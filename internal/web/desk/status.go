package desk

import (
	"net/http"
	"time"

	"klankbord/internal/casework"
	"klankbord/internal/custody"
	"klankbord/internal/lang"
	"klankbord/internal/web/ui"
)

// boxOld is how long a mailbox may be left unread before it is told.
const boxOld = time.Hour

// statusPage says how the desk runs.
type statusPage struct {
	State ui.Notice
	Parts []healthPart
}

// statusShow tells a member how the desk runs, and whom to ask where it does not.
func (d *desk) statusShow(w http.ResponseWriter, r *http.Request) error {
	s, err := d.Casework.Status(r.Context(), actor(r))
	if err != nil {
		return err
	}
	drill, err := d.statusDrill(r)
	if err != nil {
		return err
	}
	data := statusPage{Parts: []healthPart{
		{ID: "mail", Title: d.text(r, "status.mail"), Lines: append([]healthLine{d.statusOut(r, s)}, d.statusIn(r, s)...)},
		{ID: "kept", Title: d.text(r, "status.kept"), Lines: []healthLine{d.statusCopies(r, s), d.statusRoom(r, s)}},
		{ID: "log", Title: d.text(r, "status.journal"), Lines: append([]healthLine{d.statusLog(r, s), d.statusCheck(r, s)}, d.statusWitnesses(r, s)...)},
		{ID: "time", Title: d.text(r, "status.time"), Lines: []healthLine{d.statusLate(r, s), d.statusClock(r, s), drill}},
		{ID: "program", Title: d.text(r, "status.program"), Lines: []healthLine{d.statusVersion(r, s)}},
	}}
	data.State = d.healthState(r, data.Parts)
	return d.Renderer.Render(w, r, http.StatusOK, "desk/status", page(d, r, d.text(r, "status.title"), data))
}

// stat is a line of this page, in the words of this page.
func (d *desk) stat(r *http.Request, what string, tone ui.Tone, text string) healthLine {
	l := d.healthLine(r, "alarms", tone, text) // for its tag
	l.What = d.text(r, "status.line."+what)
	return l
}

func (d *desk) when(r *http.Request, at time.Time) string {
	return lang.DateTime(lang.Lang(d.Renderer.Lang(r)), at)
}

func (d *desk) statusOut(r *http.Request, s *casework.Status) healthLine {
	switch {
	case !s.MailOut:
		return d.stat(r, "out", ui.Bad, d.text(r, "status.out-server"))
	case s.GivenUp > 0:
		return d.stat(r, "out", ui.Warn, d.Words.Plural(d.Renderer.Lang(r), "status.out-dead", s.GivenUp, nil)).leads("/desk/outbox", d.text(r, "outbox.title"))
	default:
		return d.stat(r, "out", ui.Good, d.text(r, "status.out-good")).leads("/desk/outbox", d.text(r, "outbox.title"))
	}
}

func (d *desk) statusIn(r *http.Request, s *casework.Status) (list []healthLine) {
	lines, err := d.mailboxLines(r)
	if len(s.Boxes) == 0 || err != nil || len(lines) != len(s.Boxes) {
		return []healthLine{d.stat(r, "in", ui.Info, d.text(r, "status.in-none"))}
	}
	for i, box := range s.Boxes {
		line := d.stat(r, "in", ui.Good, lines[i].Text)
		for _, more := range []string{lines[i].Trouble, lines[i].Stuck} {
			if more != "" {
				line = d.stat(r, "in", ui.Warn, line.Text+" "+more)
			}
		}
		if box.Trouble == "" && s.Now.Sub(box.Looked) > boxOld {
			line = d.stat(r, "in", ui.Warn, line.Text+" "+d.text(r, "status.in-old"))
		}
		list = append(list, line.leads("/desk/mail", d.text(r, "mailin.title")))
	}
	return list
}

func (d *desk) statusCopies(r *http.Request, s *casework.Status) healthLine {
	k := s.Copies
	switch {
	case !k.Made:
		return d.stat(r, "copies", ui.Warn, d.text(r, "status.copies-none"))
	case k.Trouble:
		return d.stat(r, "copies", ui.Bad, d.text(r, "status.copies-trouble"))
	case k.Newest.IsZero():
		return d.stat(r, "copies", ui.Warn, d.text(r, "status.copies-never"))
	case k.Late(s.Now):
		return d.stat(r, "copies", ui.Bad, d.text(r, "status.copies-late", "when", d.when(r, k.Newest), "due", d.when(r, k.Due)))
	default:
		return d.stat(r, "copies", ui.Good, d.text(r, "status.copies-good", "when", d.when(r, k.Newest), "due", d.when(r, k.Due)))
	}
}

func (d *desk) statusRoom(r *http.Request, s *casework.Status) healthLine {
	const gb, mb = 1_000_000_000, 1_000_000
	l := lang.Lang(d.Renderer.Lang(r))
	size := d.text(r, "status.gb", "n", lang.Number(l, s.Free/gb))
	if s.Free < 10*gb {
		size = d.text(r, "status.mb", "n", lang.Number(l, s.Free/mb))
	}
	switch {
	case !s.FreeKnown:
		return d.stat(r, "room", ui.Info, d.text(r, "status.room-unknown"))
	case s.Free <= s.Reserve:
		return d.stat(r, "room", ui.Bad, d.text(r, "status.room-full", "size", size))
	case s.Free <= 4*s.Reserve:
		return d.stat(r, "room", ui.Warn, d.text(r, "status.room-low", "size", size))
	default:
		return d.stat(r, "room", ui.Good, d.text(r, "status.room-good", "size", size))
	}
}

func (d *desk) statusLog(r *http.Request, s *casework.Status) healthLine {
	switch {
	case s.Log.Trouble != "":
		return d.stat(r, "log", ui.Bad, d.text(r, "status.log-trouble"))
	case s.Log.Stuck(s.Now):
		return d.stat(r, "log", ui.Bad, d.text(r, "status.log-stuck", "when", d.when(r, s.Log.Waiting)))
	default:
		return d.stat(r, "log", ui.Good, d.text(r, "status.log-good"))
	}
}

func (d *desk) statusCheck(r *http.Request, s *casework.Status) healthLine {
	switch {
	case s.Log.Checked.IsZero():
		return d.stat(r, "check", ui.Info, d.text(r, "status.check-never"))
	case !s.Log.Sound:
		return d.stat(r, "check", ui.Bad, d.text(r, "status.check-bad", "when", d.when(r, s.Log.Checked)))
	default:
		return d.stat(r, "check", ui.Good, d.text(r, "status.check-good", "when", d.when(r, s.Log.Checked)))
	}
}

func (d *desk) statusWitnesses(r *http.Request, s *casework.Status) (list []healthLine) {
	if len(s.Log.Witnesses) == 0 {
		return []healthLine{d.stat(r, "witness", ui.Warn, d.text(r, "desk.log.witness-none"))}
	}
	for _, w := range s.Log.Witnesses {
		list = append(list, d.statusWitness(r, w))
	}
	return list
}

func (d *desk) statusWitness(r *http.Request, w custody.WitnessStanding) healthLine {
	tone, key := ui.Good, "status.witness-got"
	switch {
	case w.Behind:
		tone, key = ui.Warn, "desk.log.witness-behind"
	case w.State == "dead":
		tone, key = ui.Warn, "desk.log.witness-dead"
	case w.Size == 0:
		tone, key = ui.Info, "desk.log.witness-waits"
	}
	return d.stat(r, "witness", tone, d.text(r, key, "address", w.Address, "when", d.when(r, w.Sent)))
}

func (d *desk) statusLate(r *http.Request, s *casework.Status) healthLine {
	if s.Late {
		return d.stat(r, "late", ui.Warn, d.text(r, "status.late-some"))
	}
	return d.stat(r, "late", ui.Good, d.text(r, "status.late-none"))
}

func (d *desk) statusClock(r *http.Request, s *casework.Status) healthLine {
	if s.ClockBack {
		return d.stat(r, "clock", ui.Bad, d.text(r, "status.clock-back", "when", d.when(r, s.Now), "signed", d.when(r, s.Log.Signed)))
	}
	return d.stat(r, "clock", ui.Info, d.text(r, "status.clock", "when", d.when(r, s.Now)))
}

func (d *desk) statusDrill(r *http.Request) (healthLine, error) {
	v, err := d.Setup.DrillAsk(r.Context(), actor(r))
	if err != nil {
		return healthLine{}, err
	}
	line := d.stat(r, "drill", ui.Good, d.text(r, "check.drill-good", "due", d.date(r, v.Due)))
	if v.Overdue {
		line = d.stat(r, "drill", ui.Warn, d.text(r, "drill.notice-due", "due", d.date(r, v.Due)))
	}
	return line.leads("/desk/drill", d.text(r, "drill.link")), nil
}

func (d *desk) statusVersion(r *http.Request, s *casework.Status) healthLine {
	if s.Version == "unknown" {
		return d.stat(r, "version", ui.Info, d.text(r, "status.version-unknown"))
	}
	return d.stat(r, "version", ui.Info, d.text(r, "status.version", "version", s.Version))
}
