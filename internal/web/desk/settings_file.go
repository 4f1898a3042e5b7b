package desk

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"klankbord/internal/configure"
	"klankbord/internal/profile"
	"klankbord/internal/web/ui"
)

// settingsFilePage lets a configurator take along what was changed, and bring it back.
type settingsFilePage struct {
	Base      string
	File, Why ui.Field
	Wrong     []string // places that cannot be as the file has them
}

func (d *desk) settingsFile(w http.ResponseWriter, r *http.Request) error {
	return d.showSettingsFile(w, r, http.StatusOK, "", nil, nil)
}

func (d *desk) showSettingsFile(w http.ResponseWriter, r *http.Request, status int, why string, wrong []string, errs []ui.FormError) error {
	now, err := d.Settings.Now(r.Context(), actor(r))
	if err != nil {
		return err
	}
	data := settingsFilePage{
		Base: strconv.FormatInt(now.Number, 10), Wrong: wrong,
		File: ui.Field{Kind: ui.KindFiles, Single: true, Name: "file", Label: d.text(r, "settings.file-choose"), Hint: d.text(r, "settings.file-hint"), Error: ui.ErrorFor(errs, "file")},
		Why:  ui.Field{Kind: ui.KindText, Name: "why", Label: d.text(r, "settings.why"), Hint: d.text(r, "settings.why-hint"), Optional: true, Values: []string{why}, Error: ui.ErrorFor(errs, "why")},
	}
	p := page(d, r, d.text(r, "settings.file"), data)
	p.Errors = errs
	return d.Renderer.Render(w, r, status, "desk/settings_file", p)
}

// settingsFileSend hands out the file. It holds nothing of a case.
func (d *desk) settingsFileSend(w http.ResponseWriter, r *http.Request) error {
	now, err := d.Settings.Now(r.Context(), actor(r))
	if err != nil {
		return err
	}
	data, err := now.Changes.Encode(d.Settings.Name)
	if err != nil {
		return err
	}
	ui.FileHeaders(w, d.fileName("klankbord-settings", "json"))
	if _, err := w.Write(data); err != nil {
		return fmt.Errorf("send settings: %w", err)
	}
	return nil
}

// settingsFileTake lets a file hold, as a new version.
func (d *desk) settingsFileTake(w http.ResponseWriter, r *http.Request) error {
	var file []byte
	typed, err := ui.ReadForm(r, ui.Limits{Fields: formFields, TextBytes: formBytes, FileBytes: formBytes}, func(u ui.Upload) (err error) {
		if file, err = io.ReadAll(io.LimitReader(u.Body, configure.MostBytes+1)); err != nil {
			return fmt.Errorf("read settings: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	f := form(typed)
	base, _ := strconv.ParseInt(f.one("base"), 10, 64) // none is the built-in profile
	n, err := d.Settings.SaveFile(r.Context(), actor(r), base, file, f.one("why"))
	var no *configure.Refused
	if errors.As(err, &no) {
		return d.showSettingsFile(w, r, http.StatusUnprocessableEntity, f.one("why"), d.refusedPlaces(r, no), []ui.FormError{{Field: "file", Text: d.text(r, "settings.error-file-places")}})
	}
	if errs, status := d.problems(r, err, settingsFileField(err)); errs != nil {
		return d.showSettingsFile(w, r, status, f.one("why"), nil, errs)
	}
	if err != nil {
		return err
	}
	if n == 0 {
		ui.Redirect(w, r, "/desk/settings?done=saved")
		return nil
	}
	ui.Redirect(w, r, "/desk/settings/history/"+strconv.FormatInt(n, 10))
	return nil
}

// settingsFileField is the field that an error belongs to.
func settingsFileField(err error) string {
	if configure.IsWhy(err) {
		return "why"
	}
	return "file"
}

// refusedPlaces names the places in words, and those that are none by their address.
func (d *desk) refusedPlaces(r *http.Request, no *configure.Refused) (list []string) {
	now, err := d.Settings.Now(r.Context(), actor(r))
	if err != nil {
		return nil
	}
	places, err := d.Settings.Places(now.Changes)
	if err != nil {
		return nil
	}
	for _, address := range slices.Sorted(maps.Keys(no.Problems)) {
		at := slices.IndexFunc(places, func(x profile.Place) bool { return x.Address == address })
		if at < 0 {
			list = append(list, address)
			continue
		}
		list = append(list, d.placeWords(r, places[at]))
	}
	return list
}
