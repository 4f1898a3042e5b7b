package rawmail

import (
	"strings"
	"unicode"
)

// telling has the words that are frequent in one of our languages and rare in the
// others, each between spaces.
func telling() map[string]string {
	return map[string]string{
		"nl": " de het een en van ik niet dat je zijn voor met mijn hebben heb wij ook maar nog naar bij over als jullie uw graag geen wordt werd deze heeft klacht beste dank groeten vriendelijke omdat mij kan kunnen moet ",
		"fr": " le la les des du et je ne pas que vous nous est une pour avec sur dans mon ma mes votre qui au aux ce cette bonjour merci plainte cordialement suis avez ai été mais plus sont ont leur madame monsieur ",
		"en": " the and of to i is that you for with my have not this was are be but from your which they about would has had been were there their please complaint dear regards because can could will on it we ",
		"de": " der die das und ich nicht ist zu den mit sie ein eine für auf von dem im wir haben habe sich auch aber ihre ihr mein meine wurde werden beschwerde geehrte grüßen danke bitte weil kann dass als bei nach ",
	}
}

// Language is the language of a text among the four, or empty when that is not sure.
// Small words decide: they are the most frequent ones and belong to one language.
func Language(text string) string {
	scores, lists := map[string]int{}, telling()
	n := 0
	for word := range strings.FieldsFuncSeq(strings.ToLower(text[:min(len(text), 20_000)]), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if n++; n > 2000 {
			break
		}
		for lang, list := range lists {
			if strings.Contains(list, " "+word+" ") {
				scores[lang]++
			}
		}
	}
	best, second, which := 0, 0, ""
	for _, lang := range []string{"nl", "fr", "en", "de"} {
		switch s := scores[lang]; {
		case s > best:
			best, second, which = s, best, lang
		case s > second:
			second = s
		}
	}
	if best < 3 || best*2 < second*3 { // half as many again as the next
		return ""
	}
	return which
}
