package bare

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	stdjpeg "image/jpeg"
	stdpng "image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// TestMain lets the test program be a child, as the real one is.
func TestMain(m *testing.M) {
	if Asked(os.Args[1:]) {
		os.Exit(Child(os.Args[1:], os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

const canary = "Kanarie-Wetstraat-16"

// child makes a copy in a process of its own.
func child(t testing.TB, media string, b []byte) ([]byte, error) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return NewMaker(program).Copy(t.Context(), media, bytes.NewReader(b), int64(len(b)))
}

func picture() image.Image {
	m := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for x := range 64 {
		for y := range 48 {
			m.Set(x, y, color.RGBA{uint8(4 * x), uint8(5 * y), 99, 255})
		}
	}
	return m
}

func plainJPEG(t testing.TB) []byte {
	var b bytes.Buffer
	if err := stdjpeg.Encode(&b, picture(), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func plainPNG(t testing.TB) []byte {
	var b bytes.Buffer
	if err := stdpng.Encode(&b, picture()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exifTIFF says how to turn the picture, and where it was taken.
func exifTIFF(order binary.ByteOrder, turn uint16) []byte {
	mark := "II"
	if order == binary.BigEndian {
		mark = "MM"
	}
	b := append([]byte(mark), make([]byte, 6)...)
	order.PutUint16(b[2:], 42)
	order.PutUint32(b[4:], 8)
	entry := func(tag, kind uint16, n, v uint32) []byte {
		e := make([]byte, 12)
		order.PutUint16(e, tag)
		order.PutUint16(e[2:], kind)
		order.PutUint32(e[4:], n)
		if kind == 3 {
			order.PutUint16(e[8:], uint16(v))
		} else {
			order.PutUint32(e[8:], v)
		}
		return e
	}
	count := make([]byte, 2)
	order.PutUint16(count, 2)
	b = append(b, count...)
	b = append(b, entry(0x010F, 2, uint32(len(canary)), 38)...) // make of the camera
	b = append(b, entry(0x0112, 3, 1, uint32(turn))...)
	b = append(b, 0, 0, 0, 0)
	return append(b, canary...)
}

func jpegSegment(marker byte, body string) string {
	return string([]byte{0xFF, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}) + body
}

// loadedJPEG has everything that tells something, before, within and behind the picture.
func loadedJPEG(t testing.TB, turn uint16) []byte {
	p := string(plainJPEG(t))
	var order binary.ByteOrder = binary.LittleEndian
	if turn%2 == 0 {
		order = binary.BigEndian
	}
	jfif := "JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x02\x02" + strings.Repeat("\x55", 12) // with a small picture
	meta := jpegSegment(0xE0, jfif) + jpegSegment(0xE0, "JFXX\x00"+canary) +
		jpegSegment(0xE1, "Exif\x00\x00"+string(exifTIFF(order, turn))) +
		jpegSegment(0xE1, "http://ns.adobe.com/xap/1.0/\x00<x>"+canary+"</x>") +
		jpegSegment(0xED, "Photoshop 3.0\x00"+canary) + jpegSegment(0xE2, "MPF\x00"+canary) +
		jpegSegment(0xEB, canary) + jpegSegment(0xFE, canary) +
		jpegSegment(0xE2, "ICC_PROFILE\x00\x01\x01colours") + jpegSegment(0xEE, "Adobe\x00\x64\x00\x00\x00\x00\x01"+canary)
	return []byte(p[:2] + meta + p[2:] + canary)
}

func pngChunk(name, body string) string {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, name...), body...)
	return string(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:])))
}

func loadedPNG(t testing.TB, turn uint16) []byte {
	p := string(plainPNG(t))
	const head = 8 + 25
	meta := pngChunk("tEXt", "Author\x00"+canary) + pngChunk("iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00"+canary) +
		pngChunk("zTXt", canary) + pngChunk("tIME", "1234567") + pngChunk("eXIf", string(exifTIFF(binary.BigEndian, turn))) +
		pngChunk("prVt", canary) + pngChunk("gAMA", "\x00\x00\xb1\x8f")
	return []byte(p[:head] + meta + p[head:] + canary)
}

// loadedPDF is a paper with properties, XMP, a remark, private data and a photo.
func loadedPDF(t testing.TB) []byte {
	t.Helper()
	f := fpdf.New("P", "mm", "A4", "")
	f.SetTitle(canary, true)
	f.SetAuthor(canary, true)
	f.SetXmpMetadata([]byte("<x:xmpmeta>" + canary + "</x:xmpmeta>"))
	f.AddPage()
	f.SetFont("Helvetica", "", 12)
	f.Text(20, 20, "What the paper says")
	f.RegisterImageOptionsReader("photo", fpdf.ImageOptions{ImageType: "JPG"}, bytes.NewReader(loadedJPEG(t, 1)))
	f.ImageOptions("photo", 20, 30, 40, 0, false, fpdf.ImageOptions{ImageType: "JPG"}, 0, "")
	var plain bytes.Buffer
	if err := f.Output(&plain); err != nil {
		t.Fatal(err)
	}
	api.DisableConfigDir()
	ctx, err := api.ReadValidateAndOptimize(bytes.NewReader(plain.Bytes()), model.NewDefaultConfiguration())
	if err != nil {
		t.Fatal(err)
	}
	page, _, _, err := ctx.PageDict(1, false)
	if err != nil {
		t.Fatal(err)
	}
	page["PieceInfo"] = types.Dict{"Program": types.Dict{"LastModified": types.StringLiteral("D:20260102030405Z"), "Private": types.StringLiteral(canary)}}
	page["LastModified"] = types.StringLiteral("D:20260102030405Z")
	page["Annots"] = types.Array{types.Dict{
		"Type": types.Name("Annot"), "Subtype": types.Name("Text"), "Rect": types.NewNumberArray(10, 10, 30, 30),
		"Contents": types.StringLiteral("A remark"), "T": types.StringLiteral(canary), "M": types.StringLiteral("D:20260102030405Z"),
	}}
	var out bytes.Buffer
	if err := api.WriteContext(ctx, &out); err != nil {
		t.Fatal(err)
	}
	// A second revision that takes nothing back: the first stays behind it.
	return append(out.Bytes(), ("\n%" + canary + "\n")...)
}

func TestACopyOfAPhotoShowsTheSameAndTellsNothing(t *testing.T) {
	for turn := uint16(1); turn <= 8; turn++ {
		got, err := child(t, "image/jpeg", loadedJPEG(t, turn))
		if err != nil {
			t.Fatalf("turn %d: %v", turn, err)
		}
		if bytes.Contains(got, []byte(canary)) || bytes.Contains(got, []byte("UUUU")) {
			t.Errorf("turn %d: the copy still tells", turn)
		}
		a, err1 := stdjpeg.Decode(bytes.NewReader(plainJPEG(t)))
		b, err2 := stdjpeg.Decode(bytes.NewReader(got))
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		samePicture(t, a, b)
		if !bytes.Contains(got, []byte("ICC_PROFILE\x00\x01\x01colours")) || !bytes.Contains(got, []byte("Adobe\x00\x64")) {
			t.Error("the colours are others now")
		}
		if n := jpegTurn(t, got); n != turn && (n != 0 || turn != 1) {
			t.Errorf("the picture was to be turned as %d, and is as %d", turn, n)
		}
		again, err := child(t, "image/jpeg", got)
		if err != nil || !bytes.Equal(again, got) {
			t.Errorf("a copy of a copy differs, %v", err)
		}
	}
}

func jpegTurn(t *testing.T, b []byte) uint16 {
	t.Helper()
	_, tiff, ok := bytes.Cut(b, []byte("Exif\x00\x00"))
	if !ok {
		return 0
	}
	if n := bytes.Count(b, []byte("Exif")); n != 1 {
		t.Errorf("%d records of Exif", n)
	}
	return uint16(tiffTurn(tiff))
}

func samePicture(t *testing.T, a, b image.Image) {
	t.Helper()
	if a.Bounds() != b.Bounds() {
		t.Fatalf("the picture has another size: %v, %v", a.Bounds(), b.Bounds())
	}
	for x := range a.Bounds().Dx() {
		for y := range a.Bounds().Dy() {
			if a.At(x, y) != b.At(x, y) {
				t.Fatalf("the picture is another at %d, %d", x, y)
			}
		}
	}
}

func TestACopyOfAPNGShowsTheSameAndTellsNothing(t *testing.T) {
	got, err := child(t, "image/png", loadedPNG(t, 6))
	if err != nil {
		t.Fatal(err)
	}
	a, err1 := stdpng.Decode(bytes.NewReader(plainPNG(t)))
	b, err2 := stdpng.Decode(bytes.NewReader(got))
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	samePicture(t, a, b)
	for _, gone := range []string{canary, "tEXt", "iTXt", "zTXt", "tIME", "prVt"} {
		if bytes.Contains(got, []byte(gone)) {
			t.Errorf("%s is still there", gone)
		}
	}
	_, exif, ok := bytes.Cut(got, []byte("eXIf"))
	if !ok || tiffTurn(exif) != 6 || !bytes.Contains(got, []byte("gAMA")) {
		t.Error("it is no longer turned, or its colours are others")
	}
}

func TestACopyOfAPDFReadsTheSameAndTellsNothing(t *testing.T) {
	loaded := loadedPDF(t)
	if n := pdfHolds(t, loaded, canary); n < 6 {
		t.Fatalf("the paper to copy tells only %d times", n)
	}
	got, err := child(t, "application/pdf", loaded)
	if err != nil {
		t.Fatal(err)
	}
	if n := pdfHolds(t, got, canary); n != 0 {
		t.Errorf("the copy still tells %d times", n)
	}
	if pdfHolds(t, got, "What the paper says") == 0 || pdfHolds(t, got, "A remark") == 0 || pdfHolds(t, got, "\xFF\xD8\xFF") == 0 {
		t.Error("words, remark or photo are gone")
	}
	if err := api.Validate(bytes.NewReader(got), nil); err != nil {
		t.Errorf("the copy is no sound document: %v", err)
	}
}

// pdfHolds counts where a text stands in a document: in its bytes, and in each of its
// objects, unpacked.
func pdfHolds(t *testing.T, b []byte, text string) int {
	t.Helper()
	n := bytes.Count(b, []byte(text))
	conf := model.NewDefaultConfiguration()
	conf.Optimize = false
	ctx, err := api.ReadAndValidate(bytes.NewReader(b), conf)
	if err != nil {
		t.Fatal(err)
	}
	wide := "" // as text strings have it, ISO 32000-2 7.9.2.2
	for _, c := range []byte(text) {
		wide += "\x00" + string(rune(c))
	}
	for _, e := range ctx.Table {
		if e == nil || e.Free || e.Object == nil {
			continue
		}
		if s, ok := e.Object.(types.StreamDict); ok {
			if err := s.Decode(); err == nil {
				n += bytes.Count(s.Content, []byte(text))
			}
			n += strings.Count(s.Dict.PDFString(), text)
			continue
		}
		printed := e.Object.PDFString()
		n += strings.Count(printed, text) + strings.Count(printed, wide)
	}
	return n
}

// bombs are files that would hurt whoever decodes them, or what a careless reader trips over.
func bombs(t testing.TB) map[string]struct {
	media string
	b     []byte
} {
	j, p := plainJPEG(t), plainPNG(t)
	huge := bytes.Clone(j)
	at := bytes.Index(huge, []byte{0xFF, 0xC0})
	binary.BigEndian.PutUint16(huge[at+5:], 65000)
	binary.BigEndian.PutUint16(huge[at+7:], 65000)
	head := "\x00\x00\xff\xff\x00\x00\xff\xff\x08\x06\x00\x00\x00"
	wide := []byte(string(p[:8]) + pngChunk("IHDR", head) + string(p[33:]))
	flipped := bytes.Clone(p)
	flipped[len(flipped)-20] ^= 1
	frames := string(p[:33]) + strings.Repeat(pngChunk("fcTL", strings.Repeat("\x00", 26)), 100_000) + string(p[33:])
	long := slices.Concat(j[:2], []byte{0xFF, 0xE1, 0xFF, 0xFF}, j[2:])
	type file = struct {
		media string
		b     []byte
	}
	return map[string]file{
		"JPEG of 4 gigapixels":         {"image/jpeg", huge},
		"JPEG cut in its picture":      {"image/jpeg", j[:len(j)-40]},
		"JPEG whose segment is longer": {"image/jpeg", long},
		"JPEG of nothing but its head": {"image/jpeg", []byte{0xFF, 0xD8, 0xFF, 0xD9}},
		"JPEG of fill bytes":           {"image/jpeg", append([]byte{0xFF, 0xD8}, bytes.Repeat([]byte{0xFF}, 1<<20)...)},
		"PNG of 4 gigapixels":          {"image/png", wide},
		"PNG of 100,000 frames":        {"image/png", []byte(frames)},
		"PNG with a wrong sum":         {"image/png", flipped},
		"PNG without end":              {"image/png", p[:len(p)-12]},
		"PNG that claims 4 GB":         {"image/png", []byte(string(p[:33]) + "\xff\xff\xff\xffIDAT")},
		"PDF that refers to itself":    {"application/pdf", []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]>>endobj\ntrailer<</Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF")},
		"PDF of 20,000 brackets":       {"application/pdf", []byte("%PDF-1.4\n1 0 obj" + strings.Repeat("[", 20_000) + "endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF")},
		"PDF that unpacks to 1 GB":     {"application/pdf", flateBomb(t, 1024)},
		"a picture called a document":  {"application/pdf", j},
		"a document called a picture":  {"image/jpeg", []byte("%PDF-1.4")},
		"something else":               {"image/gif", []byte("GIF89a")},
	}
}

func TestABombEndsWithoutACopyAndWithoutTheServer(t *testing.T) {
	for name, c := range bombs(t) {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			got, err := child(t, c.media, c.b)
			if !errors.Is(err, ErrNone) || got != nil {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			if took := time.Since(begun); took > childTime+3*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestTheSameDocumentWithoutTheBombIsCopied shows that it is the size which is refused.
func TestTheSameDocumentWithoutTheBombIsCopied(t *testing.T) {
	if _, err := child(t, pdf, flateBomb(t, 1)); err != nil {
		t.Error(err)
	}
}

func TestAChildIsBoundedAndHasNothingOfTheServer(t *testing.T) {
	big := bytes.Repeat([]byte{0}, MostBytes+1)
	if _, err := child(t, "image/jpeg", big); !errors.Is(err, ErrNone) {
		t.Errorf("a file beyond the limit: %v", err)
	}
	broken := errors.New("the disk")
	program, _ := os.Executable()
	_, err := NewMaker(program).Copy(t.Context(), "image/png", io.MultiReader(bytes.NewReader(plainPNG(t)[:50]), failing{broken}), 100)
	if !errors.Is(err, broken) {
		t.Errorf("an original that cannot be read is told as %v", err)
	}
	if _, err := NewMaker("/nowhere").Copy(t.Context(), "image/png", bytes.NewReader(nil), 1); !errors.Is(err, ErrNone) {
		t.Errorf("no program: %v", err)
	}
	var none *Maker
	if _, err := none.Copy(t.Context(), "image/png", bytes.NewReader(nil), 1); !errors.Is(err, ErrNone) {
		t.Errorf("no maker: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestHostileFilesFromOutside reads the public samples that stand beside the repository on a
// machine that has them.
func TestHostileFilesFromOutside(t *testing.T) {
	folder := os.Getenv("KLANKBORD_CORPORA")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "corpora")
	}
	if _, err := os.Stat(folder); err != nil {
		folder = filepath.Join("..", "..", "..", "..", "shared", "corpora")
	}
	if _, err := os.Stat(folder); err != nil {
		t.Log("no public samples beside the repository, and KLANKBORD_CORPORA names none: each class stands in bombs as well")
		return
	}
	made := 0
	err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		media := map[string]string{".jpg": jpeg, ".jpeg": jpeg, ".png": png, ".pdf": pdf}[strings.ToLower(filepath.Ext(path))]
		if err != nil || e.IsDir() || media == "" {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		got, err := child(t, media, b)
		t.Logf("%s: %d bytes, %d of the copy, %v", filepath.Base(path), len(b), len(got), err)
		if err == nil {
			made++
			for _, tells := range []string{"alert(", "<script", "onclick"} {
				if strings.Contains(path, "-ecs.") {
					continue // the words stand in the coded picture itself, which is not touched
				}
				if bytes.Contains(got, []byte(tells)) {
					t.Errorf("%s: the copy holds %s", path, tells)
				}
			}
		}
		return nil
	})
	if err != nil || made == 0 {
		t.Errorf("%d copies, %v", made, err)
	}
}

func FuzzStrip(f *testing.F) {
	f.Add(byte(0), loadedJPEG(f, 6))
	f.Add(byte(1), loadedPNG(f, 6))
	f.Fuzz(func(t *testing.T, kind byte, b []byte) {
		media := []string{jpeg, png}[kind%2]
		got, err := strip(media, b)
		if err != nil {
			return
		}
		if len(got) > len(b)+64 {
			t.Fatalf("%d bytes became %d", len(b), len(got))
		}
		again, err := strip(media, got)
		if err != nil || !bytes.Equal(again, got) {
			t.Fatalf("a copy of the copy differs, %v", err)
		}
	})
}
