package intake

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/casefile"
	"klankbord/internal/fault"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
)

// The questions about how a member was told, by the name of their control.
const (
	ToldChannel   = "told.channel"   // phone, letter or visit
	ToldOn        = "told.on"        // the day; keys .day, .month and .year
	ToldTime      = "told.time"      // of that day; empty: not known
	ToldWritten   = "told.written"   // the language of the text
	ToldUnknown   = "told.unknown"   // "yes": a letter without a sender
	ToldConsent   = "told.consent"   // to a recording
	ToldRecording = "told.recording" // the file of it
	ToldSound     = "told.sound/"    // with the id of a file that plays as sound: what it is
)

// toldDays is for how many days something that was received can still be registered; what
// lies further back comes in by an import.
const toldDays = 366

// Told is how a member was told what they register, as typed.
type Told struct {
	Member    staff.ID        `json:"member"`
	Typed     profile.Answers `json:"typed"`
	Recording string          `json:"recording,omitempty"` // id of the file
}

// String keeps what was typed out of whatever prints it.
func (Told) String() string { return "[sealed]" }

// LogValue keeps what was typed out of logs.
func (Told) LogValue() slog.Value { return slog.StringValue("[sealed]") }

// ToldFault is what is wrong with an answer about how a member was told.
type ToldFault struct{ Field, Key string }

// toldFacts is what the typed answers say.
type toldFacts struct {
	channel casefile.Channel
	at      time.Time
	written lang.Lang
	unknown bool
	consent casefile.Consent
}

// registers refuses whoever handles no cases.
func registers(a access.Actor) error {
	if !a.Handler() || !a.Entry.Active {
		return fault.ErrNotFound
	}
	return nil
}

// ToldDraft is what this member began to register in this browser; ErrNoDraft where that is
// nothing, or a colleague's.
func (i *Intake) ToldDraft(ctx context.Context, actor access.Actor, tok seal.Token) (*Draft, error) {
	if err := registers(actor); err != nil {
		return nil, err
	}
	d, err := i.Draft(ctx, tok)
	if err == nil && (d.Told == nil || d.Told.Member != actor.Member) {
		return nil, ErrNoDraft
	}
	return d, err
}

// BeginTold returns what this member began to register in this browser, or begins it;
// ErrNoDraft where the browser holds a colleague's.
func (i *Intake) BeginTold(ctx context.Context, actor access.Actor, tok seal.Token) (*Draft, error) {
	if err := registers(actor); err != nil {
		return nil, err
	}
	if _, err := i.ensure(ctx, tok, actor.Language, &Told{Member: actor.Member}); err != nil {
		return nil, err
	}
	return i.ToldDraft(ctx, actor, tok)
}

// SaveTold keeps what a member typed about what they were told, right or wrong; answers to
// questions that were not asked stay. A recording goes at once where the person did not agree
// to it; dropped are those.
func (i *Intake) SaveTold(ctx context.Context, actor access.Actor, tok seal.Token, asked []profile.Step, typed profile.Answers) (d *Draft, dropped []File, err error) {
	if _, err := i.BeginTold(ctx, actor, tok); err != nil {
		return nil, nil, err
	}
	d, err = i.change(ctx, tok, actor.Language, func(d *Draft) {
		for _, step := range asked {
			d.Answers = Merged(d.Answers, step, typed)
		}
		d.Told.Typed = profile.Answers{}
		for key, values := range typed {
			if strings.HasPrefix(key, "told.") {
				d.Told.Typed[key] = slices.Clone(values)
			}
		}
		if dropped = d.withheld(); d.Told.Typed.One(ToldConsent) != string(casefile.ConsentGiven) {
			dropped, d.Told.Recording = append(dropped, d.Recording()...), ""
		}
	})
	if err != nil {
		return d, nil, err
	}
	for _, x := range dropped {
		if err := i.RemoveFile(ctx, tok, x.ID); err != nil {
			return nil, nil, err
		}
		d.Files = slices.DeleteFunc(d.Files, func(f File) bool { return f.ID == x.ID })
	}
	return d, dropped, nil
}

// Sounds are the files of a draft, but for the recording, that play as sound: a member says
// of each whether it is a recording as well.
func (d *Draft) Sounds() []File {
	return slices.DeleteFunc(d.Evidence(), func(f File) bool { return casefile.SoundType(f.Type) == "" })
}

// Heard is what the member said of a file that plays as sound; empty: nothing yet.
func (d *Draft) Heard(f File) casefile.Heard {
	return casefile.Heard(d.Told.Typed.One(ToldSound + f.ID))
}

// withheld are the files of which the member said that whoever speaks in them did not agree.
func (d *Draft) withheld() []File {
	return slices.DeleteFunc(d.Sounds(), func(f File) bool { return d.Heard(f) != casefile.HeardWithheld })
}

// unheard says of files that play as sound what is still to be said, or goes against what was
// said of the conversation.
func (d *Draft) unheard(consent casefile.Consent) (wrong []ToldFault) {
	for _, f := range d.Sounds() {
		switch h := d.Heard(f); {
		case !h.Known():
			wrong = append(wrong, ToldFault{ToldSound + f.ID, "sound.missing"})
		case h == casefile.HeardAgreed && (consent == casefile.NotRecorded || consent == casefile.ConsentWithheld):
			wrong = append(wrong, ToldFault{ToldSound + f.ID, "sound.against"})
		}
	}
	return wrong
}

