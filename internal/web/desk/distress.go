package desk

import (
	"net/http"
	"path/filepath"
	"strings"

	"klankbord/internal/bare"
	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/web/ui"
)

// distressPage is where a member warns the next reader of something distressing.
type distressPage struct {
	Base, Number string
	Rows         []distressRow
	Where        []ui.Option // what was told, and each file
	File, What   string
}

// distressRow is a warning that stands.
type distressRow struct {
	File, Name, What, Who string
}

func (d *desk) distressRows(r *http.Request, c *casework.Case) (list []distressRow, harsh bool) {
	for _, x := range c.Distress {
		who := x.By.Name
		if who == "" {
			who = d.text(r, "work.former")
		}
		list = append(list, distressRow{x.File, x.Name, x.What, d.text(r, "distress.by", "name", who, "date", d.date(r, x.At))})
		harsh = harsh || x.File == ""
	}
	return list, harsh
}

func (d *desk) distressShow(w http.ResponseWriter, r *http.Request) error {
	return d.showDistress(w, r, http.StatusOK, form{"file": {r.URL.Query().Get("file")}}, nil)
}

func (d *desk) showDistress(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	data := distressPage{Base: base(r), Number: string(c.Number), File: typed.one("file"), What: typed.one("what")}
	data.Rows, _ = d.distressRows(r, c)
	data.Where = []ui.Option{{Label: d.text(r, "distress.told")}}
	for _, f := range filesIn(c) {
		data.Where = append(data.Where, ui.Option{Value: f.ID, Label: f.Name})
	}
	p := page(d, r, d.text(r, "distress.link"), data)
	p.TitleParts, p.Errors = []string{data.Number}, errs
	return d.Renderer.Render(w, r, status, "desk/distress", p)
}

// distressSet puts a warning on a case or a file, or takes one off.
func (d *desk) distressSet(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	what := "distress"
	if end, ends := f["end"]; ends {
		what, err = "distress-ended", d.Casework.UnmarkDistress(r.Context(), actor(r), number(r), casefile.EntryID(end[0]))
	} else {
		err = d.Casework.MarkDistress(r.Context(), actor(r), number(r), casefile.EntryID(f.one("file")), f.one("what"))
	}
	if errs, status := d.problems(r, err, "what"); errs != nil {
		return d.showDistress(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	done(w, r, what)
	return nil
}

// shut describes a file that is not shown unasked, and leads to the page that asks first.
func (d *desk) shut(base string, r *http.Request, f casework.File, out *ui.File) {
	kind := mediaOf(f.Name, f.Type)
	if kind != "" {
		out.Note = d.text(r, "distress.shut-"+kind)
	}
	if f.Distress != "" {
		out.Mark, out.About = &ui.Tag{Text: d.text(r, "distress.badge"), Tone: ui.Warn}, f.Distress
	}
	if note := d.scanNote(r, f.Scan); note != "" {
		out.Note = strings.TrimPrefix(out.Note+", "+note, ", ")
	}
	switch {
	case f.Scan.Harmful():
		out.Mark = &ui.Tag{Text: d.text(r, "file.harmful-tag"), Tone: ui.Bad}
	case bare.Can(f.Type) && kind == "" && f.Distress == "":
		out.Original = base + "/file/" + f.ID + asOriginal
	}
	if kind != "" || f.Distress != "" || f.Scan.Harmful() {
		out.Href, out.Ask = base+"/look/"+f.ID, true
	}
}

// The kinds of file that somebody sees or hears at once.
const (
	mediaImage = "image"
	mediaSound = "sound"
	mediaFilm  = "film"
)

// mediaOf tells by name and type alone which of them a file is; nothing of it is decoded.
func mediaOf(name, media string) string {
	switch major, _, _ := strings.Cut(media, "/"); major {
	case "image":
		return mediaImage
	case "audio":
		return mediaSound
	case "video":
		return mediaFilm
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic", ".heif", ".avif", ".tif", ".tiff", ".bmp", ".svg":
		return mediaImage
	case ".mp3", ".m4a", ".aac", ".wav", ".ogg", ".oga", ".opus", ".flac", ".amr", ".wma":
		return mediaSound
	case ".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".3gp", ".wmv", ".mpg", ".mpeg":
		return mediaFilm
	default:
		return ""
	}
}
