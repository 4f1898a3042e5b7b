package desk

import (
	"net/http"
	"strings"

	"klankbord/internal/profile"
	"klankbord/internal/setup"
	"klankbord/internal/web/ui"
)

// routingMove is what a change means for complaints about one thing.
type routingMove struct {
	Title string
	Facts []ui.Answer
}

// routingMoves words what a change means: the same to whoever asks and to whoever signs.
func (d *desk) routingMoves(r *http.Request, moves []setup.Moved) (list []routingMove) {
	for _, m := range moves {
		v := routingMove{Title: m.Of.In(d.Renderer.Lang(r))}
		fact := func(key, text string) {
			v.Facts = append(v.Facts, ui.Answer{Label: d.text(r, "settings.routing-"+key), Text: text})
		}
		for _, x := range m.Places {
			text := d.text(r, "settings.routing-becomes", "before", d.routingNamed(r, x.Place, x.Before, m.Before), "after", d.routingNamed(r, x.Place, x.After, m.Then))
			v.Facts = append(v.Facts, ui.Answer{Label: d.routingName(r, x.Place), Text: text})
		}
		fact("reads-before", d.ways(r, m.Before))
		fact("reads-then", d.ways(r, m.Then))
		fact("gains", d.namesOrNobody(r, m.Gains))
		fact("loses", d.namesOrNobody(r, m.Loses))
		list = append(list, v)
	}
	return list
}

// goes says in one line how complaints about a thing go.
func (d *desk) goes(r *http.Request, x setup.Thing) string {
	var list []string
	for _, p := range x.Places {
		switch {
		case p.Kind == profile.PlaceFlag && p.Now == "true":
			list = append(list, d.routingName(r, p.Place))
		case p.Kind == profile.PlaceFlag:
		case p.Name == "team" && x.Part == profile.RoutingTopics:
			list = append(list, d.text(r, "common.team."+string(x.Ways[0].Team)))
		case p.Name == "route":
			list = append(list, d.routingSaid(r, p.Place, p.Now))
		default:
			list = append(list, d.routingName(r, p.Place)+": "+d.routingSaid(r, p.Place, p.Now))
		}
	}
	return strings.Join(list, "; ")
}

// routingNamed is routingSaid with the name of the team to which a topic goes anyhow.
func (d *desk) routingNamed(r *http.Request, x profile.Place, value string, ways []setup.Way) string {
	said := d.routingSaid(r, x, value)
	if value == "" && x.Name == "team" && len(ways) == 1 {
		said += " (" + d.text(r, "common.team."+string(ways[0].Team)) + ")"
	}
	return said
}

// ways says who reads complaints about a thing, a line for each team that they can reach.
func (d *desk) ways(r *http.Request, ways []setup.Way) string {
	var lines []string
	for _, w := range ways {
		line := strings.Join(w.Names, ", ")
		if line == "" {
			line = d.text(r, "settings.routing-outside")
		}
		if w.Alternative {
			line += " " + d.text(r, "settings.routing-alternative")
		}
		if len(w.LeftOut) > 0 {
			line += " " + d.text(r, "settings.routing-left-out", "names", strings.Join(w.LeftOut, ", "))
		}
		if len(ways) > 1 {
			line = d.text(r, "common.team."+string(w.Team)) + ": " + line
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func (d *desk) namesOrNobody(r *http.Request, names []string) string {
	if len(names) == 0 {
		return d.text(r, "settings.routing-nobody")
	}
	return strings.Join(names, ", ")
}

// routingName is what a routing place is of its thing.
func (d *desk) routingName(r *http.Request, x profile.Place) string {
	if x.Part == profile.RoutingOptions && x.Name == "team" {
		return d.text(r, "settings.routing-place-moves")
	}
	return d.text(r, "settings.routing-place-"+x.Name)
}

// routingSaid is a value of a routing place in words.
func (d *desk) routingSaid(r *http.Request, x profile.Place, value string) string {
	switch {
	case x.Kind == profile.PlaceFlag:
		return d.text(r, "settings.said-"+value)
	case value == "" && x.Part == profile.RoutingOptions && x.Name == "team":
		return d.text(r, "settings.routing-stays-there")
	case value == "":
		return d.text(r, "settings.routing-none-"+x.Name)
	default:
		return d.text(r, "common."+x.Name+"."+value)
	}
}
