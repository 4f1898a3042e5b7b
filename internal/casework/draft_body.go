package casework

import (
	"encoding/json"
	"fmt"
	"slices"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/lang"
	"klankbord/internal/seal"
	"klankbord/internal/store"
)

// draftBody is a draft as it is sealed.
type draftBody struct {
	ID       string           `json:"id"`
	Seen     int64            `json:"seen"`
	Text     string           `json:"text,omitempty"`
	Lang     lang.Lang        `json:"lang,omitempty"`
	Outcome  casefile.Outcome `json:"outcome,omitempty"`
	Feedback string           `json:"feedback,omitempty"`
	Why      string           `json:"why,omitempty"`
	Files    []draftFile      `json:"files,omitempty"`
	Mention  []string         `json:"mention,omitempty"`
}

type draftFile struct {
	ID       string         `json:"id"`
	Manifest []byte         `json:"manifest"`
	Heard    casefile.Heard `json:"heard,omitempty"`
}

// drafts opens the member's own drafts; one that does not open is left out, as
// nothing can be done with it.
func (c *Casework) drafts(o *custody.Opened, rows []store.DeskDraft) []Draft {
	var list []Draft
	for _, row := range rows {
		plain, err := c.Custody.OpenDraft(o, row)
		if err != nil {
			continue
		}
		if d, err := readDraft(row, plain); err == nil {
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(x, y Draft) int { return y.Changed.Compare(x.Changed) })
	return list
}

func readDraft(row store.DeskDraft, plain []byte) (Draft, error) {
	var b draftBody
	if err := json.Unmarshal(plain, &b); err != nil {
		return Draft{}, fmt.Errorf("read draft: %w", err)
	}
	d := Draft{
		Kind: DraftKind(row.Kind), ID: b.ID, Revision: row.Revision, Changed: row.Changed, Text: b.Text, Lang: b.Lang,
		Outcome: b.Outcome, Feedback: b.Feedback, Why: b.Why, Seen: b.Seen, Mention: b.Mention, manifests: map[string]seal.Manifest{},
	}
	for _, f := range b.Files {
		m, err := seal.DecodeManifest(f.Manifest)
		if err != nil {
			return d, fmt.Errorf("read draft: %w", err)
		}
		d.manifests[f.ID] = m
		d.Files = append(d.Files, File{ID: f.ID, Name: m.Name, Type: m.Type, Size: m.Size, Scan: casefile.ParseScan(m.Scan), Heard: f.Heard})
	}
	return d, nil
}

func (d Draft) encode() ([]byte, error) {
	b := draftBody{
		ID: d.ID, Seen: d.Seen, Text: d.Text, Lang: d.Lang, Outcome: d.Outcome, Feedback: d.Feedback, Why: d.Why, Mention: d.Mention,
	}
	for _, f := range d.Files {
		b.Files = append(b.Files, draftFile{f.ID, d.manifests[f.ID].Encode(), f.Heard})
	}
	plain, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("write draft: %w", err)
	}
	return plain, nil
}
