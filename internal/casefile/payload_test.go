package casefile_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"klankbord/internal/casefile"
	"klankbord/internal/lang"
)

const canary = "kanarie-9f2"

func roundTrip[P casefile.Payload](t *testing.T, name string, p P) {
	t.Helper()
	b, err := casefile.EncodePayload(p)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	got, err := casefile.DecodePayload[P](b)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if !cmp.Equal(p, got, cmpopts.EquateEmpty()) {
		t.Errorf("%s: what is read differs from what was written", name)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if s := fmt.Sprintf(verb, p); strings.Contains(s, canary) || s != "[sealed]" {
			t.Errorf("%s prints with %s as %q", name, verb, s)
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("entry", "payload", p)
	slog.New(slog.NewTextHandler(&log, nil)).Info("entry", "payload", p)
	if strings.Contains(log.String(), canary) || strings.Count(log.String(), "[sealed]") != 2 {
		t.Errorf("%s logs as %s", name, log.String())
	}
}

func TestEveryPayloadIsReadAsWrittenAndPrintsNothing(t *testing.T) {
	files := []casefile.EntryID{canary}
	words := map[string][]string{"when": {canary, "b"}, "where": {"é <&> \u2028"}}
	roundTrip(t, "story", casefile.Story{
		Lang: lang.NL, Topics: []string{canary}, Subject: canary, Text: canary + "\n\"<",
		Answers: words, Files: files, Notice: "3",
	})
	roundTrip(t, "empty story", casefile.Story{})
	roundTrip(t, "message", casefile.Message{Lang: lang.FR, Text: canary, Files: files})
	roundTrip(t, "note", casefile.Note{Text: canary, Files: files})
	roundTrip(t, "identity", casefile.Identity{
		First: canary, Last: canary, Email: canary, Phone: canary, Post: canary,
		SafeTimes: canary, Lang: lang.DE, NoMail: true, Answers: words,
	})
	roundTrip(t, "outcome", casefile.OutcomeRecord{
		Outcome: casefile.OutcomeUpheld, Lang: lang.EN, Feedback: canary, Why: canary,
	})
	roundTrip(t, "summary", casefile.Summary{
		Subject: canary, Topics: []string{canary}, Assessed: []string{"x"}, Severity: 3,
	})
	roundTrip(t, "meeting request", casefile.MeetingRequest{Lang: lang.NL, Way: "phone", Text: canary})
	roundTrip(t, "withdrawal", casefile.Withdrawal{Lang: lang.NL, Why: canary})
	roundTrip(t, "request", casefile.Request{
		Matter: casefile.MatterIdentity, For: canary, Object: canary, Reason: canary, Until: time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC),
	})
	roundTrip(t, "record", casefile.Record{Sheet: casefile.SheetTriage, Fields: map[string][]string{"why": {canary}}, Struck: true})
	roundTrip(t, "helper", casefile.Helper{Number: canary, Text: canary, Name: canary, To: canary})
	roundTrip(t, "to translate", casefile.ToTranslate{Case: canary, Entry: canary, Text: canary, To: canary, Name: canary})
	roundTrip(t, "translation", casefile.Translation{Of: canary, Number: canary, By: canary, To: canary, Text: canary})
	roundTrip(t, "check-in", casefile.CheckIn{Lang: lang.NL, Clock: canary, Wish: canary, Declined: true})
	roundTrip(t, "clock event", casefile.ClockEvent{Act: casefile.ClockExtended, Clock: "D5", Why: canary})
	roundTrip(t, "code event", casefile.CodeEvent{Act: casefile.CodeAsked, Why: canary})
	roundTrip(t, "reread", casefile.Reread{To: []string{canary}, Draft: "message", Text: canary, Found: canary, Why: canary, Words: canary})
	roundTrip(t, "link", casefile.Link{Other: canary, Number: canary, About: casefile.LinkRelated})
	facts := casefile.MailFacts{Mailbox: canary, Raw: canary, Sort: casefile.MailList, Size: 3, SPF: "pass", DMARC: "fail", Flaws: []string{canary}, HTML: true, LeftOut: true}
	roundTrip(t, "raw mail", casefile.RawMail{
		Manifest: []byte(canary), From: canary, Name: canary, ReplyTo: canary, To: []string{canary}, Sent: time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC), ID: canary, Re: []string{canary},
	})
	roundTrip(t, "told", casefile.Told{
		Member: canary, Channel: casefile.ChannelVisit, At: time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC), Unknown: true, Consent: casefile.ConsentGiven,
		Recording: canary, Minutes: canary, LeftOut: true,
	})
	roundTrip(t, "brought", casefile.Brought{
		From: casefile.FromCSV, Channel: casefile.ChannelLetter, Received: time.Date(2019, 3, 8, 12, 0, 0, 0, time.UTC),
		Closed: time.Date(2019, 4, 8, 12, 0, 0, 0, time.UTC), Outcome: casefile.OutcomeUpheld, Reference: canary, Note: canary, Unknown: true, LeftOut: true,
	})
	roundTrip(t, "mail facts", facts)
	roundTrip(t, "other mail", casefile.OtherMail{
		Lang: lang.FR, From: canary, Name: canary, Subject: canary, Text: canary, Files: files, Received: time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC), Facts: facts,
	})
	roundTrip(t, "old mail", casefile.OldMail{
		Ours: true, At: time.Date(2019, 3, 8, 12, 0, 0, 0, time.UTC), Lang: lang.FR, Subject: canary, Text: canary, Quoted: canary, Files: files, Raw: canary,
	})
	roundTrip(t, "tag", casefile.Tag{Word: canary, Off: true, Distress: true, File: canary})
	roundTrip(t, "recall", casefile.Recall{Message: canary, Undone: true})
	roundTrip(t, "part", casefile.PartEvent{
		Part: casefile.ScopeStory, Rule: canary, Outcome: casefile.OutcomeUpheld, Closed: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
		Concerns: []string{canary}, LeftOut: []string{canary},
	})
	roundTrip(t, "request about data", casefile.DataRequest{Right: casefile.RightAccess, Clock: canary, Lang: lang.NL, Text: canary, Who: canary})
	roundTrip(t, "answer about data", casefile.DataAnswer{Result: casefile.DataPart, Clock: canary, Lang: lang.NL, Why: canary})
	roundTrip(t, "review", casefile.ReviewRequest{Lang: lang.NL, Why: canary})
	roundTrip(t, "hold", casefile.HoldEvent{Act: casefile.HoldSet, Why: canary, Review: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)})
	roundTrip(t, "decision", casefile.Decision{
		Request: canary, Verdict: casefile.VerdictApproved, Words: canary, Signature: []byte(canary),
	})
	roundTrip(t, "state event", casefile.StateEvent{
		From: casefile.StateTriage, To: casefile.StateClosed,
		At: time.Date(2026, 3, 1, 12, 0, 0, 123000, time.UTC), Why: canary,
	})
	roundTrip(t, "change of access", casefile.AccessEvent{Act: casefile.AccessAside, Member: canary, Why: canary})
	roundTrip(t, "move", casefile.AccessEvent{
		Act: casefile.AccessMoved, Why: canary, From: &casefile.Place{Route: casefile.General, Team: casefile.SupportersService},
		To: &casefile.Place{Route: casefile.Integrity, Team: casefile.ComplaintsTeam},
	})
}

