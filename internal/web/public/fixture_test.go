package public_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"klankbord/internal/audit"
	"klankbord/internal/blob"
	"klankbord/internal/casefile"
	"klankbord/internal/clock"
	"klankbord/internal/custody"
	"klankbord/internal/deadline"
	"klankbord/internal/heads"
	"klankbord/internal/ident"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/profile"
	"klankbord/internal/seal"
	"klankbord/internal/staff"
	"klankbord/internal/store"
	"klankbord/internal/storetest"
	"klankbord/internal/web/public"
	"klankbord/internal/web/ui"
)

// desk is the public face over a real database, with the members that
// wwf-belgium asks for.
type desk struct {
	t       testing.TB
	clock   *clock.Fixed
	store   *store.Store
	custody *custody.Custody
	intake  *intake.Intake
	profile *profile.Profile
	members map[string]staff.ID
	keys    map[string]*seal.Keys
	folder  string // of everything that is on disk
	handler http.Handler

	signers  map[string]*seal.Signer
	instance *seal.InstanceKey
	words    *lang.Catalogue
}

// monday is where the clock stands.
var monday = time.Date(2026, time.March, 2, 8, 30, 0, 0, time.UTC)

const instanceID = "instance-of-a-test"

func newDesk(t testing.TB, options ...func(*public.Deps)) *desk {
	t.Helper()
	return newDeskOf(t, (*desk).found, options...)
}

func newDeskOf(t testing.TB, found func(*desk), options ...func(*public.Deps)) *desk {
	t.Helper()
	return newDeskWith(t, "wwf-belgium", found, options...)
}

func newDeskWith(t testing.TB, profileName string, found func(*desk), options ...func(*public.Deps)) *desk {
	t.Helper()
	d := &desk{
		t: t, clock: clock.NewFixed(monday), folder: t.TempDir(), instance: seal.NewInstanceKey(),
		members: map[string]staff.ID{}, keys: map[string]*seal.Keys{}, signers: map[string]*seal.Signer{},
	}
	var err error
	d.store, err = store.Open(t.Context(), storetest.Open(t, "sqlite:"+filepath.Join(d.folder, "klankbord.db")), d.clock)
	d.check(err)
	blobs, err := blob.NewFolder(filepath.Join(d.folder, "blobs"))
	d.check(err)
	t.Cleanup(func() { d.check(blobs.Close()) })
	d.profile, err = profile.Load(profileName)
	d.check(err)
	d.words = lang.New()
	d.custody = custody.New(d.store, instanceID, d.instance.Stamper(), d.instance.Subkey("gates"), d.instance.Signer(), heads.In(d.folder))
	d.intake = &intake.Intake{
		Store: d.store, Blobs: blobs, Custody: d.custody, Profile: d.profile, Calendar: deadline.Belgium(lang.Brussels()),
		Mails: d.instance.Subkey("mail"), Notices: d.instance.Subkey("notices"), Limits: intake.DefaultLimits(),
		Oversight: &custody.Oversight{Store: d.store},
	}
	d.intake.Limits.FileBytes = 1 << 20
	found(d)
	d.serve(options...)
	return d
}

