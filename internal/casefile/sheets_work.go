package casefile

func yesNo() []string { return []string{"yes", "no"} }

// regime is the law under which an investigation is done. The follow-up of a report
// and the inquiry of a prevention adviser are no private investigation; what is
// ordered on the strength of one may be. Act of 18 May 2024.
func regime() Form {
	private := &If{"regime", []string{"private"}}
	return Form{Sheet: SheetRegime, Part: PartInvestigate, Routes: strict(), Fields: []Field{
		{ID: "regime", Kind: FieldOne, Required: true, Options: []string{"follow-up", "private", "psychosocial", "none"}},
		{ID: "why", Kind: FieldWords, Required: true},
		{ID: "mandate", Kind: FieldLine, If: private},
		{ID: "mandated", Kind: FieldDay, If: private},
		{ID: "who", Kind: FieldLine, If: private},
		{ID: "purpose", Kind: FieldWords, If: private},
		{ID: "methods", Kind: FieldWords, If: private},
		{ID: "limits", Kind: FieldSome, If: private, Options: []string{"policy", "topics", "third", "facts"}},
	}}
}

func plan() Form {
	return Form{Sheet: SheetPlan, Part: PartInvestigate, Routes: strict(), Fields: []Field{
		{ID: "question", Kind: FieldWords, Required: true},
		{ID: "scope", Kind: FieldWords},
		{ID: "steps", Kind: FieldWords, Required: true},
		{ID: "who", Kind: FieldLine, Required: true},
		{ID: "until", Kind: FieldDay},
	}}
}

// person is somebody whom a case is about, or who knows something. They are told
// within a month, unless that would seriously impair the aim: then it says until when
// and why. GDPR art. 14(3)(a) and 14(5)(b).
func person() Form {
	return Form{Sheet: SheetPerson, Part: PartInvestigate, Many: true, Fields: []Field{
		{ID: "name", Kind: FieldLine, Required: true},
		{ID: "role", Kind: FieldOne, Required: true, Options: []string{"concerned", "witness", "harmed", "helper"}},
		{ID: "function", Kind: FieldLine},
		{ID: "relation", Kind: FieldLine},
		{ID: "told", Kind: FieldDay},
		{ID: "deferred", Kind: FieldDay},
		{ID: "deferred-why", Kind: FieldWords, If: &If{Field: "deferred"}},
		{ID: "reply", Kind: FieldOne, Options: []string{"asked", "given", "declined", "silent"}},
		{ID: "reply-words", Kind: FieldWords, If: &If{"reply", []string{"given"}}},
	}}
}

// Findings are the outcomes that a single allegation can have, O1 to O5.
func Findings() []string {
	var list []string
	for _, o := range Outcomes()[:5] {
		list = append(list, string(o))
	}
	return list
}

func allegation() Form {
	return Form{Sheet: SheetAllegation, Part: PartInvestigate, Many: true, Fields: []Field{
		{ID: "what", Kind: FieldLine, Required: true},
		{ID: "about", Kind: FieldLine},
		{ID: "details", Kind: FieldWords},
		{ID: "finding", Kind: FieldOne, Options: Findings()},
		{ID: "why", Kind: FieldWords, If: &If{Field: "finding"}},
	}}
}

// interview is a conversation and its minutes.
func interview() Form {
	return Form{Sheet: SheetInterview, Part: PartInvestigate, Many: true, Fields: []Field{
		{ID: "who", Kind: FieldLine, Required: true},
		{ID: "on", Kind: FieldDay, Required: true},
		{ID: "way", Kind: FieldOne, Required: true, Options: []string{"person", "phone", "video", "writing"}},
		{ID: "present", Kind: FieldLine},
		{ID: "recorded", Kind: FieldOne, Options: []string{"not", "agreed"}},
		{ID: "minutes", Kind: FieldWords, Required: true},
		{ID: "checked", Kind: FieldOne, Options: []string{"offered", "corrected", "signed", "refused"}},
		{ID: "corrections", Kind: FieldWords, If: &If{"checked", []string{"corrected"}}},
		{ID: "signed", Kind: FieldDay, If: &If{"checked", []string{"signed"}}},
	}}
}

