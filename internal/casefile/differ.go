package casefile

import "strings"

// Piece is a part of a text that changed between two versions, or stayed.
type Piece struct {
	Text  string
	Gone  bool // stood in the earlier version only
	Fresh bool // stands in the later version only
}

// differMost bounds the words that are compared one by one; longer texts are told line by
// line.
const differMost = 1_000

// Differ tells what changed between two versions of a text, word by word or, of a long one,
// line by line. Joined without what is gone, the pieces are the later version, but
// for white space.
func Differ(before, after string) []Piece {
	split, join := strings.Fields, " "
	if len(strings.Fields(before)) > differMost || len(strings.Fields(after)) > differMost {
		split, join = func(s string) []string { return strings.Split(s, "\n") }, "\n"
	}
	a, b := split(before), split(after)
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		start++
	}
	end := 0
	for end < len(a)-start && end < len(b)-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	var list []Piece
	add := func(words []string, gone, fresh bool) {
		if len(words) == 0 {
			return
		}
		if n := len(list); n > 0 && list[n-1].Gone == gone && list[n-1].Fresh == fresh {
			list[n-1].Text += join + strings.Join(words, join)
			return
		}
		list = append(list, Piece{strings.Join(words, join), gone, fresh})
	}
	add(a[:start], false, false)
	between(a[start:len(a)-end], b[start:len(b)-end], add)
	add(a[len(a)-end:], false, false)
	return list
}

// between walks along the longest common run of words of what differs.
func between(a, b []string, add func(words []string, gone, fresh bool)) {
	if len(a) > differMost || len(b) > differMost {
		add(a, true, false)
		add(b, false, true)
		return
	}
	longest := make([][]int32, len(a)+1)
	for i := range longest {
		longest[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			add(a[i:i+1], false, false)
			i, j = i+1, j+1
		case longest[i+1][j] >= longest[i][j+1]:
			add(a[i:i+1], true, false)
			i++
		default:
			add(b[j:j+1], false, true)
			j++
		}
	}
	add(a[i:], true, false)
	add(b[j:], false, true)
}
