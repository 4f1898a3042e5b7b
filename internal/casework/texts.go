package casework

import (
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
)

// written is every text of an entry that a member may read: what the complainant wrote,
// what members wrote to them, and what they noted.
func written(e custody.Entry) []string {
	switch e.Kind {
	case casefile.EntryMessageOut:
		p, _ := casefile.DecodePayload[casefile.Message](e.Payload)
		return []string{p.Text}
	case casefile.EntryNote:
		p, _ := casefile.DecodePayload[casefile.Note](e.Payload)
		return []string{p.Text}
	case casefile.EntryOutcome:
		p, _ := casefile.DecodePayload[casefile.OutcomeRecord](e.Payload)
		return []string{p.Feedback, p.Why}
	case casefile.EntryOldMail:
		p, _ := casefile.DecodePayload[casefile.OldMail](e.Payload)
		return []string{p.Subject, p.Text}
	case casefile.EntryBrought:
		p, _ := casefile.DecodePayload[casefile.Brought](e.Payload)
		return []string{p.Reference, p.Note}
	case casefile.EntryStateEvent:
		p, _ := casefile.DecodePayload[casefile.StateEvent](e.Payload)
		return []string{p.Why}
	case casefile.EntryRecord:
		p, _ := casefile.DecodePayload[casefile.Record](e.Payload)
		return p.Texts()
	case casefile.EntryTranslation:
		p, _ := casefile.DecodePayload[casefile.Translation](e.Payload)
		return []string{p.Text}
	case casefile.EntryToTranslate:
		p, _ := casefile.DecodePayload[casefile.ToTranslate](e.Payload)
		return []string{p.Text}
	case casefile.EntrySlip:
		p, _ := casefile.DecodePayload[casefile.Slip](e.Payload)
		return []string{p.Whom, p.Basis, p.Text, p.Why}
	case casefile.EntryClock, casefile.EntryPromise:
		p, _ := casefile.DecodePayload[casefile.ClockEvent](e.Payload)
		return []string{p.Why}
	default:
		return textsOf(e)
	}
}

// textsOf is what the complainant wrote in an entry.
func textsOf(e custody.Entry) []string {
	switch e.Kind {
	case casefile.EntryStory:
		p, err := casefile.DecodePayload[casefile.Story](e.Payload)
		if err != nil {
			return nil
		}
		texts := []string{p.Subject}
		for _, values := range p.Answers {
			texts = append(texts, values...)
		}
		return append(texts, p.Text)
	case casefile.EntryMessageIn:
		p, _ := casefile.DecodePayload[casefile.Message](e.Payload)
		return []string{p.Text}
	case casefile.EntryWithdrawal:
		p, _ := casefile.DecodePayload[casefile.Withdrawal](e.Payload)
		return []string{p.Why}
	case casefile.EntryMeetingRequest:
		p, _ := casefile.DecodePayload[casefile.MeetingRequest](e.Payload)
		return []string{p.Text}
	case casefile.EntryDataRequest:
		p, _ := casefile.DecodePayload[casefile.DataRequest](e.Payload)
		return []string{p.Text}
	case casefile.EntryReview:
		p, _ := casefile.DecodePayload[casefile.ReviewRequest](e.Payload)
		return []string{p.Why}
	case casefile.EntryCheckIn:
		p, _ := casefile.DecodePayload[casefile.CheckIn](e.Payload)
		return []string{p.Wish}
	case casefile.EntrySlipAnswer:
		p, _ := casefile.DecodePayload[casefile.SlipAnswer](e.Payload)
		return []string{p.Words}
	case casefile.EntryFile, casefile.EntryInternalFile:
		m, err := manifest(e)
		if err != nil {
			return nil
		}
		return []string{strings.TrimSpace(m.Name)}
	default:
		return nil
	}
}
