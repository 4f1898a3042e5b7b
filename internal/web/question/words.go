package question

import (
	"strconv"
	"strings"

	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/web/ui"
)

// InOrNone is a text in a language, or nothing where there is none.
func InOrNone(t profile.Text, l string) string {
	if t.Empty() {
		return ""
	}
	return t.In(l)
}

// AddedFiles are the files of a draft as a control shows them.
func AddedFiles(list []intake.File) []ui.File {
	var out []ui.File
	for _, x := range list {
		out = append(out, ui.File{ID: x.ID, Name: x.Name, Size: x.Size})
	}
	return out
}

// ErrorsFor joins what is wrong with a field: several files can each be refused.
func ErrorsFor(list []ui.FormError, name string) string {
	if name != profile.FieldFiles {
		return ui.ErrorFor(list, name)
	}
	var out []string
	for _, e := range list {
		if e.Field == name {
			out = append(out, e.Text)
		}
	}
	return strings.Join(out, " ")
}

// Megabytes writes a size.
func Megabytes(n int64) string { return strconv.FormatInt(n>>20, 10) + "\u00a0MB" }
