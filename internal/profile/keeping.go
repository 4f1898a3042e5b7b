package profile

import (
	"slices"

	"klankbord/internal/casefile"
	"klankbord/internal/deadline"
	"klankbord/internal/retention"
)

// RetentionRule says how long cases are kept after closing, as plain data; package
// retention reckons with it.
type RetentionRule struct {
	Routes   []casefile.Route   `json:"routes,omitzero"`
	Outcomes []casefile.Outcome `json:"outcomes,omitzero"` // empty: every outcome that no other rule of the route names
	Keep     int                `json:"keep,omitzero"`
	Unit     string             `json:"unit,omitzero"` // "days", "months"
	Reason   retention.Reason   `json:"reason,omitzero"`
	Source   string             `json:"source,omitzero"` // where the length comes from
	// Identity keeps who the complainant is shorter or longer than the rest; nil: alike.
	Identity *IdentityRule `json:"identity,omitzero"`
	// Review adds the time in which a review can be asked for.
	Review bool `json:"review,omitzero"`
	// Two says that a second member must agree, and sign.
	Two bool `json:"two,omitzero"`
	// Spam is about what is manifestly no complaint: it goes at once, before it is closed.
	Spam bool `json:"spam,omitzero"`
}

// IdentityRule is how long it is kept who the complainant is.
type IdentityRule struct {
	Keep   int              `json:"keep,omitzero"`
	Unit   string           `json:"unit,omitzero"`
	Reason retention.Reason `json:"reason,omitzero"`
}

// Keeping returns the rules of retention as they are reckoned with.
func (p *Profile) Keeping() retention.Rules {
	var list retention.Rules
	for _, r := range p.Retention {
		for _, route := range r.Routes {
			rule := retention.Rule{
				Route: route, Outcomes: r.Outcomes, Keep: deadline.Length{N: r.Keep, Unit: deadline.Unit(r.Unit)},
				Reason: r.Reason, Two: r.Two, Spam: r.Spam,
			}
			if r.Identity != nil {
				rule.Identity, rule.Who = deadline.Length{N: r.Identity.Keep, Unit: deadline.Unit(r.Identity.Unit)}, r.Identity.Reason
			}
			if r.Review {
				rule.Review = p.Settings.Review()
			}
			list = append(list, rule)
		}
	}
	return list
}

func (v *findings) retention(p *Profile) {
	v.need(p.Settings.ReviewDays >= 0 && p.Settings.ReviewDays <= 366, "settings: review_days cannot be %d", p.Settings.ReviewDays)
	for i, r := range p.Retention {
		v.keeps(i+1, r)
	}
	for _, route := range []casefile.Route{casefile.General, casefile.Privacy, casefile.Integrity} {
		rest, named := 0, map[casefile.Outcome]bool{}
		for _, r := range p.Retention {
			if !onRoute(r.Routes, route) || r.Spam {
				continue
			}
			if len(r.Outcomes) == 0 {
				rest++
			}
			for _, o := range r.Outcomes {
				v.need(!named[o], "retention: route %q has two rules for %q", route, o)
				named[o] = true
			}
		}
		v.need(rest == 1, "retention: route %q needs one rule for every outcome that no other names, not %d", route, rest)
		spam := 0
		for _, r := range p.Retention {
			if onRoute(r.Routes, route) && r.Spam {
				spam++
			}
		}
		v.need(spam <= 1, "retention: route %q has %d rules for what is no complaint", route, spam)
	}
}

// keeps checks one rule.
func (v *findings) keeps(n int, r RetentionRule) {
	v.routes("retention", r.Routes)
	v.need(len(r.Routes) > 0 && r.Source != "", "retention: rule %d needs a route and a source", n)
	v.need(slices.Contains(retention.Reasons(), r.Reason), "retention: rule %d: no reason is called %q", n, r.Reason)
	for _, o := range r.Outcomes {
		v.need(o.Known(), "retention: rule %d: no outcome is called %q", n, o)
	}
	if r.Spam {
		v.need(r.Keep == 0 && r.Unit == "" && r.Identity == nil && !r.Review && len(r.Outcomes) == 0, "retention: rule %d: what is no complaint goes at once", n)
		// What is erased before anybody looked into it is decided by two where it could hide
		// a serious complaint.
		v.need(r.Two || !slices.ContainsFunc(r.Routes, casefile.Route.SealsIdentityApart), "retention: rule %d: on the strict routes two decide what is no complaint", n)
		return
	}
	v.length(n, r.Keep, r.Unit)
	if i := r.Identity; i != nil {
		v.length(n, i.Keep, i.Unit)
		v.need(slices.Contains(retention.Reasons(), i.Reason), "retention: rule %d: no reason is called %q", n, i.Reason)
	}
}

func (v *findings) length(n, keep int, unit string) {
	v.need(keep > 0 && (unit == string(deadline.Days) || unit == string(deadline.Months)), "retention: rule %d cannot keep for %d %q", n, keep, unit)
}
