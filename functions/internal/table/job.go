package table

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/weige/weige/functions/internal/fault"
	"github.com/weige/weige/functions/internal/job"
)

// pieceSize is how many entries of a job one item holds: about 20 KB.
const pieceSize = 5 * job.PartSize

// longestLine is how many jobs of a jurisdiction may wait for their turn.
const longestLine = 100

// PutJob implements job.Store: the entries first, then what makes the job findable.
func (t *Table) PutJob(ctx context.Context, p job.Plan, entries []job.Entry, until time.Time) error {
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for n := 0; n*pieceSize < len(entries); n++ {
		group.Go(func() error {
			blobs, err := json.Marshal(entries[n*pieceSize : min(len(entries), (n+1)*pieceSize)])
			if err != nil {
				return err
			}
			i := pieceKey(p.Jurisdiction, p.ID, n).item()
			i["d"], i[expiry] = blob(blobs), num(until.Unix())
			return t.putSame(inner, i)
		})
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("entries of job %s: %w", p.ID, err)
	}
	plan, err := json.Marshal(p)
	if err != nil {
		return err
	}
	i := jobKey(p.Jurisdiction, p.ID).item()
	i["d"], i["st"], i["dp"], i[expiry] = blob(plan), str(string(job.Previewed)), num(0), num(until.Unix())
	return t.putSame(ctx, i)
}

// putSame writes an item unless it is there with the same content.
func (t *Table) putSame(ctx context.Context, i item) error {
	there, failed, err := t.put1(ctx, i, absent, nil)
	if err == nil && failed && !bytes.Equal(there.bytes("d"), i.bytes("d")) {
		err = fmt.Errorf("%s is there with other content", family(i.text(sortKey)))
	}
	return err
}

// Job implements job.Store.
func (t *Table) Job(ctx context.Context, j, id string) (job.Job, error) {
	i, err := t.get(ctx, jobKey(j, id), latest)
	if err == nil && i == nil {
		err = &fault.Error{Code: fault.Unknown, Field: "job", Message: "There is no such reassignment here, or it is older than is kept."}
	}
	if err != nil {
		return job.Job{}, err
	}
	return readJob(i)
}

func readJob(i item) (job.Job, error) {
	j := job.Job{Status: job.Status(i.text("st")), By: i.text("w"), Grants: i.list("gr"), ConfirmedAt: i.millis("ca"), FinishedAt: i.millis("fa"),
		PartsDone: int(i.number("dp")), Counts: map[job.Result]int{}}
	if err := json.Unmarshal(i.bytes("d"), &j.Plan); err != nil {
		return j, fmt.Errorf("a stored job cannot be read: %w", err)
	}
	for _, r := range job.Results() {
		if n := i.number("n_" + string(r)); n > 0 {
			j.Counts[r] = int(n)
		}
	}
	if at, _, ok := strings.Cut(i.text(nextSort), "#"); ok {
		j.TendAt, _ = readStamp(at) // written by nextKey
	}
	return j, nil
}

// Jobs implements job.Store. Ids are in the order of time, but for those of jobs that undo another.
func (t *Table) Jobs(ctx context.Context, j string, most int) ([]job.Job, error) {
	items, err := t.query(ctx, jobsPartition(j), jobPrefix, latest)
	if err != nil {
		return nil, err
	}
	var jobs []job.Job
	for _, i := range items {
		one, err := readJob(i)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, one)
	}
	slices.SortFunc(jobs, func(a, b job.Job) int { return b.MadeAt.Compare(a.MadeAt) })
	return jobs[:min(len(jobs), most)], nil
}

