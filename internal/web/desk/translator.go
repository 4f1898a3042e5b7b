package desk

import (
	"net/http"

	"klankbord/internal/casework"
	"klankbord/internal/lang"
	"klankbord/internal/web/ui"
)

// translatorPage is the form by which a translator gets one text of a case.
type translatorPage struct {
	Base, Number string
	Texts        []ui.Option
	Langs        []ui.Option
	Until        []string
	Typed        form
}

// excerptLength is how much of a text is shown to choose by, in letters.
const excerptLength = 300

func (d *desk) translatorAsk(w http.ResponseWriter, r *http.Request) error {
	return d.showTranslator(w, r, http.StatusOK, form{"lang": {d.Renderer.Lang(r)}}, nil)
}

func (d *desk) showTranslator(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	texts, err := d.Casework.Translatables(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	data := translatorPage{Base: base(r), Number: string(c.Number), Typed: typed, Until: []string{typed.one("until.day"), typed.one("until.month"), typed.one("until.year")}}
	for _, t := range texts {
		data.Texts = append(data.Texts, ui.Option{
			Value: t.ID, Label: d.text(r, "common.entry."+string(t.Kind)) + ", " + lang.DateTime(lang.Lang(d.Renderer.Lang(r)), t.At), Hint: excerpt(t.Text),
		})
	}
	for _, l := range d.Languages {
		data.Langs = append(data.Langs, ui.Option{Value: l, Label: d.text(r, "common.language-name."+l)})
	}
	p := page(d, r, d.text(r, "desk.translator.title"), data)
	p.TitleParts, p.Errors, p.Script = []string{data.Number}, errs, proofScript(r)
	return d.Renderer.Render(w, r, status, "desk/translator", p)
}

func excerpt(text string) string {
	letters := []rune(text)
	if len(letters) <= excerptLength {
		return text
	}
	return string(letters[:excerptLength]) + "…"
}

// translatorAdd makes the file and leads to the sheet with its code.
func (d *desk) translatorAdd(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	l, _ := lang.Parse(f.one("lang"))
	until, _ := dateOf(f, "until") // no date is one that cannot be
	made, err := d.Casework.AddTranslator(r.Context(), actor(r), number(r), casework.Translator{
		Entry: f.one("entry"), Name: f.one("name"), To: f.one("to"), Lang: l, Until: until,
		About: d.text(r, "desk.translator.about", "number", r.PathValue("number")), Says: d.text(r, "desk.translator.says"),
	}, d.proof(r, f))
	if saysKey(err, "error.translator-excluded") {
		return d.showTranslator(w, r, http.StatusUnprocessableEntity, f, []ui.FormError{{Field: "name", Text: d.text(r, "error.translator-excluded")}})
	}
	errs, status := d.unfit(r, err)
	for i := range errs {
		if errs[i].Field == "" {
			errs[i].Field = "password"
		}
	}
	if errs != nil {
		return d.showTranslator(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	return d.hand(w, r, "/desk/case/"+string(made.Number), made.Code)
}

// translationText words a translation: of what, by whom, and the text.
func (d *desk) translationText(r *http.Request, it casework.Item) string {
	return d.text(r, "desk.translator.translation", "name", it.Translation.By, "language", it.Translation.To, "number", string(it.Translation.Number)) + "\n\n" + it.Text
}
