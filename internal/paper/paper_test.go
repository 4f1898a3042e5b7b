package paper_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

	"klankbord/internal/paper"
)

func sample() paper.Document {
	d := paper.Document{Lang: "de", Title: "Beschwerden 2026: WWF", Footer: "Für alle", Blocks: []paper.Block{
		paper.Heading("Eingegangen"), paper.Paragraph("Fälle, die im Zeitraum eingingen, nach Art. " + strings.Repeat("Ein langer Satz mit ß und œ. ", 20)),
	}}
	t := paper.Table{Head: []string{"Art", "2026", "2025"}}
	for range 60 {
		t.Rows = append(t.Rows, []string{"Verstoß gegen die Integrität", "12", "<5"})
	}
	d.Blocks = append(d.Blocks, t, paper.Paragraph("Ende des Berichts."))
	return d
}

func write(t *testing.T, d paper.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := d.Write(&b, time.Date(2027, time.January, 4, 9, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAPaperIsAWholeFile(t *testing.T) {
	file := write(t, sample())
	if err := api.Validate(bytes.NewReader(file), nil); err != nil {
		t.Error("it does not validate:", err)
	}
	if n, err := api.PageCount(bytes.NewReader(file), nil); err != nil || n < 2 {
		t.Errorf("it has %d pages (%v)", n, err)
	}
}

// structure counts the elements of the file's structure tree, and those headings of a
// table that say what they head; it fails where a marked part has no place in it.
func structure(t *testing.T, file []byte) map[string]int {
	t.Helper()
	ctx, err := api.ReadValidateAndOptimize(bytes.NewReader(file), model.NewDefaultConfiguration())
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := ctx.Catalog()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, key := range []string{"MarkInfo", "StructTreeRoot", "Lang", "ViewerPreferences"} {
		if _, ok := catalog.Find(key); ok {
			found[key]++
		}
	}
	dict := func(o types.Object) types.Dict {
		d, err := ctx.DereferenceDict(o)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	var walk func(o types.Object)
	walk = func(o types.Object) {
		d := dict(o)
		if kind := d.NameEntry("S"); kind != nil {
			found[*kind]++
		}
		if d["MCID"] != nil {
			found["marked"]++
		}
		if a, ok := d["A"]; ok && dict(a).NameEntry("Scope") != nil {
			found["scope"]++
		}
		kids, err := ctx.DereferenceArray(d["K"])
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range kids {
			walk(k)
		}
	}
	root := dict(catalog["StructTreeRoot"])
	walk(root["K"])
	nums, err := ctx.DereferenceArray(dict(root["ParentTree"])["Nums"])
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(nums); i += 2 {
		owners, err := ctx.DereferenceArray(nums[i])
		if err != nil {
			t.Fatal(err)
		}
		found["owned"] += len(owners)
	}
	found["fonts"] = len(ctx.Optimize.FontObjects)
	return found
}

func TestAScreenReaderFindsHeadingsAndTables(t *testing.T) {
	found := structure(t, write(t, sample()))
	for what, want := range map[string]int{
		"MarkInfo": 1, "StructTreeRoot": 1, "Lang": 1, "ViewerPreferences": 1, "Document": 1, "H1": 1, "H2": 1, "P": 2,
		"Table": 1, "TR": 61, "TH": 63, "TD": 120, "scope": 63,
	} {
		if found[what] != want {
			t.Errorf("the file has %d %s, want %d", found[what], what, want)
		}
	}
	if found["marked"] == 0 || found["marked"] != found["owned"] || found["fonts"] < 2 {
		t.Errorf("%d marked parts, %d of them found from their page, %d fonts", found["marked"], found["owned"], found["fonts"])
	}
}