// ConfirmJob implements job.Store: the job and its place in the line in one transaction.
func (t *Table) ConfirmJob(ctx context.Context, j job.Job) error {
	values := item{":was": str(string(job.Previewed)), ":st": str(string(job.Waiting)), ":w": str(j.By), ":gr": list(j.Grants), ":ca": millis(j.ConfirmedAt),
		":np": str(deadlineKey(shardOf(j.ID))), ":nk": str(nextKey(j.TendAt, j.ID))}
	update := t.update(jobKey(j.Jurisdiction, j.ID), "SET st = :st, w = :w, gr = :gr, ca = :ca, "+deadlinePartition+" = :np, "+nextSort+" = :nk", "st = :was", values)
	for try := 0; ; try++ {
		line, err := t.get(ctx, turnKey(j.Jurisdiction), latest)
		if err != nil {
			return err
		}
		waiting := strings.Fields(line.text("q"))
		if len(waiting) >= longestLine {
			return fault.New(fault.Unavailable, "%d changes wait for their turn already. Please try again in a few minutes.", longestLine)
		}
		refusals, err := t.transact(ctx, []types.TransactWriteItem{update, t.line(j.Jurisdiction, line, append(waiting, j.ID))})
		if err != nil {
			now, readErr := resolve(ctx, func(ctx context.Context) (job.Job, error) { return t.Job(ctx, j.Jurisdiction, j.ID) })
			if readErr == nil && now.Status != job.Previewed {
				return nil
			}
			return fmt.Errorf("confirm job %s: %w", j.ID, err)
		}
		if refusals == nil || refusals[0].failed { // confirmed, by this call or an earlier one
			return nil
		}
		if try >= conflictTries || !pause(ctx, try) {
			return fmt.Errorf("confirm job %s: the line of jobs keeps changing", j.ID)
		}
	}
}

// line replaces the line of jobs that wait, if it is still as it was read.
func (t *Table) line(j string, was item, ids []string) types.TransactWriteItem {
	i := turnKey(j).item()
	i["q"] = str(strings.Join(ids, " "))
	if was == nil {
		return t.conditional(i, absent, nil)
	}
	return t.conditional(i, "q = :q", item{":q": was["q"]})
}

// Turn implements job.Store.
func (t *Table) Turn(ctx context.Context, j string) (string, error) {
	line, err := t.get(ctx, turnKey(j), latest)
	if ids := strings.Fields(line.text("q")); err == nil && len(ids) > 0 {
		return ids[0], nil
	}
	return "", err
}

// StartJob implements job.Store.
func (t *Table) StartJob(ctx context.Context, j, id string) error {
	return t.change(ctx, jobKey(j, id), "SET st = :st", "st = :was", item{":st": str(string(job.Running)), ":was": str(string(job.Waiting))})
}

// Entries implements job.Store.
func (t *Table) Entries(ctx context.Context, p job.Plan, from, to int) ([]job.Entry, error) {
	var all []job.Entry
	for n := from / pieceSize; n*pieceSize < to; n++ {
		i, err := t.get(ctx, pieceKey(p.Jurisdiction, p.ID, n), cheapest)
		if err != nil {
			return nil, err
		}
		var piece []job.Entry
		if err := json.Unmarshal(i.bytes("d"), &piece); err != nil {
			return nil, fmt.Errorf("entries of job %s cannot be read: %w", p.ID, err)
		}
		begin := n * pieceSize
		all = append(all, piece[max(from-begin, 0):min(to-begin, len(piece))]...)
	}
	return all, nil
}

// Outcomes implements job.Store.
func (t *Table) Outcomes(ctx context.Context, j, id string, part int) ([]job.Outcome, error) {
	i, err := t.get(ctx, outcomeKey(j, id, part), latest)
	if err != nil || i == nil {
		return nil, err
	}
	var outcomes []job.Outcome
	return outcomes, json.Unmarshal(i.bytes("d"), &outcomes)
}

