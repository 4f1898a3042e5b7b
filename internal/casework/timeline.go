package casework

import (
	"slices"
	"time"

	"klankbord/internal/access"
	"klankbord/internal/audit"
	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/staff"
	"klankbord/internal/store"
)

func monthOf(n int) time.Month { return time.Month(n) }

// timeline brings entries and events of the log into one order. Files stand with
// the item they belong to; one that belongs to none stands by itself.
func (c *Casework) timeline(actor access.Actor, o *custody.Opened, a around, files map[string]File) []Item {
	var list []Item
	mine, theirs := readUpTo(o, actor.Member), readUpTo(o, "")
	asked := c.requests(o, a.dir)
	for _, e := range o.Entries {
		item, ok := c.item(o, e, files)
		if !ok {
			continue
		}
		if e.Kind == casefile.EntryDecision && !item.decided(e, asked) {
			continue
		}
		item.From = author(e, actor, a)
		if e.Kind == casefile.EntryReread && !item.reread(actor, o, a, e) {
			continue
		}
		item.mentions(a)
		if e.Kind == casefile.EntryLink && !item.readable(a) {
			continue
		}
		if item.Access != nil {
			item.Person = a.names[staff.ID(item.Access.Member)]
		}
		item.New = e.Seq > mine.Seq && !item.From.Me
		if e.Kind.Seen() && e.AuthorKind != custody.AuthorComplainant {
			item.Read, item.ReadAt = theirs.Seq >= e.Seq, theirs.At
			item.Standing = c.standingOf(actor, o, a, e)
		}
		list = append(list, item)
	}
	for id, f := range files { // named by an item that does not open
		list = append(list, Item{ID: id, Kind: casefile.EntryFile, At: created(o, id), Files: []File{f}})
	}
	list = append(list, c.events(actor, o, a)...)
	slices.SortStableFunc(list, func(x, y Item) int { return x.At.Compare(y.At) })
	return list
}

func created(o *custody.Opened, id string) time.Time {
	for _, e := range o.Entries {
		if e.ID == id {
			return e.Created
		}
	}
	return o.Case.Received
}

func readUpTo(o *custody.Opened, member staff.ID) store.ReadMark {
	for _, m := range o.Marks {
		if m.Member == member {
			return m
		}
	}
	return store.ReadMark{}
}

func author(e custody.Entry, actor access.Actor, a around) Author {
	id := staff.ID(e.AuthorID)
	return Author{Kind: e.AuthorKind, Name: a.names[id], Me: e.AuthorKind == custody.AuthorMember && id == actor.Member}
}

// item turns an entry into what the timeline shows; false for what it does not show.
func (c *Casework) item(o *custody.Opened, e custody.Entry, files map[string]File) (Item, bool) {
	i := Item{ID: e.ID, Seq: e.Seq, Kind: e.Kind, At: e.Created, Damaged: e.Damaged, Locked: e.Locked, Redacted: e.Redacted}
	switch e.Kind {
	case casefile.EntryRouting, casefile.EntrySummary, casefile.EntryStory, casefile.EntryIdentity,
		casefile.EntryFile, casefile.EntryInternalFile, casefile.EntryRecall, casefile.EntryRawMail:
		return i, e.Damaged && e.Kind != casefile.EntryFile && e.Kind != casefile.EntryInternalFile
	default: // an item of its own
	}
	if e.Damaged || e.Locked {
		return i, true
	}
	if err := i.fill(o, e, files); err != nil {
		i.Damaged = true
	}
	return i, true
}

