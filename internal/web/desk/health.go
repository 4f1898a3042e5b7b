package desk

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/web/ui"
)

// codeOld is the age at which a member is asked where their recovery code lies.
const codeOld = 365 * 24 * time.Hour

// awayLong is after how long a member is led to the page at the first list.
const awayLong = 45 * 24 * time.Hour

// healthLine is one thing that was looked at, how it stands, and what to do next.
type healthLine struct {
	What, Text string
	Tag        ui.Tag
	Numbers    []casefile.Number
	Href, Link string
}

// healthPart is the lines about one thing.
type healthPart struct {
	ID, Title string
	Lines     []healthLine
	Pages     *ui.Pages
}

type healthPage struct {
	State      ui.Notice
	Parts      []healthPart
	SinceTitle string
	Nothing    bool // nothing changed since
	Came       ui.Table
	CameMore   bool
	Closed     ui.Table
	ClosedMore bool
	People     []string
	Practice   bool // the member handles cases, and can practise
}

// healthShow tells a member whether everything still opens, and what changed.
func (d *desk) healthShow(w http.ResponseWriter, r *http.Request) error {
	a := actor(r)
	v, err := d.Casework.Health(r.Context(), a, int(integer(r.URL.Query().Get("page"))))
	if err != nil {
		return err
	}
	data := d.healthSince(r, v)
	if !v.NoCases {
		data.Parts = append(data.Parts, d.healthCases(r, v))
	}
	for _, more := range []func(*http.Request, access.Actor, *casework.Health) (healthPart, error){d.healthWays, d.healthYou, d.healthDesk} {
		p, err := more(r, a, v)
		if err != nil {
			return err
		}
		data.Parts = append(data.Parts, p)
	}
	data.State, data.Practice = d.healthState(r, data.Parts), !v.NoCases
	return d.Renderer.Render(w, r, http.StatusOK, "desk/health", page(d, r, d.text(r, "check.title"), data))
}

// healthState sums up how many lines ask for something.
func (d *desk) healthState(r *http.Request, parts []healthPart) ui.Notice {
	todo := 0
	for _, p := range parts {
		for _, l := range p.Lines {
			if l.Tag.Tone == ui.Warn || l.Tag.Tone == ui.Bad {
				todo++
			}
		}
	}
	if todo == 0 {
		return ui.Notice{Text: d.text(r, "check.all-good"), Tone: ui.Good}
	}
	return ui.Notice{Text: d.Words.Plural(d.Renderer.Lang(r), "check.todo", todo, nil), Tone: ui.Warn}
}

// line words one thing: in order, or with the words of what to do.
func (d *desk) healthLine(r *http.Request, what string, tone ui.Tone, text string) healthLine {
	tag := map[ui.Tone]string{ui.Good: "check.tag-good", ui.Warn: "check.tag-todo", ui.Bad: "check.tag-wrong", ui.Info: "check.tag-know"}[tone]
	return healthLine{What: d.text(r, "check.line."+what), Text: text, Tag: ui.Tag{Text: d.text(r, tag), Tone: tone}}
}

func (l healthLine) leads(href, link string) healthLine {
	l.Href, l.Link = href, link
	return l
}

