package store_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A query over cases that forgets those which members made up to practise on would show
// them as real ones. Each names notPractice, or stands here with the reason why not.
func TestEveryListLeavesPracticeOut(t *testing.T) {
	allowed := map[string]string{
		"Case": "one case by its id", "CaseByNumber": "one case by its number", "CaseFor": "one case by its number",
		"Inbox": "where has it", "CountInbox": "where has it", "practises": "asks whether it is one", "Practised": "asks those alone", "PracticesOf": "lists those alone",
		"orphanQueries": "practice is checked as well", "CaseIDs": "the check of the log looks at all", "GoneCases": "and at those that are gone",
		"InUse":    "whoever practised is somebody, too",
		"nextTurn": "one case by its id", "KeepsUp": "one case by its id", "removeCase": "one case by its id",
	}
	over, function := regexp.MustCompile(`(FROM|JOIN) case_file\b`), regexp.MustCompile(`(?m)^(?:func (?:\(t \*Tx\) |\(f InboxFilter\) )?|const )(\w+)`)
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		starts := function.FindAllStringSubmatchIndex(string(text), -1)
		for i, at := range starts {
			end := len(text)
			if i+1 < len(starts) {
				end = starts[i+1][0]
			}
			name, body := string(text[at[2]:at[3]]), string(text[at[0]:end])
			if !over.MatchString(body) {
				continue
			}
			seen[name] = true
			if allowed[name] == "" && !strings.Contains(body, "notPractice") && !strings.Contains(body, "among") && !strings.Contains(body, "+shared+") {
				t.Errorf("%s in %s goes over cases and does not leave practice out", name, file)
			}
		}
	}
	for name := range allowed {
		if !seen[name] {
			t.Errorf("%s is allowed and reads no cases", name)
		}
	}
}