func (i *Item) fill(o *custody.Opened, e custody.Entry, files map[string]File) error {
	switch e.Kind {
	case casefile.EntryMessageIn, casefile.EntryMessageOut:
		p, err := casefile.DecodePayload[casefile.Message](e.Payload)
		i.Text, i.Lang, i.Files = p.Text, p.Lang, take(files, o, e.ID, p.Files)
		i.ByMail, i.Quoted = p.Mail, p.Quoted
		return err
	case casefile.EntryNote:
		p, err := casefile.DecodePayload[casefile.Note](e.Payload)
		i.Text, i.Files = p.Text, take(files, o, e.ID, p.Files)
		for _, id := range p.To {
			i.To = append(i.To, Person{ID: staff.ID(id)})
		}
		return err
	case casefile.EntryMailFacts:
		p, err := casefile.DecodePayload[casefile.MailFacts](e.Payload)
		if i.Facts = &p; !p.At.IsZero() {
			i.At = p.At
		}
		i.Files = rawFile(o, string(p.Raw))
		return err
	case casefile.EntryTold:
		p, err := casefile.DecodePayload[casefile.Told](e.Payload)
		i.Told = &p
		return err
	case casefile.EntryBrought:
		p, err := casefile.DecodePayload[casefile.Brought](e.Payload)
		i.Brought = &p
		return err
	case casefile.EntryOldMail:
		p, err := casefile.DecodePayload[casefile.OldMail](e.Payload)
		i.Old, i.Text, i.Lang, i.Files, i.Quoted = &p, p.Text, p.Lang, take(files, o, e.ID, p.Files), p.Quoted
		if err == nil {
			i.At, i.Files = p.At, append(i.Files, rawFile(o, string(p.Raw))...)
		}
		return err
	case casefile.EntryUnmatchedMail:
		p, err := casefile.DecodePayload[casefile.OtherMail](e.Payload)
		i.Quoted = p.Quoted
		i.Mail, i.Text, i.Lang, i.Files = &p, p.Text, p.Lang, take(files, o, e.ID, p.Files)
		if !p.Facts.At.IsZero() {
			i.At, i.Files = p.Facts.At, append(i.Files, rawFile(o, string(p.Facts.Raw))...)
		}
		return err
	case casefile.EntryTag:
		p, err := casefile.DecodePayload[casefile.Tag](e.Payload)
		i.Tag = &p
		return err
	case casefile.EntryLink:
		p, err := casefile.DecodePayload[casefile.Link](e.Payload)
		i.Link = &p
		return err
	case casefile.EntryReread:
		p, err := casefile.DecodePayload[casefile.Reread](e.Payload)
		i.Reread, i.Lang = &p, p.Lang
		return err
	case casefile.EntryOutcome:
		p, err := casefile.DecodePayload[casefile.OutcomeRecord](e.Payload)
		i.Outcome, i.Lang = &p, p.Lang
		return err
	case casefile.EntryWithdrawal:
		p, err := casefile.DecodePayload[casefile.Withdrawal](e.Payload)
		i.Text, i.Lang = p.Why, p.Lang
		return err
	case casefile.EntryDataRequest, casefile.EntryDataNoted:
		p, err := casefile.DecodePayload[casefile.DataRequest](e.Payload)
		i.Text, i.Lang, i.Way, i.Person = p.Text, p.Lang, string(p.Right), p.Who
		return err
	case casefile.EntryDataAnswer, casefile.EntryDataSettled:
		p, err := casefile.DecodePayload[casefile.DataAnswer](e.Payload)
		i.Text, i.Lang, i.Way = p.Why, p.Lang, string(p.Result)
		return err
	case casefile.EntryReview:
		p, err := casefile.DecodePayload[casefile.ReviewRequest](e.Payload)
		i.Text, i.Lang = p.Why, p.Lang
		return err
	case casefile.EntryMeetingRequest:
		p, err := casefile.DecodePayload[casefile.MeetingRequest](e.Payload)
		i.Text, i.Lang, i.Way = p.Text, p.Lang, p.Way
		return err
	case casefile.EntryStateEvent:
		p, err := casefile.DecodePayload[casefile.StateEvent](e.Payload)
		i.Moved, i.Text = &p, p.Why
		return err
	case casefile.EntryAccess:
		p, err := casefile.DecodePayload[casefile.AccessEvent](e.Payload)
		i.Access, i.Text = &p, p.Why
		return err
	case casefile.EntryCode:
		p, err := casefile.DecodePayload[casefile.CodeEvent](e.Payload)
		i.Code, i.Text = p.Act, p.Why
		return err
	case casefile.EntryHelper:
		p, err := casefile.DecodePayload[casefile.Helper](e.Payload)
		i.Helper, i.Given = p.Number, &p
		return err
	case casefile.EntryTranslation:
		p, err := casefile.DecodePayload[casefile.Translation](e.Payload)
		i.Translation, i.Text = &p, p.Text
		return err
	case casefile.EntryToTranslate:
		p, err := casefile.DecodePayload[casefile.ToTranslate](e.Payload)
		i.Text = p.Text
		return err
	case casefile.EntryCheckIn:
		p, err := casefile.DecodePayload[casefile.CheckIn](e.Payload)
		i.CheckIn, i.Text, i.Lang = &p, p.Wish, p.Lang
		return err
	case casefile.EntryClock, casefile.EntryPromise:
		p, err := casefile.DecodePayload[casefile.ClockEvent](e.Payload)
		i.Clock, i.Text, i.Lang = &p, p.Why, p.Lang
		return err
	case casefile.EntryHold:
		p, err := casefile.DecodePayload[casefile.HoldEvent](e.Payload)
		i.Hold, i.Text = &p, p.Why
		return err
	case casefile.EntryPart:
		p, err := casefile.DecodePayload[casefile.PartEvent](e.Payload)
		i.Part = &p
		return err
	case casefile.EntryRequest:
		p, err := casefile.DecodePayload[casefile.Request](e.Payload)
		i.Asked, i.Text = p.Matter, p.Reason
		return err
	case casefile.EntryDecision:
		p, err := casefile.DecodePayload[casefile.Decision](e.Payload)
		i.Verdict, i.Text = p.Verdict, p.Words
		return err
	case casefile.EntryRedaction, casefile.EntryInternalRedaction:
		if len(e.Payload) == 0 {
			return nil // more went from there since
		}
		p, err := casefile.DecodePayload[casefile.Redaction](e.Payload)
		i.Reason = p.Reason
		return err
	case casefile.EntrySlip:
		p, err := casefile.DecodePayload[casefile.Slip](e.Payload)
		i.Slip, i.Text, i.Lang = &p, p.Text, p.Lang
		return err
	case casefile.EntrySlipAnswer:
		p, err := casefile.DecodePayload[casefile.SlipAnswer](e.Payload)
		i.Answer, i.Text, i.Lang = &p, p.Words, p.Lang
		return err
	case casefile.EntryRecord:
		p, err := casefile.DecodePayload[casefile.Record](e.Payload)
		i.Record, i.Again = &p, e.Parent != ""
		return err
	default: // a change of contact details, mail: that it came is shown, not what it holds
		return nil
	}
}

