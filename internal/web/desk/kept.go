package desk

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/clock"
	"klankbord/internal/seal"
	"klankbord/internal/web/ui"
)

const (
	keepFor  = time.Hour
	keepMost = 200
)

// The kinds of what is kept.
const (
	keptForm     = "form"     // posted after the session had ended
	keptRecovery = "recovery" // a personal recovery code, until it is confirmed
	keptInvited  = "invited"  // the link of an invitation, shown once
	keptHanded   = "handed"   // a code to be given to the complainant, shown once
	keptExport   = "export"   // the ticket for an export of the log
)

// kept is what must survive until the next page and belongs in no address.
type kept struct {
	Kind   string              `json:"kind"`
	Path   string              `json:"path"`
	Values map[string][]string `json:"values"`
}

// keeper holds such things for an hour in memory, sealed under the cookie of the
// browser they came from: neither alone opens them.
type keeper struct {
	clock clock.Clock

	mu    sync.Mutex
	boxes map[string]keptBox // guarded by mu; by look-up of the cookie
}

type keptBox struct {
	box   seal.Box
	until time.Time
}

func keptContext(id string) seal.Context { return seal.Context{Kind: "desk-kept", Object: id} }

func (k *keeper) put(v kept) seal.Token {
	tok := seal.NewToken()
	plain, err := json.Marshal(v)
	if err != nil {
		return tok // strings only: it cannot fail; then there is nothing to show
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.clock.Now()
	for id, b := range k.boxes {
		if now.After(b.until) || len(k.boxes) >= keepMost {
			delete(k.boxes, id)
		}
	}
	if k.boxes == nil {
		k.boxes = map[string]keptBox{}
	}
	k.boxes[tok.ID()] = keptBox{tok.Key().Seal(keptContext(tok.ID()), plain), now.Add(keepFor)}
	return tok
}

func (k *keeper) open(tok seal.Token, kind string) (v kept, ok bool) {
	k.mu.Lock()
	b, found := k.boxes[tok.ID()]
	k.mu.Unlock()
	if !found || k.clock.Now().After(b.until) {
		return v, false
	}
	plain, err := tok.Key().Open(keptContext(tok.ID()), b.box)
	if err != nil || json.Unmarshal(plain, &v) != nil {
		return kept{}, false
	}
	return v, v.Kind == kind
}

func (k *keeper) drop(tok seal.Token) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.boxes, tok.ID())
}

// keptPage shows what was typed before the session ended, to be sent again.
type keptPage struct {
	Action string
	Texts  []ui.Field  // what the member can read and copy
	Hidden []ui.Option // names and values of the rest
	Gone   bool
}

// keptShow gives the text back after a new sign-in. Text that was written in a case
// is shown only to somebody who may open that case, as another member may have
// signed in meanwhile.
func (d *desk) keptShow(w http.ResponseWriter, r *http.Request) error {
	p := page(d, r, d.text(r, "desk.kept.title"), keptPage{Gone: true})
	if tok, err := d.token(r, cookieKept); err == nil {
		if v, ok := d.kept.open(tok, keptForm); ok {
			if number, ok := caseIn(v.Path); ok {
				if _, err := d.Casework.Case(r.Context(), actor(r), number); err != nil {
					return err
				}
			}
			p.Data = d.keptData(r, v)
		}
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/kept", p)
}

func (d *desk) keptData(r *http.Request, v kept) keptPage {
	data := keptPage{Action: v.Path}
	var names []string
	for name := range v.Values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range v.Values[name] {
			switch {
			case name == "password" || name == "remove":
			case name == "text" || name == "why" || name == "feedback" || name == "purpose" || name == "how":
				data.Texts = append(data.Texts, ui.Field{
					Kind: ui.KindArea, Name: name, Label: d.text(r, "desk.kept.text"), Values: []string{value}, Bare: true, Rows: 10,
				})
			default:
				data.Hidden = append(data.Hidden, ui.Option{Value: value, Label: name})
			}
		}
	}
	return data
}

func (d *desk) keptDiscard(w http.ResponseWriter, r *http.Request) error {
	if tok, err := d.token(r, cookieKept); err == nil {
		d.kept.drop(tok)
		d.Cookies.Clear(w, cookieKept)
	}
	ui.Redirect(w, r, "/desk")
	return nil
}

// caseIn finds the case number in the path of a form.
func caseIn(path string) (casefile.Number, bool) {
	rest, ok := strings.CutPrefix(path, "/desk/case/")
	number, _, _ := strings.Cut(rest, "/")
	number, _, _ = strings.Cut(number, "?")
	return casefile.Number(number), ok
}
