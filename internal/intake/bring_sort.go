package intake

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"klankbord/internal/casefile"
	"klankbord/internal/rawmail"
)

const (
	headBytes = 1 << 20 // of a header are looked at; as much as a reader reads of it
	headRefs  = 16      // mails that one answers: the first, and the newest
)

// digest stands for an id or an address, so that a large mailbox takes little memory.
type digest [16]byte

func digestOf(kind, s string) digest {
	sum := sha256.Sum256([]byte(kind + "\x00" + strings.ToLower(s)))
	return digest(sum[:16])
}

// OldHead is what of a kept mail says to which correspondence it belongs.
type OldHead struct {
	at   time.Time
	id   digest
	refs []digest // mails that it answers, the newest first
	near []digest // what programs say its correspondence is
	from digest   // zero: nobody
	to   []digest
	own  bool // the organisation wrote it
	left bool // it is brought into no correspondence
}

// LeftAlone is the head of a mail that belongs to no correspondence.
func LeftAlone() OldHead { return OldHead{left: true} }

// ReadHead reads the header of a kept mail. The body is not looked at.
func (i *Intake) ReadHead(ctx context.Context, box Mailbox, a Arrived, b *Bringing) (OldHead, error) {
	raw, err := headOf(a.Body)
	if err != nil {
		return LeftAlone(), err
	}
	m := rawmail.Read(ctx, raw, rawmail.Options{Server: box.Server, Truncated: true})
	h := OldHead{at: broughtAt(m, a), own: b.sentByUs(m), left: i.unwanted(m, b) != ""}
	if m.ID != "" {
		h.id = digestOf("id", m.ID)
	}
	if s, ok := m.Sender(); ok && s.Email != "" {
		h.from = digestOf("at", s.Email)
	}
	for _, to := range receivers(m) {
		h.to = append(h.to, digestOf("at", to))
	}
	refs := answered(m)
	if len(refs) > headRefs {
		refs = append(refs[:headRefs-1], refs[len(refs)-1])
	}
	for _, id := range refs {
		h.refs = append(h.refs, digestOf("id", id))
	}
	// Outlook writes 22 bytes that every mail of a correspondence begins with; Google's export
	// names it. [MS-OXOMSG] 2.2.1.3
	if s := m.Field("thread-index"); len(s) >= 29 {
		h.near = append(h.near, digestOf("index", s[:29]))
	}
	if s := m.Field("x-gm-thrid"); s != "" {
		h.near = append(h.near, digestOf("gm", s))
	}
	return h, nil
}

// headOf reads a mail as far as the empty line below its header.
func headOf(r io.Reader) ([]byte, error) {
	var b bytes.Buffer
	for b.Len() < headBytes && !bytes.Contains(b.Bytes(), []byte("\r\n\r\n")) {
		_, err := io.CopyN(&b, r, 32<<10)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read header: %w", err)
		}
	}
	head, _, _ := bytes.Cut(b.Bytes(), []byte("\r\n\r\n"))
	return append(bytes.Clone(head), "\r\n\r\n"...), nil
}

