package public_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/casework"
	"klankbord/internal/ident"
	"klankbord/internal/lang"
)

// slips goes through what members put before a complainant: minutes corrected, signed,
// refused and taken back; consent given and withdrawn; word of a disclosure.
func (k mailboxKeeper) slips() {
	r := k.strictCase(k.l)
	ctx, by := context.Background(), k.team.Manager
	place := func(p casework.Putting) string {
		p.ID, p.Lang = ident.New(), lang.Lang(k.l)
		if err := k.Casework.PutBefore(ctx, by, r.Number, p); err != nil {
			k.t.Fatal(err)
		}
		return k.at("/mailbox/slip/" + p.ID)
	}
	of := func(kind casefile.SlipKind, sheet casefile.Sheet, why string) string {
		kept := k.Case(by, r.Number).Work.Single(sheet)
		return place(casework.Putting{Kind: kind, Record: string(kept.ID), Version: string(kept.Version), Why: why})
	}
	k.Keep(by, r.Number, casefile.SheetInterview, map[string][]string{
		"who": {"An"}, "on": {"2026-03-02"}, "way": {"phone"}, "minutes": {"De factuur kwam twee keer.\n\nZij zag ze in mei. " + strings.Repeat("w", 80)},
	})
	minutes := of(casefile.SlipMinutes, casefile.SheetInterview, "")
	consent := place(casework.Putting{Kind: casefile.SlipConsent, Whom: "Piet Peeters", Scope: "Om de facturen op te vragen", Why: "Hij kent de leverancier."})
	p := k.keep("case--slips", k.inside(k.l, r.Code), http.StatusOK)
	p = k.keep("slip--minutes", p.v.get(minutes), http.StatusOK)
	k.keep("slip--missing", p.submit(minutes, nil), http.StatusUnprocessableEntity)
	wrong := k.keep("slip--name-missing", p.submit(minutes, url.Values{"way": {"signed"}}), http.StatusUnprocessableEntity)
	k.keep("slip--words-missing", wrong.submit(minutes, url.Values{"way": {"corrected"}, "text": {" "}}), http.StatusUnprocessableEntity)
	k.keep("case--slip-done", p.submit(minutes, url.Values{"way": {"corrected"}, "text": {"In juni.\n\nNiet in mei."}}), http.StatusOK)
	p = k.keep("slip--corrected", p.v.get(minutes), http.StatusOK)
	late := p.v.get(minutes)
	p.submit(minutes, url.Values{"way": {"signed"}, "name": {"An Maes"}})
	k.keep("slip--signed", p.v.get(minutes), http.StatusOK)
	k.keep("slip--settled", late.submit(minutes, url.Values{"way": {"refused"}, "text": {"toch niet"}}), http.StatusConflict)
	second := of(casefile.SlipMinutes, casefile.SheetInterview, "")
	third := of(casefile.SlipMinutes, casefile.SheetInterview, "")
	k.keep("slip--replaced", p.v.get(second), http.StatusOK)
	p.v.get(third).submit(third, url.Values{"way": {"refused"}, "text": {"Het is niet volledig."}})
	k.keep("slip--refused", p.v.get(third), http.StatusOK)
	p = k.keep("slip--consent", p.v.get(consent), http.StatusOK)
	p.submit(consent, url.Values{"way": {"agreed"}})
	p = k.keep("slip--agreed", p.v.get(consent), http.StatusOK)
	p.submit(consent, url.Values{"way": {"withdrawn"}, "text": {"Ik wil het niet meer."}})
	k.keep("slip--withdrawn", p.v.get(consent), http.StatusOK)
	declined := place(casework.Putting{Kind: casefile.SlipConsent, Whom: "X", Scope: "y", Why: "z"})
	p.v.get(declined).submit(declined, url.Values{"way": {"declined"}})
	k.keep("slip--declined", p.v.get(declined), http.StatusOK)
	back := place(casework.Putting{Kind: casefile.SlipConsent, Whom: "X", Scope: "y", Why: "z"})
	if err := k.Casework.TakeBack(ctx, by, r.Number, back[strings.LastIndex(back, "/")+1:]); err != nil {
		k.t.Fatal(err)
	}
	k.keep("slip--taken-back", p.v.get(back), http.StatusOK)
	k.Keep(by, r.Number, casefile.SheetDisclosure, map[string][]string{
		"authority": {"Parket Brussel"}, "basis": {"art. 29 Sv."}, "what": {"De facturen"}, "told": {"no"}, "why-not": {"…"},
	})
	k.keep("slip--disclosure", p.v.get(of(casefile.SlipDisclosure, casefile.SheetDisclosure, "De wet verplicht ons.")), http.StatusOK)
	k.keep("case--slips-answered", p.v.get(k.at("/mailbox/case")), http.StatusOK)
	again := place(casework.Putting{Kind: casefile.SlipConsent, Whom: "X", Scope: "y", Why: "z"})
	open := p.v.get(again)
	open.v.get(k.at("/mailbox/case")).submit(k.at("/mailbox/leave"), nil)
	over := open.submit(again, url.Values{"way": {"declined"}, "text": {"bewaard"}})
	restored := k.keep("slip--restored", over.typeCode(k.l, r.Code), http.StatusOK)
	if !strings.Contains(restored.body, "bewaard") {
		k.t.Error("what was typed before the session ended is lost")
	}
}
