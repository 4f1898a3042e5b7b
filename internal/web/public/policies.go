package public

import "klankbord/internal/web/ui"

// Policies says who may ask for each route of this face. Those that begin with the
// language are written without it. What a browser may see of an unfinished complaint
// or of a receipt is its own, by its cookie: no address names another's.
func Policies() map[string]ui.Who {
	return map[string]ui.Who{
		"GET /{$}":                    ui.Everyone,
		"GET /leave":                  ui.Everyone,
		"GET ":                        ui.Everyone,
		"GET /privacy":                ui.Everyone,
		"GET /accessibility":          ui.Everyone,
		"GET /other-ways":             ui.Everyone,
		"GET /safety":                 ui.Everyone,
		"GET /complaint":              ui.Everyone,
		"GET /complaint/{$}":          ui.Everyone,
		"GET /complaint/expired":      ui.Everyone,
		"GET /complaint/check":        ui.Everyone,
		"POST /complaint/check":       ui.Everyone,
		"POST /complaint/names":       ui.Everyone,
		"POST /complaint/keep":        ui.Everyone,
		"GET /complaint/{step}":       ui.Everyone,
		"POST /complaint/{step}":      ui.Everyone,
		"GET /complaint/{step}/short": ui.Everyone,
		"GET /resume":                 ui.Everyone,
		"POST /resume":                ui.Everyone,
		"GET /receipt":                ui.Everyone,
		"POST /receipt":               ui.Everyone,
		"GET /receipt.txt":            ui.Everyone,
		"GET /receipt/print":          ui.Everyone,
		"GET /receipt/kept":           ui.Everyone,
		"GET /mailbox":                ui.Everyone,
		"POST /mailbox":               ui.Everyone,
		"GET /mailbox/left":           ui.Everyone,
		"POST /mailbox/leave":         ui.Everyone,
		"GET /mailbox/case":           ui.HolderOfCode,
		"POST /mailbox/reply":         ui.HolderOfCode,
		"GET /mailbox/conversation":   ui.HolderOfCode,
		"POST /mailbox/conversation":  ui.HolderOfCode,
		"GET /mailbox/contact":        ui.HolderOfCode,
		"POST /mailbox/contact":       ui.HolderOfCode,
		"POST /mailbox/mail":          ui.HolderOfCode,
		"POST /mailbox/language":      ui.HolderOfCode,
		"GET /mailbox/withdraw":       ui.HolderOfCode,
		"POST /mailbox/withdraw":      ui.HolderOfCode,
		"GET /mailbox/copy.txt":       ui.HolderOfCode,
		"GET /mailbox/file/{id}":      ui.HolderOfCode,
	}
}

// patterns lists the routes of a table as Policies names them.
func patterns(table []Route) []string {
	list := []string{"GET /leave"}
	for _, t := range table {
		list = append(list, t.Method+" "+t.Path)
	}
	return list
}
