package public

import (
	"net/http"
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/web/ui"
)

// whoPage says who can read a complaint, who cannot, and what nobody can promise.
// What holds for every organisation are texts of the catalogue, one key for each
// promise; what an organisation decides comes from its profile.
type whoPage struct {
	Teams    []whoTeam
	Sections []whoSection
	Long     textBlock // how long complaints are kept
	Rights   textBlock
	Safe     textBlock // no retaliation
}

// whoTeam is who reads what goes to a team.
type whoTeam struct{ Name, Handles, Readers, Inbox string }

// whoSection is a list of promises under a heading.
type whoSection struct {
	ID, Heading string
	Says        []string
}

// whoKeys are the promises of a section: those that belong together stand together.
type whoKeys struct {
	title string
	says  [][]string
}

// whoPromises is every section in the order of the page.
func whoPromises() []whoKeys {
	return []whoKeys{
		{"who.keys.title", [][]string{
			{"who.keys.locked"}, {"who.keys.members"}, {"who.keys.you"},
			{"who.keys.recovery", "who.keys.recovery-apart", "who.keys.recovery-copy", "who.keys.recovery-logged"},
		}},
		{"who.none.title", [][]string{
			{"who.none.about", "who.none.trace", "who.none.late"}, {"who.none.management"}, {"who.none.colleagues"},
			{"who.none.it", "who.none.it-sees"}, {"who.none.setup"},
		}},
		{"who.limits.title", [][]string{
			{"who.limits.server", "who.limits.asleep"}, {"who.limits.copy"}, {"who.limits.mail-in"},
			{"who.limits.mail-out", "who.limits.address"}, {"who.limits.law"}, {"who.limits.device"},
		}},
		{"who.name.title", [][]string{
			{"who.name.general"}, {"who.name.apart", "who.name.reason", secondMember, "who.name.told"}, {"who.name.enforced", "who.name.story"},
		}},
		{"who.log.title", [][]string{{"who.log.mailbox"}, {"who.log.before"}, {"who.log.witness"}}},
	}
}

// secondMember is promised only where the profile asks for one.
const secondMember = "who.name.second-member"

// showWhoReads answers with that page.
func (f *face) showWhoReads(w http.ResponseWriter, r *http.Request) error {
	return f.Renderer.Render(w, r, http.StatusOK, "public/who_reads", ui.Page[whoPage]{
		Title: f.words(r, "who.title"), Path: "/who-reads", Compress: true, Index: true, Data: f.whoPage(r),
	})
}

func (f *face) whoPage(r *http.Request) whoPage {
	l := f.Renderer.Lang(r)
	var p whoPage
	for _, t := range f.Profile.Teams {
		x := whoTeam{Name: t.Name.In(l), Handles: t.Handles.In(l), Readers: t.Readers.In(l)}
		if t.ID != casefile.Alternative {
			x.Inbox = t.InboxNote.In(l)
		}
		p.Teams = append(p.Teams, x)
	}
	for _, keys := range whoPromises() {
		s := whoSection{ID: ui.ID(keys.title), Heading: f.words(r, keys.title)}
		for _, together := range keys.says {
			var words []string
			for _, key := range together {
				if key != secondMember || f.Profile.Settings.IdentityOpening == "second-member" {
					words = append(words, f.words(r, key))
				}
			}
			s.Says = append(s.Says, strings.Join(words, " "))
		}
		p.Sections = append(p.Sections, s)
	}
	p.Long, p.Rights, p.Safe = f.block("privacy", "how-long", l), f.block("privacy", "rights", l), f.block("public", "no-retaliation", l)
	return p
}

// block is a part of a page of the profile; empty where the profile has none.
func (f *face) block(page, id, l string) textBlock {
	p, _ := f.Profile.Page(page)
	b, ok := p.Block(id)
	if !ok {
		return textBlock{}
	}
	return blockIn(b, l)
}