func (d *desk) check(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// found starts the directory and lets the members in.
func (d *desk) found() {
	d.t.Helper()
	d.foundOnly()
	d.join("Nele Janssens", casefile.ComplaintsTeam, staff.IntegrityManager)
	d.join("Thomas Dubois", casefile.ComplaintsTeam, staff.HumanResources)
	d.join("Sofie Peeters", casefile.SupportersService, "")
	d.join("Karim Benali", casefile.SupportersService, "")
	d.join("Julie Lambert", casefile.SupportersService, "")
	d.join("Marc Verstraete", casefile.Alternative, "")
}

// foundOnly starts the directory, with nobody in it.
func (d *desk) foundOnly() {
	d.t.Helper()
	genesis, err := staff.Found(instanceID, monday, staff.Rules{Profile: d.profile.Name}, []staff.Recovery{
		{ID: "recovery-1", Key: seal.NewCode().Keys(instanceID).Public()},
	}, d.instance.Signer())
	d.check(err)
	d.write(genesis)
}

// leave takes a member off the desk.
func (d *desk) leave(name string) {
	d.t.Helper()
	dir, err := d.custody.Directory(context.Background())
	d.check(err)
	statement, err := d.custody.Compose(dir, staff.Change{Type: staff.Revoke, Member: d.members[name]})
	d.check(err)
	by := staff.Sign(instanceID, string(d.members["Nele Janssens"]), d.signers["Nele Janssens"], statement)
	event, err := d.custody.Place(dir, statement, []staff.Signature{by})
	d.check(err)
	d.write(event)
}

func (d *desk) write(event staff.Event) {
	d.t.Helper()
	d.check(d.store.Write(context.Background(), func(tx *store.Tx) error {
		return errors.Join(tx.InsertDirectoryEvent(event), tx.InsertLeaf(d.told(tx)))
	}))
}

// told is the line of the log that comes with a change of the desk.
func (d *desk) told(tx *store.Tx) store.Leaf {
	return custody.Leaf(tx.Now(), custody.Event{Kind: audit.DirectoryEvent, Actor: custody.BySystem()})
}

func (d *desk) join(name string, team casefile.Team, f staff.Function) {
	d.t.Helper()
	dir, err := d.custody.Directory(context.Background())
	d.check(err)
	secret, id, salt, email := seal.NewMemberSecret(), staff.ID(ident.New()), staff.Salt(), ident.New()+"@desk.example"
	keys, signer := secret.Keys(), secret.Signer()
	statement, err := d.custody.Compose(dir, staff.Change{
		Type: staff.Enrol, Member: id, Reading: keys.Public(), Signing: signer.Public(), Person: staff.Commit(salt, name, email),
		Proof:       signer.Sign(staff.ProofContext(instanceID, id), keys.Public()),
		Assignments: []staff.Assignment{{Role: staff.RoleHandler, Team: team, Function: f}},
	})
	d.check(err)
	by := d.custody.SignAsInstance(statement)
	if len(d.signers) > 0 {
		by = staff.Sign(instanceID, string(d.members["Nele Janssens"]), d.signers["Nele Janssens"], statement)
	}
	event, err := d.custody.Place(dir, statement, []staff.Signature{by})
	d.check(err)
	d.write(event)
	d.check(d.store.Write(context.Background(), func(tx *store.Tx) error {
		member := store.Member{ID: id, Salt: salt, Email: email, Name: name, Language: "nl", Active: true, Created: tx.Now()}
		return errors.Join(tx.InsertMember(member), tx.InsertLeaf(d.told(tx)))
	}))
	d.members[name], d.keys[name], d.signers[name] = id, keys, signer
}

// serve makes the face.
func (d *desk) serve(options ...func(*public.Deps)) {
	d.t.Helper()
	assets, err := ui.NewAssets(ui.Look{})
	d.check(err)
	brand := func(l string) ui.Brand {
		return ui.Brand{Name: d.profile.Organisation.Name.In(l), Service: d.profile.Organisation.Desk.In(l), Phone: "+32 2 340 09 22"}
	}
	var languages []string
	for _, l := range lang.All() {
		languages = append(languages, string(l))
	}
	renderer, err := ui.NewRenderer(ui.Config{
		Words: ui.Catalogue(d.words), Languages: languages, Brand: brand, Assets: assets, Log: slog.New(slog.DiscardHandler),
	}, public.Templates())
	d.check(err)
	deps := public.Deps{
		Intake: d.intake, Profile: d.profile, Renderer: renderer, Words: ui.Catalogue(d.words), Assets: assets, Clock: d.clock,
		Address: "https://complaints.example",
	}
	for _, option := range options {
		option(&deps)
	}
	d.handler = public.New(deps)
}

// readers are the names of the members that hold a key of the newest case.
func (d *desk) readers(number string) map[string]bool {
	d.t.Helper()
	out := map[string]bool{}
	d.check(d.store.Read(context.Background(), func(tx *store.Tx) error {
		id, err := tx.CaseByNumber(casefile.Number(number))
		if err != nil {
			return err
		}
		grants, err := tx.Grants(id.ID)
		if err != nil {
			return err
		}
		for _, g := range grants {
			for name, member := range d.members {
				if g.Recipient == string(member) {
					out[name] = true
				}
			}
		}
		return nil
	}))
	return out
}
