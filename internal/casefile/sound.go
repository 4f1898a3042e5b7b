package casefile

import "strings"

// Heard is what a member says of a file that plays as sound, when they add it: whether it is
// a recording of a conversation that somebody of the desk had, and whether whoever spoke in
// it agreed. Directive (EU) 2019/1937 art. 18(2).
type Heard string

// The answers.
const (
	HeardElse     Heard = "else"     // no conversation of ours: what somebody gave, or what proves something
	HeardAgreed   Heard = "agreed"   // a conversation, and they agreed to the recording
	HeardWithheld Heard = "withheld" // a conversation, and they did not, or nobody knows: it is not kept
)

// Hearings returns every answer.
func Hearings() []Heard { return []Heard{HeardElse, HeardAgreed, HeardWithheld} }

// Known reports whether it is an answer.
func (h Heard) Known() bool { return h == HeardElse || h == HeardAgreed || h == HeardWithheld }

// Sound is a file that plays as sound, with what the member who added it said of it.
type Sound struct {
	File  EntryID `json:"file"`
	Heard Heard   `json:"heard"`
}

// SoundType is the media type under which browsers play what phones record; empty where
// they play none of it. Nothing of the file is decoded.
func SoundType(media string) string {
	media, _, _ = strings.Cut(media, ";")
	switch media {
	case "audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav", "audio/aac", "audio/flac", "audio/webm":
		return media
	case "audio/x-m4a", "audio/m4a", "video/mp4":
		return "audio/mp4"
	case "application/ogg", "audio/opus":
		return "audio/ogg"
	case "audio/x-wav":
		return "audio/wav"
	case "audio/x-flac":
		return "audio/flac"
	case "video/webm":
		return "audio/webm"
	case "video/3gpp", "audio/3gpp":
		return "audio/3gpp"
	default:
		return ""
	}
}
