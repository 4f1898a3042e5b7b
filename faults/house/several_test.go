package house_test

import (
	"context"
	"flag"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"klankbord/bench/fixture"
	"klankbord/faults/house"
	"klankbord/internal/storetest"
)

// long makes the test of several processes last.
var long = flag.Duration("several", 0, "how long each part of the test of several processes lasts; 0: as short as it tells anything")

// crowd is people who complain, again and again, until told to stop.
type crowd struct {
	t    *testing.T
	s    *house.Several
	stop chan struct{}
	all  sync.WaitGroup

	mu   sync.Mutex
	sent map[string]string // word of every complaint that was acknowledged → code; guarded by mu
}

// gather lets some people complain. Patient ones press again where something failed; of
// the others every failure is one of the test.
func gather(t *testing.T, s *house.Several, people int, patient bool) *crowd {
	t.Helper()
	c := &crowd{t: t, s: s, stop: make(chan struct{}), sent: map[string]string{}}
	var making sync.Mutex
	for range people {
		c.all.Go(func() {
			for {
				select {
				case <-c.stop:
					return
				default:
				}
				making.Lock()
				p, err := s.Person()
				making.Unlock()
				if err == nil {
					err = c.complains(p, patient)
				}
				if err != nil {
					t.Errorf("a complaint: %v", err)
					return
				}
			}
		})
	}
	return c
}

// complains fills in and sends, as a patient person does: whatever fails is done again, and
// the receipt tells whether it was sent.
func (c *crowd) complains(p *house.Person, patient bool) error {
	ctx, begun := c.t.Context(), time.Now()
	again := func(err error) bool { return patient && err != nil && time.Since(begun) < time.Minute }
	p.Word += "q" // so that no word begins with another
	p.File = "what is added to " + p.Word
	err := p.FillIn(ctx)
	for ; again(err); err = p.FillIn(ctx) {
		time.Sleep(100 * time.Millisecond)
	}
	if err != nil {
		return err
	}
	code, err := c.sends(ctx, p)
	for ; again(err); code, err = c.sends(ctx, p) {
		time.Sleep(100 * time.Millisecond)
	}
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent[p.Word] = code
	return nil
}

// sends presses the button of the check page, unless the receipt is there already.
func (c *crowd) sends(ctx context.Context, p *house.Person) (code string, err error) {
	if code, err = p.Receipt(ctx); err != nil || code != "" {
		return code, err
	}
	if p.At, err = p.Open(ctx, "/nl/complaint/check"); err != nil {
		return "", err
	}
	f, err := p.At.Form("draft")
	if err != nil {
		return "", err
	}
	if p.At, err = p.Press(ctx, f, ""); err != nil {
		return "", err
	}
	if code, err = p.Receipt(ctx); err == nil && code == "" {
		err = errNoReceipt{p.At.Status, p.At.Text()}
	}
	return code, err
}

type errNoReceipt struct {
	status int
	text   string
}

func (e errNoReceipt) Error() string { return "no receipt: " + e.text[:min(200, len(e.text))] }

// end lets everybody finish what they do.
func (c *crowd) end() map[string]string {
	close(c.stop)
	c.all.Wait()
	return c.sent
}

// reads lets a member read the desk until told to stop; any page but the desk is a failure.
func reads(t *testing.T, s *house.Several, m *house.Member, stop <-chan struct{}) (pages int) {
	t.Helper()
	for {
		select {
		case <-stop:
			return pages
		default:
		}
		page, err := m.Open(t.Context(), "/desk")
		if err == nil {
			err = page.Expect("/desk")
		}
		if err != nil || page.Status != 200 {
			t.Errorf("the desk: %v", err)
			return pages
		}
		pages++
	}
}

func newSeveral(t *testing.T, n int) *house.Several {
	t.Helper()
	const root = "../.."
	folder := t.TempDir()
	bin := build(t, "klankbord")
	s, err := house.NewSeveral(t.Context(), root, bin, folder, storetest.PostgreSQL(t), storetest.Bucket(t).Address(""), n, t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Three processes serve one instance. All are restarted one after the other, without a
// request that fails; then one is killed while people complain, and nothing that was
// acknowledged is lost. Members stay signed in on all, each mail leaves once, and the log
// is one.
func TestSeveralProcessesServeOneInstance(t *testing.T) {
	s := newSeveral(t, 3)
	desk, err := s.SignedIn(t.Context(), fixture.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s.Proxy.Counts()

	stopReading, read := make(chan struct{}), make(chan int)
	go func() { read <- reads(t, s, desk, stopReading) }()
	people := gather(t, s, 3, false)
	time.Sleep(max(500*time.Millisecond, *long))
	for i := range 3 {
		if err := s.StopOne(i); err != nil {
			t.Errorf("stop %d: %v", i, err)
		}
		if err := s.StartOne(t.Context(), i); err != nil {
			t.Fatal(err)
		}
	}
	all := people.end()
	close(stopReading)
	pages := <-read
	statuses, served := s.Proxy.Counts()
	for status, n := range statuses {
		if status >= 400 {
			t.Errorf("%d requests of the rolling restart were answered %d", n, status)
		}
	}
	if pages < 10 || len(all) < 3 || min(served[0], served[1], served[2]) < 10 {
		t.Errorf("too little happened: %d pages of the desk, %d complaints, requests %v", pages, len(all), served)
	}
	if mails, again := arrived(t, s, len(all), 10*time.Second); again > 0 || mails != len(all) {
		t.Errorf("%d confirmations for %d complaints, %d came twice", mails, len(all), again)
	}
	t.Logf("rolling restart: %d complaints, %d pages of the desk, requests %v, answers %v", len(all), pages, served, statuses)

	people = gather(t, s, 3, true)
	time.Sleep(max(500*time.Millisecond, *long))
	victim := rand.IntN(3)
	s.KillOne(victim)
	time.Sleep(max(500*time.Millisecond, *long))
	if err := s.StartOne(t.Context(), victim); err != nil {
		t.Fatal(err)
	}
	later := people.end()
	t.Logf("machine %d was killed: %d complaints", victim, len(later))
	if len(later) < 3 {
		t.Errorf("too little happened: %d complaints", len(later))
	}
	maps.Copy(all, later)
	whole(t, desk, all)
	// What the one that was killed had begun to send waits until its lease is over.
	patience := time.Duration(0)
	if *long > 0 {
		patience = 3 * time.Minute
	}
	mails, again := arrived(t, s, len(all), patience)
	if mails > len(all) || mails < len(all) && *long > 0 || again > 4 {
		t.Errorf("%d different confirmations for %d complaints, %d came twice", mails, len(all), again)
	}
	for i := range 3 {
		if err := s.Verify(t.Context(), i); err != nil {
			t.Error(err)
		}
	}
}

// arrived waits until so many confirmations came, and whether one more comes.
func arrived(t *testing.T, s *house.Several, want int, most time.Duration) (mails, again int) {
	t.Helper()
	for begun := time.Now(); time.Since(begun) < most; time.Sleep(100 * time.Millisecond) {
		if mails, _ = s.Post.To("ingrid.maes@mail.example"); mails >= want {
			break
		}
	}
	time.Sleep(300 * time.Millisecond)
	return s.Post.To("ingrid.maes@mail.example")
}
