package staff

// Replaced gives an event whose body was altered a fitting hash and place.
func Replaced(instance string, e Event, s Signer) Event {
	e.Hash = eventHash(e.Body, e.Signatures)
	e.Place = s.Sign(placeContext(instance), e.Hash)
	return e
}
