package desk

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"klankbord/internal/paper"
	"klankbord/internal/profile"
	"klankbord/internal/web/ui"
)

// The longest words that go on a paper.
const (
	officeRunes = 60
	placeRunes  = 100
)

// postersPage lets a member take the address of the form to people: on paper and on the
// organisation's own pages.
type postersPage struct {
	Lang, Topic, Office, Place string
	Langs, Topics              []ui.Option
	Address                    string
	Poster, Cards              string // addresses of the files; empty while something is wrong
	Button                     string
	Link, Style                string // HTML to copy
}

// wish is what somebody asks to have printed.
type wish struct {
	lang, office, place string
	topic               profile.Topic // zero: all
}

func (d *desk) postersShow(w http.ResponseWriter, r *http.Request) error {
	k, errs := d.posterWish(r)
	return d.showPosters(w, r, k, errs)
}

func (d *desk) showPosters(w http.ResponseWriter, r *http.Request, k wish, errs []ui.FormError) error {
	l := d.Renderer.Lang(r)
	address := d.topicAddress(k)
	data := postersPage{
		Lang: k.lang, Topic: k.topic.ID, Office: k.office, Place: k.place, Address: address, Button: d.Words.Text(k.lang, "poster.button", nil),
		Topics: []ui.Option{{Value: "", Label: d.text(r, "poster.every-topic")}},
	}
	for _, x := range d.Offered {
		data.Langs = append(data.Langs, ui.Option{Value: x, Label: d.text(r, "common.language."+x)})
	}
	for _, t := range d.Casework.Profile.Topics {
		if t.On {
			data.Topics = append(data.Topics, ui.Option{Value: t.ID, Label: t.Label.In(l)})
		}
	}
	data.Link, data.Style = snippets(address, k.lang, data.Button)
	if len(errs) == 0 {
		q := url.Values{"written": {k.lang}, "topic": {k.topic.ID}, "office": {k.office}, "place": {k.place}}.Encode()
		data.Poster, data.Cards = "/desk/posters/poster.pdf?"+q, "/desk/posters/cards.pdf?"+q
	}
	p := page(d, r, d.text(r, "poster.title"), data)
	p.Errors = errs
	return d.Renderer.Render(w, r, http.StatusOK, "desk/posters", p)
}

// posterWish reads what is asked for; a language or topic that we do not have is as none.
func (d *desk) posterWish(r *http.Request) (wish, []ui.FormError) {
	q := r.URL.Query()
	k := wish{lang: q.Get("written"), office: strings.Join(strings.Fields(q.Get("office")), " "), place: strings.Join(strings.Fields(q.Get("place")), " ")}
	if !slices.Contains(d.Offered, k.lang) {
		if k.lang = d.Renderer.Lang(r); !slices.Contains(d.Offered, k.lang) {
			k.lang = d.Offered[0]
		}
	}
	if t, ok := d.Casework.Profile.Topic(q.Get("topic")); ok && t.On {
		k.topic = t
	}
	var errs []ui.FormError
	for _, x := range []struct {
		field, text string
		most        int
	}{{"office", k.office, officeRunes}, {"place", k.place, placeRunes}} {
		if utf8.RuneCountInString(x.text) > x.most || !utf8.ValidString(x.text) {
			errs = append(errs, ui.FormError{Field: x.field, Text: d.text(r, "poster.too-long", "most", strconv.Itoa(x.most))})
		}
	}
	return k, errs
}

// topicAddress is what the code holds: language and topic, and nothing that tells where
// the paper hangs.
func (d *desk) topicAddress(k wish) string {
	address := d.Public + "/" + k.lang + "/"
	if k.topic.ID != "" {
		address += "topic/" + k.topic.ID
	}
	return address
}

// snippets are a link and a button as HTML without a script, for pages that are not ours.
// Nothing tells us from which page somebody came.
func snippets(address, lang, label string) (link, button string) {
	begin := `<a href="` + address + `" hreflang="` + lang + `" lang="` + lang + `" rel="noreferrer" referrerpolicy="no-referrer"`
	return begin + ">" + label + "</a>",
		begin + ` style="display:inline-block;padding:12px 20px;border-radius:6px;background:#16423c;color:#ffffff;font-weight:bold;text-decoration:none">` + label + "</a>"
}

func (d *desk) posterFile(w http.ResponseWriter, r *http.Request) error {
	return d.sendNotice(w, r, "poster")
}

func (d *desk) cardsFile(w http.ResponseWriter, r *http.Request) error {
	return d.sendNotice(w, r, "cards")
}

func (d *desk) sendNotice(w http.ResponseWriter, r *http.Request, what string) error {
	k, errs := d.posterWish(r)
	if len(errs) > 0 {
		return d.showPosters(w, r, k, errs)
	}
	n, write := d.notice(k), paper.Notice.Poster
	if what == "cards" {
		write = paper.Notice.Cards
	}
	var file bytes.Buffer
	if err := write(n, &file, d.Clock.Now()); err != nil {
		if paper.TooLong(err) {
			return d.showPosters(w, r, k, []ui.FormError{{Field: "office", Text: d.text(r, "poster.words-too-long")}})
		}
		return err
	}
	name := "klankbord-" + what + "-" + k.lang
	if k.topic.ID != "" {
		name += "-" + k.topic.ID
	}
	ui.FileHeaders(w, name+".pdf")
	_, err := w.Write(file.Bytes())
	return err
}

// notice words a paper in its language: what is promised, as the public pages do.
func (d *desk) notice(k wish) paper.Notice {
	p, address := d.Casework.Profile, d.topicAddress(k)
	text := func(key string, args map[string]string) string { return d.Words.Text(k.lang, key, args) }
	n := paper.Notice{
		Lang: k.lang, Organisation: p.Organisation.Name.In(k.lang), Title: text("poster.head", nil), Lead: text("poster.say", nil), Scan: text("poster.scan", nil),
		Address: address, Alt: text("poster.alt", map[string]string{"address": address}),
		Small: []string{text("poster.small-confidential", nil), text("poster.small-named", nil), text("poster.small-next", nil)},
	}
	readers := text("poster.point-confidential", nil)
	if k.topic.ID != "" {
		n.About = text("poster.about", map[string]string{"topic": k.topic.Label.In(k.lang)})
		if said := d.readersOf(k.topic, k.lang); said != "" {
			readers = text("poster.point-confidential-team", map[string]string{"readers": said})
		}
	}
	n.Points = []string{readers, text("poster.point-named", nil), text("poster.point-next", nil), text("poster.point-safe", nil), text("poster.point-other", nil)}
	for _, line := range []string{k.office, k.place} {
		if line != "" {
			n.Place = append(n.Place, line)
		}
	}
	return n
}

// readersOf is who reads complaints about a topic, as the public page says it.
func (d *desk) readersOf(t profile.Topic, l string) string {
	team := t.Team
	if team == "" {
		team, _ = d.Casework.Profile.TeamFor(t.Route)
	}
	i := slices.IndexFunc(d.Casework.Profile.Teams, func(x profile.Team) bool { return x.ID == team })
	if i < 0 {
		return ""
	}
	return d.Casework.Profile.Teams[i].Readers.In(l)
}
