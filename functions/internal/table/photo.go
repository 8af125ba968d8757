package table

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/weige/weige/functions/internal/assignment"
	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/photo"
	"github.com/weige/weige/functions/internal/report"
)

func writePhoto(p photo.Photo) item {
	i := photoKey(p.ID).item()
	i["j"], i["ty"], i["st"], i["m"] = str(p.Jurisdiction), str(p.Type), str(string(p.Status)), millis(p.MadeAt)
	i[deadlinePartition], i[nextSort] = str(photoShard(shardOf(p.ID))), str(nextKey(p.TendAt, p.ID))
	return i
}

func readPhoto(i item) (photo.Photo, error) {
	id, ok := strings.CutPrefix(i.text(partitionKey), photoPartition(""))
	if !ok {
		return photo.Photo{}, errors.New("a stored photo cannot be read")
	}
	p := photo.Photo{ID: id, Jurisdiction: i.text("j"), Type: i.text("ty"), Status: photo.Status(i.text("st")), Refusal: photo.Refusal(i.text("rf")),
		Take: i.text("k"), Width: int(i.number("x")), Height: int(i.number("y")), MadeAt: i.millis("m"), Report: i.text("r"), By: i.text("w"),
		Released: i.flag("pu"), ReleasedBy: i.text("pw"), ReleasedAt: i.millis("pt")}
	if at, _, ok := strings.Cut(i.text(nextSort), "#"); ok {
		p.TendAt, _ = readStamp(at) // written by nextKey
	}
	return p, nil
}

// BeginPhoto implements photo.Album.
func (t *Table) BeginPhoto(ctx context.Context, p photo.Photo) error {
	_, failed, err := t.put1(ctx, writePhoto(p), absent, nil)
	if failed {
		there, err := t.Photo(ctx, p.Jurisdiction, p.ID)
		if err != nil || !there.MadeAt.Equal(p.MadeAt) {
			return fmt.Errorf("begin photo %s: there is one of this id", p.ID)
		}
	}
	return err // after a repeated request whose first answer was lost, none
}

// Photo implements photo.Album and darkroom.Negatives.
func (t *Table) Photo(ctx context.Context, j, id string) (photo.Photo, error) {
	i, err := t.get(ctx, photoKey(id), latest)
	if err == nil && (i == nil || i.text("j") != j) {
		err = photo.Unknown()
	}
	if err != nil {
		return photo.Photo{}, err
	}
	return readPhoto(i)
}

// claimable is the condition under which a report can have a photo: it is there, it has not expired, and no other report has it.
const claimable = "j = :j AND m > :oldest AND (attribute_not_exists(r) OR r = :r)"

// claims gives the writes that give a photo to a report, in a free slot of its.
func (t *Table) claims(j, id, report, who string, slot int, at time.Time) []types.TransactWriteItem {
	claim := t.update(photoKey(id), "SET r = :r, w = :w", claimable,
		item{":j": str(j), ":r": str(report), ":w": str(who), ":oldest": millis(at.Add(-photo.KeptFor))})
	page := slotKey(report, slot).item()
	page["id"] = str(id)
	return []types.TransactWriteItem{claim, t.conditional(page, absent, nil)}
}

// AddPhoto implements photo.Pages.
func (t *Table) AddPhoto(ctx context.Context, p photo.Photo, next report.State, e report.Event) (bool, error) {
	slots, err := t.query(ctx, reportPartition(next.ID), slotPrefix, latest)
	if err != nil {
		return false, err
	}
	if slices.ContainsFunc(slots, func(s item) bool { return s.text("id") == p.ID }) {
		return true, nil
	}
	if len(slots) >= photo.MaxOfReport {
		return false, fault.New(fault.Conflict, "A report has at most %d photos, and this one has them.", photo.MaxOfReport)
	}
	return t.photoStep(ctx, p, t.claims(p.Jurisdiction, p.ID, next.ID, e.Who, len(slots), e.At), next, e, func(now photo.Photo) bool { return now.Report == next.ID })
}

// spread is how far those are apart, see pause, who try the next step of one report.
const spread = 3

// photoStep changes a photo, by the first of some writes, and its report's history in one transaction. It gives false where the report is another
// version or has another photo in that slot meanwhile; done tells by the photo whether a transaction was made whose answer was lost.
func (t *Table) photoStep(ctx context.Context, p photo.Photo, writes []types.TransactWriteItem, next report.State, e report.Event, done func(photo.Photo) bool) (bool, error) {
	refusals, err := t.transact(ctx, append(writes, t.writes(assignment.Move{State: next, Event: e})...))
	switch {
	case err == nil && refusals == nil:
		return true, nil
	case err == nil && !refusals[0].failed:
		pause(ctx, spread) // so that those who were in each other's way are not again
		return false, nil
	case err != nil && refused(err):
		return false, fmt.Errorf("photo %s: %w", p.ID, err)
	}
	now, readErr := resolve(ctx, func(ctx context.Context) (photo.Photo, error) { return t.Photo(ctx, p.Jurisdiction, p.ID) })
	switch {
	case readErr == nil && done(now):
		return true, nil
	case err == nil:
		return false, photo.Unknown()
	}
	return false, undecided()
}

