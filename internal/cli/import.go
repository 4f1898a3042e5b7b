package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"klankbord/internal/app"
	"klankbord/internal/casefile"
	"klankbord/internal/config"
	"klankbord/internal/intake"
	"klankbord/internal/lang"
	"klankbord/internal/prior"
)

type importCommands struct {
	Mbox    importMboxCommand    `cmd:"" help:"Make cases of the mails in a mailbox file (mbox)."`
	Maildir importMaildirCommand `cmd:"" help:"Make cases of the mails in a mail folder (Maildir)."`
	CSV     importCSVCommand     `cmd:"" name:"csv" help:"Make cases of the rows of a register (CSV)."`
}

// importing is what every import has.
type importing struct {
	config.Config
	Yes    bool   `name:"yes" help:"Do it. Without it the command says what it would do, and changes nothing."`
	Report string `name:"report" type:"path" help:"File to be written with a line of JSON about each mail or row; never what it holds, nor a name."`
	Lang   string `name:"lang" enum:"nl,fr,en,de" default:"nl" help:"Language where a mail or row shows none."`
}

// importingMail is what the import of mails has besides.
type importingMail struct {
	importing
	Route string   `name:"route" required:"" enum:"general,privacy,integrity" help:"Route of the cases: general, privacy or integrity."`
	Team  string   `name:"team" enum:",supporters-service,complaints" default:"" help:"Team that gets them, where it is not that of the route."`
	Name  string   `name:"name" help:"What members call this mailbox; empty: the name of the file."`
	Trust string   `name:"trust" help:"Name (authserv-id) of the mail server whose checks of the sender are shown."`
	Own   []string `name:"own" help:"Addresses of the organisation: mail from them is no complaint, and stands in the case that it answers. Those in the settings count without this."`
	Also  []string `name:"also" enum:"automatic,list,bounce,spam" help:"Sorts of mail that are skipped without this."`
}

type importMboxCommand struct {
	importingMail
	File string `arg:"" type:"existingfile" help:"The mailbox file."`
	Form string `name:"form" enum:"auto,mboxo,mboxrd,mboxcl,mboxcl2" default:"auto" help:"How lines that begin with \"From \" are kept in it."`
}

