package desk

import (
	"errors"
	"net/http"

	"klankbord/internal/bare"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/web/ui"
)

// How a link asks for a file: as it was sent, and although it is harmful.
const (
	asOriginal = "?as=original"
	andRisk    = "&risk=1"
)

// lookPage asks how to open a picture, sound, film or document, what is said to be
// distressing, and what a scanner warns of.
type lookPage struct {
	Base, Number string
	Name         string
	Copy         string // the copy without metadata; empty: none is made
	Original     string
	NoCopy       bool // it was tried, and could not be made
	Facts        []ui.Answer
	Harmful      string // what the scanner says
	What         string // what is distressing in it; empty: nobody said so
	Mark         string // where that is said
	Sound        string // where a recording is played; empty: it cannot be
	Minutes      string // where what is said is typed
}

// lookShow describes a file that is not shown unasked.
func (d *desk) lookShow(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	for _, f := range filesIn(c) {
		if f.ID == r.PathValue("entry") {
			return d.showLook(w, r, c, f)
		}
	}
	return fault.ErrNotFound
}

func (d *desk) showLook(w http.ResponseWriter, r *http.Request, c *casework.Case, f casework.File) error {
	file, asked := base(r)+"/file/"+f.ID, r.URL.Query()
	data := lookPage{
		Base: base(r), Number: string(c.Number), Name: f.Name, Original: file, What: f.Distress,
		Mark: base(r) + "/distress?file=" + f.ID,
	}
	if bare.Can(f.Type) {
		data.Copy, data.Original, data.NoCopy = file, file+asOriginal, asked.Get("copy") != ""
	}
	switch {
	case f.Scan.Harmful():
		data.Harmful = d.text(r, "file.harmful", "name", f.Scan.Word)
	case asked.Get("found") != "":
		data.Harmful = d.text(r, "file.harmful-now")
	}
	if data.Harmful != "" {
		data.Copy, data.Original = "", file+asOriginal+andRisk
	}
	if data.NoCopy {
		data.Copy = ""
	}
	kind := mediaOf(f.Name, f.Type)
	if kind == "" {
		kind = "other"
	}
	data.Facts = []ui.Answer{
		{Label: d.text(r, "distress.file-kind"), Text: d.text(r, "distress.media-"+kind)},
		{Label: d.text(r, "distress.file-size"), Text: lang.Bytes(lang.Lang(d.Renderer.Lang(r)), f.Size)},
		{Label: d.text(r, "file.scan"), Text: d.scanFact(r, f.Scan)},
	}
	p := page(d, r, d.text(r, "distress.look"), data)
	p.TitleParts = []string{data.Number}
	if casefile.SoundType(f.Type) != "" && data.Harmful == "" {
		p.Data.Sound, p.Plays = base(r)+"/sound/"+f.ID, true
		if c.State.Open() {
			p.Data.Minutes = base(r) + "/records/" + string(casefile.SheetMeeting) + "?sound=" + f.ID
		}
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/look", p)
}

// scanFact says what a scanner said of a file as it came.
func (d *desk) scanFact(r *http.Request, s casefile.Scan) string {
	switch s.State {
	case casefile.ScanClean:
		return d.text(r, "file.scan-clean")
	case casefile.ScanFound:
		return d.text(r, "file.scan-found", "name", s.Word)
	case casefile.ScanMissed:
		return d.text(r, "file.scan-missed-"+s.Word)
	default:
		return d.text(r, "file.scan-none")
	}
}

// scanNote is what stands behind a file in a list: that nobody looked through it, where
// somebody should have.
func (d *desk) scanNote(r *http.Request, s casefile.Scan) string {
	if s.State == casefile.ScanMissed || s.State == casefile.ScanNone && d.Casework.Scanner != nil {
		return d.text(r, "file.unscanned")
	}
	return ""
}

// caseFile sends a file as a download, whatever it claims to be: a copy, unless the
// original is asked for. Where there is something to decide first, the page that asks
// answers.
func (d *desk) caseFile(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	take := casework.Take{Original: q.Get("as") == "original", Risk: q.Get("risk") != ""}
	entry := r.PathValue("entry")
	f, err := d.Casework.Open(r.Context(), actor(r), number(r), entry, take)
	switch {
	case errors.Is(err, casework.ErrHarmful):
		ui.Redirect(w, r, base(r)+"/look/"+entry+"?found=1")
		return nil
	case errors.Is(err, casework.ErrNoCopy):
		ui.Redirect(w, r, base(r)+"/look/"+entry+"?copy=none")
		return nil
	case err != nil:
		return err
	}
	return send(w, f)
}