// RecordPart implements job.Store: the outcomes and their counts in one transaction, if there are none yet.
func (t *Table) RecordPart(ctx context.Context, j job.Job, part int, outcomes []job.Outcome) error {
	content, err := json.Marshal(outcomes)
	if err != nil {
		return err
	}
	i := outcomeKey(j.Jurisdiction, j.ID, part).item()
	i["d"], i[expiry] = blob(content), num(j.MadeAt.AddDate(0, 3, 0).Unix())
	counts := map[job.Result]int{}
	for _, o := range outcomes {
		counts[o.Result]++
	}
	adds, values := "ADD dp :dp", item{":dp": num(1), ":st": str(string(job.Running))}
	for r, n := range counts {
		adds += ", n_" + string(r) + " :" + string(r)
		values[":"+string(r)] = num(int64(n))
	}
	refusals, err := t.transact(ctx, []types.TransactWriteItem{t.conditional(i, absent, nil), t.update(jobKey(j.Jurisdiction, j.ID), adds, "st = :st", values)})
	if err != nil {
		there, readErr := resolve(ctx, func(ctx context.Context) ([]job.Outcome, error) { return t.Outcomes(ctx, j.Jurisdiction, j.ID, part) })
		if readErr == nil && there != nil {
			return nil
		}
		return fmt.Errorf("record part %d of job %s: %w", part, j.ID, err)
	}
	if refusals != nil && !refusals[0].failed {
		return fmt.Errorf("record part %d of job %s: the job does not run", part, j.ID)
	}
	return nil
}

// FinishJob implements job.Store.
func (t *Table) FinishJob(ctx context.Context, j job.Job, at time.Time) error {
	for try := 0; ; try++ {
		line, err := t.get(ctx, turnKey(j.Jurisdiction), latest)
		if err != nil {
			return err
		}
		left := slices.DeleteFunc(strings.Fields(line.text("q")), func(id string) bool { return id == j.ID })
		update := t.update(jobKey(j.Jurisdiction, j.ID), "SET st = :st, fa = :fa REMOVE "+deadlinePartition+", "+nextSort, "st = :was AND dp = :parts",
			item{":st": str(string(job.Finished)), ":fa": millis(at), ":was": str(string(job.Running)), ":parts": num(int64(j.Parts()))})
		refusals, err := t.transact(ctx, []types.TransactWriteItem{update, t.line(j.Jurisdiction, line, left)})
		if err != nil {
			return fmt.Errorf("finish job %s: %w", j.ID, err) // whoever tends it finishes it
		}
		if refusals == nil || refusals[0].failed {
			return nil
		}
		if try >= conflictTries || !pause(ctx, try) {
			return fmt.Errorf("finish job %s: the line of jobs keeps changing", j.ID)
		}
	}
}

// TendJob implements job.Store.
func (t *Table) TendJob(ctx context.Context, j job.Job, at time.Time) error {
	return t.change(ctx, jobKey(j.Jurisdiction, j.ID), "SET "+nextSort+" = :nk", "attribute_exists("+nextSort+")", item{":nk": str(nextKey(at, j.ID))})
}

// DueJobs implements job.Store.
func (t *Table) DueJobs(ctx context.Context, until time.Time, each func(job.Job) error) error {
	return t.due(ctx, until, jobPrefix, func(i item) error {
		j, err := readJob(i)
		if err != nil || j.TendAt.IsZero() || j.TendAt.After(until) {
			return err
		}
		return each(j)
	})
}

func (t *Table) update(k key, expression, condition string, values item) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{TableName: t.name, Key: k.item(), UpdateExpression: &expression, ConditionExpression: &condition,
		ExpressionAttributeValues: values, ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}}
}

// change updates one item; where the condition does not hold, somebody else did, and nothing is to be done.
func (t *Table) change(ctx context.Context, k key, expression, condition string, values item) error {
	_, err := t.changed(ctx, k, expression, condition, values)
	return err
}

// changed updates one item, and says whether the condition held.
func (t *Table) changed(ctx context.Context, k key, expression, condition string, values item) (held bool, err error) {
	out, err := t.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: t.name, Key: k.item(), UpdateExpression: &expression,
		ConditionExpression: aws.String(condition), ExpressionAttributeValues: values, ReturnConsumedCapacity: t.capacity()})
	if _, failed := conditionFailed(err); failed {
		t.spent("UpdateItem", true)
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("change %s/%s: %w", family(k.partition), family(k.sort), err)
	}
	t.spent("UpdateItem", true, one(out.ConsumedCapacity)...)
	return true, nil
}
