package intake

import (
	"slices"
	"strings"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
)

// Lengths of the values of a row, in bytes.
const (
	rowShort = 500
	rowNote  = storyBytes
)

// readRow reads what a row says, and what is wrong with it.
func (i *Intake) readRow(row OldRow, l lang.Lang, b *Bringing) (*submission, *rowFault) {
	if f := row.tooLong(); f != nil {
		return nil, f
	}
	s := &submission{channel: casefile.ChannelEmail, brought: &casefile.Brought{From: b.From, Reference: row.Reference, Note: row.Note}}
	for _, read := range []func(*submission, OldRow) *rowFault{i.rowPlace, i.rowTimes, i.rowWay, i.rowEnd} {
		if f := read(s, row); f != nil {
			return nil, f
		}
	}
	if row.Language != "" {
		var ok bool
		if l, ok = lang.Parse(strings.ToLower(row.Language)); !ok {
			return nil, &rowFault{"language", "want nl, fr, en or de"}
		}
	}
	if row.Email != "" && !letterTo(row.Email) {
		return nil, &rowFault{"email", "no e-mail address"}
	}
	s.brought.Channel, s.brought.Received = s.channel, s.at
	s.brought.Unknown = row.Name == "" && row.Email == "" && row.Phone == ""
	s.fromRow(row, l)
	return s, nil
}

func (r OldRow) tooLong() *rowFault {
	for _, v := range []struct {
		column, value string
		most          int
	}{
		{"reference", r.Reference, rowShort}, {"name", r.Name, rowShort}, {"email", r.Email, rowShort}, {"phone", r.Phone, rowShort},
		{"subject", r.Subject, rowShort}, {"text", r.Text, storyBytes}, {"note", r.Note, rowNote},
	} {
		if len(v.value) > v.most {
			return &rowFault{v.column, "too long"}
		}
	}
	switch {
	case r.Reference == "":
		return &rowFault{"reference", "missing; by it the row is known when it comes again"}
	case r.Subject == "" && r.Text == "":
		return &rowFault{"text", "missing, and there is no subject"}
	}
	return nil
}

// fromRow puts what the row tells under the questions of the form.
func (s *submission) fromRow(row OldRow, l lang.Lang) {
	first, last := nameOf(row.Name)
	if s.answers == nil {
		s.answers = profile.Answers{}
	}
	for field, v := range map[string]string{
		profile.FieldSummary: row.Subject, profile.FieldStory: row.Text, profile.FieldFirstName: first, profile.FieldLastName: last,
		profile.FieldEmail: row.Email, profile.FieldPhone: row.Phone, profile.FieldLanguage: string(l),
	} {
		if v != "" {
			s.answers[field] = []string{v}
		}
	}
	s.draft = &Draft{Lang: string(l), Answers: s.answers}
}

// rowPlace reads to whom a row goes: by its topics, or by its route.
func (i *Intake) rowPlace(s *submission, row OldRow) *rowFault {
	route := casefile.Route(strings.ToLower(row.Route))
	known := slices.Contains([]casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity}, route)
	switch {
	case row.Route != "" && !known:
		return &rowFault{"route", "want general, privacy or integrity"}
	case row.Topic == "" && row.Route == "":
		return &rowFault{"route", "missing, and there is no topic"}
	case row.Topic == "":
		team, ok := i.Profile.TeamFor(route)
		if !ok {
			return &rowFault{"route", "no team handles it"}
		}
		s.routing = profile.Routing{Route: route, Routes: []casefile.Route{route}, Team: team}
		return nil
	}
	var topics, all []string
	for _, t := range i.Profile.Topics {
		all = append(all, t.ID)
	}
	for id := range strings.SplitSeq(row.Topic, "|") {
		if id = strings.TrimSpace(id); !slices.Contains(all, id) {
			return &rowFault{"topic", "no such topic; there are " + strings.Join(all, ", ")}
		}
		topics = append(topics, id)
	}
	s.answers = profile.Answers{profile.FieldTopics: topics}
	s.routing = i.Profile.Route(s.answers)
	switch {
	case s.routing.Team == "":
		return &rowFault{"topic", "it is turned off, or no team handles it"}
	case known && route != s.routing.Route:
		return &rowFault{"route", "the topic goes to " + string(s.routing.Route)}
	}
	return nil
}

// earliest is the year before which no complaint can have come in.
const earliest = 1990

func (i *Intake) rowTimes(s *submission, row OldRow) *rowFault {
	at, why := i.rowDay(row.Received)
	if why != "" {
		return &rowFault{"received", why}
	}
	s.at = at
	if row.Closed == "" {
		return nil
	}
	if at, why = i.rowDay(row.Closed); why != "" {
		return &rowFault{"closed", why}
	}
	if at.Before(s.at) {
		return &rowFault{"closed", "before it was received"}
	}
	s.brought.Closed = at
	return nil
}

// rowDay reads a day, with or without a time: noon where there is none. The day stands
// before the month, as in Belgium.
func (i *Intake) rowDay(v string) (at time.Time, why string) {
	if v == "" {
		return at, "missing"
	}
	now := i.Store.Now()
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "2/1/2006 15:04", time.DateOnly, "2/1/2006"} {
		t, err := time.ParseInLocation(form, v, i.Calendar.Location)
		if err != nil {
			continue
		}
		if form == time.DateOnly || form == "2/1/2006" {
			t = time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, i.Calendar.Location)
			if t.After(now) && i.Calendar.Today(t) == i.Calendar.Today(now) {
				t = now
			}
		}
		switch {
		case t.After(now):
			return at, "in the future"
		case t.Year() < earliest:
			return at, "too long ago"
		}
		return t.UTC(), ""
	}
	return at, "no date; want 2021-03-31 or 31/03/2021"
}

func (i *Intake) rowWay(s *submission, row OldRow) *rowFault {
	s.channel = casefile.Channel(strings.ToLower(row.Channel))
	switch s.channel {
	case casefile.ChannelWeb, casefile.ChannelEmail, casefile.ChannelPhone, casefile.ChannelLetter, casefile.ChannelVisit:
		return nil
	case "":
		return &rowFault{"channel", "missing; want web, email, phone, letter or visit"}
	default:
		return &rowFault{"channel", "want web, email, phone, letter or visit"}
	}
}

// rowEnd reads how a closed case ended; of a question nobody need say so.
func (i *Intake) rowEnd(s *submission, row OldRow) *rowFault {
	closed := !s.brought.Closed.IsZero()
	switch o := casefile.Outcome(strings.ToLower(row.Outcome)); {
	case row.Outcome == "" && closed && !s.routing.Question:
		return &rowFault{"outcome", "missing, and the case is closed"}
	case row.Outcome != "" && !closed:
		return &rowFault{"outcome", "there is one, and the case is not closed"}
	case row.Outcome != "" && !o.Known():
		var all []string
		for _, o := range casefile.Outcomes() {
			all = append(all, string(o))
		}
		return &rowFault{"outcome", "want one of " + strings.Join(all, ", ")}
	default:
		s.brought.Outcome = o
		return nil
	}
}
