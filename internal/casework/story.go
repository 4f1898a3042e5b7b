package casework

import (
	"context"
	"slices"
	"strings"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
)

// filesOf reads the manifests of a case, by entry.
func filesOf(o *custody.Opened) map[string]File {
	files, sounds := map[string]File{}, heard(o)
	for _, e := range o.Entries {
		if e.Kind != casefile.EntryFile && e.Kind != casefile.EntryInternalFile {
			continue
		}
		if !e.Redacted.IsZero() {
			files[e.ID] = File{ID: e.ID, Removed: true}
			continue
		}
		m, err := manifest(e)
		files[e.ID] = File{ID: e.ID, Name: m.Name, Type: m.Type, Size: m.Size, Scan: casefile.ParseScan(m.Scan), Damaged: err != nil || !m.Complete, Heard: sounds[casefile.EntryID(e.ID)]}
	}
	return files
}

func manifest(e custody.Entry) (seal.Manifest, error) {
	if e.Damaged || e.Locked {
		return seal.Manifest{}, seal.ErrOpen
	}
	if e.Kind != casefile.EntryRawMail {
		return seal.DecodeManifest(e.Payload)
	}
	raw, err := casefile.DecodePayload[casefile.RawMail](e.Payload)
	if err != nil {
		return seal.Manifest{}, seal.ErrOpen
	}
	return seal.DecodeManifest(raw.Manifest)
}

// take returns the files that an entry names or that name it as their parent, and
// takes them off the map.
func take(files map[string]File, o *custody.Opened, parent string, ids []casefile.EntryID) []File {
	var list []File
	for _, e := range o.Entries {
		f, ok := files[e.ID]
		if !ok || e.Parent != parent && !slices.Contains(ids, casefile.EntryID(e.ID)) {
			continue
		}
		list = append(list, f)
		delete(files, e.ID)
	}
	return list
}

func (c *Casework) story(actor access.Actor, o *custody.Opened, a around, files map[string]File) *Story {
	for _, e := range o.Entries {
		if e.Kind != casefile.EntryStory {
			continue
		}
		s, err := casefile.DecodePayload[casefile.Story](e.Payload)
		if err != nil {
			return nil
		}
		return &Story{
			ID: e.ID, At: e.Created, Redacted: e.Redacted, Lang: s.Lang, Files: take(files, o, e.ID, s.Files),
			Groups: groups(a.asked, s.Answers, profile.Dialogue, actor.Language),
		}
	}
	return nil
}

// askedWith is the profile with which a complaint of a time was made: cases keep the words
// of the questions that were answered, whatever the form asks since.
func (c *Casework) askedWith(ctx context.Context, when time.Time) (*profile.Profile, error) {
	if c.Asked == nil {
		return c.Profile, nil
	}
	return c.Asked(ctx, when)
}

// groups puts answers under the parts and questions of the form, in its order. What
// the form no longer asks stands last under its own id, so that nothing is hidden.
func groups(asked *profile.Profile, answers profile.Answers, room profile.Compartment, l string) []Group {
	var groups []Group
	shown := map[string]bool{}
	for _, part := range asked.Form.Parts {
		g := Group{Title: part.Label.In(l)}
		for _, s := range asked.Form.Steps {
			if s.Part != part.ID {
				continue
			}
			for _, f := range s.Fields {
				if f.Compartment == room && f.ID != profile.FieldPrivacyRead {
					said := answer(f, answers, l, shown)
					if f.Kind == profile.Choices && !s.Title.Empty() && len(said) > 0 {
						said[0].Label = s.Title.In(l) // the label alone may say no more than "tick all that apply"
					}
					g.Answers = append(g.Answers, said...)
				}
			}
		}
		if len(g.Answers) > 0 {
			groups = append(groups, g)
		}
	}
	var rest Group
	shown[profile.FieldPrivacyRead] = true // without it nobody could send
	for _, key := range sortedKeys(answers) {
		if !shown[key] {
			rest.Answers = append(rest.Answers, Answer{Label: key, Text: strings.Join(answers[key], "\n"), Typed: true})
		}
	}
	if len(rest.Answers) > 0 {
		groups = append(groups, rest)
	}
	return groups
}

func sortedKeys(a profile.Answers) []string {
	keys := make([]string, 0, len(a))
	for k := range a {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// answer words one question; none where it was not answered.
func answer(f profile.Field, a profile.Answers, l string, shown map[string]bool) []Answer {
	for key := range a {
		if key == f.ID || strings.HasPrefix(key, f.ID+".") {
			shown[key] = true
		}
	}
	if !a.Given(f.ID) {
		return nil
	}
	out := Answer{Label: f.Label.In(l)}
	switch f.Kind {
	case profile.Checkbox:
		out.Ticked = true
	case profile.Date:
		out.Text = date(a, f.ID, l)
	case profile.Amount:
		out.Text = strings.TrimSpace(a.One(f.ID) + " " + option(f, a.One(f.ID+".currency"), l))
	case profile.Persons:
		return rows(f, a, l)
	case profile.Choice, profile.Choices:
		var labels []string
		for _, v := range a[f.ID] {
			labels = append(labels, option(f, v, l))
		}
		out.Text = strings.Join(labels, "\n")
	default:
		out.Text, out.Typed = strings.Join(a[f.ID], "\n"), true
	}
	return []Answer{out}
}

func rows(f profile.Field, a profile.Answers, l string) []Answer {
	var list []Answer
	for _, n := range a.Rows(f.ID) {
		var lines []string
		for _, sub := range f.Fields {
			key := profile.RowKey(f.ID, n, sub.ID)
			for _, v := range a[key] {
				lines = append(lines, sub.Label.In(l)+": "+option(sub, v, l))
			}
		}
		list = append(list, Answer{Label: f.Label.In(l), Text: strings.Join(lines, "\n")})
	}
	return list
}

// option is the label of an answer that was chosen, and what was typed otherwise.
func option(f profile.Field, v, l string) string {
	for _, o := range f.Options {
		if o.ID == v {
			return o.Label.In(l)
		}
	}
	return v
}

func date(a profile.Answers, field, l string) string {
	d, ok := a.Date(field)
	if !ok {
		return strings.TrimSpace(a.One(field+".day") + " " + a.One(field+".month") + " " + a.One(field+".year"))
	}
	parts := []string{decimal(int64(d.Year))}
	if d.Month > 0 {
		parts = append([]string{lang.Month(lang.Lang(l), monthOf(d.Month))}, parts...)
	}
	if d.Day > 0 {
		parts = append([]string{decimal(int64(d.Day))}, parts...)
	}
	return strings.Join(parts, " ")
}
