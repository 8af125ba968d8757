package assemble

import (
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/queue"
	"github.com/weige/weige/functions/internal/table"
)

// DeliveryQueue gives the queue of deliveries that are to be sent at once.
func DeliveryQueue(c config.Config) *queue.Queue[delivery.Message] {
	return queue.New[delivery.Message](queue.Config{Region: c.Region, URL: c.DeliveryQueue, Endpoint: c.SQSEndpoint, AccessKey: c.AccessKey, SecretKey: c.SecretKey,
		SessionToken: c.SessionToken})
}

// Outbox gives what takes deliveries. It does no network.
func Outbox(t *table.Table, q delivery.Queue, log *slog.Logger) *delivery.Outbox {
	return &delivery.Outbox{Box: t, Queue: q, Now: time.Now, Log: log}
}

// Deliverer gives what sends deliveries, with a sender for each channel. It does no network.
func Deliverer(t *table.Table, senders map[delivery.Channel]delivery.Sender, log *slog.Logger) *delivery.Worker {
	return &delivery.Worker{Store: t, Senders: senders, Now: time.Now, Random: rand.Float64, Log: log}
}
