package desk

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/web/ui"
)

// settingsPlace is a place with what stands there, or what was typed.
func (d *desk) settingsPlace(r *http.Request, x profile.Place, changes profile.Changes, s settingsState) settingsPlace {
	v := settingsPlace{ID: ui.ID(x.Address), Name: d.placeName(r, x), Changed: changes[x.Address] != nil, Many: len(x.Inputs()) > 1}
	if v.Many {
		v.Hint = d.placeHint(r, x)
	}
	now := x.Now(changes)
	for _, input := range x.Inputs() {
		name := inputName(x.Address, input)
		f := ui.Field{Kind: ui.KindText, Name: name, Label: v.Name, Hint: d.placeHint(r, x), Values: []string{now[input]}, Bare: true, Error: ui.ErrorFor(s.errs, name)}
		switch {
		case x.Kind == profile.PlaceOrder:
			f.Label, f.Hint = x.Labels[slices.Index(x.Options, input)].In(d.Renderer.Lang(r)), ""
		case v.Many:
			f.Label, f.Hint, f.Lang = d.text(r, "common.language."+input), "", input
		}
		if typed, sent := s.typed[name]; sent && len(typed) > 0 {
			f.Values = typed
		}
		d.shapeField(r, x, &f)
		if x.Kind == profile.PlacePicture {
			v.Picture = f.Value()
			f.Values = nil
		}
		v.Fields = append(v.Fields, f)
		if built := x.Typed(input); v.Changed && built != now[input] && x.Kind != profile.PlacePicture && x.Kind != profile.PlaceOrder {
			v.Built = append(v.Built, settingsSaid{input, d.saidAt(r, x, built)})
		}
	}
	return v
}

// shapeField gives a field the control that suits what stands at a place.
func (d *desk) shapeField(r *http.Request, x profile.Place, f *ui.Field) {
	switch x.Kind {
	case profile.PlaceText, profile.PlaceParagraphs:
		if long := slices.ContainsFunc(x.Inputs(), func(l string) bool { return len(x.Typed(l)) > 90 }); long || x.Kind == profile.PlaceParagraphs {
			f.Kind, f.Rows = ui.KindArea, min(3+len(f.Value())/90, 14)
		}
	case profile.PlaceCount:
		f.InputMode, f.Width = "numeric", "4"
	case profile.PlaceFlag, profile.PlaceHidden, profile.PlaceMandatory:
		f.Kind = ui.KindRadios
		for _, v := range []string{"true", "false"} {
			f.Options = append(f.Options, ui.Option{Value: v, Label: d.saidAt(r, x, v)})
		}
	case profile.PlaceOrder:
		f.InputMode, f.Width = "numeric", "2"
	case profile.PlaceDates, profile.PlaceAddresses:
		f.Kind, f.Rows, f.Verbatim = ui.KindArea, 4, true
	case profile.PlaceColour:
		f.Verbatim, f.Width = true, "20"
		if ok, _, _ := ui.Readable(f.Value()); ok {
			light, dark := ui.Figures(f.Value())
			l := lang.Lang(d.Renderer.Lang(r))
			contrast := d.text(r, "settings.contrast", "light", lang.Decimal(l, light, 1), "dark", lang.Decimal(l, dark, 1))
			f.Hint += " " + contrast
		}
	case profile.PlacePicture:
		f.Kind, f.Single = ui.KindFiles, true
	case profile.PlaceChoice:
		f.Kind = ui.KindSelect
		for _, v := range x.Options {
			f.Options = append(f.Options, ui.Option{Value: v, Label: d.saidAt(r, x, v)})
		}
	case profile.PlaceLine, profile.PlaceItem:
	}
}

// placeHint says how something is typed.
func (d *desk) placeHint(r *http.Request, x profile.Place) string {
	switch x.Kind {
	case profile.PlaceCount:
		if x.Unit != "" {
			return d.text(r, "settings.hint-unit", "min", strconv.Itoa(x.Min), "max", strconv.Itoa(x.Max), "unit", d.text(r, "settings.unit-"+x.Unit))
		}
		return d.text(r, "settings.hint-number", "min", strconv.Itoa(x.Min), "max", strconv.Itoa(x.Max))
	case profile.PlaceChoice:
		if x.Name == "when" {
			return d.text(r, "settings.hint-when")
		}
		return ""
	case profile.PlaceOrder, profile.PlaceDates, profile.PlaceAddresses, profile.PlaceColour, profile.PlacePicture, profile.PlaceHidden:
		return d.text(r, "settings.hint-"+string(x.Kind))
	default:
		return ""
	}
}

// saidAt is a value as it is read: yes and no in words.
func (d *desk) saidAt(r *http.Request, x profile.Place, typed string) string {
	switch x.Kind {
	case profile.PlaceFlag, profile.PlaceHidden, profile.PlaceMandatory:
		return d.text(r, "settings.said-"+typed)
	case profile.PlaceChoice:
		return d.choiceText(r, x, typed)
	case profile.PlacePicture:
		if typed != "" {
			return d.text(r, "settings.said-picture")
		}
		return ""
	default:
		return typed
	}
}

// choiceText is an answer to a place that offers several, in words.
func (d *desk) choiceText(r *http.Request, x profile.Place, typed string) string {
	i := slices.Index(x.Options, typed)
	switch {
	case i >= 0 && i < len(x.Labels) && !x.Labels[i].Empty():
		return x.Labels[i].In(d.Renderer.Lang(r))
	case (x.Name == "route" || x.Name == "routes") && typed != "" && typed != "every":
		return d.text(r, "common.route."+typed)
	case x.Name == "when" && strings.HasPrefix(typed, "route."):
		return d.text(r, "common."+typed)
	case x.Name == "first" && typed != "offered":
		return d.text(r, "common.language."+typed)
	case typed != "":
		return d.text(r, "settings.choice-"+typed)
	default:
		return ""
	}
}

// livePage is where a group shows to everybody.
func livePage(part, group, l string) string {
	pages := map[string]string{"public": "/", "privacy": "/privacy", "accessibility": "/accessibility", "other-ways": "/other-ways", "safety": "/safety"}
	switch part {
	case "texts":
		return "/" + l + pages[group]
	case "organisation", "topics", "teams", "languages":
		return "/" + l + "/"
	default:
		return ""
	}
}
