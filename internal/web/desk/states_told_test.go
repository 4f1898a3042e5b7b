package desk_test

import (
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"klankbord/internal/profile"
)

// spoken is what a member fills in of a call.
func (h *house) spoken(channel string, more url.Values) url.Values {
	at := h.Clock.Now().In(h.Intake.Calendar.Location)
	v := url.Values{
		"told.channel": {channel}, "told.on.day": {strconv.Itoa(at.Day())}, "told.on.month": {strconv.Itoa(int(at.Month()))}, "told.on.year": {strconv.Itoa(at.Year())},
		"told.written": {"fr"}, "told.consent": {"none"}, "topics": {"communication"}, "language": {"fr"}, "last_name": {"Dubois"}, "phone": {"0470 12 34 56"},
		"story": {"Madame attend une réponse depuis trois semaines."}, "act": {"check"},
	}
	maps.Copy(v, more)
	return v
}

// told renders what a member fills in of what somebody told, what is missing of it, and a
// letter of which nobody knows the sender.
func (s *states) told() {
	sofie, nele := s.crew.sofie, s.crew.nele
	nele.get(s.in("/desk/register")).send("/register", url.Values{"topics": {"corruption", "data-breach"}, "act": {"check"}, "told.channel": {"phone"}})
	_, typed := nele.get("/desk/register").form("/register")
	typed.Set("act", "check")
	body, kind := multipartOf(typed, "files", "gesprek.wav", recording())
	s.keep("told-error", nele.do(http.MethodPost, s.in("/desk/register"), kind, body))
	nele.get("/desk/register").send("/register", url.Values{"act": {"discard"}})
	named := s.spoken("visit", url.Values{"topics": {"data-breach"}, profile.FieldConcerns: {"none"}, "story": {"Madame attend une réponse de Thomas Dubois depuis trois semaines."}})
	nele.get("/desk/register").send("/register", named).send("/register", url.Values{"act": {"check"}})
	s.keep("told_check", nele.get(s.in("/desk/register/check")))
	nele.get("/desk/register").send("/register", url.Values{"act": {"discard"}})
	letter := s.spoken("letter", url.Values{"told.unknown": {"yes"}, "last_name": {""}, "phone": {""}})
	got := sofie.get("/desk/register").send("/register", letter).send("/register", url.Values{"act": {"check"}}).send("/register/check", url.Values{"act": {"register"}})
	number, _, _ := strings.Cut(strings.TrimPrefix(got.path, "/desk/case/"), "?")
	s.keep("told-unknown", sofie.get(s.in("/desk/case/"+number)))
	s.keep("sender", sofie.get(s.in("/desk/case/"+number+"/sender")))
	other := s.spoken("letter", url.Values{"topics": {"data-breach"}, profile.FieldConcerns: {"none"}})
	sofie.get("/desk/register").send("/register", other).send("/register", url.Values{"act": {"check"}}).send("/register/check", url.Values{"act": {"register"}})
	s.keep("told_done", sofie.get(s.in("/desk/register/done")))
}
