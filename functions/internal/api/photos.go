package api

import (
	"net/http"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/gateway"
	"github.com/weige/weige/functions/internal/photo"
	"github.com/weige/weige/functions/internal/report"
)

// CreatePhoto announces a photo.
func (s *Server) CreatePhoto(w http.ResponseWriter, r *http.Request, code JurisdictionPath) {
	var in PhotoInput
	var t photo.Ticket
	err := decode(w, r, s.BodyBytes, &in, "content_type")
	if err == nil {
		t, err = s.Photos.Begin(r.Context(), code, string(in.ContentType), gateway.Sender(r))
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusCreated, PhotoUpload{Photo: t.Photo.ID, URL: t.Form.URL, Fields: t.Form.Fields, ExpiresAt: t.Expires, MaxBytes: photo.MaxBytes})
}

// GetPhoto answers how far a photo is.
func (s *Server) GetPhoto(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id PhotoPath) {
	p, err := s.Photos.Look(r.Context(), code, id)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, PhotoState{Photo: p.ID, Status: PhotoStatus(p.Status), Refusal: PhotoRefusal(p.Refusal)})
}

// ListTrackedPhotos answers the photos of a report to whoever holds its tracking code.
func (s *Server) ListTrackedPhotos(w http.ResponseWriter, r *http.Request, code JurisdictionPath, trackingCode string) {
	t, err := s.Reports.Find(r.Context(), code, trackingCode, gateway.Stranger(r))
	s.photosOf(w, r, t, false, err)
}

// AddTrackedPhoto adds a photo to a report for whoever holds its tracking code.
func (s *Server) AddTrackedPhoto(w http.ResponseWriter, r *http.Request, code JurisdictionPath, trackingCode string) {
	var in PhotoOfReport
	var st report.State
	err := decode(w, r, s.BodyBytes, &in, "photo")
	if err == nil {
		st, err = s.Reports.Find(r.Context(), code, trackingCode, gateway.Stranger(r))
	}
	if err == nil {
		err = s.Photos.Add(r.Context(), st, in.Photo, report.Resident)
	}
	s.photosOf(w, r, st, false, err)
}

// ListReportPhotos answers the photos of a report to staff.
func (s *Server) ListReportPhotos(w http.ResponseWriter, r *http.Request, code JurisdictionPath, q ListReportPhotosParams) {
	_, st, _, err := s.readPermitted(r, access.ListReportPhotos, code, q.OfReportQuery)
	s.photosOf(w, r, st, true, err)
}

// AddReportPhoto adds a photo to a report for staff.
func (s *Server) AddReportPhoto(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id ReportPath) {
	var in PhotoOfReport
	p, st, _, err := s.readPermitted(r, access.AddReportPhoto, code, id)
	if err == nil {
		err = decode(w, r, s.BodyBytes, &in, "photo")
	}
	if err == nil {
		err = s.Photos.Add(r.Context(), st, in.Photo, p.Person)
	}
	s.photosOf(w, r, st, true, err)
}

// ReleasePhoto lets anybody see a photo, or takes that back.
func (s *Server) ReleasePhoto(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id ReportPath, photoID PhotoPath) {
	var in PhotoRelease
	p, st, _, err := s.readPermitted(r, access.ReleasePhoto, code, id)
	if err == nil {
		err = decode(w, r, s.BodyBytes, &in, "released")
	}
	if err == nil {
		err = s.Photos.Release(r.Context(), st, photoID, in.Released, p.Person)
	}
	s.photosOf(w, r, st, true, err)
}

// ListReleasedPhotos answers what anybody may see.
func (s *Server) ListReleasedPhotos(w http.ResponseWriter, r *http.Request, code JurisdictionPath, q ListReleasedPhotosParams) {
	var shown []photo.Shown
	st, _, err := s.Reports.Reader.Report(r.Context(), code, q.OfReportQuery)
	if err == nil {
		shown, err = s.Photos.Public(r.Context(), st)
	}
	s.showPhotos(w, r, shown, false, err)
}

// SeeReleasedPhoto sends anybody to a photo that staff released. The address stays, whoever keeps it; what it leads to does not, once the photo
// is withdrawn.
func (s *Server) SeeReleasedPhoto(w http.ResponseWriter, r *http.Request, code JurisdictionPath, id PhotoPath) {
	url, err := s.Photos.See(r.Context(), code, id)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, url, http.StatusFound)
}

// photosOf answers all photos of a report, unless something went wrong before.
func (s *Server) photosOf(w http.ResponseWriter, r *http.Request, st report.State, staff bool, err error) {
	var shown []photo.Shown
	if err == nil {
		shown, err = s.Photos.Of(r.Context(), st)
	}
	s.showPhotos(w, r, shown, staff, err)
}

func (s *Server) showPhotos(w http.ResponseWriter, r *http.Request, shown []photo.Shown, staff bool, err error) {
	if err != nil {
		s.fail(w, r, err)
		return
	}
	list := PhotoList{Photos: []Photo{}}
	for _, p := range shown {
		list.Photos = append(list.Photos, viewPhoto(p, staff))
	}
	answer(w, http.StatusOK, list)
}

func viewPhoto(p photo.Shown, staff bool) Photo {
	v := Photo{Photo: p.ID, Status: PhotoStatus(p.Status), Refusal: PhotoRefusal(p.Refusal), AddedAt: p.MadeAt, Released: p.Released, Width: p.Width,
		Height: p.Height, ExpiresAt: instant(p.Expires), Prints: []PhotoPrint{}}
	if staff {
		v.AddedBy, v.ReleasedBy = p.By, p.ReleasedBy
	}
	for _, one := range p.Prints {
		v.Prints = append(v.Prints, PhotoPrint{Size: one.Size, URL: one.URL})
	}
	return v
}