// evidence is a thing or a document outside the files of the case, and in whose
// hands it was. Files have their fingerprint and their readings in the log.
func evidence() Form {
	return Form{Sheet: SheetEvidence, Part: PartInvestigate, Many: true, Fields: []Field{
		{ID: "what", Kind: FieldLine, Required: true},
		{ID: "from", Kind: FieldLine, Required: true},
		{ID: "got", Kind: FieldDay, Required: true},
		{ID: "kept", Kind: FieldLine, Required: true},
		{ID: "state", Kind: FieldWords},
		{ID: "hands", Kind: FieldWords},
	}}
}

func task() Form {
	return Form{Sheet: SheetTask, Part: PartInvestigate, Many: true, Fields: []Field{
		{ID: "what", Kind: FieldLine, Required: true},
		{ID: "who", Kind: FieldLine},
		{ID: "due", Kind: FieldDay},
		{ID: "done", Kind: FieldDay},
		{ID: "notes", Kind: FieldWords},
	}}
}

// report is that of an investigation; each saving is a version of it.
func report() Form {
	return Form{Sheet: SheetReport, Part: PartInvestigate, Routes: strict(), Fields: []Field{
		{ID: "mandate", Kind: FieldWords, Required: true},
		{ID: "done", Kind: FieldWords, Required: true},
		{ID: "facts", Kind: FieldWords, Required: true},
		{ID: "findings", Kind: FieldWords, Required: true},
		{ID: "advice", Kind: FieldWords},
	}}
}

// decision is what the members decide. On the integrity route, and where somebody is
// said to have told what they knew was false, a second one has to agree to it.
func decision() Form {
	var outcomes []string
	for _, o := range Outcomes() {
		outcomes = append(outcomes, string(o))
	}
	return Form{Sheet: SheetDecision, Part: PartDecide, Fields: []Field{
		{ID: "outcome", Kind: FieldOne, Required: true, Options: outcomes},
		{ID: "why", Kind: FieldWords, Required: true},
		{ID: "follows", Kind: FieldWords},
	}}
}

// Measures are the kinds of measure, by whom they concern.
func Measures() []string {
	return []string{
		"explanation", "apology", "correction", "refund", "data", "preference", "meeting", "mediation", "referral",
		"conversation", "training", "warning", "suspension", "transfer", "dismissal", "mandate", "contract", "exclusion", "recovery",
		"process", "policy", "control", "communication", "agency", "it", "audit", "team-training", "board",
		"reporting-line", "contact-ban", "leave", "workplace", "support", "identity", "check-ins",
	}
}

// measure may be noted before anybody has it in hand; a case does not close with one
// that is neither done nor planned.
func measure() Form {
	return Form{Sheet: SheetMeasure, Part: PartDecide, Many: true, Fields: []Field{
		{ID: "what", Kind: FieldLine, Required: true},
		{ID: "kind", Kind: FieldOne, Required: true, Options: Measures()},
		{ID: "owner", Kind: FieldLine},
		{ID: "due", Kind: FieldDay},
		{ID: "done", Kind: FieldDay},
		{ID: "proof", Kind: FieldWords, If: &If{Field: "done"}},
	}}
}

// money is what a case is about in euros, as far as it is known.
func money() Form {
	return Form{Sheet: SheetMoney, Part: PartDecide, Fields: []Field{
		{ID: "alleged", Kind: FieldEuro},
		{ID: "confirmed", Kind: FieldEuro},
		{ID: "recovered", Kind: FieldEuro},
		{ID: "words", Kind: FieldWords},
	}}
}

func cause() Form {
	return Form{Sheet: SheetCause, Part: PartDecide, Fields: []Field{
		{ID: "causes", Kind: FieldSome, Required: true, Options: []string{
			"human", "rule", "control", "training", "workload", "supplier", "it", "culture", "intent", "outside", "unknown",
		}},
		{ID: "words", Kind: FieldWords},
	}}
}

