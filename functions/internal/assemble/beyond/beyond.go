// Package beyond gives who is asked for addresses that no gazetteer has.
package beyond

import (
	"fmt"
	"time"

	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/gazetteer"
	"github.com/weige/weige/functions/internal/geocode"
)

// Places gives who is asked for addresses that the gazetteer does not have: nobody, unless the configuration says so. It does no network.
func Places(c config.Config) (gazetteer.Beyond, error) {
	switch c.Places {
	case "":
		return nil, nil
	case "amazon-location":
		places := geocode.New(geocode.Config{Region: c.Region, AccessKey: c.AccessKey, SecretKey: c.SecretKey, SessionToken: c.SessionToken})
		return &gazetteer.Thrifty{Beyond: places, Timeout: c.PlacesTimeout, PerHour: c.PlacesPerHour, Now: time.Now}, nil
	}
	return nil, fmt.Errorf("PLACES is amazon-location or empty, not %q", c.Places)
}
