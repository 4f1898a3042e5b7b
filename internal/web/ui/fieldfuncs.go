package ui

import "html/template"

// fieldFuncs are the template functions that build a Field; each but the kinds
// takes the field last, so that they read as a pipeline.
func fieldFuncs() template.FuncMap {
	m := template.FuncMap{
		"opt":          func(value, label string) Option { return Option{Value: value, Label: label} },
		"opthint":      func(value, label, hint string) Option { return Option{value, label, hint} },
		"hint":         func(s string, f Field) Field { f.Hint = s; return f },
		"mark":         func(s string, f Field) Field { f.Mark = s; return f },
		"caption":      func(s string, f Field) Field { f.Caption = s; return f },
		"value":        func(s string, f Field) Field { f.Values = []string{s}; return f },
		"values":       func(s []string, f Field) Field { f.Values = s; return f },
		"errs":         func(e []FormError, f Field) Field { f.Error = ErrorFor(e, f.Name); return f },
		"optional":     func(f Field) Field { f.Optional = true; return f },
		"heading":      func(f Field) Field { f.Heading = true; return f },
		"bare":         func(f Field) Field { f.Bare = true; return f },
		"verbatim":     func(f Field) Field { f.Verbatim = true; return f },
		"limit":        func(s string, f Field) Field { f.Limit = s; return f },
		"rows":         func(n int, f Field) Field { f.Rows = n; return f },
		"width":        func(s string, f Field) Field { f.Width = s; return f },
		"autocomplete": func(s string, f Field) Field { f.Autocomplete = s; return f },
		"inputmode":    func(s string, f Field) Field { f.InputMode = s; return f },
		"inlang":       func(s string, f Field) Field { f.Lang = s; return f },
		"within":       func(s string, f Field) Field { f.Form = s; return f },
		"single":       func(f Field) Field { f.Single = true; return f },
		"sent":         func(to, as string, f Field) Field { f.Upload, f.Hands = to, as; return f },
		"added":        func(l []File, f Field) Field { f.Files = l; return f },
		"choice": func(o Option, f Field) Field {
			f.Options = append(f.Options[:len(f.Options):len(f.Options)], o)
			return f
		},
		"choices": func(o []Option, f Field) Field { f.Options = o; return f },
	}
	for name, kind := range map[string]FieldKind{
		"text": KindText, "email": KindEmail, "tel": KindTel, "password": KindPassword, "search": KindSearch,
		"area": KindArea, "select": KindSelect, "radios": KindRadios, "checks": KindChecks,
		"datefield": KindDate, "files": KindFiles,
	} {
		m[name] = func(field, label string) Field { return Field{Kind: kind, Name: field, Label: label} }
	}
	return m
}