// notification is something that somebody outside has to be told.
func notification() Form {
	return Form{Sheet: SheetNotification, Part: PartDecide, Many: true, Fields: []Field{
		{ID: "body", Kind: FieldOne, Required: true, Options: Bodies()},
		{ID: "duty", Kind: FieldWords, Required: true},
		{ID: "due", Kind: FieldDay},
		{ID: "sent", Kind: FieldDay},
		{ID: "proof", Kind: FieldWords, If: &If{Field: "sent"}},
		{ID: "answer", Kind: FieldWords},
	}}
}

// referral hands the matter to whom it belongs, and shows that it arrived.
func referral() Form {
	return Form{Sheet: SheetReferral, Part: PartDecide, Many: true, Fields: []Field{
		{ID: "body", Kind: FieldLine, Required: true},
		{ID: "why", Kind: FieldWords, Required: true},
		{ID: "agreed", Kind: FieldOne, Required: true, Options: yesNo()},
		{ID: "what", Kind: FieldWords},
		{ID: "sent", Kind: FieldDay, Required: true},
		{ID: "confirmed", Kind: FieldDay},
		{ID: "proof", Kind: FieldWords, If: &If{Field: "confirmed"}},
	}}
}

// breach is the line of the register of personal-data breaches: each is documented,
// whether it is notified or not. GDPR art. 33(5).
func breach() Form {
	yes := &If{"breach", []string{"yes"}}
	return Form{Sheet: SheetBreach, Part: PartAssess, Routes: strict(), Fields: []Field{
		{ID: "breach", Kind: FieldOne, Required: true, Options: yesNo()},
		{ID: "why", Kind: FieldWords, If: &If{"breach", []string{"no"}}},
		{ID: "facts", Kind: FieldWords, If: yes},
		{ID: "data", Kind: FieldSome, If: yes, Options: []string{"contact", "payment", "identity", "health", "login", "other"}},
		{ID: "people", Kind: FieldLine, If: yes},
		{ID: "effects", Kind: FieldWords, If: yes},
		{ID: "measures", Kind: FieldWords, If: yes},
		{ID: "notify", Kind: FieldOne, Options: yesNo()},
		{ID: "reasons", Kind: FieldWords, If: &If{Field: "notify"}},
		{ID: "sent", Kind: FieldDay},
		{ID: "reference", Kind: FieldLine},
		{ID: "high", Kind: FieldOne, Options: yesNo()},
		{ID: "told", Kind: FieldDay},
	}}
}

func meeting() Form {
	return Form{Sheet: SheetMeeting, Part: PartProtect, Many: true, Fields: []Field{
		{ID: "who", Kind: FieldLine, Required: true},
		{ID: "asked", Kind: FieldDay, Required: true},
		{ID: "way", Kind: FieldOne, Required: true, Options: []string{"person", "phone", "video"}},
		{ID: "planned", Kind: FieldDay},
		{ID: "held", Kind: FieldDay},
		{ID: "words", Kind: FieldWords, If: &If{Field: "held"}},
	}}
}

// consent is that of the complainant to give their name to somebody, and no further.
func consent() Form {
	return Form{Sheet: SheetConsent, Part: PartProtect, Many: true, Routes: strict(), Fields: []Field{
		{ID: "whom", Kind: FieldLine, Required: true},
		{ID: "scope", Kind: FieldWords, Required: true},
		{ID: "given", Kind: FieldDay, Required: true},
		{ID: "how", Kind: FieldLine, Required: true},
		{ID: "withdrawn", Kind: FieldDay},
	}}
}

// disclosure is what a law makes us tell an authority. The complainant is told before,
// in writing and with the reasons, unless that would put the inquiry at risk.
func disclosure() Form {
	return Form{Sheet: SheetDisclosure, Part: PartProtect, Many: true, Routes: strict(), Fields: []Field{
		{ID: "authority", Kind: FieldLine, Required: true},
		{ID: "basis", Kind: FieldWords, Required: true},
		{ID: "what", Kind: FieldWords, Required: true},
		{ID: "told", Kind: FieldOne, Required: true, Options: yesNo()},
		{ID: "told-on", Kind: FieldDay, If: &If{"told", []string{"yes"}}},
		{ID: "why-not", Kind: FieldWords, If: &If{"told", []string{"no"}}},
		{ID: "on", Kind: FieldDay},
	}}
}
