package casefile

// ThreadMark says what an e-mail is that answers one of ours. Only a reply comes into
// its case by itself; every other waits for a member.
type ThreadMark string

// The marks.
const (
	ThreadReply       ThreadMark = "reply"       // of the complainant: right sign, right address
	ThreadClosed      ThreadMark = "closed"      // the same, to a case that is closed
	ThreadErased      ThreadMark = "erased"      // to a case that was erased
	ThreadUnknown     ThreadMark = "unknown"     // a sign that is not ours, or past its time
	ThreadOther       ThreadMark = "other"       // from another address than that of the complainant
	ThreadFalse       ThreadMark = "false"       // the mail server says that the sender is not who it says
	ThreadUnproven    ThreadMark = "unproven"    // the right address without the sign that only we give
	ThreadUnconfirmed ThreadMark = "unconfirmed" // nobody confirmed yet that the address is the complainant's
	ThreadAutomatic   ThreadMark = "automatic"   // no person wrote it
	ThreadInside      ThreadMark = "inside"      // of the organisation before it had the desk, and not to the complainant
)

// OfCase reports whether a reply answers a case that is there, so that it waits for a member
// as long as that is.
func (m ThreadMark) OfCase() bool {
	switch m {
	case ThreadClosed, ThreadOther, ThreadFalse, ThreadUnproven, ThreadUnconfirmed:
		return true
	default:
		return false
	}
}

// ThreadMarks returns every mark.
func ThreadMarks() []ThreadMark {
	return []ThreadMark{
		ThreadReply, ThreadClosed, ThreadErased, ThreadUnknown, ThreadOther, ThreadFalse, ThreadUnproven, ThreadUnconfirmed, ThreadAutomatic, ThreadInside,
	}
}
