package signin_test

import (
	"errors"
	"testing"

	"klankbord/internal/access"
	"klankbord/internal/app"
	"klankbord/internal/apptest"
	"klankbord/internal/config"
	"klankbord/internal/fault"
	"klankbord/internal/seal"
	"klankbord/internal/signin"
	"klankbord/internal/staff"
	"klankbord/internal/store"
	"klankbord/internal/storetest"
)

// desk is an instance with one member who enrolled as people do.
type desk struct {
	*apptest.Instance
	t       *testing.T
	me      apptest.Enrolled
	manager access.Actor
	seen    int // mails that were looked at
}

func newDesk(t *testing.T, options ...apptest.Option) *desk {
	t.Helper()
	i, team := apptest.Staffed(t, options...)
	d := &desk{Instance: i, t: t, manager: team.Manager, me: i.Enrol(team.Manager, "Anke Wouters", staff.Assignment{Role: staff.RoleAuditor})}
	d.told() // the invitation
	return d
}

// databases are the settings for an instance on each.
func databases(t *testing.T) map[string][]apptest.Option {
	return map[string][]apptest.Option{"SQLite": nil, "PostgreSQL": {func(c *config.Config, _ *app.Options) { c.Database = storetest.PostgreSQL(t) }}}
}

// anew is everything that the member shows before a change.
func (d *desk) anew() signin.Anew {
	return signin.Anew{Password: apptest.Password, Code: d.Digits(d.me)}
}

// enter signs in with password and one-time password.
func (d *desk) enter() access.Actor {
	d.t.Helper()
	pending, err := d.SignIn.Password(ctx, signin.Browser{}, d.me.Email, apptest.Password)
	if err != nil {
		d.t.Fatal(err)
	}
	e, err := d.SignIn.TOTP(ctx, pending, d.Digits(d.me))
	if err != nil {
		d.t.Fatal(err)
	}
	return d.session(e.Session)
}

func (d *desk) session(tok seal.Token) access.Actor {
	d.t.Helper()
	a, err := d.SignIn.Session(ctx, tok)
	if err != nil {
		d.t.Fatal(err)
	}
	return a
}

// alive reports whether a session lives.
func (d *desk) alive(tok seal.Token) bool {
	_, err := d.SignIn.Session(ctx, tok)
	if err != nil && !errors.Is(err, signin.ErrSession) {
		d.t.Fatal(err)
	}
	return err == nil
}

// add gives the member a passkey.
func (d *desk) add(p *apptest.Passkey) (alone bool) {
	d.t.Helper()
	act, err := d.SignIn.OpenAct(ctx, d.me.Actor, signin.ForPasskey, d.anew())
	if err != nil {
		d.t.Fatal(err)
	}
	q, err := d.SignIn.AskAdd(ctx, d.me.Actor, act)
	if err != nil {
		d.t.Fatal(err)
	}
	created := p.Create(q.Options)
	n := signin.NewPasskey{Name: "laptop", Cookie: q.Cookie, Created: created}
	if p.Late {
		n.Evaluated = p.Answer(q.Options)
	}
	alone, err = d.SignIn.AddPasskey(ctx, d.me.Actor, act, n)
	if err != nil {
		d.t.Fatal(err)
	}
	return alone
}

// tap signs in with a passkey alone.
func (d *desk) tap(p *apptest.Passkey) (signin.Entered, error) {
	d.t.Helper()
	q, err := d.SignIn.AskEnter()
	if err != nil {
		d.t.Fatal(err)
	}
	return d.SignIn.EnterByPasskey(ctx, signin.Browser{}, q.Cookie, p.Answer(q.Options))
}

// prove answers what the desk asks of a signed-in member once more.
func (d *desk) prove(a access.Actor, p *apptest.Passkey) string {
	d.t.Helper()
	q, err := d.SignIn.AskProof(ctx, a)
	if err != nil {
		d.t.Fatal(err)
	}
	return signin.PasskeyProof(p.Answer(q.Options), q.Cookie)
}

func (d *desk) exec(sql string, args ...any) {
	d.t.Helper()
	if err := d.Store.Write(ctx, func(tx *store.Tx) error { _, err := tx.Exec(sql, args...); return err }); err != nil {
		d.t.Fatal(err)
	}
}

// told are the mails that the members got since the last time, by address.
func (d *desk) told() map[string][]string {
	d.t.Helper()
	d.DeliverMail()
	list := map[string][]string{}
	mails := d.Box.Mails() // the newest first
	for _, m := range mails[:len(mails)-d.seen] {
		list[m.To] = append(list[m.To], m.Subject+"\n"+m.Text)
	}
	d.seen = len(mails)
	return list
}

func refused(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, signin.ErrRefused) {
		t.Errorf("%s: %v, want ErrRefused", what, err)
	}
}

func limited(t *testing.T, what string, err error) {
	t.Helper()
	if f, ok := fault.As(err); !ok || f.Kind != fault.Limit || f.Args["again"] == "" {
		t.Errorf("%s: %v, want a limit with a time", what, err)
	}
}
