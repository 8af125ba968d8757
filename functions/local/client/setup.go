package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/weige/weige/functions/internal/api"
)

// Setup is what makes a jurisdiction: its settings, its boundaries, and a roster if there is one.
type Setup struct {
	Jurisdiction string
	Settings     api.JurisdictionInput
	Boundaries   []byte // GeoJSON
	Mapping      api.BoundaryMapping
	Roster       []byte // CSV; nil for none
}

// SetUp makes a jurisdiction, or brings it to what the setup says; what is there already is not made again. say is told of each step. The first boundaries
// are put in force with their faults. Those that would take the place of others are not: somebody may live by what is in force, and has to decide.
func (c *Client) SetUp(ctx context.Context, s Setup, say func(string)) error {
	path := "/v1/" + s.Jurisdiction
	var now api.Jurisdiction
	if _, err := c.Do(ctx, http.MethodPut, path, s.Settings, &now); err != nil {
		return err
	}
	say("settings are stored")
	var upload api.BoundaryUpload
	if _, err := c.Do(ctx, http.MethodPost, path+"/boundary-uploads", struct{}{}, &upload); err != nil {
		return err
	}
	if err := c.Upload(ctx, upload, s.Boundaries); err != nil {
		return err
	}
	var set api.BoundarySet
	if _, err := c.Do(ctx, http.MethodPost, path+"/boundary-sets", api.BoundaryImport{Mapping: s.Mapping, Upload: upload.Upload}, &set); err != nil {
		return err
	}
	say("boundaries are imported")
	if now.BoundarySet != set.Set {
		first := now.BoundarySet == ""
		if n := len(set.Warnings); n > 0 && first {
			say(fmt.Sprintf("the boundaries have %d places to look at; they are put in force as they are", n))
		}
		if _, err := c.Do(ctx, http.MethodPost, path+"/boundary-sets/"+set.Set+"/publication", api.Publication{Expected: now.BoundarySet, AcceptFaults: first}, nil); err != nil {
			return fmt.Errorf("put boundary set %s in force: %w", set.Set, err)
		}
		say("boundaries are in force")
	}
	if s.Roster == nil {
		return nil
	}
	if _, err := c.Do(ctx, http.MethodPut, path+"/roster", s.Roster, nil); err != nil {
		return err
	}
	say("the roster is in force")
	return nil
}

// Exists reports whether the server has a jurisdiction with boundaries in force.
func (c *Client) Exists(ctx context.Context, jurisdiction string) (bool, error) {
	var j api.Jurisdiction
	_, err := c.Do(ctx, http.MethodGet, "/v1/"+jurisdiction, nil, &j)
	var refusal *Refusal
	if errors.As(err, &refusal) && refusal.Status == http.StatusNotFound {
		return false, nil
	}
	return j.BoundarySet != "", err
}

// File files a report under an idempotency key; repeated reports whether it had been filed before.
func (c *Client) File(ctx context.Context, jurisdiction, key string, in api.ReportInput) (filed api.Filed, repeated bool, err error) {
	status, err := c.Do(ctx, http.MethodPost, "/v1/"+jurisdiction+"/reports", in, &filed, "Idempotency-Key", key)
	return filed, status == http.StatusOK, err
}
