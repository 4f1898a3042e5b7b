package desk

import (
	"net/http"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/web/ui"
)

// dataPage is the requests about personal data in a case.
type dataPage struct {
	Base, Number string
	Rows         []dataRow
	Rights       []ui.Option
	Typed        form
	Alone        bool // the request is all that the file is about
}

// dataRow is one of them.
type dataRow struct {
	Facts []ui.Answer
	Href  string // where it is answered; empty: it was
}

func (d *desk) dataShow(w http.ResponseWriter, r *http.Request) error {
	return d.showData(w, r, http.StatusOK, nil, nil)
}

func (d *desk) showData(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	data := dataPage{Base: base(r), Number: string(c.Number), Typed: typed, Alone: c.Channel == casefile.ChannelData}
	for _, q := range c.Data {
		row := dataRow{Facts: d.dataFacts(r, q)}
		if q.Waits() {
			row.Href = data.Base + "/data/" + q.Clock
		}
		data.Rows = append(data.Rows, row)
	}
	for _, right := range casefile.DataRights() {
		data.Rights = append(data.Rights, ui.Option{Value: string(right), Label: d.text(r, "common.data-right."+string(right))})
	}
	p := page(d, r, d.text(r, "desk.data.title"), data)
	p.TitleParts, p.Errors = []string{data.Number}, errs
	return d.Renderer.Render(w, r, status, "desk/data", p)
}

// dataFacts is what is known of a request.
func (d *desk) dataFacts(r *http.Request, q casework.DataRequest) []ui.Answer {
	say := func(key, text string) ui.Answer { return ui.Answer{Label: d.text(r, "desk.data."+key), Text: text} }
	who := d.text(r, "desk.item.complainant")
	if q.Other {
		who = q.Who
	}
	facts := []ui.Answer{
		say("what", d.text(r, "common.data-right."+string(q.Right))), say("who", who),
		say("on", d.date(r, q.At)), say("by", d.date(r, q.Due)),
	}
	if q.Text != "" {
		facts = append(facts, ui.Answer{Label: d.text(r, "desk.data.text"), Text: q.Text, Lang: string(q.Lang)})
	}
	if q.Answer != nil {
		facts = append(facts, say("result", d.text(r, "common.data-result."+string(q.Answer.Result))), say("why", q.Answer.Why))
	}
	return facts
}

// dataNote notes a request of somebody else than the complainant.
func (d *desk) dataNote(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	err = d.Casework.NoteData(r.Context(), actor(r), number(r), casefile.DataRight(f.one("right")), f.one("who"), f.one("text"))
	if errs, status := d.problems(r, err, dataField(err)); errs != nil {
		return d.showData(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	done(w, r, "data-asked")
	return nil
}

// dataField is the field that a fault is about.
func dataField(err error) string {
	f, _ := fault.As(err)
	switch {
	case f == nil:
		return ""
	case f.Key == "error.data-who":
		return "who"
	case f.Key == "error.data-why":
		return "why"
	default:
		return "right"
	}
}

// dataAnswerPage is where one is answered.
type dataAnswerPage struct {
	Base, Number, Clock string
	Facts               []ui.Answer
	Other, Erasure      bool
	Results             []ui.Option
	Typed               form
}

func (d *desk) dataAnswerShow(w http.ResponseWriter, r *http.Request) error {
	return d.showDataAnswer(w, r, http.StatusOK, nil, nil)
}

func (d *desk) showDataAnswer(w http.ResponseWriter, r *http.Request, status int, typed form, errs []ui.FormError) error {
	c, err := d.Casework.Case(r.Context(), actor(r), number(r))
	if err != nil {
		return err
	}
	for _, q := range c.Data {
		if q.Clock != r.PathValue("clock") || !q.Waits() {
			continue
		}
		data := dataAnswerPage{
			Base: base(r), Number: string(c.Number), Clock: q.Clock, Facts: d.dataFacts(r, q), Other: q.Other,
			Erasure: q.Right == casefile.RightErasure, Typed: typed,
		}
		for _, result := range casefile.DataResults() {
			data.Results = append(data.Results, ui.Option{Value: string(result), Label: d.text(r, "common.data-result."+string(result))})
		}
		p := page(d, r, d.text(r, "desk.data.answer-title"), data)
		p.TitleParts, p.Errors = []string{data.Number}, errs
		return d.Renderer.Render(w, r, status, "desk/data-answer", p)
	}
	return fault.ErrNotFound
}

// dataAnswer records what came of a request.
func (d *desk) dataAnswer(w http.ResponseWriter, r *http.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	err = d.Casework.AnswerData(r.Context(), actor(r), number(r), casefile.DataAnswer{
		Clock: r.PathValue("clock"), Result: casefile.DataResult(f.one("result")), Why: f.one("why"),
	})
	field := dataField(err)
	if field == "right" {
		field = "result"
	}
	if errs, status := d.problems(r, err, field); errs != nil {
		return d.showDataAnswer(w, r, status, f, errs)
	}
	if err != nil {
		return err
	}
	done(w, r, "data-answered")
	return nil
}

type dataRegisterPage struct {
	Table ui.Table
	Noted string // that one was noted just now
}

// dataRegister lists the requests of all cases that the member can open, without what was
// asked.
func (d *desk) dataRegister(w http.ResponseWriter, r *http.Request) error {
	list, err := d.Casework.DataRequests(r.Context(), actor(r))
	if err != nil {
		return err
	}
	t := ui.Table{Caption: d.text(r, "desk.data.register"), Stacked: true, Empty: d.text(r, "desk.data.none")}
	for _, key := range []string{"desk.column.number", "desk.data.on", "desk.data.by", "desk.data.state"} {
		t.Columns = append(t.Columns, ui.Column{Text: d.text(r, key)})
	}
	noted := ""
	if n, ok := ident.ParseCaseNumber(r.URL.Query().Get("noted")); ok {
		noted = d.text(r, "desk.data.alone-noted", "number", n)
	}
	for _, k := range list {
		n := string(k.Number)
		t.Rows = append(t.Rows, ui.Row{Key: n + "/" + k.ID, Name: n, Cells: []ui.Cell{
			{Text: n, Href: "/desk/case/" + n + "/data", Head: true}, {Text: d.date(r, k.Start)}, {Text: d.date(r, k.Due)},
			{Tag: &ui.Tag{Text: d.phrase(r, k.Phrase), Tone: toneOf(k.State)}},
		}})
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/data-register", page(d, r, d.text(r, "desk.data.register"), dataRegisterPage{t, noted}))
}

// dataText words a request about personal data and what came of it, on the timeline.
func (d *desk) dataText(r *http.Request, it casework.Item) string {
	key := "desk.event." + string(it.Kind)
	way := "common.data-right." + it.Way
	if it.Kind == casefile.EntryDataAnswer || it.Kind == casefile.EntryDataSettled {
		way = "common.data-result." + it.Way
	}
	said := d.text(r, key, "what", d.text(r, way), "name", it.Person)
	if it.Text == "" {
		return said
	}
	return said + "\n\n" + it.Text
}
