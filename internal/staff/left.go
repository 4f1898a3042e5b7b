package staff

// Left reports whether someone was a member and is none any more. A person nobody
// has vouched for yet, or whose entry does not hold yet, has not left.
func (d *Directory) Left(id ID) bool {
	e := d.chain.members[id].at(d.at)
	return !e.Active && !e.Since.IsZero()
}
