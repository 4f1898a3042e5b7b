package desk

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/custody"
	"klankbord/internal/lang"
	"klankbord/internal/web/ui"
)

func (d *desk) date(r *http.Request, t time.Time) string {
	return lang.DateLong(lang.Lang(d.Renderer.Lang(r)), t)
}

// send streams a file that was logged and checked. A failure half-way ends the
// connection, so that a part is never taken for the whole.
func send(w http.ResponseWriter, f *casework.Download) error {
	ui.FileHeaders(w, f.Name)
	w.Header().Set("Content-Length", strconv.FormatInt(f.Size, 10))
	n, err := io.Copy(w, f.Body)
	if err != nil && n > 0 {
		panic(http.ErrAbortHandler) // the headers are gone: only breaking off tells the browser
	}
	if err != nil {
		w.Header().Del("Content-Length")
		return fmt.Errorf("send file: %w", err)
	}
	return nil
}

func (d *desk) fillTimeline(r *http.Request, data *casePage) {
	for _, it := range data.Case.Timeline {
		m := d.message(r, data, it)
		if data.OnlyTalk && m.Kind == ui.Event {
			continue
		}
		if it.New && data.First == "" {
			data.First = m.ID
		}
		data.Timeline = append(data.Timeline, m)
	}
}

func (d *desk) message(r *http.Request, data *casePage, it casework.Item) ui.Message {
	m := ui.Message{
		ID: "e-" + it.ID, At: it.At, From: d.from(r, data, it), Text: it.Text, Lang: string(it.Lang), Kind: kindOf(it),
		Files: d.files(data.Base, r, it.Files), Quoted: it.Quoted,
	}
	m.Text, m.Tags = d.itemText(r, it)
	if it.Old != nil {
		return d.oldMail(r, data, it, m)
	}
	if !it.Redacted.IsZero() {
		m.Tags = append(m.Tags, ui.Tag{Text: d.text(r, "redact.tag")})
	}
	if it.New {
		m.Tags = append(m.Tags, ui.Tag{Text: d.text(r, "desk.item.new"), Tone: ui.Info})
	}
	if it.ByMail {
		m.Tags = append(m.Tags, ui.Tag{Text: d.text(r, "mailin.by-mail")})
	}
	d.rereadItem(r, it, &m)
	if it.Kind == casefile.EntryNote && len(it.To) > 0 {
		m.Note = d.text(r, "together.mention.item", "names", names(it.To))
	}
	if m.Kind == ui.Sent {
		m.Note = d.text(r, "desk.item.unread")
		switch given := it.Kind == casefile.EntryToTranslate; {
		case given && it.Read:
			m.Note = d.text(r, "desk.translator.read", "date", d.date(r, it.ReadAt))
		case given:
			m.Note = d.text(r, "desk.translator.unread")
		case it.Read:
			m.Note = d.text(r, "desk.item.read", "date", d.date(r, it.ReadAt))
		}
		d.recallNote(r, it, &m)
	}
	return m
}

func kindOf(it casework.Item) ui.MessageKind {
	switch it.Kind {
	case "", casefile.EntryStateEvent, casefile.EntryContactChange, casefile.EntryAccess, casefile.EntryRequest, casefile.EntryDecision, casefile.EntryCode,
		casefile.EntryClock, casefile.EntryPromise, casefile.EntryHold, casefile.EntryHelper, casefile.EntryRecord, casefile.EntryPart,
		casefile.EntryRedaction, casefile.EntryInternalRedaction, casefile.EntryLink, casefile.EntryTag:
		return ui.Event
	case casefile.EntryNote, casefile.EntryInternalFile, casefile.EntryMailFacts, casefile.EntryTold, casefile.EntryBrought, casefile.EntryUnmatchedMail, casefile.EntryReread, casefile.EntryTranslation, casefile.EntryDataNoted, casefile.EntryDataSettled:
		return ui.Internal
	case casefile.EntryMessageOut, casefile.EntryOutcome, casefile.EntrySlip, casefile.EntryDataAnswer, casefile.EntryToTranslate:
		return ui.Sent
	default:
		return ui.Received
	}
}

func (d *desk) from(r *http.Request, data *casePage, it casework.Item) string {
	switch {
	case it.From.Me:
		return d.text(r, "desk.item.me")
	case it.From.Kind == custody.AuthorMember:
		return it.From.Name
	case it.From.Kind != custody.AuthorComplainant:
		return d.text(r, "desk.item.system")
	case data.Known && data.Identity.Name != "":
		return data.Identity.Name
	case data.Channel == casefile.ChannelTranslate:
		return d.text(r, "desk.translator.person")
	case data.Channel == casefile.ChannelWatch:
		return d.text(r, "desk.helper.person")
	default:
		return d.text(r, "desk.item.complainant")
	}
}