// reread says who may see a text that is to be checked and what the member can do about
// it; false where it is not theirs to see.
func (i *Item) reread(actor access.Actor, o *custody.Opened, a around, e custody.Entry) bool {
	if i.Reread == nil {
		return i.Damaged || i.Locked
	}
	if !sees(actor, e, *i.Reread) {
		return false
	}
	if i.Reread.Of == "" {
		i.To = sharedWith(o, a, e, *i.Reread)
		i.MayCheck = !i.From.Me && !handedBack(o, e.ID, actor.Member)
		return true
	}
	asked, _, known := rereadOf(actor, o, string(i.Reread.Of))
	i.Take = known && asked.AuthorID == string(actor.Member)
	return true
}

// readable reports whether a member who sees a link may read the other case as well.
func (i *Item) readable(a around) bool {
	return i.Link != nil && slices.ContainsFunc(a.linked, func(r store.InboxRow) bool { return r.ID == i.Link.Other })
}

// mentions names those whom a note mentions.
func (i *Item) mentions(a around) {
	for n := range i.To {
		i.To[n].Name = a.names[i.To[n].ID]
	}
}

// decided says about which matter a decision is. One that was not signed by its
// author is shown as damaged. The use of an approval is no event of its own.
func (i *Item) decided(e custody.Entry, asked []request) bool {
	if i.Damaged || i.Locked {
		return true
	}
	r, ok := findRequest(asked, e.Parent)
	i.Asked, i.Damaged = r.Matter, !ok
	if i.Verdict == casefile.VerdictApproved || i.Verdict == casefile.VerdictRefused {
		i.Damaged = string(r.decider) != e.AuthorID
	}
	return i.Verdict != casefile.VerdictUsed
}

// events are what the log and the openings tell beside the entries.
func (c *Casework) events(actor access.Actor, o *custody.Opened, a around) []Item {
	var list []Item
	for _, op := range a.openings {
		if op.What == "identity" {
			list = append(list, Item{
				ID: op.ID, Event: EventIdentityOpened, At: op.At, Text: c.Custody.Purpose(o, op),
				From: Author{Kind: custody.AuthorMember, Name: a.names[op.Member], Me: op.Member == actor.Member},
			})
		}
	}
	for _, leaf := range a.leaves {
		r, err := audit.DecodeRecord(leaf.Record)
		if err != nil {
			continue // erased
		}
		i := Item{ID: r.ID, At: r.At, From: Author{
			Kind: string(r.Actor.Kind), Name: a.names[staff.ID(r.Actor.ID)], Me: staff.ID(r.Actor.ID) == actor.Member,
		}}
		switch r.Kind {
		case audit.Assigned:
			i.Event, i.Person = EventAssigned, a.names[staff.ID(r.Object)]
		case audit.MailDead:
			i.Event = mailEvent(r.Detail)
		case audit.GrantDeleted:
			if r.Detail["why"] != "left" {
				continue
			}
			i.Event, i.Person = EventLeft, a.names[staff.ID(r.Object)]
		default:
			continue
		}
		list = append(list, i)
	}
	return list
}

// mailEvent tells how a mail did not arrive, and whom it was for.
func mailEvent(detail map[string]string) Event {
	switch {
	case detail["to"] == custody.AuthorMember:
		return EventMailMember
	case detail["came"] != "":
		return EventMailBack
	default:
		return EventMailDead
	}
}

// rawFile is the mail itself as a file, for whoever opened who sent it.
func rawFile(o *custody.Opened, id string) []File {
	for _, e := range o.Entries {
		if e.ID == id && e.Kind == casefile.EntryRawMail && !e.Redacted.IsZero() {
			return []File{{ID: e.ID, Removed: true}}
		}
		if e.ID == id && e.Kind == casefile.EntryRawMail && !e.Locked {
			m, err := manifest(e)
			return []File{{ID: e.ID, Name: m.Name, Type: m.Type, Size: m.Size, Scan: casefile.ParseScan(m.Scan), Damaged: err != nil || !m.Complete}}
		}
	}
	return nil
}
