package socket

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"

	"github.com/weige/weige/functions/internal/live"
)

// HandleLambda takes an event of API Gateway's routes $default and $disconnect. There is none for $connect: who connects is asked when they
// say something.
func (d *Door) HandleLambda(ctx context.Context, e events.APIGatewayWebsocketProxyRequest) (events.APIGatewayProxyResponse, error) {
	id := e.RequestContext.ConnectionID
	var err error
	switch e.RequestContext.EventType {
	case "MESSAGE":
		message := []byte(e.Body)
		if e.IsBase64Encoded {
			message, _ = base64.StdEncoding.DecodeString(e.Body) // what cannot be read is no message
		}
		err = d.Said(ctx, id, message)
	case "DISCONNECT":
		err = d.Left(ctx, id)
	}
	if err != nil {
		d.Log.ErrorContext(ctx, "connection", "event", e.RequestContext.EventType, "error", err)
		return events.APIGatewayProxyResponse{StatusCode: http.StatusInternalServerError}, nil
	}
	return events.APIGatewayProxyResponse{StatusCode: http.StatusOK}, nil
}

// GatewayConfig says where the connections of an API are managed.
type GatewayConfig struct {
	Region, URL                        string // such as https://{api}.execute-api.{region}.amazonaws.com/{stage}
	AccessKey, SecretKey, SessionToken string
}

// Gateway is the wire of API Gateway.
type Gateway struct {
	client *apigatewaymanagementapi.Client
}

// gatewayTimeout bounds one attempt: who cannot be reached by then gets the next poke.
const gatewayTimeout = 3 * time.Second

// NewGateway does no network.
func NewGateway(c GatewayConfig) *Gateway {
	return &Gateway{apigatewaymanagementapi.NewFromConfig(aws.Config{Region: c.Region, Credentials: credentials.NewStaticCredentialsProvider(c.AccessKey, c.SecretKey, c.SessionToken),
		HTTPClient: awshttp.NewBuildableClient().WithTimeout(gatewayTimeout)}, func(o *apigatewaymanagementapi.Options) { o.BaseEndpoint = aws.String(c.URL) })}
}

// Send implements Wire.
func (g *Gateway) Send(ctx context.Context, connection string, message []byte) error {
	_, err := g.client.PostToConnection(ctx, &apigatewaymanagementapi.PostToConnectionInput{ConnectionId: &connection, Data: message})
	return ended(err, "send to")
}

// HangUp implements Wire.
func (g *Gateway) HangUp(ctx context.Context, connection string) error {
	_, err := g.client.DeleteConnection(ctx, &apigatewaymanagementapi.DeleteConnectionInput{ConnectionId: &connection})
	return ended(err, "end")
}

func ended(err error, doing string) error {
	var goneAway *types.GoneException
	switch {
	case err == nil:
		return nil
	case errors.As(err, &goneAway):
		return live.ErrGone
	}
	return fmt.Errorf("%s a connection: %w", doing, err)
}
