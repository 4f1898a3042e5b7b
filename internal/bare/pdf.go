package bare

import (
	"bytes"
	"slices"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// stripPDF writes the document anew, so that older versions behind the newest go, without
// what describes it: properties, XMP, private data of programs, small pictures of pages,
// and who wrote remarks when. Photos in it lose theirs like photos by themselves. What is
// attached to it stays as it is.
func stripPDF(b []byte) ([]byte, error) {
	api.DisableConfigDir()
	conf := model.NewDefaultConfiguration()
	conf.Offline = true
	ctx, err := api.ReadValidateAndOptimize(bytes.NewReader(b), conf)
	if err != nil || ctx.Encrypt != nil { // ours would be a copy that the same password does not open
		return nil, ErrNone
	}
	ctx.Info, ctx.ID = nil, nil // the library writes new ones: of itself and of now
	for _, entry := range ctx.Table {
		if entry == nil || entry.Free {
			continue
		}
		if entry.Object, err = stripObject(entry.Object); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	if err := api.WriteContext(ctx, &out); err != nil {
		return nil, ErrNone
	}
	return out.Bytes(), nil
}

// stripObject takes what describes a thing out of it and all within it.
func stripObject(o types.Object) (types.Object, error) {
	var err error
	switch v := o.(type) {
	case types.Dict:
		err = stripDict(v)
	case types.Array:
		for i := range v {
			if v[i], err = stripObject(v[i]); err != nil {
				return nil, err
			}
		}
	case types.StreamDict:
		if err = stripDict(v.Dict); err == nil {
			err = stripPhoto(&v)
		}
		return v, err
	}
	return o, err
}

func stripDict(d types.Dict) error {
	for _, key := range []string{"Metadata", "PieceInfo", "LastModified", "Thumb", "SpiderInfo"} {
		d.Delete(key)
	}
	if isRemark(d) { // ISO 32000-2 12.5.6.2: T is who wrote it
		for _, key := range []string{"T", "M", "CreationDate", "NM"} {
			d.Delete(key)
		}
	}
	if params, ok := d["Params"].(types.Dict); ok { // of an attached file
		params.Delete("CreationDate")
		params.Delete("ModDate")
	}
	for key, inner := range d {
		v, err := stripObject(inner)
		if err != nil {
			return err
		}
		d[key] = v
	}
	return nil
}

// isRemark reports whether it is an annotation that somebody made, and no field of a form.
func isRemark(d types.Dict) bool {
	subtype := d.Subtype()
	if subtype == nil || d["Rect"] == nil {
		return false
	}
	return !slices.Contains([]string{"Widget", "Screen"}, *subtype)
}

// stripPhoto does to a photo what is done to one by itself.
func stripPhoto(s *types.StreamDict) error {
	if len(s.FilterPipeline) != 1 || s.FilterPipeline[0].Name != "DCTDecode" {
		return nil
	}
	photo, err := stripJPEG(s.Raw)
	if err != nil {
		return err
	}
	n := int64(len(photo))
	s.Raw, s.Content, s.StreamLength = photo, nil, &n
	s.Update("Length", types.Integer(n))
	return nil
}
