package paper

import (
	"bytes"
	"fmt"
	"io"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// tag is an element of the structure tree, ISO 32000-1 14.7. What it holds is either
// other tags or marked parts of pages.
type tag struct {
	kind  string
	scope string // of the heading of a row or column
	alt   string // what a picture shows, in words
	kids  []*tag
	marks []mark
}

// mark is a marked part of a page, which counts from nought.
type mark struct{ page, id int }

func (t *tag) add(kind string) *tag {
	kid := &tag{kind: kind}
	t.kids = append(t.kids, kid)
	return kid
}

// tags is the structure tree while it grows.
type tags struct {
	root  *tag
	pages int
	marks [][]*tag // by page, whose each marked part is
}

// mark gives the next marked part of this page to a tag.
func (s *tags) mark(t *tag) int {
	page := s.pages - 1
	id := len(s.marks[page])
	s.marks[page] = append(s.marks[page], t)
	t.marks = append(t.marks, mark{page, id})
	return id
}

// into writes the file with its structure tree.
func (s *tags) into(w io.Writer, plain []byte) error {
	api.DisableConfigDir() // the library would keep its settings in the home folder
	conf := model.NewDefaultConfiguration()
	// Read without this step, the library drops fonts of files such as these.
	ctx, err := api.ReadValidateAndOptimize(bytes.NewReader(plain), conf)
	if err != nil {
		return fmt.Errorf("read paper: %w", err)
	}
	tree := &tree{x: ctx.XRefTable, refs: map[*tag]types.IndirectRef{}}
	if err := tree.build(s); err != nil {
		return fmt.Errorf("tag paper: %w", err)
	}
	if err := api.WriteContext(ctx, w); err != nil {
		return fmt.Errorf("write paper: %w", err)
	}
	return nil
}

// tree turns tags into objects of the file.
type tree struct {
	x     *model.XRefTable
	pages []types.IndirectRef
	refs  map[*tag]types.IndirectRef
}

func (t *tree) build(s *tags) error {
	for n := range s.pages {
		page, ref, _, err := t.x.PageDict(n+1, false)
		if err != nil {
			return fmt.Errorf("page %d: %w", n+1, err)
		}
		page.Update("StructParents", types.Integer(n))
		page.Update("Tabs", types.Name("S"))
		t.pages = append(t.pages, *ref)
	}
	root := types.Dict{"Type": types.Name("StructTreeRoot")}
	ref, err := t.x.IndRefForNewObject(root)
	if err != nil {
		return fmt.Errorf("root: %w", err)
	}
	top, err := t.element(s.root, *ref)
	if err != nil {
		return err
	}
	var nums types.Array
	for n, marks := range s.marks {
		var owners types.Array
		for _, owner := range marks {
			owners = append(owners, t.refs[owner])
		}
		nums = append(nums, types.Integer(n), owners)
	}
	root["K"], root["ParentTree"], root["ParentTreeNextKey"] = top, types.Dict{"Nums": nums}, types.Integer(s.pages)
	catalog, err := t.x.Catalog()
	if err != nil {
		return fmt.Errorf("catalog: %w", err)
	}
	catalog.Update("StructTreeRoot", *ref)
	catalog.Update("MarkInfo", types.Dict{"Marked": types.Boolean(true)})
	catalog.Update("ViewerPreferences", types.Dict{"DisplayDocTitle": types.Boolean(true)})
	return nil
}

func (t *tree) element(e *tag, parent types.IndirectRef) (types.IndirectRef, error) {
	d := types.Dict{"Type": types.Name("StructElem"), "S": types.Name(e.kind), "P": parent}
	ref, err := t.x.IndRefForNewObject(d)
	if err != nil {
		return types.IndirectRef{}, fmt.Errorf("element: %w", err)
	}
	t.refs[e] = *ref
	var kids types.Array
	for _, kid := range e.kids {
		k, err := t.element(kid, *ref)
		if err != nil {
			return *ref, err
		}
		kids = append(kids, k)
	}
	for _, m := range e.marks {
		kids = append(kids, types.Dict{"Type": types.Name("MCR"), "Pg": t.pages[m.page], "MCID": types.Integer(m.id)})
	}
	if e.alt != "" {
		d["Alt"] = types.StringLiteral(types.EncodeUTF16String(e.alt))
	}
	if e.scope != "" {
		d["A"] = types.Dict{"O": types.Name("Table"), "Scope": types.Name(e.scope)}
	}
	d["K"] = kids
	return *ref, nil
}
