package profile

import (
	"slices"
	"testing"

	"klankbord/internal/casefile"
)

// What the organisation leaves out is in no list; the last that the law or a visitor in
// danger needs cannot be left out.
func TestWhatIsLeftOutIsNowhere(t *testing.T) {
	for _, name := range Names() {
		p, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		kept := p.EmergencyIn("nl")[0]
		action, body := p.ActionsOn(casefile.Integrity)[0], p.ExternalOn(casefile.Integrity)[0]
		for i := range p.Emergency {
			p.Emergency[i].Off = p.Emergency[i].ID != kept.ID
		}
		for i := range p.Actions {
			p.Actions[i].Off = p.Actions[i].ID == action.ID
		}
		for i := range p.External {
			p.External[i].Off = p.External[i].ID == body.ID
		}
		if got := p.EmergencyIn("nl"); len(got) != 1 || got[0].ID != kept.ID {
			t.Errorf("%s: %d numbers are left", name, len(got))
		}
		if slices.ContainsFunc(p.ActionsOn(casefile.Integrity), func(a Action) bool { return a.ID == action.ID }) ||
			slices.ContainsFunc(p.ExternalOn(casefile.Integrity), func(b ExternalBody) bool { return b.ID == body.ID }) {
			t.Errorf("%s: what is left out is still named", name)
		}
		if err := p.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, all := range []func(){
			func() {
				p.Emergency[slices.IndexFunc(p.Emergency, func(e EmergencyLine) bool { return e.ID == kept.ID })].Off = true
			},
			func() {
				for i := range p.External {
					p.External[i].Off = true
				}
			},
			func() {
				for i := range p.Actions {
					p.Actions[i].Off = true
				}
			},
		} {
			whole := p.apart()
			all()
			if err := p.Validate(); err == nil {
				t.Errorf("%s: all can be left out", name)
			}
			p = whole
		}
	}
}