// answered lists the ids of the mails that one answers, the newest first.
func answered(m *rawmail.Message) []string {
	ids := slices.Clone(m.InReplyTo)
	for _, id := range slices.Backward(m.References) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// receivers are the addresses to which a mail went, as far as it says.
func receivers(m *rawmail.Message) []string { return append(emails(m.To), emails(m.Cc)...) }

// Correspondence is the kept mails of one person with the organisation. It is used for one
// run, by one goroutine.
type Correspondence struct {
	Mails []int // which of the heads; the first is the one that it begins with
	// Others opens the mails after the first, when their words are to be looked at.
	Others []func() (io.ReadCloser, error)

	id     casefile.ID // the case of it; empty: there is none yet
	failed bool        // the mail that would have made it could not be taken now
	would  bool        // a run that writes nothing would have made one by now
	person string      // of whom it would be
}

// Fail tells that a mail could not even be opened. Where it would have begun the case, those after
// it wait for the next run, so that they do not begin another.
func (c *Correspondence) Fail() Brought {
	c.failed = true
	return Brought{Fate: BringFailed, Reason: BringWrong}
}

// Correspond sorts kept mails into correspondences, in the order of their first mails. One
// begins with a mail of somebody outside that answers nobody outside; what answers a mail of
// it belongs to it, and so does what the same person began within the same exchange. A
// mail of the organisation that answers nothing of it belongs to it where it went to that
// person and to no other of them. So replies of many people to one circular stay apart.
// Whatever belongs to none stands alone.
func Correspond(heads []OldHead) []*Correspondence {
	s := sorter{heads: heads, byID: map[digest]int{}, start: make([]int, len(heads)), group: newGroups(len(heads)), of: map[sortKey]*Correspondence{}}
	for n, h := range heads {
		s.start[n] = unknownStart
		if h.left {
			continue
		}
		if _, there := s.byID[h.id]; !there && h.id != (digest{}) {
			s.byID[h.id] = n
		}
		s.group.put(n, h)
	}
	for n, h := range heads {
		if !h.left {
			s.join(n, s.begin(n))
		}
	}
	for n, h := range heads {
		switch {
		case h.left:
			s.list = append(s.list, &Correspondence{Mails: []int{n}})
		case s.start[n] == noStart:
			s.ours(n)
		}
	}
	for _, c := range s.list {
		first := slices.MinFunc(c.Mails, func(x, y int) int { return cmp.Or(cmp.Compare(s.late(x), s.late(y)), s.byTime(x, y)) })
		slices.SortFunc(c.Mails, s.byTime)
		c.Mails = append([]int{first}, slices.DeleteFunc(c.Mails, func(n int) bool { return n == first })...)
	}
	slices.SortFunc(s.list, func(x, y *Correspondence) int { return cmp.Compare(slices.Min(x.Mails), slices.Min(y.Mails)) })
	return s.list
}

const (
	unknownStart = -1 - iota
	lookingStart
	noStart
)

type sortKey struct {
	group int
	from  digest
	alone int // a mail that says nobody is from the same person as no other
}

type sorter struct {
	heads []OldHead
	byID  map[digest]int
	start []int // of each mail the one with which its correspondence begins
	group *groups
	of    map[sortKey]*Correspondence
	list  []*Correspondence
}

// begin finds with which mail of somebody outside an exchange began that a mail is part of.
func (s *sorter) begin(n int) int {
	switch s.start[n] {
	case unknownStart:
	case lookingStart:
		return noStart // they answer each other
	default:
		return s.start[n]
	}
	s.start[n] = lookingStart
	found := noStart
	for _, ref := range s.heads[n].refs {
		if parent, ok := s.byID[ref]; ok && parent != n {
			if found = s.begin(parent); found != noStart {
				break
			}
		}
	}
	if found == noStart && !s.heads[n].own {
		found = n
	}
	s.start[n] = found
	return found
}

func (s *sorter) key(n int) sortKey {
	k := sortKey{group: s.group.of(n), from: s.heads[n].from}
	if k.from == (digest{}) {
		k.alone = n + 1
	}
	return k
}

func (s *sorter) join(n, start int) {
	if start == noStart {
		return
	}
	k := s.key(start)
	c := s.of[k]
	if c == nil {
		c = &Correspondence{}
		s.of[k], s.list = c, append(s.list, c)
	}
	c.Mails = append(c.Mails, n)
}

// ours puts a mail of the organisation that answers nobody into the one correspondence to
// whose person it went.
func (s *sorter) ours(n int) {
	var found []*Correspondence
	for _, to := range s.heads[n].to {
		if c := s.of[sortKey{group: s.group.of(n), from: to}]; c != nil && !slices.Contains(found, c) {
			found = append(found, c)
		}
	}
	if len(found) == 1 {
		found[0].Mails = append(found[0].Mails, n)
		return
	}
	s.list = append(s.list, &Correspondence{Mails: []int{n}})
}

// late puts what begins a correspondence before what belongs to it.
func (s *sorter) late(n int) int {
	if s.start[n] == n {
		return 0
	}
	return 1
}

func (s *sorter) byTime(x, y int) int {
	return cmp.Or(s.heads[x].at.Compare(s.heads[y].at), cmp.Compare(x, y))
}

// groups are exchanges: mails that name each other, or the same mail or exchange.
type groups struct {
	up   []int
	node map[digest]int
}

func newGroups(n int) *groups {
	g := &groups{node: map[digest]int{}}
	for m := range n {
		g.up = append(g.up, m)
	}
	return g
}

func (g *groups) put(n int, h OldHead) {
	for _, d := range slices.Concat([]digest{h.id}, h.refs, h.near) {
		if d == (digest{}) {
			continue
		}
		k, there := g.node[d]
		if !there {
			k = len(g.up)
			g.up, g.node[d] = append(g.up, k), k
		}
		g.up[g.of(k)] = g.of(n)
	}
}

func (g *groups) of(n int) int {
	for g.up[n] != n {
		g.up[n] = g.up[g.up[n]]
		n = g.up[n]
	}
	return n
}
