package public

import (
	"klankbord/internal/profile"
)

// urgent are the lines that are shown at once; the others open when asked for.
const urgent = 2

// emergency is the box with numbers to call in danger or distress.
type emergency struct {
	Asked     bool // the page itself asks whether anyone is in danger
	Now, Talk []emergencyLine
}

// emergencyLine is one number.
type emergencyLine struct{ Number, Name, For string }

// emergency lists the numbers that are meant for a language.
func (f *face) emergency(l string) *emergency {
	e := &emergency{}
	for _, line := range f.Profile.EmergencyIn(l) {
		if x := emergencyIn(line, l); len(e.Now) < urgent {
			e.Now = append(e.Now, x)
		} else {
			e.Talk = append(e.Talk, x)
		}
	}
	if len(e.Now) == 0 {
		return nil
	}
	return e
}

func emergencyIn(line profile.EmergencyLine, l string) emergencyLine {
	x := emergencyLine{line.Number, line.Name.In(l), line.For.In(l)}
	if x.Name == x.Number {
		x.Name = ""
	}
	return x
}

// body is an authority outside that a person may go to.
type body struct{ Name, For, Website string }

func bodiesIn(list []profile.ExternalBody, l string) []body {
	var out []body
	for _, b := range list {
		out = append(out, body{b.Name.In(l), b.For.In(l), b.Website.In(l)})
	}
	return out
}
