package stack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-lambda-go/events"

	"github.com/weige/weige/functions/internal/lambdatest"
	"github.com/weige/weige/functions/internal/live"
	"github.com/weige/weige/functions/internal/socket"
	"github.com/weige/weige/functions/local/sockets"
)

// webSocketAPI is a WebSocket API before the function live, with routes for messages and for ends of connections.
type webSocketAPI struct {
	function func() *lambdatest.Function
	sockets  sockets.Sockets
}

func newWebSocketAPI(function func() *lambdatest.Function, failed func(error)) *webSocketAPI {
	a := &webSocketAPI{function: function}
	a.sockets.Listener, a.sockets.Failed = a, failed
	return a
}

// Said implements sockets.Listener.
func (a *webSocketAPI) Said(ctx context.Context, connection string, message []byte) error {
	return a.invoke(ctx, events.APIGatewayWebsocketProxyRequest{Body: string(message),
		RequestContext: events.APIGatewayWebsocketProxyRequestContext{ConnectionID: connection, EventType: "MESSAGE", RouteKey: "$default", Stage: "live"}})
}

// Left implements sockets.Listener.
func (a *webSocketAPI) Left(ctx context.Context, connection string) error {
	return a.invoke(ctx, events.APIGatewayWebsocketProxyRequest{
		RequestContext: events.APIGatewayWebsocketProxyRequestContext{ConnectionID: connection, EventType: "DISCONNECT", RouteKey: "$disconnect", Stage: "live"}})
}

func (a *webSocketAPI) invoke(ctx context.Context, e events.APIGatewayWebsocketProxyRequest) error {
	payload, err := json.Marshal(e)
	if err != nil {
		return err
	}
	result, err := a.function().Invoke(ctx, payload)
	if err != nil {
		return err
	}
	var answer events.APIGatewayProxyResponse
	if err := json.Unmarshal(result.Payload, &answer); err != nil || answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: live answered %s, %w", e.RequestContext.EventType, result.Payload, err)
	}
	return nil
}

// manage is what functions use connections by, see
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html.
func (a *webSocketAPI) manage() http.Handler {
	mux := http.NewServeMux()
	do := func(pattern string, act func(r *http.Request, connection string) error) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			switch err := act(r, r.PathValue("connection")); {
			case errors.Is(err, live.ErrGone):
				w.Header().Set("X-Amzn-Errortype", "GoneException")
				w.WriteHeader(http.StatusGone)
			case err != nil:
				w.WriteHeader(http.StatusInternalServerError)
			}
		})
	}
	do("POST "+socket.Path+"/@connections/{connection}", func(r *http.Request, connection string) error {
		message, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		return a.sockets.Send(r.Context(), connection, message)
	})
	do("DELETE "+socket.Path+"/@connections/{connection}", func(r *http.Request, connection string) error {
		return a.sockets.HangUp(r.Context(), connection)
	})
	return mux
}