// itemText words an item and says with a tag what it is.
func (d *desk) itemText(r *http.Request, it casework.Item) (string, []ui.Tag) {
	tag := func(tone ui.Tone) []ui.Tag {
		return []ui.Tag{{Text: d.text(r, "common.entry."+string(it.Kind)), Tone: tone}}
	}
	switch {
	case it.Damaged:
		return d.text(r, "error.damaged"), []ui.Tag{{Text: d.text(r, "desk.item.damaged"), Tone: ui.Bad}}
	case it.Locked:
		return d.text(r, "desk.item.locked"), tag(ui.Plain)
	case it.Event != "":
		return d.eventText(r, it), nil
	}
	switch it.Kind {
	case casefile.EntryStateEvent:
		return d.stepText(r, it), nil
	case casefile.EntryRequest:
		return d.text(r, "desk.event.asked", "what", d.matter(r, it.Asked), "reason", it.Text), nil
	case casefile.EntryDecision:
		return d.decisionText(r, it), nil
	case casefile.EntryAccess:
		return d.accessText(r, it), nil
	case casefile.EntryCode:
		return d.codeText(r, it), nil
	case casefile.EntryClock, casefile.EntryPromise:
		return d.clockEventText(r, it), nil
	case casefile.EntryHold:
		return d.holdText(r, it), nil
	case casefile.EntryMailFacts:
		return d.factsText(r, it.Facts), tag(ui.Plain)
	case casefile.EntryTold:
		return d.toldText(r, it.Told), tag(ui.Plain)
	case casefile.EntryBrought:
		return d.broughtText(r, it.Brought), tag(ui.Plain)
	case casefile.EntryUnmatchedMail:
		if it.Mail != nil && it.Mail.Facts.Thread == casefile.ThreadInside {
			return d.otherMailText(r, it.Mail), []ui.Tag{{Text: d.text(r, "mailin.thread-tag.inside")}}
		}
		return d.otherMailText(r, it.Mail), tag(ui.Warn)
	case casefile.EntryTag:
		return d.tagText(r, it), nil
	case casefile.EntryLink:
		return d.linkText(r, it), nil
	case casefile.EntryPart:
		return d.partText(r, it), nil
	case casefile.EntryTranslation:
		return d.translationText(r, it), tag(ui.Info)
	case casefile.EntryHelper:
		if it.Given != nil && it.Given.Text != "" {
			return d.text(r, "desk.translator.added", "name", it.Given.Name, "language", it.Given.To, "until", d.date(r, it.Given.Until), "number", string(it.Helper)), nil
		}
		return d.text(r, "desk.helper.added", "number", string(it.Helper)), nil
	case casefile.EntryContactChange:
		return d.text(r, "common.entry.contact-change"), nil
	case casefile.EntryRecord:
		return d.recordText(r, it), nil
	case casefile.EntryRedaction, casefile.EntryInternalRedaction:
		return d.removedText(r, it), nil
	case casefile.EntrySlip, casefile.EntrySlipAnswer:
		return d.slipText(r, it), tag(ui.Info)
	case casefile.EntryOutcome:
		return d.outcomeText(r, it), tag(ui.Good)
	case casefile.EntryCheckIn:
		return d.checkInText(r, it), tag(checkInTone(it))
	case casefile.EntryMeetingRequest:
		return d.text(r, "desk.meeting."+wayOf(it.Way)) + "\n\n" + it.Text, tag(ui.Warn)
	case casefile.EntryDataRequest, casefile.EntryDataNoted, casefile.EntryDataAnswer, casefile.EntryDataSettled:
		return d.dataText(r, it), tag(ui.Warn)
	case casefile.EntryWithdrawal, casefile.EntryReview:
		return it.Text, tag(ui.Warn)
	case casefile.EntryNote, casefile.EntryInternalFile:
		return it.Text, tag(ui.Warn)
	case casefile.EntryMessageIn, casefile.EntryMessageOut, casefile.EntryReread, casefile.EntryOldMail:
		return it.Text, nil
	default:
		return it.Text, tag(ui.Plain)
	}
}

// recordText says which sheet was filled in, and of which record; what it holds is
// on its own page.
func (d *desk) recordText(r *http.Request, it casework.Item) string {
	k := it.Record
	if k == nil {
		return it.Text
	}
	what := d.text(r, "work.sheet."+string(k.Sheet))
	if f, _ := casefile.FormOf(k.Sheet); f.Many {
		what += ": " + d.recordTitle(r, *k)
	}
	switch {
	case k.Struck:
		return d.text(r, "work.event-struck", "what", what)
	case it.Again:
		return d.text(r, "work.event-again", "what", what)
	default:
		return d.text(r, "work.event", "what", what)
	}
}

