package table

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/weige/weige/functions/internal/boundary"
)

// Register implements boundary.Catalogue.
func (t *Table) Register(ctx context.Context, s boundary.Set) (now boundary.Set, again bool, err error) {
	body, err := json.Marshal(s)
	if err != nil {
		return s, false, err
	}
	k := setKey(s.Jurisdiction, s.Version)
	i := k.item()
	i["d"] = str(string(body))
	there, failed, err := t.put1(ctx, i, absent, nil)
	if err == nil && failed && there.text("x") != "" {
		again = true
		there, failed, err = t.put1(ctx, i, discarded, nil)
	}
	if err != nil || !failed {
		return s, again, err
	}
	now, err = readSet(there)
	if err != nil || s.Note == "" || now.Note == s.Note || !now.PublishedAt.IsZero() {
		return now, again, err
	}
	now.Note = s.Note
	return now, again, t.change(ctx, k, "SET nt = :nt", partitionKey+" = :p AND attribute_not_exists(p)", item{":nt": str(s.Note), ":p": str(setsPartition(s.Jurisdiction))})
}

// MarkPublished implements boundary.Catalogue.
func (t *Table) MarkPublished(ctx context.Context, j, version string, at time.Time) error {
	out, err := t.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: t.name, Key: setKey(j, version).item(), UpdateExpression: aws.String("SET p = :at REMOVE pe, px, " + deadlinePartition + ", " + nextSort),
		ConditionExpression: aws.String("attribute_exists(" + partitionKey + ")"), ExpressionAttributeValues: item{":at": str(stamp(at))}, ReturnConsumedCapacity: t.capacity()})
	if err != nil {
		return fmt.Errorf("mark set %s of %s as published: %w", version, j, err)
	}
	t.spent("UpdateItem", true, one(out.ConsumedCapacity)...)
	return nil
}

// PlanPublication implements boundary.Catalogue.
func (t *Table) PlanPublication(ctx context.Context, j, version string, p boundary.Plan) error {
	update, values := "REMOVE pe, px, "+deadlinePartition+", "+nextSort, item{":one": num(1)}
	switch {
	case p.Failed != "":
		update = "SET px = :px REMOVE pe, " + deadlinePartition + ", " + nextSort
		values[":px"] = str(p.Failed)
	case !p.From.IsZero():
		update = "SET pe = :pe, " + deadlinePartition + " = :np, " + nextSort + " = :nk REMOVE px"
		values[":pe"], values[":np"], values[":nk"] = str(p.Expected), str(deadlineKey(shardOf(version))), str(nextKey(p.From, version))
	}
	values[":j"] = str(setsPartition(j))
	held, err := t.changed(ctx, setKey(j, version), update+" ADD hv :one", partitionKey+" = :j AND "+notDiscarded, values)
	if err == nil && !held {
		err = boundary.UnknownSet(version)
	}
	return err
}

// DuePublications implements boundary.Catalogue.
func (t *Table) DuePublications(ctx context.Context, until time.Time, each func(boundary.Set) error) error {
	return t.due(ctx, until, setPrefix, func(i item) error {
		s, err := readSet(i)
		if err != nil || s.Plan.From.IsZero() || s.Plan.From.After(until) {
			return err
		}
		return each(s)
	})
}

// Describe implements boundary.Catalogue.
func (t *Table) Describe(ctx context.Context, j, version string) (boundary.Set, error) {
	i, err := t.get(ctx, setKey(j, version), latest)
	if err == nil && (i == nil || i.text("x") != "") {
		err = boundary.UnknownSet(version)
	}
	if err != nil {
		return boundary.Set{}, err
	}
	return readSet(i)
}

// All implements boundary.Catalogue.
func (t *Table) All(ctx context.Context, j string) ([]boundary.Set, error) {
	items, err := t.query(ctx, setsPartition(j), setPrefix, latest)
	if err != nil {
		return nil, err
	}
	var sets []boundary.Set
	for _, i := range items {
		if i.text("x") != "" {
			continue
		}
		s, err := readSet(i)
		if err != nil {
			return nil, err
		}
		sets = append(sets, s)
	}
	slices.SortStableFunc(sets, func(a, b boundary.Set) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return sets, nil
}

func readSet(i item) (boundary.Set, error) {
	var s boundary.Set
	if err := json.Unmarshal([]byte(i.text("d")), &s); err != nil {
		return s, fmt.Errorf("a stored description of a set cannot be read: %w", err)
	}
	s.Status = boundary.Draft
	if at, err := readStamp(i.text("p")); err == nil {
		s.PublishedAt, s.Status = at, boundary.Superseded
	}
	if note := i.text("nt"); note != "" {
		s.Note = note
	}
	s.Held = i.number("hv")
	if at, err := readStamp(i.text("pb")); err == nil {
		s.Began = at
	}
	s.Plan = boundary.Plan{Expected: i.text("pe"), Failed: i.text("px")}
	if at, _, ok := strings.Cut(i.text(nextSort), "#"); ok {
		s.Plan.From, _ = readStamp(at) // written by nextKey
	}
	return s, nil
}
