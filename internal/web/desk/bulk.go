package desk

import (
	"net/http"
	"net/url"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/staff"
	"klankbord/internal/web/ui"
)

// What can be done with several cases at once. Nothing is sent to complainants, and
// nothing is closed.
const (
	bulkAssign = "assign"
	bulkTag    = "tag"
	bulkUntag  = "untag"
)

// bulkPage asks what is done with the cases that were ticked in the list.
type bulkPage struct {
	Numbers []string
	Do      string
	People  []ui.Option
	Member  string
	Tag     string
}

func (d *desk) bulkShow(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	return d.showBulk(w, r, http.StatusOK, form(q), nil)
}

func (d *desk) showBulk(w http.ResponseWriter, r *http.Request, status int, f form, errs []ui.FormError) error {
	data := bulkPage{Numbers: f["case"], Do: f.one("do"), Member: f.one("member"), Tag: f.one("tag-word")}
	if data.Do != bulkTag && data.Do != bulkUntag {
		data.Do = bulkAssign
	}
	if len(data.Numbers) == 0 && errs == nil {
		errs = []ui.FormError{{Text: d.text(r, "error.bulk-none")}}
	}
	people, err := d.Casework.Handlers(r.Context())
	if err != nil {
		return err
	}
	data.People = []ui.Option{{Value: "nobody", Label: d.text(r, "desk.nobody")}}
	for _, p := range people {
		data.People = append(data.People, ui.Option{Value: string(p.ID), Label: p.Name})
	}
	p := page(d, r, d.text(r, "together.bulk.title-"+data.Do), data)
	p.Path, p.Errors = "/desk/bulk?"+url.Values{"case": data.Numbers, "do": {data.Do}}.Encode(), errs
	return d.Renderer.Render(w, r, status, "desk/bulk", p)
}

// chosenCases are the cases that were ticked in a list.
func chosenCases(f form) (numbers []casefile.Number) {
	for _, n := range f["case"] {
		numbers = append(numbers, casefile.Number(n))
	}
	return numbers
}

// bulkDo changes each case by itself and goes on to the page that names which could not be.
func (d *desk) bulkDo(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	numbers := chosenCases(f)
	var list []casework.Done
	field := "tag-word"
	switch do := f.one("do"); {
	case do == bulkTag || do == bulkUntag:
		tag := d.Casework.TagAll
		if do == bulkUntag {
			tag = d.Casework.UntagAll
		}
		list, err = tag(r.Context(), actor(r), numbers, f.one("tag-word"))
	case f.one("member") == "":
		field, err = "member", fault.New(fault.Invalid, "error.choose-one")
	default:
		to := staff.ID(f.one("member"))
		if to == "nobody" {
			to = ""
		}
		field = "member"
		list, err = d.Casework.AssignAll(r.Context(), actor(r), numbers, to)
	}
	if errs, status := d.problems(r, err, field); errs != nil {
		return d.showBulk(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	values := map[string][]string{}
	for _, x := range list {
		if x.Failed == nil {
			values["done"] = append(values["done"], string(x.Number))
			continue
		}
		values["failed"] = append(values["failed"], string(x.Number))
		values["why"] = append(values["why"], d.say(r, x.Failed))
	}
	if err := d.keep(w, r, keptBulk, values); err != nil {
		return err
	}
	ui.Redirect(w, r, "/desk/bulk/done")
	return nil
}

// bulkDonePage says which cases were changed, and which were not and why.
type bulkDonePage struct {
	Gone   bool // what was done is not known any more
	Done   []string
	Failed []bulkFailed
}

type bulkFailed struct{ Number, Why string }

func (d *desk) bulkDone(w http.ResponseWriter, r *http.Request) error {
	v, ok, err := d.found(r, keptBulk)
	if err != nil {
		return err
	}
	data := bulkDonePage{Gone: !ok, Done: v.Values["done"]}
	for i, n := range v.Values["failed"] {
		data.Failed = append(data.Failed, bulkFailed{n, v.Values["why"][i]})
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/bulk_done", page(d, r, d.text(r, "together.bulk.done-title"), data))
}

// caseTag puts a tag on one case or takes one off. What stands in the composer comes along.
func (d *desk) caseTag(w http.ResponseWriter, r *http.Request) error {
	f, answered, err := d.readBeside(w, r)
	if answered || err != nil {
		return err
	}
	word, set := f.one("tag-word"), d.Casework.Tag
	if off := f.one("untag"); off != "" {
		word, set = off, d.Casework.Untag
	}
	if err := set(r.Context(), actor(r), number(r), word); err != nil {
		return d.refused(w, r, err, "tag-word", f, nil)
	}
	ui.Redirect(w, r, base(r)+"?done=tag#s-tags")
	return nil
}

// tagText words a tag on the timeline.
func (d *desk) tagText(r *http.Request, it casework.Item) string {
	switch {
	case it.Tag == nil:
		return it.Text
	case it.Tag.Distress && it.Tag.Off:
		return d.text(r, "distress.event-off")
	case it.Tag.Distress:
		return d.text(r, "distress.event", "what", it.Tag.Word)
	case it.Tag.Off:
		return d.text(r, "together.tag.event-off", "tag", it.Tag.Word)
	default:
		return d.text(r, "together.tag.event", "tag", it.Tag.Word)
	}
}
