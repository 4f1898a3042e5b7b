package public_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"klankbord/internal/store"
)

// ticked lists the topics that stand chosen on a page.
func ticked(p *page) (list []string) {
	for _, n := range p.find("input") {
		chosen := slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "checked" })
		if chosen && attribute(n, "name") == "topics" {
			list = append(list, attribute(n, "value"))
		}
	}
	return list
}

func kept(t *testing.T, d *desk) (n int) {
	t.Helper()
	d.check(d.store.Read(t.Context(), func(tx *store.Tx) error { return tx.QueryRow(`SELECT count(*) FROM draft`).Scan(&n) }))
	return n
}

func TestTheAddressOfATopicBeginsWithItChosenAndKeepsNothing(t *testing.T) {
	d := newDesk(t)
	for _, l := range []string{"nl", "fr", "en", "de"} {
		v, before := d.visitor(), kept(t, d)
		p := v.get("/" + l + "/topic/theft")
		if p.status != http.StatusOK || strings.Join(ticked(p), " ") != "theft" {
			t.Fatalf("%s: status %d, chosen %v", l, p.status, ticked(p))
		}
		if kept(t, d) != before || len(v.cookies) != 0 {
			t.Errorf("%s: something is kept of somebody who only looked", l)
		}
		other := map[string]string{"nl": "fr", "fr": "nl", "en": "de", "de": "en"}[l]
		form, _ := p.form("/" + l + "/complaint/topics")
		to := "/" + other + "/topic/theft?carry=1"
		if n := len(p.find("button", "formaction", to)); n != 1 {
			t.Fatalf("%s: %d buttons for %s", l, n, other)
		}
		for i := range form.Attr {
			if form.Attr[i].Key == "action" {
				form.Attr[i].Val = to
			}
		}
		there := p.post(form, url.Values{"topics": {"communication"}})
		if strings.Join(ticked(there), " ") != "communication" || attribute(there.find("html")[0], "lang") != other {
			t.Errorf("from %s to %s chosen is %v", l, other, ticked(there))
		}
		if kept(t, d) != before || len(v.cookies) != 0 {
			t.Errorf("%s: a change of language keeps a complaint", l)
		}
	}
	p := d.visitor().get("/en/topic/theft")
	form, _ := p.form("/en/complaint/topics")
	next := p.post(form, url.Values{"act": {"next"}, "topics": {"communication"}}) // another than the poster's
	if again := next.v.get("/en/complaint/topics"); strings.Join(ticked(again), " ") != "communication" {
		t.Errorf("chosen is %v: the address won over the person", ticked(again))
	}
	if more := next.v.get("/en/topic/theft"); strings.Join(ticked(more), " ") != "communication theft" && strings.Join(ticked(more), " ") != "theft communication" {
		t.Errorf("with a complaint begun, chosen is %v", ticked(more))
	}
	if still := next.v.get("/en/complaint/topics"); strings.Join(ticked(still), " ") != "communication" {
		t.Errorf("looking changed what is kept: %v", ticked(still))
	}
}

func TestATopicThatWeDoNotKnowLeavesTheChoice(t *testing.T) {
	d := newDesk(t)
	for _, id := range []string{"nothing", "tax-certificate", "..%2f..%2fetc", "%3Cscript%3E"} { // one that is not offered among them
		p := d.visitor().get("/en/topic/" + id)
		if p.status != http.StatusOK || len(ticked(p)) != 0 || !p.says("This address names no topic that we know") {
			t.Errorf("%s: status %d, chosen %v", id, p.status, ticked(p))
		}
		if strings.Contains(p.body, "etc") && id == "..%2f..%2fetc" || strings.Contains(p.body, "<script>") {
			t.Errorf("%s: what stood in the address stands on the page", id)
		}
	}
}
