package casefile

import (
	"fmt"
	"log/slog"

	"klankbord/internal/lang"
)

// DataRight is what somebody asks about their personal data.
type DataRight string

// The rights. GDPR art. 15, 16 and 17.
const (
	RightAccess     DataRight = "access"
	RightCorrection DataRight = "correction"
	RightErasure    DataRight = "erasure"
)

// DataRights lists every right.
func DataRights() []DataRight { return []DataRight{RightAccess, RightCorrection, RightErasure} }

// DataResult is what came of such a request.
type DataResult string

// The results. Of a part and of a refusal the reasons are told. GDPR art. 12(4).
const (
	DataGiven   DataResult = "given"
	DataPart    DataResult = "part"
	DataRefused DataResult = "refused"
)

// DataResults lists every result.
func DataResults() []DataResult { return []DataResult{DataGiven, DataPart, DataRefused} }

// DataRequest is a request of somebody about their personal data: of the complainant, or of
// somebody else, of which the complainant sees nothing.
type DataRequest struct {
	Right DataRight `json:"right"`
	Clock string    `json:"clock"` // the deadline that it started
	Lang  lang.Lang `json:"lang,omitempty"`
	Text  string    `json:"text,omitempty"`
	Who   string    `json:"who,omitempty"` // who asks, where it is not the complainant
}

// DataAnswer is what came of a request, and why.
type DataAnswer struct {
	Result DataResult `json:"result"`
	Clock  string     `json:"clock"` // of the request
	Lang   lang.Lang  `json:"lang,omitempty"`
	Why    string     `json:"why"` // what was done, and what was not and why
}

func (DataRequest) kind() string { return "data-request" }
func (DataAnswer) kind() string  { return "data-answer" }

// String hides the content.
func (DataRequest) String() string { return sealedText }

// Format hides the content from every verb.
func (DataRequest) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (DataRequest) LogValue() slog.Value { return sealedValue() }

// String hides the content.
func (DataAnswer) String() string { return sealedText }

// Format hides the content from every verb.
func (DataAnswer) Format(f fmt.State, _ rune) { sealedFormat(f) }

// LogValue hides the content.
func (DataAnswer) LogValue() slog.Value { return sealedValue() }