// healthCases says whether the keys open the cases of a member.
func (d *desk) healthCases(r *http.Request, v *casework.Health) healthPart {
	n, l := func(i int) string { return lang.Number(lang.Lang(d.Renderer.Lang(r)), int64(i)) }, d.Renderer.Lang(r)
	p := healthPart{ID: "cases", Title: d.text(r, "check.cases")}
	keys := d.healthLine(r, "keys", ui.Good, d.text(r, "check.keys-none"))
	total := n(v.Total)
	switch {
	case v.Total < casework.CountMost:
	case v.More:
		total = d.text(r, "check.total-most", "n", n(max(v.To, casework.CountMost-1)))
	default: // the last page
		total = n(v.To)
	}
	if v.From > 0 {
		keys.Text = d.text(r, "check.keys-open", "from", n(v.From), "to", n(v.To), "total", total)
	}
	if len(v.Failed) > 0 {
		keys = d.healthLine(r, "keys", ui.Bad, d.Words.Plural(l, "check.keys-failed", len(v.Failed), map[string]string{"from": n(v.From), "to": n(v.To), "total": total}))
		keys.Numbers = v.Failed
		keys = keys.leads("/desk/people", d.text(r, "check.to-people"))
	}
	lost := d.healthLine(r, "lost", ui.Good, d.text(r, "check.lost-none"))
	if v.Lost > 0 {
		text := d.Words.Plural(l, "check.lost-some", v.Lost, nil)
		if names := personNames(v.Ask); names != "" {
			ask := d.text(r, "check.lost-ask", "names", names)
			text += " " + ask
		}
		lost = d.healthLine(r, "lost", ui.Warn, text).leads("/desk/profile", d.text(r, "restore.waiting-link"))
	}
	mail := d.healthLine(r, "mail", ui.Good, d.text(r, "check.mail-none"))
	if len(v.Undelivered) > 0 {
		mail = d.healthLine(r, "mail", ui.Warn, d.Words.Plural(l, "check.mail-some", len(v.Undelivered), nil))
		mail.Numbers = v.Undelivered
	}
	p.Lines = []healthLine{keys, lost, mail}
	p.Pages = d.healthPages(r, v)
	return p
}

// healthPages is nil where one page tries every case.
func (d *desk) healthPages(r *http.Request, v *casework.Health) *ui.Pages {
	if v.Page == 1 && !v.More {
		return nil
	}
	p := &ui.Pages{Label: d.text(r, "check.pages"), Summary: d.text(r, "check.page", "page", v.Page)}
	if v.Page > 1 {
		p.Prev = "/desk/check?page=" + strconv.Itoa(v.Page-1)
	}
	if v.More {
		p.Next = "/desk/check?page=" + strconv.Itoa(v.Page+1)
	}
	return p
}

// healthWays says whether a member can still sign in when something is lost.
func (d *desk) healthWays(r *http.Request, a access.Actor, v *casework.Health) (healthPart, error) {
	p := healthPart{ID: "ways", Title: d.text(r, "desk.ways.title")}
	ways, err := d.SignIn.Ways(r.Context(), a)
	if err != nil {
		return p, err
	}
	second := d.healthLine(r, "second", ui.Good, d.text(r, "check.second-good"))
	if !ways.App && len(ways.Passkeys) == 0 {
		second = d.healthLine(r, "second", ui.Warn, d.text(r, "check.second-none"))
	}
	for _, k := range ways.Passkeys {
		if k.Suspect {
			second = d.healthLine(r, "second", ui.Warn, d.text(r, "check.second-suspect"))
		}
	}
	code := d.healthLine(r, "code", ui.Good, d.text(r, "check.code-good", "date", d.date(r, ways.Recovery)))
	switch {
	case ways.Recovery.IsZero():
		code = d.healthLine(r, "code", ui.Warn, d.text(r, "check.code-none"))
	case d.Clock.Now().Sub(ways.Recovery) > codeOld:
		code = d.healthLine(r, "code", ui.Warn, d.text(r, "check.code-old", "date", d.date(r, ways.Recovery)))
	}
	profile := d.text(r, "desk.nav.profile")
	p.Lines = []healthLine{second.leads("/desk/profile", profile), code.leads("/desk/profile/recovery", d.text(r, "desk.ways.recovery-new"))}
	if name := d.SignIn.ProviderName(); name != "" {
		account := d.healthLine(r, "account", ui.Good, d.text(r, "check.account-good", "provider", name))
		if !ways.Account {
			account = d.healthLine(r, "account", ui.Info, d.text(r, "check.account-none", "provider", name))
		}
		p.Lines = append(p.Lines, account.leads("/desk/profile", profile))
	}
	before := d.healthLine(r, "before", ui.Info, d.text(r, "check.before-never"))
	if !v.Since.IsZero() {
		before.Text = d.text(r, "check.before-at", "when", lang.DateTime(lang.Lang(d.Renderer.Lang(r)), v.Since))
	}
	p.Lines = append(p.Lines, before.leads("/desk/profile#p-sessions", d.text(r, "check.to-sessions")))
	return p, nil
}

