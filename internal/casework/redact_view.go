package casework

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
)

// RemovalPlace is an entry in which the passage stands.
type RemovalPlace struct {
	Kind   casefile.EntryKind
	Sheet  casefile.Sheet // of a record
	At     time.Time
	Times  int
	Stuck  bool // it was signed word for word, or names a file: it stays until the case is erased
	entry  string
	remain []byte
}

// RemovalView is what would be removed.
type RemovalView struct {
	Passage string
	File    File // the zero file: a passage
	Reason  casefile.RedactReason
	Places  []RemovalPlace
	Shown   string
}

// String hides the passage.
func (RemovalView) String() string { return "[sealed]" }

// LogValue hides the passage.
func (RemovalView) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// LookForRemoval finds everything that would be removed. Faults: the passage is too short
// or stands nowhere; no reason chosen. fault.ErrNotFound: the case has no such file.
func (c *Casework) LookForRemoval(ctx context.Context, actor access.Actor, n casefile.Number, r Removing) (*RemovalView, error) {
	o, err := c.open(ctx, actor, n)
	if err != nil {
		return nil, err
	}
	return c.removal(o, r)
}

func (c *Casework) removal(o *custody.Opened, r Removing) (*RemovalView, error) {
	if !slices.Contains(casefile.RedactReasons(), r.Reason) {
		return nil, errRedactReason
	}
	v := &RemovalView{Reason: r.Reason}
	if r.File != "" {
		f, ok := filesOf(o)[r.File]
		for _, raw := range rawFile(o, r.File) {
			f, ok = raw, true
		}
		if !ok || f.Damaged || f.Removed {
			return nil, errNothing
		}
		v.File, v.Places = f, []RemovalPlace{{Kind: casefile.EntryFile, At: created(o, f.ID), Times: 1, entry: f.ID}}
		v.Shown = r.File
		return v, nil
	}
	passage, ok := casefile.Passage(r.Passage)
	if !ok {
		return nil, errNoPassage
	}
	v.Passage = strings.TrimSpace(r.Passage)
	for _, e := range o.Entries {
		if p, ok := placeOf(e, passage); ok {
			v.Places = append(v.Places, p)
			v.Shown += e.ID + " " + strconv.Itoa(p.Times) + " "
		}
	}
	if !slices.ContainsFunc(v.Places, func(p RemovalPlace) bool { return !p.Stuck }) {
		return nil, errNowhere
	}
	return v, nil
}

// placeOf looks for a passage in an entry.
func placeOf(e custody.Entry, passage *regexp.Regexp) (p RemovalPlace, found bool) {
	p = RemovalPlace{Kind: e.Kind, At: e.Created, entry: e.ID}
	if e.Damaged || e.Locked || e.Kind.Redacts() {
		return p, false
	}
	if k, err := casefile.DecodePayload[casefile.Record](e.Payload); err == nil {
		p.Sheet = k.Sheet
	}
	left, times, err := casefile.Without(e.Kind, e.Payload, passage)
	if err == nil {
		p.remain, p.Times = left, times
		return p, times > 0
	}
	p.Stuck = true
	for _, text := range fixedTexts(e) {
		p.Times += len(passage.FindAllStringIndex(text, -1))
	}
	return p, p.Times > 0
}

// fixedTexts are the texts of an entry that cannot be changed: signed requests and
// decisions, reasons of who may read, names of files.
func fixedTexts(e custody.Entry) []string {
	switch e.Kind {
	case casefile.EntryRequest:
		p, _ := casefile.DecodePayload[casefile.Request](e.Payload)
		return []string{p.Reason}
	case casefile.EntryDecision:
		p, _ := casefile.DecodePayload[casefile.Decision](e.Payload)
		return []string{p.Words}
	case casefile.EntryAccess:
		p, _ := casefile.DecodePayload[casefile.AccessEvent](e.Payload)
		return []string{p.Why}
	case casefile.EntryCode:
		p, _ := casefile.DecodePayload[casefile.CodeEvent](e.Payload)
		return []string{p.Why}
	case casefile.EntryFile, casefile.EntryInternalFile:
		if m, err := manifest(e); err == nil {
			return []string{m.Name}
		}
		return nil
	default:
		return nil
	}
}

// removalOf is what a request for a removal is about; nil when it no longer stands there.
// A request names the place of a passage and never its words.
func (c *Casework) removalOf(o *custody.Opened, object string) *RemovalView {
	parts := strings.Split(object, ":")
	var r Removing
	switch {
	case len(parts) == 2:
		r = Removing{File: parts[0], Reason: casefile.RedactReason(parts[1])}
	case len(parts) == 5:
		at := make([]int, 3)
		for i := range at {
			at[i], _ = strconv.Atoi(parts[i+1])
		}
		i := slices.IndexFunc(o.Entries, func(e custody.Entry) bool { return e.ID == parts[0] })
		if i < 0 || o.Entries[i].Damaged || o.Entries[i].Locked {
			return nil
		}
		texts := casefile.TextsIn(o.Entries[i].Kind, o.Entries[i].Payload)
		if at[0] < 0 || at[0] >= len(texts) || at[1] < 0 || at[1] > at[2] || at[2] > len(texts[at[0]]) {
			return nil
		}
		r = Removing{Passage: texts[at[0]][at[1]:at[2]], Reason: casefile.RedactReason(parts[4])}
	}
	v, err := c.removal(o, r)
	if err != nil {
		return nil
	}
	return v
}

// object is what a request says of a removal: where it stands first.
func (v *RemovalView) object(o *custody.Opened) (string, bool) {
	if v.File.ID != "" {
		return v.File.ID + ":" + string(v.Reason), true
	}
	passage, ok := casefile.Passage(v.Passage)
	if !ok {
		return "", false
	}
	for _, e := range o.Entries {
		if e.Damaged || e.Locked {
			continue
		}
		for i, text := range casefile.TextsIn(e.Kind, e.Payload) {
			if at := passage.FindStringIndex(text); at != nil {
				return fmt.Sprintf("%s:%d:%d:%d:%s", e.ID, i, at[0], at[1], v.Reason), true
			}
		}
	}
	return "", false
}
