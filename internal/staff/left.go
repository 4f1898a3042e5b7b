package staff

// Left reports whether someone was a member and is none any more. A person nobody
// has vouched for yet has not left.
func (d *Directory) Left(id ID) bool {
	e, known := d.entries[id]
	return known && !e.Active
}