// healthYou says when the member is away, in which language they read, and which mails
// they get.
func (d *desk) healthYou(r *http.Request, a access.Actor, v *casework.Health) (healthPart, error) {
	p := healthPart{ID: "you", Title: d.text(r, "check.you")}
	switch away, err := d.Casework.Absence(r.Context(), a); {
	case errors.Is(err, fault.ErrNotFound): // handles no cases: nobody stands in
	case err != nil:
		return p, err
	default:
		tone := ui.Good
		if away.Deputy.Name == "" && len(away.May) > 0 {
			tone = ui.Warn
		}
		text := d.absenceNotice(r, away.Away)
		if tone == ui.Warn {
			why := d.text(r, "check.absence-why")
			text += " " + why
		}
		p.Lines = append(p.Lines, d.healthLine(r, "absence", tone, text).leads("/desk/profile/absence", d.text(r, "common.change")))
	}
	language := d.healthLine(r, "language", ui.Info, d.text(r, "desk.profile.language", "language", d.text(r, "common.language."+a.Language)))
	notices := d.healthLine(r, "notices", ui.Good, d.text(r, "check.notices-good", "email", v.Email))
	if v.Unreached > 0 {
		notices = d.healthLine(r, "notices", ui.Warn, d.Words.Plural(d.Renderer.Lang(r), "check.notices-lost", v.Unreached, map[string]string{"email": v.Email}))
		notices = notices.leads("/desk/outbox", d.text(r, "outbox.link"))
	}
	p.Lines = append(p.Lines, language, notices)
	return p, nil
}

// healthDesk says how the desk as a whole stands.
func (d *desk) healthDesk(r *http.Request, a access.Actor, _ *casework.Health) (healthPart, error) {
	p := healthPart{ID: "desk", Title: d.text(r, "check.desk")}
	alarms := d.healthLine(r, "alarms", ui.Good, d.text(r, "check.alarms-none"))
	if len(d.warnings(r, a)) > 0 {
		alarms = d.healthLine(r, "alarms", ui.Bad, d.text(r, "check.alarms-some"))
	}
	v, err := d.Setup.DrillAsk(r.Context(), a)
	if err != nil {
		return p, err
	}
	drill := d.healthLine(r, "drill", ui.Good, d.text(r, "check.drill-good", "due", d.date(r, v.Due)))
	switch {
	case v.Mine.Waiting():
		drill = d.healthLine(r, "drill", ui.Warn, d.text(r, "drill.notice-mine"))
	case v.Overdue:
		drill = d.healthLine(r, "drill", ui.Warn, d.text(r, "drill.notice-due", "due", d.date(r, v.Due)))
	}
	p.Lines = []healthLine{alarms, drill.leads("/desk/drill", d.text(r, "drill.link"))}
	return p, nil
}

func personNames(list []casework.Person) string {
	var names []string
	for _, p := range list {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

// standingAway leads a member who was away for long to the page.
func (d *desk) standingAway(r *http.Request, a access.Actor) ([]standing, error) {
	v, err := d.SignIn.Visit(r.Context(), a)
	if err != nil || v.Before.IsZero() || v.Now.Sub(v.Before) < awayLong {
		return nil, err
	}
	return []standing{{Text: d.text(r, "check.away", "date", d.date(r, v.Before)), Link: d.text(r, "check.title"), Href: "/desk/check"}}, nil
}
