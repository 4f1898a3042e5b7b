package desk

import "klankbord/internal/web/ui"

// Policies says who may ask for each route of the desk.
func Policies() map[string]ui.Who {
	return map[string]ui.Who{
		"GET /desk/signin":                      ui.Everyone,
		"POST /desk/signin":                     ui.Everyone,
		"GET /desk/signin/second":               ui.Everyone,
		"POST /desk/signin/second":              ui.Everyone,
		"POST /desk/signout":                    ui.Everyone,
		"GET /desk/enrol/{token}":               ui.HolderOfLink,
		"POST /desk/enrol/{token}":              ui.HolderOfLink,
		"POST /desk/enrol/{token}/confirm":      ui.HolderOfLink,
		"GET /desk":                             ui.Members,
		"GET /desk/{$}":                         ui.Members,
		"GET /desk/go":                          ui.Members,
		"GET /desk/kept":                        ui.Members,
		"POST /desk/kept":                       ui.Members,
		"GET /desk/recovery":                    ui.Members,
		"POST /desk/recovery":                   ui.Members,
		"GET /desk/people":                      ui.Vouched,
		"POST /desk/people":                     ui.Configurators,
		"GET /desk/people/invited":              ui.Members,
		"GET /desk/people/vouch/{invitation}":   ui.Vouched,
		"POST /desk/people/vouch/{invitation}":  ui.Vouched,
		"GET /desk/log":                         ui.Auditors,
		"GET /desk/profile":                     ui.Members,
		"POST /desk/profile":                    ui.Members,
		"GET /desk/case/{number}":               ui.Readers,
		"POST /desk/case/{number}/compose":      ui.Readers,
		"POST /desk/case/{number}/discard":      ui.Readers,
		"GET /desk/case/{number}/check/{kind}":  ui.Readers,
		"POST /desk/case/{number}/send":         ui.Readers,
		"GET /desk/case/{number}/file/{entry}":  ui.Readers,
		"GET /desk/case/{number}/identity":      ui.Readers,
		"POST /desk/case/{number}/identity":     ui.Readers,
		"POST /desk/case/{number}/assign":       ui.Readers,
		"POST /desk/case/{number}/state":        ui.Readers,
		"POST /desk/case/{number}/acknowledged": ui.Readers,
		"POST /desk/case/{number}/clock":        ui.Readers,
		"POST /desk/case/{number}/mail":         ui.Readers,
		"GET /desk/case/{number}/close":         ui.Readers,
		"POST /desk/case/{number}/close":        ui.Readers,
	}
}
