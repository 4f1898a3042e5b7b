package profile

import (
	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
	"klankbord/internal/staff"
	"slices"
)

// Organisation is who receives the complaints.
type Organisation struct {
	ID      string `json:"id,omitzero"`
	Name    Text   `json:"name,omitzero"`
	Desk    Text   `json:"desk,omitzero"`    // what the desk is called on pages and in mail
	Address Text   `json:"address,omitzero"` // postal address, for letters
	Website string `json:"website,omitzero"`
	Accent  string `json:"accent,omitzero"` // of buttons and links, as #rrggbb; empty: Klankbord's own
	Logo    string `json:"logo,omitzero"`   // a PNG in base64; empty: none
}

// Settings are the choices that an organisation makes about how its desk works.
type Settings struct {
	// IdentityOpening is "reason" when a recorded reason opens an identity, and
	// "second-member" when another member must approve.
	IdentityOpening string `json:"identity_opening,omitzero"`
	// CodeDelayDays is how long a new code for somebody who lost theirs waits after
	// it was asked for, so that whoever holds the old one can stop it.
	CodeDelayDays int `json:"code_delay_days,omitzero"`
	// DirectoryDelayHours is how long after two members signed it somebody new in a
	// team of the strict routes, or another recovery key, receives keys. It is fixed
	// when an instance is founded.
	DirectoryDelayHours int `json:"directory_delay_hours,omitzero"`
	// DPOGranted says that the data-protection officer gets a grant on privacy
	// cases by default.
	DPOGranted bool `json:"dpo_granted,omitzero"`
	// CheckIns are the questions after closing, whether somebody is treated badly since
	// they spoke.
	CheckIns CheckIns `json:"check_ins,omitzero"`
	// ReviewDays is for how many days after closing a review can be asked for; 0: not at all.
	ReviewDays int `json:"review_days,omitzero"`
	// ExitRoutes are the routes on which the form shows a way to leave fast.
	ExitRoutes []casefile.Route `json:"exit_routes,omitzero"`
	// ExitTarget is the neutral site that leaving goes to.
	ExitTarget string `json:"exit_target,omitzero"`
	// Languages are those that the public pages offer; none: all.
	Languages []string `json:"languages,omitzero"`
	// Language is the one that a visitor gets who states none that is offered; empty: the
	// first of them.
	Language string `json:"language,omitzero"`
	// Holidays are days on which the organisation does not work besides the legal ones, as
	// 2027-01-04.
	Holidays []string `json:"holidays,omitzero"`
	// IdleMinutes is how long a member may do nothing before they sign in again, and
	// MostIdleMinutes what they may choose instead; 0: as the operator set it, who is
	// also the bound of both.
	IdleMinutes     int `json:"idle_minutes,omitzero"`
	MostIdleMinutes int `json:"most_idle_minutes,omitzero"`
	// Witnesses are mail addresses that get checkpoints of the log besides those that the
	// operator named.
	Witnesses []string `json:"witnesses,omitzero"`
}

// Review is the time after closing in which a review can be asked for.
func (s Settings) Review() deadline.Length {
	return deadline.Length{N: s.ReviewDays, Unit: deadline.Days}
}

// CheckIns says on which routes a person is asked after closing how they are treated.
type CheckIns struct {
	Routes     []casefile.Route `json:"routes,omitzero"`
	Months     []int            `json:"months,omitzero"`      // after closing
	AnswerDays int              `json:"answer_days,omitzero"` // after which silence asks for a member
}

// On reports whether somebody whose case was on a route is asked.
func (c CheckIns) On(r casefile.Route) bool { return slices.Contains(c.Routes, r) }

// Answer is how long a question waits for its answer.
func (c CheckIns) Answer() deadline.Length {
	return deadline.Length{N: c.AnswerDays, Unit: deadline.Days}
}

// Team is a group that handles complaints, as the public page presents it.
type Team struct {
	ID        casefile.Team    `json:"id,omitzero"`
	Routes    []casefile.Route `json:"routes,omitzero"` // what goes to it by default; none for the alternative
	Name      Text             `json:"name,omitzero"`
	Handles   Text             `json:"handles,omitzero"`    // which complaints
	Readers   Text             `json:"readers,omitzero"`    // who reads them, and who does not
	MailNote  Text             `json:"mail_note,omitzero"`  // what differs when one writes by e-mail
	InboxNote Text             `json:"inbox_note,omitzero"` // who looks after the inbox
	Contacts  []Contact        `json:"contacts,omitzero"`
	Functions []staff.Function `json:"functions,omitzero"` // functions its members hold
}

// Contact is one way to reach a team.
type Contact struct {
	ID    string `json:"id,omitzero"`
	Kind  string `json:"kind,omitzero"`  // "form", "email", "phone", "post"
	Value string `json:"value,omitzero"` // as shown; empty for the form
	For   Text   `json:"for,omitzero"`   // what one uses it for
	// Placeholder says that Value stands in for something only the organisation
	// knows; pages show Note beside it, and set-up asks for the real value.
	Placeholder bool `json:"placeholder,omitzero"`
	Note        Text `json:"note,omitzero"`
}

