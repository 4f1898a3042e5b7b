package public

import "net/http"

// leave forgets this browser and goes to the neutral site of the profile. The
// cookies are cleared twice, because not every browser knows Clear-Site-Data and
// none obeys it over plain http.
func (f *face) leave(w http.ResponseWriter, _ *http.Request) error {
	f.cookies.Clear(w, draftCookie)
	for _, name := range f.MoreCookies {
		f.cookies.Clear(w, name)
	}
	w.Header().Set("Clear-Site-Data", `"cache", "cookies", "storage"`)
	w.Header().Set("Location", f.Profile.Settings.ExitTarget)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}
