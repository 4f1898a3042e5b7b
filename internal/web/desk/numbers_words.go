package desk

import (
	"strconv"

	"klankbord/internal/figures"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
)

// figureViews puts a report into the words of a language.
func (d *desk) figureViews(l string, r figures.Report) []figureView {
	var list []figureView
	for _, f := range r.Figures {
		v := figureView{
			ID: f.ID, Name: d.Words.Text(l, "numbers.name."+f.ID, nil), Means: d.Words.Text(l, "numbers.means."+f.ID, nil),
		}
		if f.Whole != nil {
			whole := d.lineView(l, f, *f.Whole, d.Words.Text(l, "numbers.all", nil))
			v.Whole = &whole
		}
		most := longest(f)
		for _, line := range f.Lines {
			lv := d.lineView(l, f, line, d.lineLabel(l, r, f, line.Key))
			lv.NowWidth, lv.BeforeWidth = width(f, line.Now, most), width(f, line.Before, most)
			v.Lines = append(v.Lines, lv)
		}
		list = append(list, v)
	}
	return list
}

func (d *desk) lineView(l string, f figures.Figure, line figures.Line, label string) lineView {
	return lineView{Label: label, Now: d.valueText(l, f, line.Now), Before: d.valueText(l, f, line.Before)}
}

// lineLabel is what a line of a figure is called.
func (d *desk) lineLabel(l string, r figures.Report, f figures.Figure, key string) string {
	text := func(prefix string) string { return d.Words.Text(l, prefix+key, nil) }
	switch f.ID {
	case "received-month":
		n, _ := strconv.Atoi(key)
		return lang.Month(lang.Lang(l), (r.Period.From + figures.Month(n)).Of())
	case "received-topic", "received-assessed":
		if t, ok := d.Casework.Profile.Topic(key); ok {
			return t.Label.In(l)
		}
		return key
	case "received-channel":
		return text("common.channel.")
	case "received-language":
		return text("common.language-name.")
	case "flow":
		return text("numbers.flow.")
	case "age":
		return text("numbers.age.")
	case "outcome":
		return text("common.outcome.")
	case "refused":
		return text("work.option.triage.refused.")
	case "duration-severity":
		return text("work.severity.")
	case "measures":
		return text("work.option.measure.kind.")
	case "measure-groups":
		return text("numbers.group.")
	case "causes":
		return text("work.option.cause.causes.")
	case "improvements":
		return text("numbers.progress.")
	case "told":
		return text("work.body.")
	case "fundraising":
		return text("work.option.fundraising.method.")
	case "agencies":
		return key
	case "form":
		return text("numbers.form.")
	case "relation-groups":
		return text("numbers.relation.")
	case "relation":
		return d.Casework.Profile.OptionLabel(profile.FieldRelation, key).In(l)
	default:
		return text("common.route.")
	}
}

// valueText is how a number is written; one that may not be shown says so.
func (d *desk) valueText(l string, f figures.Figure, v figures.Value) string {
	unit := f.Unit
	number := func(n int) string { return lang.Number(lang.Lang(l), int64(n)) }
	say := func(key string, pairs map[string]string) string { return d.Words.Text(l, key, pairs) }
	switch {
	case v.Unknown:
		return say("numbers.unknown", nil)
	case unit == figures.Share && v.Base == figures.Shown && v.Of > 0:
		of := map[string]string{"of": number(v.Of)}
		switch {
		case v.Mark == figures.Few:
			return say("numbers.share-few", of)
		case v.Rest == figures.Few:
			return say("numbers.share-but-few", of)
		case v.Mark != figures.Shown:
			return say("numbers.held", nil)
		}
		return say("numbers.share", map[string]string{"n": number(v.N), "of": number(v.Of), "percent": strconv.Itoa((v.N*200 + v.Of) / (2 * v.Of))})
	case v.Mark == figures.Few && unit == figures.Cases:
		return say("numbers.few", nil)
	case v.Mark != figures.Shown || v.Base != figures.Shown:
		return say("numbers.held", nil)
	case unit == figures.Cases, unit == figures.Plain:
		return number(v.N)
	case unit == figures.Rate:
		return say("numbers.rate", map[string]string{
			"rate": lang.Decimal(lang.Lang(l), float64(v.N)*float64(f.Per)/float64(v.Of), 2), "n": number(v.N), "of": number(v.Of),
		})
	case v.Of == 0:
		return say("numbers.none", nil)
	case unit == figures.Euros:
		return d.Words.Plural(l, "numbers.euros", v.N, map[string]string{"sum": number(v.Sum)})
	default:
		return say("numbers.lasted", map[string]string{"middle": number(v.Middle), "high": number(v.High), "of": number(v.Of)})
	}
}

// size is how long the bar of a value is; nought where it is not shown.
func size(f figures.Figure, v figures.Value) int {
	switch {
	case v.Mark != figures.Shown || v.Base != figures.Shown || v.Of == 0 || v.Unknown:
		return 0
	case f.Unit == figures.Cases, f.Unit == figures.Plain:
		return v.N
	case f.Unit == figures.Share:
		return 100 * v.N / v.Of
	default:
		return v.Middle
	}
}

func longest(f figures.Figure) int {
	if f.Unit == figures.Share {
		return 100
	}
	most := 1
	for _, l := range f.Lines {
		most = max(most, size(f, l.Now), size(f, l.Before))
	}
	return most
}

func width(f figures.Figure, v figures.Value, most int) int { return 100 * size(f, v) / most }