// Action is something that can follow a complaint.
type Action struct {
	ID     string           `json:"id,omitzero"`
	Routes []casefile.Route `json:"routes,omitzero"`
	Label  Text             `json:"label,omitzero"`
	Off    bool             `json:"off,omitzero"` // the organisation leaves it out
}

// EmergencyLine is a number to call in danger or distress.
type EmergencyLine struct {
	ID        string   `json:"id,omitzero"`
	Number    string   `json:"number,omitzero"`
	Languages []string `json:"languages,omitzero"` // languages it is meant for; empty means all
	Name      Text     `json:"name,omitzero"`
	For       Text     `json:"for,omitzero"`
	// ToCheck says that the organisation has yet to confirm the number.
	ToCheck bool `json:"to_check,omitzero"`
	Off     bool `json:"off,omitzero"` // the organisation leaves it out
}

// ExternalBody is an authority or body that a person may go to instead of, or
// after, the organisation. Directive (EU) 2019/1937 art. 9(1)(g).
type ExternalBody struct {
	ID      string           `json:"id,omitzero"`
	Routes  []casefile.Route `json:"routes,omitzero"`
	Name    Text             `json:"name,omitzero"`
	For     Text             `json:"for,omitzero"`
	Website Text             `json:"website,omitzero"`
	ToCheck bool             `json:"to_check,omitzero"`
	Off     bool             `json:"off,omitzero"` // the organisation leaves it out
}

// Page is one page of text.
type Page struct {
	ID     string  `json:"id,omitzero"`
	Title  Text    `json:"title,omitzero"`
	Intro  Text    `json:"intro,omitzero"`
	Blocks []Block `json:"blocks,omitzero"`
}

// Block is a part of a page under its own heading: paragraphs, then a list.
type Block struct {
	ID         string `json:"id,omitzero"`
	Heading    Text   `json:"heading,omitzero"`
	Paragraphs []Text `json:"paragraphs,omitzero"`
	List       []Text `json:"list,omitzero"`
}

// Block returns a block of the page by its id.
func (p Page) Block(id string) (Block, bool) {
	for _, b := range p.Blocks {
		if b.ID == id {
			return b, true
		}
	}
	return Block{}, false
}

// Team returns how the profile presents a team.
func (p *Profile) Team(id casefile.Team) (Team, bool) {
	for _, t := range p.Teams {
		if t.ID == id {
			return t, true
		}
	}
	return Team{}, false
}

// DirectoryRules are the rules with which the directory of a new instance is
// founded: nobody enters a team of the strict routes, or becomes the alternative
// recipient, by one signature.
func (p *Profile) DirectoryRules() staff.Rules {
	r := staff.Rules{Profile: p.Name, Delay: int64(p.Settings.DirectoryDelayHours) * 3600}
	for _, t := range p.Teams {
		if t.ID == casefile.Alternative || onRoute(t.Routes, casefile.Privacy) || onRoute(t.Routes, casefile.Integrity) {
			r.Strict = append(r.Strict, t.ID)
		}
	}
	return r
}

// TeamFor returns the team to which the complaints of a route go by default.
func (p *Profile) TeamFor(r casefile.Route) (casefile.Team, bool) {
	for _, t := range p.Teams {
		if onRoute(t.Routes, r) {
			return t.ID, true
		}
	}
	return "", false
}

// ActionsOn returns what can follow a complaint on a route.
func (p *Profile) ActionsOn(r casefile.Route) []Action {
	var out []Action
	for _, a := range p.Actions {
		if !a.Off && onRoute(a.Routes, r) {
			out = append(out, a)
		}
	}
	return out
}

// ExternalOn returns the bodies outside that a person on a route may go to.
func (p *Profile) ExternalOn(r casefile.Route) []ExternalBody {
	var out []ExternalBody
	for _, b := range p.Outside() {
		if onRoute(b.Routes, r) {
			out = append(out, b)
		}
	}
	return out
}

// Outside returns the bodies outside that pages name.
func (p *Profile) Outside() []ExternalBody {
	return slices.DeleteFunc(slices.Clone(p.External), func(b ExternalBody) bool { return b.Off })
}

// EmergencyIn returns the numbers that pages in a language name.
func (p *Profile) EmergencyIn(l string) []EmergencyLine {
	return slices.DeleteFunc(slices.Clone(p.Emergency), func(e EmergencyLine) bool {
		return e.Off || len(e.Languages) > 0 && !slices.Contains(e.Languages, l)
	})
}

func onRoute(routes []casefile.Route, r casefile.Route) bool {
	return slices.Contains(routes, r)
}
