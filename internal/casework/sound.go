package casework

import (
	"slices"

	"klankbord/internal/casefile"
	"klankbord/internal/custody"
	"klankbord/internal/fault"
)

// ErrUnheard tells that nobody said of a file that plays as sound whether it is a recording
// of a conversation; nothing is sent until somebody does.
var ErrUnheard = fault.New(fault.Invalid, "error.sound-unasked")

// errWithheld tells that a recording was not kept, because whoever spoke did not agree.
var errWithheld = fault.New(fault.Invalid, "error.sound-withheld")

// Unheard is the first file of a text of which still has to be said what it is; empty where
// there is none.
func (d Draft) Unheard() File {
	i := slices.IndexFunc(d.Files, File.unheard)
	if i < 0 {
		return File{}
	}
	return d.Files[i]
}

// Sounds are the files of a text that play as sound.
func (d Draft) Sounds() []File {
	return slices.DeleteFunc(slices.Clone(d.Files), func(f File) bool { return casefile.SoundType(f.Type) == "" })
}

func (f File) unheard() bool {
	return casefile.SoundType(f.Type) != "" && f.Heard != casefile.HeardElse && f.Heard != casefile.HeardAgreed
}

// allHeard refuses a text with a file of which nobody said what it is.
func (d Draft) allHeard() error {
	if f := d.Unheard(); f.ID != "" {
		return ErrUnheard.With("name", f.Name)
	}
	return nil
}

// hear keeps what the member says of the files, and lets those go to which whoever spoke did
// not agree; their ids are returned with the fault that says so.
func (d *Draft) hear(said map[string]casefile.Heard) (gone []string, err error) {
	for i, f := range d.Files {
		if h := said[f.ID]; h.Known() && casefile.SoundType(f.Type) != "" {
			d.Files[i].Heard = h
		}
	}
	d.Files = slices.DeleteFunc(d.Files, func(f File) bool {
		if f.Heard != casefile.HeardWithheld {
			return false
		}
		gone, err = append(gone, f.ID), errWithheld.With("name", f.Name)
		return true
	})
	return gone, err
}

// said is what goes into an entry about its files that play as sound.
func (d Draft) said() (list []casefile.Sound) {
	for _, f := range d.Sounds() {
		list = append(list, casefile.Sound{File: casefile.EntryID(f.ID), Heard: f.Heard})
	}
	return list
}

// heard is what members said of the files of a case that play as sound.
func heard(o *custody.Opened) map[casefile.EntryID]casefile.Heard {
	all := map[casefile.EntryID]casefile.Heard{}
	for _, e := range o.Entries {
		if e.Damaged || e.Locked {
			continue
		}
		for _, s := range soundsOf(e) {
			all[s.File] = s.Heard
		}
	}
	return all
}

func soundsOf(e custody.Entry) []casefile.Sound {
	switch e.Kind {
	case casefile.EntryTold:
		p, _ := casefile.DecodePayload[casefile.Told](e.Payload)
		return p.Sounds
	case casefile.EntryNote:
		p, _ := casefile.DecodePayload[casefile.Note](e.Payload)
		return p.Sounds
	case casefile.EntryMessageOut:
		p, _ := casefile.DecodePayload[casefile.Message](e.Payload)
		return p.Sounds
	default:
		return nil
	}
}
