package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"klankbord/internal/configure"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/web/ui"
)

// settingsEditPage is the editor of one group of places.
type settingsEditPage struct {
	Action, Back string
	Base         string
	Sections     []settingsSection
	Why          ui.Field
	Conflict     []settingsDiff // what others changed here since the page was made
	Preview      []settingsPreview
	Live         []ui.Link // the public pages on which it shows
	Pictures     bool
	Lists        []ui.Link // where something can be added
}

// settingsSection is one thing with its places.
type settingsSection struct {
	Title  string
	Places []settingsPlace
}

// settingsPlace is one place with its inputs.
type settingsPlace struct {
	ID, Name string
	Changed  bool
	Built    []settingsSaid // what the built-in profile has, where it was changed
	Fields   []ui.Field
	Many     bool // one input for each language
	Hint     string
	Picture  string
}

type settingsSaid struct{ Lang, Text string }

func (d *desk) settingsEdit(w http.ResponseWriter, r *http.Request) error {
	return d.showSettings(w, r, http.StatusOK, settingsState{})
}

// settingsState is what the editor shows besides what holds now.
type settingsState struct {
	typed    form
	errs     []ui.FormError
	seen     int64 // the version that was changed, where another came in between
	proposal *configure.Version
}

func (d *desk) showSettings(w http.ResponseWriter, r *http.Request, status int, s settingsState) error {
	now, err := d.Settings.Now(r.Context(), actor(r))
	if err != nil {
		return err
	}
	part, group := settingsGroup(r)
	places, err := d.Settings.In(part, group, now.Changes)
	if err != nil {
		return err
	}
	data := settingsEditPage{
		Action: groupHref(part, group), Back: "/desk/settings/" + part, Base: strconv.FormatInt(now.Number, 10),
		Why: ui.Field{Kind: ui.KindText, Name: "why", Label: d.text(r, "settings.why"), Hint: d.text(r, "settings.why-hint"), Optional: true, Values: s.typed["why"], Error: ui.ErrorFor(s.errs, "why")},
	}
	if group == "" {
		data.Back = "/desk/settings"
	}
	for _, x := range places {
		title := d.thing(r, x)
		if n := len(data.Sections); n == 0 || data.Sections[n-1].Title != title {
			data.Sections = append(data.Sections, settingsSection{Title: title})
		}
		at := &data.Sections[len(data.Sections)-1]
		at.Places = append(at.Places, d.settingsPlace(r, x, now.Changes, s))
		data.Pictures = data.Pictures || x.Kind == profile.PlacePicture
	}
	if s.seen != 0 {
		if data.Conflict, err = d.conflictOf(r, places, s.seen, now); err != nil {
			return err
		}
	}
	if s.proposal != nil {
		if data.Preview, err = d.previewOf(r, s.proposal.Profile, part, group); err != nil {
			return err
		}
	}
	for _, l := range d.Offered {
		if href := livePage(part, group, l); href != "" {
			data.Live = append(data.Live, ui.Link{Href: d.Public + href, Text: d.text(r, "common.language."+l)})
		}
	}
	if group != "" {
		data.Lists = d.listLinks(r, now.Profile, part, group)
	}
	p := page(d, r, d.settingsTitle(r, places[0]), data)
	p.Errors = s.errs
	return d.Renderer.Render(w, r, status, "desk/settings_edit", p)
}

// thing is what a place is of; a rule without a name is called by where it holds.
func (d *desk) thing(r *http.Request, x profile.Place) string {
	if len(x.Routes) == 0 {
		return x.Of.In(d.Renderer.Lang(r))
	}
	var names []string
	for _, route := range x.Routes {
		names = append(names, d.text(r, "common.route."+string(route)))
	}
	var outcomes []string
	for _, o := range x.Outcomes {
		outcomes = append(outcomes, d.text(r, "common.outcome."+string(o)))
	}
	if len(outcomes) > 0 {
		return strings.Join(names, ", ") + ": " + strings.Join(outcomes, ", ")
	}
	return strings.Join(names, ", ")
}

func (d *desk) settingsTitle(r *http.Request, x profile.Place) string {
	title := d.text(r, "settings.part-"+x.Part)
	if x.Group == "" {
		return title
	}
	return title + ": " + d.groupName(r, x)
}

func settingsGroup(r *http.Request) (part, group string) {
	if part, group = r.PathValue("part"), r.PathValue("group"); group == settingsAll {
		group = ""
	}
	return part, group
}

