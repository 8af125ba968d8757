// Package door gives what lets in who watches, and the connections to them.
package door

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/weige/weige/functions/internal/access"
	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/socket"
	"github.com/weige/weige/functions/internal/table"
)

// Wire gives the connections of API Gateway. It does no network.
func Wire(c config.Config) *socket.Gateway {
	return socket.NewGateway(socket.GatewayConfig{Region: c.Region, URL: c.Live, AccessKey: c.AccessKey, SecretKey: c.SecretKey, SessionToken: c.SessionToken})
}

// Door gives what lets in who may watch. It does no network.
func Door(c config.Config, t *table.Table, w socket.Wire, log *slog.Logger) (*socket.Door, error) {
	may, err := access.NewAuthorizer()
	if err != nil {
		return nil, fmt.Errorf("policies: %w", err)
	}
	return &socket.Door{May: may, Watchers: t, Wire: w, Now: time.Now, Log: log,
		Who: access.NewVerifier(access.Config{Issuer: c.Issuer, Audience: c.Audience, PersonClaim: c.Person, GrantsClaim: c.Grants, Now: time.Now})}, nil
}
