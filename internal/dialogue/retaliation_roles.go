package dialogue

import (
	"context"
	"slices"
	"strings"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/intake"
	"klankbord/internal/profile"
	"klankbord/internal/staff"
)

// Role is what somebody does on the desk or in the organisation, so that it can be
// left out of a new complaint without a name.
type Role struct {
	ID       string
	Team     casefile.Team  // of those who handled the complaint
	Function staff.Function // empty: none known
	Label    profile.Text   // the words of the form, where it is one of the form's own
	Handled  bool           // read, or can read, this complaint
	Out      bool           // left out unless the person says otherwise

	members []staff.ID
	option  string // of the question whom it is about
}

// roles are those whom the new complaint can leave out: who handled this one, and whom
// the form asks about. Who handled it and whom it was about are left out; where then
// nobody on the desk would be left, only whoever may no longer read this one either.
func (d *Dialogue) roles(ctx context.Context, o *custody.Opened) (list []Role, nobody bool, err error) {
	dir, err := d.Custody.Directory(ctx)
	if err != nil {
		return nil, false, err
	}
	handled, err := d.Custody.Handled(ctx, o)
	if err != nil {
		return nil, false, err
	}
	for _, id := range handled {
		if entry, ok := dir.Entry(id); ok {
			list = withHandler(list, id, entry, o.Case.Team)
		}
	}
	slices.SortFunc(list, func(x, y Role) int { return strings.Compare(x.ID, y.ID) })
	list = append(list, d.others(o, list)...)
	test := intake.Retaliation{Answers: profile.Answers{}, LeftOut: d.leftOutBefore(o)}
	for _, role := range list {
		if role.Out {
			test.LeftOut = append(test.LeftOut, role.members...)
		}
	}
	if nobody, err = d.Intake.LeavesNobody(ctx, test); err != nil || !nobody {
		return list, nobody, err
	}
	may := o.MayRead()
	for i := range list {
		reads := func(id staff.ID) bool { return slices.Contains(may, id) }
		list[i].Out = list[i].Out && !slices.ContainsFunc(list[i].members, reads)
	}
	return list, nobody, nil
}

// withHandler adds a member to the role in which they handle the case.
func withHandler(list []Role, id staff.ID, e staff.Entry, team casefile.Team) []Role {
	t, function := roleOf(e, team)
	r := Role{ID: "handled." + string(t) + "." + string(function), Team: t, Function: function, Handled: true, Out: true}
	for i := range list {
		if list[i].ID == r.ID {
			list[i].members = append(list[i].members, id)
			return list
		}
	}
	r.members = []staff.ID{id}
	return append(list, r)
}

// others are the functions that the form asks about and that nobody has who handled the
// case. Whom this complaint was about stays left out.
func (d *Dialogue) others(o *custody.Opened, handlers []Role) []Role {
	f, _ := d.Profile.Field(profile.FieldConcerns)
	about := profile.Answers{}
	if story := d.story(o); story != nil {
		about = story.Answers
	} else if was, ok := o.Part(); ok {
		about = profile.Answers{profile.FieldConcerns: was.Concerns}
	}
	var list []Role
	for _, option := range f.Options {
		taken := slices.ContainsFunc(handlers, func(r Role) bool {
			return r.Function == option.Function || r.Function == "" && string(r.Team) == string(option.Function)
		})
		if option.Function == "" || taken {
			continue
		}
		list = append(list, Role{
			ID: "about." + option.ID, Function: option.Function, Label: option.Label, option: option.ID,
			Out: about.Has(profile.FieldConcerns, option.ID),
		})
	}
	return list
}

// leftOutBefore are the members of whom it was said in this complaint that they must not
// read it, and in the file of somebody who helped those who handled the complaint before.
func (d *Dialogue) leftOutBefore(o *custody.Opened) (ids []staff.ID) {
	if story := d.story(o); story != nil {
		for _, id := range story.LeftOut {
			ids = append(ids, staff.ID(id))
		}
	} else if was, ok := o.Part(); ok {
		for _, id := range was.LeftOut {
			ids = append(ids, staff.ID(id))
		}
	}
	return ids
}
