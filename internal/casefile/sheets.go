package casefile

// Part is where a sheet stands among the others.
type Part string

// The parts, in the order in which a case passes them.
const (
	PartAssess      Part = "assess"
	PartInvestigate Part = "investigate"
	PartDecide      Part = "decide"
	PartProtect     Part = "protect"
)

// Parts lists every part.
func Parts() []Part {
	return []Part{PartAssess, PartInvestigate, PartDecide, PartProtect}
}

// The sheets.
const (
	SheetTriage       Sheet = "triage"       // ISO 37002:2021 8.3, ISO 10002:2018 7.4
	SheetConflict     Sheet = "conflict"     // ISO/TS 37008:2023: independent and impartial
	SheetBreach       Sheet = "breach"       // GDPR art. 33(5)
	SheetRegime       Sheet = "regime"       // Act of 18 May 2024 on private investigation
	SheetPlan         Sheet = "plan"         // ISO/TS 37008:2023: scope and plan
	SheetPerson       Sheet = "person"       // GDPR art. 14; Directive (EU) 2019/1937 art. 22
	SheetAllegation   Sheet = "allegation"   // what is said to have happened, and what was found
	SheetInterview    Sheet = "interview"    // Directive (EU) 2019/1937 art. 18(3) and (4)
	SheetEvidence     Sheet = "evidence"     // ISO/TS 37008:2023: preservation
	SheetTask         Sheet = "task"         // who does what by when
	SheetReport       Sheet = "report"       // of the investigation
	SheetDecision     Sheet = "decision"     // what the case comes to, to be agreed to
	SheetMeasure      Sheet = "measure"      // what is done about it
	SheetCause        Sheet = "cause"        // ISO 10002:2018 clause 8
	SheetNotification Sheet = "notification" // to somebody outside who has to know
	SheetReferral     Sheet = "referral"     // to whom the case belongs
	SheetMeeting      Sheet = "meeting"      // Directive (EU) 2019/1937 art. 9(2)
	SheetConsent      Sheet = "consent"      // Directive (EU) 2019/1937 art. 16(1)
	SheetDisclosure   Sheet = "disclosure"   // Directive (EU) 2019/1937 art. 16(2) and (3)
	SheetFundraising  Sheet = "fundraising"  // how and by whom money was asked for
	SheetMoney        Sheet = "money"        // what was lost, and what came back
)

func strict() []Route { return []Route{Privacy, Integrity} }

// Bodies are those outside the organisation whom a case may have to be told to.
func Bodies() []string {
	return []string{
		"police", "data-protection", "ombudsman", "ministry", "donor", "network", "fundraising", "insurer", "lawyer", "other",
	}
}

// Sheets is the one table of what members record of a case.
func Sheets() []Form {
	return []Form{
		triage(), fundraising(), conflict(), breach(),
		regime(), plan(), person(), allegation(), interview(), evidence(), checks(), task(), report(),
		decision(), measure(), money(), cause(), notification(), referral(),
		meeting(), consent(), disclosure(),
	}
}

// triage is the first assessment. In doubt a complaint is admissible; that the
// employment of nobody depends on it is for other routes.
func triage() Form {
	return Form{Sheet: SheetTriage, Part: PartAssess, Fields: []Field{
		{ID: "topics", Kind: FieldTopic, Required: true},
		{ID: "severity", Kind: FieldOne, Required: true, Options: []string{"1", "2", "3", "4"}},
		{ID: "urgency", Kind: FieldOne, Required: true, Options: []string{"normal", "soon", "now"}},
		{ID: "admissible", Kind: FieldOne, Required: true, Options: []string{"yes", "doubt", "no"}},
		{ID: "refused", Kind: FieldOne, Options: []string{
			"not-us", "question", "handled", "court", "old", "no-contact", "abusive", "employment", "external",
		}, If: &If{"admissible", []string{"no"}}},
		// Act of 28 November 2022 art. 2; a person decides, and says why.
		{ID: "act", Kind: FieldOne, Required: true, Routes: strict(), Options: []string{"yes", "no", "unclear"}},
		{ID: "areas", Kind: FieldSome, Routes: strict(), Options: []string{
			"procurement", "finance", "products", "transport", "environment", "radiation", "food", "health", "consumers",
			"privacy", "tax", "social", "eu-money", "market",
		}, If: &If{"act", []string{"yes"}}},
		// ISO 37002:2021 8.3.2: the risk of detrimental conduct.
		{ID: "risk", Kind: FieldOne, Required: true, Routes: strict(), Options: []string{"low", "medium", "high"}},
		{ID: "plan", Kind: FieldWords, Routes: strict(), If: &If{"risk", []string{"medium", "high"}}},
		{ID: "support", Kind: FieldWords, Routes: strict()},
		{ID: "evidence", Kind: FieldWords},
		{ID: "notify", Kind: FieldSome, Options: Bodies()},
		{ID: "informed", Kind: FieldWords},
		{ID: "why", Kind: FieldWords, If: &If{"admissible", []string{"no"}}},
	}}
}

// conflict is the declaration of each member who reads a case.
func conflict() Form {
	return Form{Sheet: SheetConflict, Part: PartAssess, Own: true, Routes: strict(), Fields: []Field{
		{ID: "none", Kind: FieldOne, Required: true, Options: []string{"none", "known"}},
		{ID: "words", Kind: FieldWords, If: &If{"none", []string{"known"}}},
	}}
}

// FundraisingMethods are the ways in which people are asked for money.
func FundraisingMethods() []string {
	return []string{"street", "door", "phone", "mail", "email", "online", "event", "other"}
}

// fundraising is about a complaint on how somebody was asked for money. One about a
// member of VEF/AERF goes there as well, which its code asks.
func fundraising() Form {
	return Form{Sheet: SheetFundraising, Part: PartAssess, Routes: []Route{General}, Fields: []Field{
		{ID: "method", Kind: FieldOne, Required: true, Options: FundraisingMethods()},
		{ID: "agency", Kind: FieldLine},
		{ID: "forwarded", Kind: FieldDay},
	}}
}
