package desk

import (
	"net/http"
	"strings"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/lang"
)

// askedToMeet is the newest wish of the complainant to talk for which no meeting is noted
// yet. Directive (EU) 2019/1937 art. 9(2).
func askedToMeet(c *casework.Case) (asked casework.Item, ok bool) {
	for _, it := range c.Timeline {
		if it.Kind == casefile.EntryMeetingRequest && !it.Damaged && !it.Locked {
			asked, ok = it, true
		}
	}
	for _, k := range c.Work.Of(casefile.SheetMeeting) {
		ok = ok && k.Since.Before(asked.At)
	}
	return asked, ok
}

// meetingAsked fills in a new meeting with what the complainant asked for.
func (d *desk) meetingAsked(r *http.Request, c *casework.Case) map[string][]string {
	it, ok := askedToMeet(c)
	if !ok {
		return nil
	}
	fields := map[string][]string{
		"who": {d.text(r, "desk.item.complainant")}, "asked": {it.At.In(lang.Brussels()).Format(time.DateOnly)},
	}
	switch it.Way {
	case "in-person":
		fields["way"] = []string{"person"}
	case "phone", "video":
		fields["way"] = []string{it.Way}
	}
	return fields
}

// meetingWords is how somebody wants to talk, and what they said about it.
func (d *desk) meetingWords(r *http.Request, it casework.Item) string {
	return strings.TrimSpace(d.text(r, "desk.meeting."+wayOf(it.Way)) + "\n" + it.Text)
}
