package retention_test

import (
	"testing"

	"klankbord/internal/lang"
	"klankbord/internal/retention"
)

func TestEveryReasonHasWords(t *testing.T) {
	c, err := lang.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range retention.Proposed() {
		for _, l := range lang.All() {
			if err := c.Check(l, "common.retention."+string(rule.Reason), nil); err != nil {
				t.Error(err)
			}
		}
	}
}
