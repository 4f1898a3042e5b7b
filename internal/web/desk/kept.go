package desk

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/signin"
	"klankbord/internal/web/ui"
)

// keepFor is how long anything is kept.
const keepFor = time.Hour

// The kinds of what is kept.
const (
	keptForm     = "form"       // posted after the session had ended
	keptRecovery = "recovery"   // a personal recovery code, until it is confirmed
	keptInvited  = "invited"    // the link of an invitation, shown once
	keptMailTest = "setup-mail" // what a test mail says
	keptCalendar = "calendar"   // the secret of a calendar's address, shown once
	keptHanded   = "handed"     // a code to be given to the complainant, shown once
	keptExport   = "export"     // the ticket for an export of the log
	keptRegister = "register"   // the ticket for the register
	keptCaseFile = "case-file"  // the ticket for the file of a case
	keptBulk     = "bulk"       // what became of several cases that were changed at once
)

// kept is what must survive until the next page and belongs in no address. It lies in
// the database, sealed under the cookie of the browser that it came from.
type kept struct {
	Path   string              `json:"path"`
	Values map[string][]string `json:"values"`
	Files  []string            `json:"files"` // names of files that were not kept
}

// keep keeps a thing for a signed-in member, until the browser ends.
func (d *desk) keep(w http.ResponseWriter, r *http.Request, kind string, values map[string][]string) error {
	plain, err := json.Marshal(kept{Values: values})
	if err != nil {
		return fmt.Errorf("keep %s: %w", kind, err)
	}
	tok, err := d.SignIn.Keep(r.Context(), kind, plain, keepFor)
	if err != nil {
		return err
	}
	d.Cookies.Set(w, cookieKept, tok.Cookie(), keepFor)
	return nil
}

// secretFields are never kept.
func secretFields() []string {
	return []string{"password", "new", "code", "passkey", "created", "evaluated", "remove", "key"}
}

// keepForm keeps what was posted after the session had ended, but for files. Only a
// browser with which a member signed in before can keep anything.
func (d *desk) keepForm(w http.ResponseWriter, r *http.Request) (bool, error) {
	from := d.browser(r)
	if from.Known == "" {
		return false, nil // a stranger: there is nothing to read
	}
	v := kept{Path: r.URL.Path}
	values, carried := ui.Carried(r)
	if carried {
		v.Path = ui.CarryTo(r.URL.RequestURI())
	} else {
		var err error
		values, err = ui.ReadForm(r, ui.Limits{Fields: formFields, TextBytes: formBytes}, func(u ui.Upload) error {
			v.Files = append(v.Files, u.Name)
			return nil
		})
		if err != nil {
			return false, err
		}
	}
	for _, name := range secretFields() {
		delete(values, name)
	}
	v.Values = values
	plain, err := json.Marshal(v)
	if err != nil {
		return false, fmt.Errorf("keep form: %w", err)
	}
	tok, err := d.SignIn.KeepFor(r.Context(), from, keptForm, plain, keepFor)
	if errors.Is(err, signin.ErrNotKept) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	d.Cookies.Set(w, cookieKept, tok.Cookie(), keepFor)
	return true, nil
}

// found returns what is kept of a kind; ok is false when nothing is.
func (d *desk) found(r *http.Request, kind string) (v kept, ok bool, err error) {
	tok, err := d.token(r, cookieKept)
	if err != nil {
		return v, false, nil //nolint:nilerr // no cookie: nothing is kept
	}
	plain, err := d.SignIn.Kept(r.Context(), tok, kind)
	if errors.Is(err, signin.ErrNotKept) {
		return v, false, nil
	}
	if err != nil {
		return v, false, err
	}
	if err := json.Unmarshal(plain, &v); err != nil {
		return v, false, fmt.Errorf("read what is kept: %w", err)
	}
	return v, true, nil
}

// keptPage shows what was typed before the session ended, to be sent again.
type keptPage struct {
	Action string
	Texts  []ui.Field  // what the member can read and copy
	Hidden []ui.Option // names and values of the rest
	Files  []string    // names of those to add again
	Gone   bool
}

// keptShow gives the text back after a new sign-in. Text that was written in a case
// is shown only to somebody who may open that case, as another member may have
// signed in meanwhile.
func (d *desk) keptShow(w http.ResponseWriter, r *http.Request) error {
	p := page(d, r, d.text(r, "desk.kept.title"), keptPage{Gone: true})
	v, ok, err := d.found(r, keptForm)
	if err != nil {
		return err
	}
	if ok {
		if number, ok := caseIn(v.Path); ok {
			if _, err := d.Casework.Case(r.Context(), actor(r), number); err != nil {
				return err
			}
		}
		p.Data = d.keptData(r, v)
	}
	return d.Renderer.Render(w, r, http.StatusOK, "desk/kept", p)
}

func (d *desk) keptData(r *http.Request, v kept) keptPage {
	data := keptPage{Action: v.Path, Files: v.Files}
	var names []string
	for name := range v.Values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range v.Values[name] {
			switch {
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
		for _, kind := range []string{keptForm, keptRecovery, keptInvited, keptMailTest, keptCalendar} {
			if err := d.SignIn.Forget(r.Context(), tok, kind); err != nil {
				return err
			}
		}
		d.Cookies.Clear(w, cookieKept)
	}
	ui.Redirect(w, r, d.afterEnrolment(r))
	return nil
}

// caseIn finds the case number in the path of a form.
func caseIn(path string) (casefile.Number, bool) {
	rest, ok := strings.CutPrefix(path, "/desk/case/")
	number, _, _ := strings.Cut(rest, "/")
	number, _, _ = strings.Cut(number, "?")
	return casefile.Number(number), ok
}