// PhotosOf implements photo.Pages.
func (t *Table) PhotosOf(ctx context.Context, j, report string) ([]photo.Photo, error) {
	slots, err := t.query(ctx, reportPartition(report), slotPrefix, latest)
	if err != nil || len(slots) == 0 {
		return nil, err
	}
	keys := make([]key, len(slots))
	for n, s := range slots {
		keys[n] = photoKey(s.text("id"))
	}
	items, err := t.batch(ctx, latest, keys...)
	if err != nil {
		return nil, err
	}
	var photos []photo.Photo
	for _, k := range keys {
		p, err := readPhoto(items[k])
		if err != nil {
			return nil, err
		}
		if p.Jurisdiction == j && p.Report == report {
			photos = append(photos, p)
		}
	}
	return photos, nil
}

// ReleasePhoto implements photo.Pages.
func (t *Table) ReleasePhoto(ctx context.Context, p photo.Photo, released bool, next report.State, e report.Event) (bool, error) {
	set, condition := "SET pw = :w, pt = :t REMOVE pu", "r = :r"
	values := item{":w": str(e.Who), ":t": millis(e.At), ":r": str(p.Report)}
	if released {
		set, condition = "SET pw = :w, pt = :t, pu = :yes", "r = :r AND st = :ready"
		values[":yes"], values[":ready"] = yes(), str(string(photo.Ready))
	}
	write := []types.TransactWriteItem{t.update(photoKey(p.ID), set, condition, values)}
	return t.photoStep(ctx, p, write, next, e, func(now photo.Photo) bool { return now.Released == released })
}

// SettlePhoto implements darkroom.Negatives.
func (t *Table) SettlePhoto(ctx context.Context, p photo.Photo) (photo.Photo, error) {
	values := item{":waiting": str(string(photo.Waiting)), ":st": str(string(p.Status)), ":nk": str(nextKey(p.TendAt, p.ID)), ":rf": str(string(p.Refusal)),
		":k": str(p.Take), ":x": num(int64(p.Width)), ":y": num(int64(p.Height))}
	out, err := t.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: t.name, Key: photoKey(p.ID).item(), ConditionExpression: aws.String("st = :waiting"),
		UpdateExpression:          aws.String("SET st = :st, rf = :rf, k = :k, x = :x, y = :y, " + nextSort + " = :nk"),
		ExpressionAttributeValues: values, ReturnValues: types.ReturnValueAllNew, ReturnConsumedCapacity: t.capacity(),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
	if there, failed := conditionFailed(err); failed {
		t.spent("UpdateItem", true)
		if len(there) == 0 { // forgotten meanwhile
			return photo.Photo{}, nil
		}
		return readPhoto(there)
	}
	if err != nil {
		return photo.Photo{}, fmt.Errorf("settle photo %s: %w", p.ID, err)
	}
	t.spent("UpdateItem", true, one(out.ConsumedCapacity)...)
	return readPhoto(out.Attributes)
}

// DuePhotos implements darkroom.Negatives.
func (t *Table) DuePhotos(ctx context.Context, until time.Time, each func(photo.Photo) error) error {
	for shard := range deadlineShards {
		err := t.dueIn(ctx, index{DeadlineIndex, deadlinePartition}, photoShard(shard), until, photoSort, func(i item) error {
			p, err := readPhoto(i)
			if err != nil || p.TendAt.IsZero() || p.TendAt.After(until) {
				return err
			}
			return each(p)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// LeavePhoto implements darkroom.Negatives.
func (t *Table) LeavePhoto(ctx context.Context, p photo.Photo, again time.Time) error {
	if p.Report != "" && !again.IsZero() {
		return t.change(ctx, photoKey(p.ID), "SET "+nextSort+" = :nk", "st <> :waiting", item{":waiting": str(string(photo.Waiting)), ":nk": str(nextKey(again, p.ID))})
	}
	if p.Report != "" {
		return t.change(ctx, photoKey(p.ID), "REMOVE "+deadlinePartition+", "+nextSort, "st <> :waiting", item{":waiting": str(string(photo.Waiting))})
	}
	out, err := t.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: t.name, Key: photoKey(p.ID).item(),
		ConditionExpression: aws.String("attribute_not_exists(r)"), ReturnConsumedCapacity: t.capacity()})
	if _, failed := conditionFailed(err); failed {
		t.spent("DeleteItem", true)
		return nil
	}
	if err != nil {
		return fmt.Errorf("forget photo %s: %w", p.ID, err)
	}
	t.spent("DeleteItem", true, one(out.ConsumedCapacity)...)
	return nil
}

// ExpirePhoto implements darkroom.Negatives.
func (t *Table) ExpirePhoto(ctx context.Context, p photo.Photo) error {
	return t.change(ctx, photoKey(p.ID), "SET st = :refused, rf = :expired REMOVE pu, "+deadlinePartition+", "+nextSort, "r = :r",
		item{":refused": str(string(photo.Refused)), ":expired": str(string(photo.Expired)), ":r": str(p.Report)})
}
