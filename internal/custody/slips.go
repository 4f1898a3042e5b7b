package custody

import "klankbord/internal/casefile"

// Slips reads what members put before the complainant of a case, and what became of it.
// What does not open, or was not written by who may, is passed over: the case shows
// it as damaged.
func (o *Opened) Slips() casefile.Puts {
	var list casefile.Puts
	for _, e := range o.Entries {
		if e.Damaged || e.Locked {
			continue
		}
		switch e.Kind {
		case casefile.EntrySlip:
			p, err := casefile.DecodePayload[casefile.Slip](e.Payload)
			if err != nil || e.AuthorKind != AuthorMember {
				continue
			}
			list = list.Add(casefile.Put{
				Slip: p, ID: casefile.EntryID(e.ID), By: e.AuthorID, At: e.Created, Print: casefile.SlipPrint(e.Payload), Seq: e.Seq,
				Redacted: e.Redacted,
			})
		case casefile.EntrySlipAnswer:
			a, err := casefile.DecodePayload[casefile.SlipAnswer](e.Payload)
			if err == nil {
				list.Answer(e.Parent, casefile.SlipTurn{SlipAnswer: a, At: e.Created, Seq: e.Seq, Ours: e.AuthorKind == AuthorMember})
			}
		default: // something else
		}
	}
	return list
}
