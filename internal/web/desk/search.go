package desk

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"klankbord/internal/casework"
	"klankbord/internal/ident"
	"klankbord/internal/web/ui"
)

// searchPage is what was found. Asked is false before anything was looked for.
type searchPage struct {
	Query   string
	Asked   bool
	NoCases bool
	Total   int
	Damaged int
	Hits    []foundCase
	Pages   *ui.Pages
}

// foundCase is a case among them. Word is empty where nothing can be shown around it.
type foundCase struct {
	Number, Subject     string
	Route, State        string
	Received            time.Time
	Before, Word, After string
}

// search leads from a case number, however it was typed, to the case, and from
// anything else to the cases in which it stands.
func (d *desk) search(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query().Get("q")
	if number, ok := ident.ParseCaseNumber(q); ok {
		ui.Redirect(w, r, "/desk/case/"+number)
		return nil
	}
	title := d.text(r, "desk.search.title")
	if !r.URL.Query().Has("q") {
		return d.Renderer.Render(w, r, http.StatusOK, "desk/search", page(d, r, title, searchPage{NoCases: !actor(r).Handler()}))
	}
	hits, err := d.Casework.Search(r.Context(), actor(r), q, int(integer(r.URL.Query().Get("page"))))
	if errs, _ := d.problems(r, err, "q"); errs != nil {
		p := page(d, r, title, searchPage{Query: q})
		p.Errors = errs
		return d.Renderer.Render(w, r, http.StatusOK, "desk/search", p)
	}
	if err != nil {
		return err
	}
	data := searchPage{Query: q, Asked: true, NoCases: hits.NoCases, Total: hits.Total, Damaged: hits.Damaged, Pages: d.searchPages(r, q, hits)}
	for _, h := range hits.Rows {
		data.Hits = append(data.Hits, d.hit(r, h))
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/search", page(d, r, title, data))
}

func (d *desk) hit(r *http.Request, h casework.Hit) foundCase {
	f := foundCase{
		Number: string(h.Number), Subject: h.Subject, Before: h.Before, Word: h.Word, After: h.After,
		Route: string(h.Route), State: string(h.State), Received: h.Received,
	}
	if h.Damaged {
		f.Subject = d.text(r, "desk.row.damaged")
	} else if f.Subject == "" {
		f.Subject = topicNames(h.Topics, d.Renderer.Lang(r), d.text(r, "desk.row.nameless"))
	}
	return f
}

// searchPages is nil where one page shows everything.
func (d *desk) searchPages(r *http.Request, q string, h *casework.Hits) *ui.Pages {
	last := (h.Total + casework.HitsPage - 1) / casework.HitsPage
	if last < 2 {
		return nil
	}
	at := func(n int) string {
		return "/desk/go?" + url.Values{"q": {q}, "page": {strconv.Itoa(n)}}.Encode()
	}
	p := &ui.Pages{Label: d.text(r, "desk.search.pages"), Summary: d.text(r, "desk.inbox.page", "page", h.Page, "pages", last)}
	if h.Page > 1 {
		p.Prev = at(h.Page - 1)
	}
	if h.Page < last {
		p.Next = at(h.Page + 1)
	}
	return p
}