// Run makes cases of a mailbox file.
func (c *importMboxCommand) Run(e *env) (err error) {
	f, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("open mailbox: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	list, err := prior.Mbox(f, prior.Form(c.Form))
	if err != nil {
		return err
	}
	return c.run(e, casefile.FromMbox, c.File, list)
}

type importMaildirCommand struct {
	importingMail
	Folder string `arg:"" type:"existingdir" help:"The mail folder, with the folders cur and new in it."`
}

// Run makes cases of a mail folder.
func (c *importMaildirCommand) Run(e *env) (err error) {
	root, err := os.OpenRoot(c.Folder)
	if err != nil {
		return fmt.Errorf("open mail folder: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	list, err := prior.Maildir(root.FS())
	if err != nil {
		return err
	}
	return c.run(e, casefile.FromMaildir, c.Folder, list)
}

// errTeamRoute tells of a team that may not have a route.
var errTeamRoute = errors.New("only general complaints go to Supporters Service")

func (c *importingMail) run(e *env, from casefile.BroughtFrom, path string, list []prior.Mail) (err error) {
	if c.Team == string(casefile.SupportersService) && c.Route != string(casefile.General) {
		return errTeamRoute
	}
	a, out, err := c.begin(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.close(), a.Close()) }()
	box := c.mailbox(a, path)
	if err := canBring(e.ctx, a, box.Route, box.Team); err != nil {
		return err
	}
	b := &intake.Bringing{From: from, Do: c.Yes, Own: c.own(a)}
	for _, sort := range c.Also {
		b.Also = append(b.Also, casefile.MailSort(sort))
	}
	out.mails = true
	sorted, err := correspondences(e.ctx, a, box, list, b)
	if err != nil {
		return out.stopped(err)
	}
	for _, in := range sorted {
		for _, n := range in.Mails {
			got, err := bringMail(e.ctx, a, box, list[n], in, b)
			if err != nil {
				return out.stopped(err)
			}
			out.tell(tale{Position: list[n].Position, ID: got.ID}, got)
		}
	}
	return out.end()
}

// correspondences sorts the mails by what stands in their headers.
func correspondences(ctx context.Context, a *app.App, box intake.Mailbox, list []prior.Mail, b *intake.Bringing) ([]*intake.Correspondence, error) {
	heads := make([]intake.OldHead, len(list))
	for n, m := range list {
		heads[n] = intake.LeftAlone()
		if m.Gone {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		f, err := m.Open()
		if err != nil {
			continue // told when its turn comes
		}
		if h, err := a.Intake.ReadHead(ctx, box, intake.Arrived{At: m.At, Body: f}, b); err == nil {
			heads[n] = h
		}
		if err := f.Close(); err != nil {
			return nil, fmt.Errorf("read mailbox: %w", err)
		}
	}
	sorted := intake.Correspond(heads)
	for _, in := range sorted {
		for _, n := range in.Mails[1:] {
			in.Others = append(in.Others, list[n].Open)
		}
	}
	return sorted, nil
}

func bringMail(ctx context.Context, a *app.App, box intake.Mailbox, m prior.Mail, in *intake.Correspondence, b *intake.Bringing) (got intake.Brought, err error) {
	if m.Gone {
		return intake.Brought{Fate: intake.BringSkipped, Reason: intake.BringGone}, nil
	}
	f, err := m.Open()
	if err != nil { // it was moved meanwhile; the others are there
		got = in.Fail()
		got.Err = err
		return got, nil
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return a.Intake.BringMail(ctx, box, intake.Arrived{At: m.At, Body: f}, in, b)
}

// mailbox says where the mails go. They are known as well where a mailbox that is read for
// the same team took them in.
func (c *importingMail) mailbox(a *app.App, path string) intake.Mailbox {
	box := intake.Mailbox{
		Name: c.Name, Route: casefile.Route(c.Route), Team: casefile.Team(c.Team), Server: c.Trust, Lang: lang.Lang(c.Lang),
	}
	if box.Name == "" {
		box.Name = filepath.Base(path)
	}
	if box.Team == "" {
		box.Team, _ = a.Profile.TeamFor(box.Route)
	}
	box.ID = "import/" + string(box.Route) + "/" + string(box.Team)
	for _, p := range a.Pickups {
		if p.Settings.Route == box.Route && p.Settings.Team == box.Team {
			box.Also = append(box.Also, p.Settings.ID)
		}
	}
	return box
}

// own lists the addresses of the organisation.
func (c *importingMail) own(a *app.App) []string {
	list := append(slices.Clone(c.Own), a.Config.MailFrom, a.Config.MailReply)
	for _, p := range a.Pickups {
		list = append(list, p.Settings.User)
	}
	return slices.DeleteFunc(list, func(s string) bool { return !strings.Contains(s, "@") })
}

// errNoMembers tells that nobody would receive what is brought.
var errNoMembers = errors.New("no member of this team can receive a case yet; enrol them first, and open the form at /desk/setup")

func canBring(ctx context.Context, a *app.App, route casefile.Route, team casefile.Team) error {
	err := a.Intake.CanBring(ctx, route, team)
	if errors.Is(err, intake.ErrClosed) {
		return errNoMembers
	}
	return err
}

// begin opens the instance and the report.
func (c *importing) begin(e *env) (*app.App, *account, error) {
	a, err := app.Open(e.ctx, c.Config, app.Options{Log: e.logger("error")})
	if err != nil {
		return nil, nil, err
	}
	out := &account{e: e, does: c.Yes, counts: map[string]int{}}
	if c.Report == "" {
		return a, out, nil
	}
	f, err := os.OpenFile(c.Report, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("write report: %w", err), a.Close())
	}
	out.file, out.lines = f, json.NewEncoder(f)
	return a, out, nil
}
