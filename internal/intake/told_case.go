package intake

import (
	"context"
	"errors"
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
	"klankbord/internal/ident"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

// ToldReview is what a member sees before what they were told is registered.
type ToldReview struct {
	Review
	Wrong    []ToldFault
	Channel  casefile.Channel
	At       time.Time
	Written  lang.Lang
	Unknown  bool
	Consent  casefile.Consent
	Named    bool // the member's own name stands in it: they get no key
	Reads    bool // the member will be able to open the case
	Complete bool
}

// Registered is what became of what a member registered.
type Registered struct {
	Number casefile.Number
	Reads  bool // the member can open the case
}

// ReviewTold looks over what a member is about to register.
func (i *Intake) ReviewTold(ctx context.Context, actor access.Actor, tok seal.Token) (*ToldReview, error) {
	d, err := i.ToldDraft(ctx, actor, tok)
	if err != nil {
		return nil, err
	}
	dir, err := i.Custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	v, _, err := i.reviewTold(ctx, actor, d, dir)
	return v, err
}

func (i *Intake) reviewTold(ctx context.Context, actor access.Actor, d *Draft, dir *staff.Directory) (*ToldReview, access.Exclusion, error) {
	f, wrong := i.facts(d)
	v := &ToldReview{
		Review: Review{Draft: d, Routing: i.Profile.Route(d.Answers), Missing: i.Profile.MissingTold(d.Answers)},
		Wrong:  wrong, Channel: f.channel, At: f.at, Written: f.written, Unknown: f.unknown, Consent: f.consent,
	}
	if f.unknown {
		v.Missing = i.Profile.MissingUnsigned(d.Answers)
	}
	x := exclusion(d, v.Routing)
	if v.Routing.Team == "" {
		return v, x, nil
	}
	if v.Closed = !access.Receives(dir, v.Routing.Team); v.Closed {
		return v, x, nil
	}
	matches, err := i.matches(ctx, d, dir, v.Routing)
	if err != nil {
		return nil, x, err
	}
	for _, m := range matches {
		if m.Member == actor.Member { // nobody decides that a complaint is not about themselves
			v.Named = true
			x.Members = append(slices.DeleteFunc(x.Members, func(id staff.ID) bool { return id == m.Member }), m.Member)
			continue
		}
		v.Matches = append(v.Matches, m)
	}
	slices.Sort(x.Members)
	s := access.Recipients(dir, access.Want{Team: v.Routing.Team, Alternative: v.Routing.NeedsAlternative, Without: x})
	v.Seen = seen(v.Routing, x, s)
	v.Excluded, v.Alternative, v.OnlyOutside = len(x.Functions)+len(x.Members) > 0, s.Alternative, s.OnlyRecovery
	v.Reads = slices.Contains(s.Members, actor.Member)
	v.Complete = v.Ready() && len(v.Wrong) == 0
	return v, x, nil
}

// NameTold keeps whether what a member registers is about colleagues whose names stand in it.
func (i *Intake) NameTold(ctx context.Context, actor access.Actor, tok seal.Token, named map[string]string) error {
	if _, err := i.ToldDraft(ctx, actor, tok); err != nil {
		return err
	}
	_, err := i.Name(ctx, tok, actor.Language, named)
	return err
}

// Registering is what a member registers, and from which page.
type Registering struct {
	Draft string // its id
	Seen  string // Seen of the ToldReview that they looked at; empty: none
	Who   string // what the record of the conversation calls the person
}

// Register makes the case of what a member was told. Its clocks start when it was received,
// not now. Nobody has a code yet. Of what was spoken the words lie ready for the person to
// check, correct and agree to. The same form sent again makes nothing more. Faults: incomplete,
// closed, ErrNoDraft, ErrSeen.
func (i *Intake) Register(ctx context.Context, actor access.Actor, tok seal.Token, w Registering) (Registered, error) {
	if err := registers(actor); err != nil {
		return Registered{}, err
	}
	d, err := i.ToldDraft(ctx, actor, tok)
	if errors.Is(err, ErrNoDraft) || err == nil && d.ID != w.Draft {
		r, again := i.receiptOf(ctx, tok, w.Draft)
		if again != nil {
			return Registered{}, ErrNoDraft
		}
		return i.registered(ctx, actor, r)
	}
	if err != nil {
		return Registered{}, err
	}
	r, err := i.send(ctx, tok, w.Seen, func() (*submission, error) { return i.prepareTold(ctx, actor, d, w.Who) })
	if err != nil {
		return Registered{}, err
	}
	return i.registered(ctx, actor, r)
}

// registered tells whether the member can open what they registered.
func (i *Intake) registered(ctx context.Context, actor access.Actor, r *Receipt) (Registered, error) {
	out := Registered{Number: r.Number}
	err := i.Store.Read(ctx, func(tx *store.Tx) error {
		_, err := tx.CaseFor(actor.Member, r.Number)
		out.Reads = err == nil
		if errors.Is(err, store.ErrNone) {
			return nil
		}
		return err
	})
	return out, err
}

func (i *Intake) prepareTold(ctx context.Context, actor access.Actor, d *Draft, who string) (*submission, error) {
	dir, err := i.Custody.Directory(ctx)
	if err != nil {
		return nil, err
	}
	v, without, err := i.reviewTold(ctx, actor, d, dir)
	switch {
	case err != nil:
		return nil, err
	case v.Closed:
		return nil, ErrClosed
	case !v.Complete:
		return nil, fault.New(fault.Invalid, "error.complaint-incomplete")
	}
	s := i.submission(d)
	s.once = func(tx *store.Tx) error { return tx.DeleteDraft(d.ID) }
	s.at, s.channel, s.exclusion, s.who = v.At, v.Channel, without, who
	s.told = &casefile.Told{
		Member: string(actor.Member), Channel: v.Channel, At: v.At, Unknown: v.Unknown, Consent: v.Consent, LeftOut: !v.Reads,
	}
	s.written = v.Written
	if v.Unknown { // whoever it is from is not known: what was typed about them is not kept as theirs
		for _, key := range []string{profile.FieldFirstName, profile.FieldLastName, profile.FieldEmail, profile.FieldPhone, profile.FieldAddress} {
			delete(s.answers, key)
		}
	}
	return s, i.ready(dir, s)
}

// writtenIn is the language of the story.
func (s *submission) writtenIn() lang.Lang {
	if s.told != nil {
		return s.written
	}
	return lang.Lang(s.draft.Lang)
}

// toldItems are the entries that a complaint has which a member registered: how they were
// told, and, of what was spoken, the minutes and the slip on which the person checks them.
// Directive (EU) 2019/1937 art. 18(2) to (4).
func (s *submission) toldItems(told casefile.Story) ([]custody.Item, error) {
	by := func(x custody.Item) custody.Item {
		x.AuthorKind, x.AuthorID = custody.AuthorMember, s.told.Member
		return x
	}
	for n, f := range s.draft.Files {
		switch {
		case f.ID == s.draft.Told.Recording:
			s.told.Recording = casefile.EntryID(s.files[n])
		case casefile.SoundType(f.Type) != "":
			s.told.Sounds = append(s.told.Sounds, casefile.Sound{File: casefile.EntryID(s.files[n]), Heard: s.draft.Heard(f)})
		}
	}
	var items []custody.Item
	var failed []error
	if s.channel.Oral() {
		record := ident.New()
		s.told.Minutes = casefile.EntryID(ident.New())
		on, way := s.at.In(lang.Brussels()).Format(time.DateOnly), "phone"
		if s.channel == casefile.ChannelVisit {
			way = "person"
		}
		fields := map[string][]string{
			"who": {s.who}, "on": {on}, "way": {way}, "recorded": {"not"}, "minutes": {told.Text}, "checked": {"offered"},
		}
		if s.told.Consent == casefile.ConsentGiven {
			fields["recorded"] = []string{"agreed"}
		}
		kept, err1 := casefile.EncodePayload(casefile.Record{Sheet: casefile.SheetInterview, Fields: fields})
		slip, err2 := casefile.EncodePayload(casefile.Slip{
			Kind: casefile.SlipMinutes, Lang: told.Lang, Record: casefile.EntryID(record), Version: casefile.EntryID(record), On: on, Text: told.Text,
		})
		failed = append(failed, err1, err2)
		items = append(items, by(item(record, casefile.EntryRecord, seal.Investigation, kept)),
			by(item(string(s.told.Minutes), casefile.EntrySlip, seal.Dialogue, slip)))
	}
	how, err := casefile.EncodePayload(*s.told)
	return append([]custody.Item{by(item("", casefile.EntryTold, seal.Investigation, how))}, items...), errors.Join(append(failed, err)...)
}
