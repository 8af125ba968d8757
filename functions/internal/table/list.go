package table

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/report"
)

// parallel is how many partitions of an index are asked at once.
const parallel = 16

// atOnce is how many states one request asks for at most, so that it is answered in time however many are wanted.
const atOnce = 1000

// List implements report.Lister: the partitions of the queue areas are read side by side, each in its order, and merged.
func (t *Table) List(ctx context.Context, p report.Page) ([]report.State, string, error) {
	partitions := make([]string, len(p.QueueAreas))
	for i, area := range p.QueueAreas {
		partitions[i] = queueKey(p.Jurisdiction, area)
	}
	return t.merge(ctx, index{QueueIndex, queuePartition}, partitions, p.After, p.Limit, p.Newest, p.Keep)
}

// ListAssigned implements assignment.AssigneeLister.
func (t *Table) ListAssigned(ctx context.Context, j, person, after string, limit int, keep func(report.State) bool) ([]report.State, string, error) {
	return t.merge(ctx, index{AssigneeIndex, assigneePartition}, []string{assigneeKey(j, person)}, after, limit, false, keep)
}

type index struct{ name, attribute string }

// merge fills a page of at most limit kept states, in the order of openKey or against it, that come after the cursor.
func (t *Table) merge(ctx context.Context, ix index, partitions []string, cursor string, limit int, newest bool, keep func(report.State) bool) ([]report.State, string, error) {
	after, err := readCursor(cursor)
	if err != nil {
		return nil, "", err
	}
	sources := make([]*source, len(partitions))
	for i, p := range partitions {
		sources[i] = &source{table: t, index: ix, partition: p, after: after, newest: newest, keep: keep}
	}
	var page []report.State
	for {
		// A source with nothing at hand may hold the next one, so all of them have to have something, or be at their end.
		if err := fill(ctx, sources, limit+1-len(page)); err != nil {
			return nil, "", err
		}
		for {
			next := first(sources)
			if next == nil {
				return page, "", nil
			}
			if len(page) == limit {
				last := page[limit-1]
				return page, base64.RawURLEncoding.EncodeToString([]byte(openKey(last.FiledAt, last.ID))), nil
			}
			page = append(page, next.take())
			if next.empty() && !next.ended {
				break
			}
		}
	}
}

func readCursor(cursor string) (string, error) {
	if cursor == "" {
		return "", nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	at, id, ok := strings.Cut(string(b), "#")
	if _, errAt := readStamp(at); err != nil || errAt != nil || !ok || id == "" {
		return "", fault.Field("cursor", "This cursor is not one of ours; use next of the page before as it is, or leave it out.")
	}
	return string(b), nil
}

// source reads one partition of an index, a piece at a time.
type source struct {
	table     *Table
	index     index
	partition string
	after     string
	newest    bool
	keep      func(report.State) bool
	ready     []listed
	from      item // where the engine stopped
	ended     bool
}

func (s *source) empty() bool { return len(s.ready) == 0 }

func (s *source) take() report.State {
	state := s.ready[0].state
	s.ready = s.ready[1:]
	return state
}

// listed is a state with its place in the order of the list.
type listed struct {
	key   string
	state report.State
}

// first gives the source whose next state is the first of all; nil when all are at their end. All are read in the same direction.
func first(sources []*source) *source {
	var best *source
	for _, s := range sources {
		if !s.empty() && (best == nil || (s.ready[0].key < best.ready[0].key) != s.newest) {
			best = s
		}
	}
	return best
}

// fill reads on in every source that has nothing at hand, some at a time.
func fill(ctx context.Context, sources []*source, want int) error {
	dry := slices.DeleteFunc(slices.Clone(sources), func(s *source) bool { return s.ended || !s.empty() })
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wait sync.WaitGroup
	turn := make(chan struct{}, parallel)
	for _, s := range dry {
		wait.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			if err := s.read(ctx, want); err != nil {
				cancel(err)
			}
		})
	}
	wait.Wait()
	return context.Cause(ctx)
}

// read reads until something is kept or the partition ends.
func (s *source) read(ctx context.Context, want int) error {
	condition, values := s.index.attribute+" = :p", item{":p": str(s.partition)}
	if s.after != "" {
		condition += " AND " + openSort + map[bool]string{false: " > :after", true: " < :after"}[s.newest]
		values[":after"] = str(s.after)
	}
	for s.empty() && !s.ended {
		out, err := s.table.client.Query(ctx, &dynamodb.QueryInput{TableName: s.table.name, IndexName: aws.String(s.index.name),
			KeyConditionExpression: &condition, ExpressionAttributeValues: values, ExclusiveStartKey: s.from, Limit: aws.Int32(int32(min(want, atOnce))), ScanIndexForward: aws.Bool(!s.newest),
			ReturnConsumedCapacity: s.table.capacity()})
		if err != nil {
			return fmt.Errorf("list %s: %w", s.index.name, err)
		}
		s.table.spent("Query", false, one(out.ConsumedCapacity)...)
		for _, i := range out.Items {
			state, err := readState(i)
			if err != nil {
				return err
			}
			if s.keep == nil || s.keep(state) {
				s.ready = append(s.ready, listed{i[openSort].(*types.AttributeValueMemberS).Value, state}) // the index holds no item without it
			}
		}
		s.from, s.ended = out.LastEvaluatedKey, len(out.LastEvaluatedKey) == 0
	}
	return nil
}
