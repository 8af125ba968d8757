// Package queues gives the queues of Amazon SQS and the outbox to the functions that put work into them.
package queues

import (
	"log/slog"
	"time"

	"github.com/weige/weige/functions/internal/config"
	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/gazetteer"
	"github.com/weige/weige/functions/internal/job"
	"github.com/weige/weige/functions/internal/queue"
	"github.com/weige/weige/functions/internal/table"
)

// Parts gives the queue of the parts of jobs. It does no network.
func Parts(c config.Config) *queue.Queue[job.Message] {
	return queue.New[job.Message](at(c, c.Queue))
}

// Deliveries gives the queue of deliveries that are to be sent at once. It does no network.
func Deliveries(c config.Config) *queue.Queue[delivery.Message] {
	return queue.New[delivery.Message](at(c, c.DeliveryQueue))
}

// Intakes gives the queue of large imports of gazetteers. It does no network.
func Intakes(c config.Config) *queue.Queue[gazetteer.Message] {
	return queue.New[gazetteer.Message](at(c, c.GazetteerQueue))
}

func at(c config.Config, url string) queue.Config {
	return queue.Config{Region: c.Region, URL: url, Endpoint: c.SQSEndpoint, AccessKey: c.AccessKey, SecretKey: c.SecretKey, SessionToken: c.SessionToken}
}

// Outbox gives what takes deliveries and lets q know. It does no network.
func Outbox(t *table.Table, q delivery.Queue, log *slog.Logger) *delivery.Outbox {
	return &delivery.Outbox{Box: t, Queue: q, Now: time.Now, Log: log}
}