// AddToldFile seals a file that belongs to what a member registers, as AddFile does.
func (i *Intake) AddToldFile(ctx context.Context, actor access.Actor, tok seal.Token, name string, r io.Reader) (File, error) {
	if _, err := i.BeginTold(ctx, actor, tok); err != nil {
		return File{}, err
	}
	return i.AddFile(ctx, tok, actor.Language, name, r)
}

// AddRecording seals the recording of what was said. It replaces one that was there. Whether
// the person agreed is seen when the answers are saved, with which it comes.
func (i *Intake) AddRecording(ctx context.Context, actor access.Actor, tok seal.Token, name string, r io.Reader) (File, error) {
	f, err := i.AddToldFile(ctx, actor, tok, name, r)
	if err != nil {
		return f, err
	}
	return f, i.record(ctx, actor, tok, f.ID)
}

func (i *Intake) record(ctx context.Context, actor access.Actor, tok seal.Token, id string) error {
	old := ""
	_, err := i.change(ctx, tok, actor.Language, func(d *Draft) {
		old, d.Told.Recording = d.Told.Recording, id
	})
	if err == nil && old != "" {
		err = i.RemoveFile(ctx, tok, old)
	}
	return err
}

// DropToldFile takes a file away that a member added; one that is gone is no error.
func (i *Intake) DropToldFile(ctx context.Context, actor access.Actor, tok seal.Token, id string) error {
	d, err := i.ToldDraft(ctx, actor, tok)
	if err != nil {
		return err
	}
	if d.Told.Recording == id {
		if _, err := i.change(ctx, tok, actor.Language, func(d *Draft) { d.Told.Recording = "" }); err != nil {
			return err
		}
	}
	return i.RemoveFile(ctx, tok, id)
}

// DiscardTold throws away what a member began to register.
func (i *Intake) DiscardTold(ctx context.Context, actor access.Actor, tok seal.Token) error {
	if _, err := i.ToldDraft(ctx, actor, tok); err != nil {
		if errors.Is(err, ErrNoDraft) {
			return nil
		}
		return err
	}
	return i.Discard(ctx, tok)
}

// Evidence are the files of a draft without the recording.
func (d *Draft) Evidence() []File {
	return slices.DeleteFunc(slices.Clone(d.Files), func(f File) bool { return d.Told != nil && f.ID == d.Told.Recording })
}

// Recording is the recording of what was said; empty where there is none.
func (d *Draft) Recording() []File {
	return slices.DeleteFunc(slices.Clone(d.Files), func(f File) bool { return d.Told == nil || f.ID != d.Told.Recording })
}

// facts reads what was typed about how a member was told, and says what is wrong with it.
func (i *Intake) facts(d *Draft) (f toldFacts, wrong []ToldFault) {
	typed := d.Told.Typed
	bad := func(field, key string) { wrong = append(wrong, ToldFault{field, key}) }
	if f.channel = casefile.Channel(typed.One(ToldChannel)); !f.channel.Told() {
		bad(ToldChannel, "told.channel-missing")
	}
	var key string
	if f.at, key = i.receivedAt(typed); key != "" {
		bad(ToldOn, key)
	}
	if typed.One(ToldTime) != "" {
		if _, _, ok := hourOf(typed.One(ToldTime)); !ok {
			bad(ToldTime, "told.time-wrong")
		}
	}
	var known bool
	if f.written, known = lang.Parse(typed.One(ToldWritten)); !known {
		bad(ToldWritten, "error.choose-one")
	}
	f.unknown = typed.Has(ToldUnknown, "yes")
	if f.unknown && f.channel.Oral() {
		bad(ToldUnknown, "told.unknown-wrong")
	}
	if !f.channel.Oral() {
		return f, append(wrong, d.unheard("")...)
	}
	if f.consent = casefile.Consent(typed.One(ToldConsent)); !slices.Contains(casefile.Consents(), f.consent) {
		bad(ToldConsent, "told.consent-missing")
	}
	return f, append(wrong, d.unheard(f.consent)...)
}

// receivedAt is when it was received: noon where only the day is known, and never later than
// now. The key says what is wrong with it.
func (i *Intake) receivedAt(typed profile.Answers) (at time.Time, wrong string) {
	now := i.Store.Now().In(i.Calendar.Location)
	on, ok := typed.Date(ToldOn)
	if !ok || on.Day == 0 || on.Month == 0 {
		if !typed.Given(ToldOn) {
			return at, "told.on-missing"
		}
		return at, "error.date-wrong"
	}
	hour, minute, timed := hourOf(typed.One(ToldTime))
	if !timed {
		hour, minute = 12, 0
	}
	at = time.Date(on.Year, time.Month(on.Month), on.Day, hour, minute, 0, 0, i.Calendar.Location)
	if !timed && at.After(now) && i.Calendar.Today(at) == i.Calendar.Today(now) {
		at = now
	}
	switch {
	case at.After(now):
		return at, "told.on-future"
	case at.Before(now.AddDate(0, 0, -toldDays)):
		return at, "told.on-old"
	}
	return at.UTC(), ""
}

// hourOf reads a time of day: 14:30, 14.30, 14u30, 14h30 or 14.
func hourOf(s string) (hour, minute int, ok bool) {
	h, m, cut := strings.Cut(strings.NewReplacer(".", ":", "u", ":", "h", ":", " ", "").Replace(strings.ToLower(strings.TrimSpace(s))), ":")
	if !cut || m == "" {
		m = "0"
	}
	hour, err1 := strconv.Atoi(h)
	minute, err2 := strconv.Atoi(m)
	return hour, minute, err1 == nil && err2 == nil && hour >= 0 && hour < 24 && minute >= 0 && minute < 60
}