func TestOnlyTheOneEncodingIsRead(t *testing.T) {
	good, err := casefile.EncodePayload(casefile.Note{Text: "a"})
	if err != nil {
		t.Fatal(err)
	}
	if string(good) != `{"v":1,"kind":"note","body":{"text":"a"}}` {
		t.Fatalf("a note is written as %s", good)
	}
	for name, s := range map[string]string{
		"another version":      `{"v":2,"kind":"note","body":{"text":"a"}}`,
		"another kind":         `{"v":1,"kind":"message","body":{"text":"a"}}`,
		"an unknown field":     `{"v":1,"kind":"note","body":{"text":"a","more":1}}`,
		"an unknown outside":   `{"v":1,"kind":"note","body":{"text":"a"},"x":1}`,
		"other white space":    `{"v":1,"kind":"note","body":{"text": "a"}}`,
		"other order":          `{"kind":"note","v":1,"body":{"text":"a"}}`,
		"another case of name": `{"v":1,"kind":"note","body":{"Text":"a"}}`,
		"a field twice":        `{"v":1,"kind":"note","body":{"text":"b","text":"a"}}`,
		"an empty field":       `{"v":1,"kind":"note","body":{"text":"a","files":[]}}`,
		"another escape":       `{"v":1,"kind":"note","body":{"text":"\u0061"}}`,
		"something after":      string(good) + "\n",
		"cut off":              string(good[:len(good)-1]),
		"nothing":              "",
		"null":                 "null",
		"a null body":          `{"v":1,"kind":"note","body":null}`,
	} {
		if _, err := casefile.DecodePayload[casefile.Note]([]byte(s)); !errors.Is(err, casefile.ErrPayload) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestOneAnswerSheetHasOneEncoding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		answers := rapid.MapOf(rapid.String(), rapid.SliceOf(rapid.String())).Draw(t, "answers")
		s := casefile.Story{Lang: lang.NL, Text: rapid.String().Draw(t, "text"), Answers: answers}
		a, err := casefile.EncodePayload(s)
		if err != nil {
			t.Fatal(err)
		}
		again, err := casefile.DecodePayload[casefile.Story](a)
		if err != nil {
			t.Fatalf("%s: %v", a, err)
		}
		b, err := casefile.EncodePayload(again)
		if err != nil || !bytes.Equal(a, b) {
			t.Fatalf("%s became %s, %v", a, b, err)
		}
	})
}

func FuzzDecodePayload(f *testing.F) {
	f.Add([]byte(`{"v":1,"kind":"identity","body":{"first":"a","no_mail":true}}`))
	f.Add([]byte(`{"v":1,"kind":"identity","body":{"answers":{"a":["b"],"":null}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := casefile.DecodePayload[casefile.Identity](b)
		if err != nil {
			return
		}
		again, err := casefile.EncodePayload(p)
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%q is read and written as %q, %v", b, again, err)
		}
	})
}

func TestIdentityAndOutcomeSayWhatTheyLack(t *testing.T) {
	if (casefile.Identity{}).Named() || (casefile.Identity{First: "An"}).Reachable() {
		t.Error("an empty identity is named or reachable")
	}
	if !(casefile.Identity{Last: "P"}).Named() || !(casefile.Identity{Post: "x"}).Reachable() {
		t.Error("a name or an address is not seen")
	}
	full := casefile.OutcomeRecord{Outcome: casefile.OutcomeUpheld, Feedback: "a", Why: "b"}
	if !full.Complete() {
		t.Error("a full outcome is not complete")
	}
	for _, o := range []casefile.OutcomeRecord{
		{Feedback: "a", Why: "b"},
		{Outcome: casefile.OutcomeUpheld, Why: "b"},
		{Outcome: casefile.OutcomeUpheld, Feedback: "a"},
	} {
		if o.Complete() {
			t.Error("an outcome without one of its parts is complete")
		}
	}
}
