package profile

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// An item that an organisation adds to a list stands among the changes at the address
// "topics+own-3": the list, and the id that the item has for ever. Its value says what was
// asked when it was added; once it is there, its places are as those of any other item.

var (
	itemAddress = regexp.MustCompile(`^([a-z0-9_.-]+)\+(own-([1-9][0-9]{0,8}))$`)
	errItem     = errors.New("an item says more or less than what is asked")
)

// Asked lists what is asked of a new item of a list; none where nothing can be added.
func (p *Profile) Asked(list string) []Place {
	x, _ := p.itemOf(list)
	return x.places
}

// Item reads a new item of a list as it was typed. What cannot be is told by the address of
// its place among those of Asked.
func (p *Profile) Item(list string, typed func(address, input string) string) (json.RawMessage, map[string]Problem) {
	x, ok := p.itemOf(list)
	if !ok {
		return nil, map[string]Problem{list: ProblemRule}
	}
	problems := map[string]Problem{}
	for _, at := range x.places {
		raw, problem := at.Value(func(input string) string { return typed(at.Address, input) })
		if problem == "" && raw != nil && at.set(raw) != nil {
			problem = ProblemRule
		}
		if problem != "" {
			problems[at.Address] = problem
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	raw, err := json.Marshal(x.value)
	if err != nil {
		return nil, map[string]Problem{list: ProblemRule}
	}
	return raw, nil
}

// addItems puts what the organisation added itself into the profile, in the order in which
// it was added.
func (p *Profile) addItems(c Changes) error {
	var errs []error
	for _, at := range Items(c) {
		x, ok := p.itemOf(at.List)
		if !ok { // a newer program has no such list
			continue
		}
		if err := x.read(c[at.Address]); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", at.Address, err))
			continue
		}
		x.join(p, at.ID, at.Number)
		p.Added = append(p.Added, at)
	}
	return errors.Join(errs...)
}

// read fills an item from the changes. It has what is asked of such an item and nothing else.
func (x newItem) read(raw json.RawMessage) error {
	got := reflect.New(reflect.TypeOf(x.value).Elem())
	if err := strict(raw, got.Interface()); err != nil {
		return fmt.Errorf("%w: %w", errItem, err)
	}
	asked := map[string]reflect.Value{}
	for _, at := range x.places {
		asked[at.Name] = reflect.ValueOf(at.at).Elem()
	}
	for i := range got.Elem().NumField() {
		name, _, _ := strings.Cut(got.Elem().Type().Field(i).Tag.Get("json"), ",")
		value := got.Elem().Field(i)
		if to, ok := asked[name]; ok {
			to.Set(value)
		} else if !value.IsZero() {
			return fmt.Errorf("%w: %s", errItem, name)
		}
	}
	for _, at := range x.places { // what could not have been typed is refused
		clean := map[string]string{}
		for _, input := range at.Inputs() {
			clean[input] = strings.TrimSpace(at.Typed(input))
		}
		if problem := at.problem(clean); problem != "" {
			return fmt.Errorf("%w: %s: %s", errItem, at.Name, problem)
		}
	}
	return nil
}

// OwnItem says where an item that an organisation added stands.
type OwnItem struct {
	Address, List, ID string
	Number            int
}

// Places is the beginning of the addresses of its places.
func (o OwnItem) Places() string { return o.List + "." + o.ID + "." }

// itemAt reads an address as that of an own item.
func itemAt(address string) (OwnItem, bool) {
	m := itemAddress.FindStringSubmatch(address)
	if m == nil {
		return OwnItem{}, false
	}
	n, err := strconv.Atoi(m[3])
	return OwnItem{address, m[1], m[2], n}, err == nil
}

// Items lists the own items among changes in the order in which they were added.
func Items(c Changes) (list []OwnItem) {
	for address := range c {
		if x, ok := itemAt(address); ok {
			list = append(list, x)
		}
	}
	slices.SortFunc(list, func(a, b OwnItem) int { return cmp.Or(a.Number-b.Number, cmp.Compare(a.Address, b.Address)) })
	return list
}

// NewItem is where an item that is added now stands: the number is the least that is free
// from the one given on.
func NewItem(c Changes, list string, from int) OwnItem {
	taken := map[int]bool{}
	for _, x := range Items(c) {
		taken[x.Number] = true
	}
	for taken[from] {
		from++
	}
	id := "own-" + strconv.Itoa(from)
	return OwnItem{list + "+" + id, list, id, from}
}

// Without returns changes without an own item and what was changed in it since.
func (c Changes) Without(item OwnItem) Changes {
	out := Changes{}
	for address, raw := range c {
		if address != item.Address && !strings.HasPrefix(address, item.Places()) {
			out[address] = raw
		}
	}
	return out
}

// With returns changes with the own items of others besides, so that both can be named.
func (c Changes) With(other Changes) Changes {
	out := Changes{}
	for _, x := range Items(other) {
		out[x.Address] = other[x.Address]
	}
	maps.Copy(out, c)
	return out
}

// LoadBase reads a built-in profile with what the organisation added to its lists, and
// without what it changed. Its places are those of the profile with the changes.
func LoadBase(name string, c Changes) (*Profile, error) {
	p, err := Load(name)
	if err != nil {
		return nil, err
	}
	if err := p.addItems(c); err != nil {
		return nil, fmt.Errorf("profile %q with what was added: %w", name, err)
	}
	p.complete()
	return p, nil
}

// itemPlaces tells of each own item that it is there. Nothing is typed at such a place.
func (p *Profile) itemPlaces(l *lister) {
	for _, own := range p.Added {
		part, group, label := p.ownAt(own)
		l.list = append(l.list, Place{Address: own.Address, Part: part, Group: group, Name: "item", Of: label, Kind: PlaceItem})
	}
}

// ownAt is where pages list an own item, and what it is called.
func (p *Profile) ownAt(own OwnItem) (part, group string, label Text) {
	switch own.List {
	case ListTopics:
		t, _ := p.Topic(own.ID)
		return "topics", own.ID, t.Label
	case ListTemplates:
		i := slices.IndexFunc(p.Templates, func(t Template) bool { return t.ID == own.ID })
		return "templates", own.ID, p.Templates[i].Label
	case ListEmergency:
		i := slices.IndexFunc(p.Emergency, func(e EmergencyLine) bool { return e.ID == own.ID })
		return "notices", "emergency", p.Emergency[i].Name
	case ListExternal:
		i := slices.IndexFunc(p.External, func(e ExternalBody) bool { return e.ID == own.ID })
		return "notices", "external", p.External[i].Name
	default:
		id := strings.TrimPrefix(own.List, listForm)
		f := p.fieldAt(id)
		i := slices.IndexFunc(f.Options, func(o Option) bool { return o.ID == own.ID })
		return "form", stepOf(p, id), f.Options[i].Label
	}
}

// Own lists the own items of the profile with what each is called.
func (p *Profile) Own(list string) (items []OwnItem, labels []Text) {
	for _, own := range p.Added {
		if own.List == list {
			_, _, label := p.ownAt(own)
			items, labels = append(items, own), append(labels, label)
		}
	}
	return items, labels
}
