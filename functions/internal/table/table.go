// Package table keeps everything in one DynamoDB table. It implements the stores that the domain packages declare and is the only
// importer of the SDK for it. Writes are conditional, and those that concern several items are one transaction.
package table

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Meter is told of every request, with the capacity units that the engine counted for it.
type Meter interface {
	Request(operation string, readUnits, writeUnits float64)
}

// Config says where the table is. Meter may be nil.
type Config struct {
	Name   string
	Client *dynamodb.Client
	Now    func() time.Time
	Meter  Meter
}

// Table is safe for concurrent use.
type Table struct {
	name   *string
	client *dynamodb.Client
	now    func() time.Time
	meter  Meter
}

// New does no network.
func New(c Config) *Table {
	return &Table{name: aws.String(c.Name), client: c.Client, now: c.Now, meter: c.Meter}
}

// Settings says where the engine is. Transport may be nil.
type Settings struct {
	Region, Endpoint                   string // Endpoint is empty for the region's own
	AccessKey, SecretKey, SessionToken string
	Transport                          http.RoundTripper
}

// attempts is how often the SDK sends a request that failed in a way that may pass.
const attempts = 4

// requestTimeout bounds one attempt, so that a lost answer is noticed while the caller still waits.
const requestTimeout = 5 * time.Second

// Dial gives a client and does no network.
func Dial(s Settings) *dynamodb.Client {
	c := aws.Config{
		Region:      s.Region,
		Credentials: credentials.NewStaticCredentialsProvider(s.AccessKey, s.SecretKey, s.SessionToken),
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts = attempts })
		},
	}
	if s.Transport != nil {
		c.HTTPClient = &http.Client{Transport: s.Transport, Timeout: requestTimeout}
	} else {
		c.HTTPClient = awshttp.NewBuildableClient().WithTimeout(requestTimeout).WithTransportOptions(func(t *http.Transport) {
			t.MaxIdleConnsPerHost = 64 // lists ask for many areas at once
		})
	}
	return dynamodb.NewFromConfig(c, func(o *dynamodb.Options) {
		if s.Endpoint != "" {
			o.BaseEndpoint = aws.String(s.Endpoint)
		}
	})
}

// Create makes the table with its indexes, its stream and its expiry, unless it exists, and waits until it can be used. In the cloud
// the template makes it.
func Create(ctx context.Context, client *dynamodb.Client, name string) error {
	_, err := client.CreateTable(ctx, definition(name))
	var exists *types.ResourceInUseException
	if err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("create table %s: %w", name, err)
	}
	waiter := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay, o.MaxDelay = 20*time.Millisecond, time.Second })
	if err := waiter.Wait(ctx, &dynamodb.DescribeTableInput{TableName: &name}, time.Minute); err != nil {
		return fmt.Errorf("wait for table %s: %w", name, err)
	}
	now, err := client.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: &name})
	if err != nil {
		return fmt.Errorf("read expiry of table %s: %w", name, err)
	}
	if now.TimeToLiveDescription != nil && now.TimeToLiveDescription.TimeToLiveStatus == types.TimeToLiveStatusEnabled {
		return nil
	}
	_, err = client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{TableName: &name,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String(expiry), Enabled: aws.Bool(true)}})
	if err != nil {
		return fmt.Errorf("set expiry of table %s: %w", name, err)
	}
	return nil
}

func definition(name string) *dynamodb.CreateTableInput {
	text := func(names ...string) (list []types.AttributeDefinition) {
		for _, n := range names {
			list = append(list, types.AttributeDefinition{AttributeName: aws.String(n), AttributeType: types.ScalarAttributeTypeS})
		}
		return list
	}
	keys := func(partition, sort string) []types.KeySchemaElement {
		return []types.KeySchemaElement{{AttributeName: aws.String(partition), KeyType: types.KeyTypeHash}, {AttributeName: aws.String(sort), KeyType: types.KeyTypeRange}}
	}
	index := func(name, partition, sort string, holds types.ProjectionType) types.GlobalSecondaryIndex {
		return types.GlobalSecondaryIndex{IndexName: aws.String(name), KeySchema: keys(partition, sort), Projection: &types.Projection{ProjectionType: holds}}
	}
	return &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: text(partitionKey, sortKey, queuePartition, assigneePartition, openSort, deadlinePartition, nextSort,
			changePartition, changeSort),
		KeySchema: keys(partitionKey, sortKey),
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{index(QueueIndex, queuePartition, openSort, types.ProjectionTypeAll),
			index(AssigneeIndex, assigneePartition, openSort, types.ProjectionTypeAll), index(DeadlineIndex, deadlinePartition, nextSort, types.ProjectionTypeKeysOnly),
			index(ChangeIndex, changePartition, changeSort, types.ProjectionTypeKeysOnly)},
		StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages},
	}
}

// capacity asks the engine to count, when somebody wants to know.
func (t *Table) capacity() types.ReturnConsumedCapacity {
	if t.meter == nil {
		return types.ReturnConsumedCapacityNone
	}
	return types.ReturnConsumedCapacityTotal
}

// spent tells the meter of one request. Reads and writes are never mixed in one; which it was, the operation says.
func (t *Table) spent(operation string, write bool, consumed ...types.ConsumedCapacity) {
	if t.meter == nil {
		return
	}
	units := 0.0
	for _, c := range consumed {
		units += aws.ToFloat64(c.CapacityUnits)
	}
	if write {
		t.meter.Request(operation, 0, units)
	} else {
		t.meter.Request(operation, units, 0)
	}
}

func one(c *types.ConsumedCapacity) []types.ConsumedCapacity {
	if c == nil {
		return nil
	}
	return []types.ConsumedCapacity{*c}
}
