package desk

import (
	"net/http"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/web/ui"
)

// codePage is a page on which the complainant gets another code.
type codePage struct {
	casework.CodeStanding
	Base, Number string
	Notice       ui.Notice
	Typed        form
}

// codeShow is the page of the code: by a link to the confirmed address.
func (d *desk) codeShow(w http.ResponseWriter, r *http.Request) error {
	return d.showCode(w, r, http.StatusOK, nil, nil)
}

func (d *desk) showCode(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	return d.renderCode(w, r, "desk/code", d.text(r, "desk.code.title"), status, typed, errs)
}

// personShow is the page on which a code is given to somebody whom a member met.
func (d *desk) personShow(w http.ResponseWriter, r *http.Request) error {
	return d.showPerson(w, r, http.StatusOK, nil, nil)
}

func (d *desk) showPerson(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	return d.renderCode(w, r, "desk/person", d.text(r, "desk.code.person-title"), status, typed, errs)
}

func (d *desk) renderCode(w http.ResponseWriter, r *http.Request, name, title string, status int, typed form, errs []ui.FormError) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	data := codePage{CodeStanding: c.Code, Base: base(r), Number: string(c.Number), Notice: d.codeNotice(r, c.Code), Typed: typed}
	p := page(d, r, title, data)
	p.TitleParts, p.Errors, p.Script = []string{data.Number}, errs, proofScript(r)
	return d.Renderer.Render(w, r, status, name, p)
}

// codeNotice says how far a new code is.
func (d *desk) codeNotice(r *http.Request, k casework.CodeStanding) ui.Notice {
	if k.State != casework.CodeNone && k.By.ID == "" { // the person was sent it by itself, or draws their own
		key := map[casework.CodeState]string{
			casework.CodeAsked: "desk.code.first-asked", casework.CodeKept: "desk.code.first-ready", casework.CodeReady: "desk.code.first-ready",
		}[k.State]
		return ui.Notice{Tone: ui.Info, Text: d.text(r, key, "started", d.date(r, k.Started))}
	}
	pairs := []any{"name", k.By.Name, "started", d.date(r, k.Started), "ready", d.date(r, k.Ready)}
	switch {
	case k.State == casework.CodeReady:
		return ui.Notice{Tone: ui.Good, Text: d.text(r, "desk.code.state-ready", pairs...)}
	case k.State == casework.CodeKept:
		return ui.Notice{Tone: ui.Info, Text: d.text(r, "desk.code.state-kept", pairs...)}
	case k.State == casework.CodeAsked:
		return ui.Notice{Tone: ui.Info, Text: d.text(r, "desk.code.state-asked", pairs...)}
	case !k.Has:
		return ui.Notice{Tone: ui.Warn, Text: d.text(r, "desk.code.none")}
	default:
		return ui.Notice{Tone: ui.Plain, Text: d.text(r, "desk.code.has")}
	}
}

// codeField is the field that a fault is about.
func codeField(err error) string {
	f, _ := fault.As(err)
	if f != nil && (f.Key == "error.purpose-short" || f.Key == "error.text-too-long") {
		return "why"
	}
	return "password"
}

// codeAct sends the person the link for a new code, lets it take effect, or calls it
// off.
func (d *desk) codeAct(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	did := "code-started"
	switch f.one("act") {
	case "complete":
		did, err = "code-replaced", d.Casework.CompleteCode(r.Context(), actor(r), number(r), d.proof(r, f))
	case "stop":
		did, err = "code-stopped", d.Casework.StopCode(r.Context(), actor(r), number(r))
	default:
		err = d.Casework.StartCode(r.Context(), actor(r), number(r), f.one("why"), d.proof(r, f))
	}
	if errs, status := d.problems(r, err, codeField(err)); errs != nil {
		return d.showCode(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	done(w, r, did)
	return nil
}

// personAct asks a second member to agree where one must, and otherwise draws the code
// that the member gives to the person, and leads to where it is shown.
func (d *desk) personAct(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	code := ""
	if c.Code.Way == casework.WayAsk {
		_, err = d.Casework.Ask(r.Context(), actor(r), number(r), casework.Question{Matter: casefile.MatterCode, Reason: f.one("why")})
	} else {
		code, err = d.Casework.HandCode(r.Context(), actor(r), number(r), f.one("why"), d.proof(r, f))
	}
	if errs, status := d.problems(r, err, codeField(err)); errs != nil {
		return d.showPerson(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	if code == "" {
		done(w, r, "asked")
		return nil
	}
	return d.hand(w, r, base(r), code)
}

// hand leads to the sheet on which a code stands, once.
func (d *desk) hand(w http.ResponseWriter, r *http.Request, at, code string) error {
	if err := d.keep(w, r, keptHanded, map[string][]string{"code": {code}, "base": {at}}); err != nil {
		return err
	}
	ui.Redirect(w, r, at+"/code/handed")
	return nil
}

// handedPage is the sheet with the code, in the complainant's language.
type handedPage struct {
	Base, Number string
	Gone         bool
	Translator   bool // of somebody who translates one text
	Helper       bool // the code is for somebody who helped
	Lang         string
	Code         ui.Code
	Title        string
	Text         string
	Address      string
	File         string // the same as a letter on paper
}

// handed is the sheet without its code.
func (d *desk) handed(r *http.Request, c *casework.Case) handedPage {
	data := handedPage{Base: base(r), Number: string(c.Number), Gone: true, Lang: c.Language, Helper: c.Channel == casefile.ChannelWatch, Translator: c.Channel == casefile.ChannelTranslate}
	title, text := "desk.code.sheet-title", "desk.code.sheet-text"
	switch {
	case data.Helper:
		title, text = "desk.helper.sheet-title", "desk.helper.sheet-text"
	case data.Translator:
		title, text = "desk.translator.sheet-title", "desk.translator.sheet-text"
	}
	data.Title = d.Words.Text(c.Language, title, map[string]string{"number": data.Number})
	data.Text = d.Words.Text(c.Language, text, nil)
	data.Address = d.address(r) + "/" + c.Language + "/mailbox"
	return data
}

// handedShow shows the code once, as a sheet that can be printed or read out.
func (d *desk) handedShow(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	data := d.handed(r, c)
	v, ok, err := d.found(r, keptHanded)
	if err != nil {
		return err
	}
	if f := form(v.Values); ok && f.one("base") == data.Base {
		data.Gone = false
		data.Code = ui.Code{Text: f.one("code"), Label: d.text(r, "desk.code.label")}
		data.File = data.Base + "/code/handed.pdf"
	}
	title := d.text(r, "desk.code.handed-title")
	if data.Helper {
		title = d.text(r, "desk.helper.handed-title")
	}
	if data.Translator {
		title = d.text(r, "desk.translator.handed-title")
	}
	p := page(d, r, title, data)
	p.TitleParts = []string{data.Number}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/handed", p)
}

// handedGiven forgets the code once the person has it.
func (d *desk) handedGiven(w http.ResponseWriter, r *http.Request) error {
	if tok, err := d.token(r, cookieKept); err == nil {
		if err := d.SignIn.Forget(r.Context(), tok, keptHanded); err != nil {
			return err
		}
		d.Cookies.Clear(w, cookieKept)
	}
	done(w, r, "code-handed")
	return nil
}