// settingsSave checks what was typed and makes a version of it, or shows how it would look.
func (d *desk) settingsSave(w http.ResponseWriter, r *http.Request) error {
	f, err := readSettings(r)
	var bad *fault.Fault
	if err != nil && !errors.As(err, &bad) {
		return err
	}
	part, group := settingsGroup(r)
	now, nowErr := d.Settings.Now(r.Context(), actor(r))
	if nowErr != nil {
		return nowErr
	}
	places, nowErr := d.Settings.In(part, group, now.Changes)
	if nowErr != nil {
		return nowErr
	}
	s := settingsState{typed: f}
	if bad != nil {
		s.errs = []ui.FormError{{Field: "organisation.logo", Text: d.say(r, bad)}}
		return d.showSettings(w, r, http.StatusUnprocessableEntity, s)
	}
	if s.errs = d.colourErrors(r, places, f); s.errs != nil {
		return d.showSettings(w, r, http.StatusUnprocessableEntity, s)
	}
	edit := configure.Edit{Part: part, Group: group, Why: f.one("why"), Typed: func(address, input string) (string, bool) {
		v, sent := f[inputName(address, input)]
		if !sent {
			return "", false
		}
		return v[0], true
	}}
	edit.Base, _ = strconv.ParseInt(f.one("base"), 10, 64) // none is the built-in profile
	if f.one("act") == "look" {
		s.proposal, _, err = d.Settings.Propose(r.Context(), actor(r), edit)
	} else {
		_, err = d.Settings.Change(r.Context(), actor(r), edit)
	}
	if status := d.settingsProblems(r, places, err, edit.Base, &s); status != 0 {
		return d.showSettings(w, r, status, s)
	}
	if err != nil {
		return err
	}
	if s.proposal != nil {
		return d.showSettings(w, r, http.StatusOK, s)
	}
	ui.Redirect(w, r, "/desk/settings?done=saved")
	return nil
}

// settingsProblems words what is wrong; 0 where nothing is that a person can mend here.
func (d *desk) settingsProblems(r *http.Request, places []profile.Place, err error, base int64, s *settingsState) int {
	var no *configure.Refused
	if errors.As(err, &no) {
		for _, x := range places {
			if p := no.Problems[x.Address]; p != "" {
				text := d.text(r, "settings.problem-"+string(p))
				if p == profile.ProblemCount {
					text = d.text(r, "settings.problem-number", "min", strconv.Itoa(x.Min), "max", strconv.Itoa(x.Max))
				}
				s.errs = append(s.errs, ui.FormError{Field: inputName(x.Address, x.Inputs()[0]), Text: d.placeName(r, x) + ": " + text})
			}
		}
		if s.errs == nil {
			s.errs = []ui.FormError{{Text: d.text(r, "settings.problem-rule")}}
		}
		return http.StatusUnprocessableEntity
	}
	errs, status := d.problems(r, err, "why")
	if status == http.StatusConflict {
		s.seen = max(base, 0)
		if s.seen == 0 {
			s.seen = -1 // the built-in profile was changed
		}
	}
	s.errs = errs
	return status
}

func inputName(address, input string) string {
	if input == "" {
		return address
	}
	return address + "." + input
}

// colourErrors tells where a colour could not be read on the pages, and which could.
func (d *desk) colourErrors(r *http.Request, places []profile.Place, f form) (errs []ui.FormError) {
	for _, x := range places {
		c := f.one(x.Address)
		if x.Kind != profile.PlaceColour || c == "" {
			continue
		}
		if ok, ratio, other := ui.Readable(c); !ok {
			text := d.text(r, "settings.problem-contrast", "ratio", lang.Decimal(lang.Lang(d.Renderer.Lang(r)), ratio, 1), "other", other)
			if other == "" {
				text = d.text(r, "settings.problem-colour")
			}
			errs = append(errs, ui.FormError{Field: x.Address, Text: text})
		}
	}
	return errs
}

// readSettings reads the form; a picture stands in it as it is kept. A fault tells that it
// cannot be.
func readSettings(r *http.Request) (form, error) {
	var why error
	var picture, field string
	values, err := ui.ReadForm(r, ui.Limits{Fields: formFields, TextBytes: formBytes, FileBytes: formBytes}, func(u ui.Upload) error {
		b, err := io.ReadAll(io.LimitReader(u.Body, configure.PictureBytes))
		if err != nil {
			return fmt.Errorf("read picture: %w", err)
		}
		if len(b) > 0 {
			field = u.Field
			picture, why = configure.Picture(b)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if field != "" && why == nil {
		values[field] = []string{picture}
	}
	for name := range values { // a picture that is taken away
		if address, ok := strings.CutSuffix(name, ".remove"); ok && field == "" {
			values[address] = []string{""}
		}
	}
	return values, why
}

// conflictOf is what others changed in a group since a version.
func (d *desk) conflictOf(r *http.Request, places []profile.Place, seen int64, now *configure.Version) ([]settingsDiff, error) {
	changes := profile.Changes{}
	if seen > 0 {
		v, _, err := d.Settings.Look(context.WithoutCancel(r.Context()), actor(r), seen)
		if err != nil {
			return nil, err
		}
		changes = v.Changes
	}
	return d.diff(r, places, changes, now.Changes), nil
}