// checkInText words that a check-in was answered, and what must be done.
func (d *desk) checkInText(r *http.Request, it casework.Item) string {
	if it.CheckIn == nil {
		return it.Text
	}
	if it.CheckIn.Declined {
		return d.text(r, "desk.check-in.declined")
	}
	said := d.text(r, "desk.check-in.answered")
	if it.CheckIn.Wish != "" {
		wish := d.text(r, "desk.check-in.wish", "wish", it.CheckIn.Wish)
		said += "\n\n" + wish
	}
	return said
}

func checkInTone(it casework.Item) ui.Tone {
	if it.CheckIn != nil && it.CheckIn.Asks() {
		return ui.Warn
	}
	return ui.Plain
}

func (d *desk) codeText(r *http.Request, it casework.Item) string {
	said := d.text(r, "desk.code.event-"+string(it.Code))
	if it.Text != "" {
		said += ". " + d.text(r, "desk.code.event-why", "why", it.Text)
	}
	return said
}

// clockEventText words what was done about a deadline, and why.
func (d *desk) clockEventText(r *http.Request, it casework.Item) string {
	e := it.Clock
	if e == nil || !slices.Contains(casefile.ClockActs(), e.Act) {
		return it.Text
	}
	l := lang.Lang(d.Renderer.Lang(r))
	words := d.text(r, "desk.clock.event-"+string(e.Act), "clock", d.text(r, "common.clock."+e.About),
		"from", d.date(r, e.From), "to", d.date(r, e.To), "at", lang.DateTime(l, e.At))
	if it.Text == "" {
		return words
	}
	return d.text(r, "desk.event.with-reason", "what", words, "why", it.Text)
}

func (d *desk) decisionText(r *http.Request, it casework.Item) string {
	said := d.text(r, "desk.event."+string(it.Verdict), "what", d.matter(r, it.Asked))
	if it.Text != "" {
		said += ": " + it.Text
	}
	return said
}

// accessText words a change of who may read the case, and why.
func (d *desk) accessText(r *http.Request, it casework.Item) string {
	e := it.Access
	if e == nil {
		return it.Text
	}
	words := d.text(r, "desk.event.access-"+string(e.Act), "name", it.Person)
	if e.To != nil {
		words = d.text(r, "desk.event.access-moved", "route", d.text(r, "common.route."+string(e.To.Route)), "team", d.text(r, "common.team."+string(e.To.Team)))
	}
	if it.Text == "" {
		return words
	}
	return d.text(r, "desk.event.with-reason", "what", words, "why", it.Text)
}

func wayOf(way string) string {
	switch way {
	case "phone", "video", "in-person":
		return way
	default:
		return "any"
	}
}

func (d *desk) eventText(r *http.Request, it casework.Item) string {
	switch {
	case it.Event == casework.EventAssigned && it.Person == "":
		return d.text(r, "desk.event.unassigned")
	case it.Event == casework.EventAssigned:
		return d.text(r, "desk.event.assigned", "name", it.Person)
	case it.Event == casework.EventLeft:
		return d.text(r, "desk.event.access-left", "name", it.Person)
	case it.Event == casework.EventIdentityOpened:
		return d.text(r, "desk.event.identity-opened", "purpose", it.Text)
	default:
		return d.text(r, "desk.event."+string(it.Event))
	}
}

func (d *desk) stepText(r *http.Request, it casework.Item) string {
	if it.Moved == nil {
		return it.Text
	}
	words := d.text(r, "desk.event.state", "from", d.text(r, "common.state."+string(it.Moved.From)), "to", d.text(r, "common.state."+string(it.Moved.To)))
	if it.Moved.From == it.Moved.To {
		words = ""
	}
	if it.Text != "" && words != "" {
		words += ": "
	}
	return words + it.Text
}

func (d *desk) outcomeText(r *http.Request, it casework.Item) string {
	o := it.Outcome
	if o == nil {
		return it.Text
	}
	return d.text(r, "desk.outcome.text", "outcome", d.text(r, "common.outcome."+string(o.Outcome)), "feedback", o.Feedback, "why", o.Why)
}

func (d *desk) files(base string, r *http.Request, in []casework.File) []ui.File {
	var list []ui.File
	for _, f := range in {
		out := ui.File{ID: f.ID, Name: f.Name, Size: f.Size, Href: base + "/file/" + f.ID}
		d.shut(base, r, f, &out)
		if note := d.heardNote(r, f.Heard); note != "" {
			out.Note = note
		}
		if f.Removed {
			out.Href, out.Name, out.Note = "", d.text(r, "redact.file"), ""
		}
		if f.Damaged {
			out.Href, out.Name, out.Note = "", d.text(r, "desk.file.damaged"), d.text(r, "desk.item.damaged")
		}
		list = append(list, out)
	}
	return list
}
