package table

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/weige/weige/functions/internal/delivery"
	"github.com/weige/weige/functions/internal/subscription"
)

func writeSubscription(s subscription.Subscription) item {
	i := subscriptionKey(s.ID).item()
	i["j"], i["t"], i["c"], i["m"], i["x"] = str(s.Jurisdiction), str(s.Topic.String()), str(string(s.Channel)), str(s.Mark), str(s.Nonce)
	i["st"], i["at"], i[expiry] = str(string(s.Status)), millis(s.MadeAt), num(s.Until.Unix())
	i.put("l", s.Language)
	i.put("dy", flagText(s.Daily))
	i.put("h", s.Holds)
	if s.From != (subscription.Topic{}) {
		i["fr"] = str(s.From.String())
	}
	return i
}

func readSubscription(i item) subscription.Subscription {
	id, _ := strings.CutPrefix(i.text(partitionKey), subscriptionPartition(""))
	return subscription.Subscription{ID: id, Jurisdiction: i.text("j"), Topic: subscription.ParseTopic(i.text("t")), Channel: delivery.Channel(i.text("c")),
		Mark: i.text("m"), Nonce: i.text("x"), Language: i.text("l"), Daily: i.text("dy") != "", Status: subscription.Status(i.text("st")), Holds: i.text("h"),
		From: readFrom(i), MadeAt: i.millis("at"), Until: i.instant(expiry)}
}

func readFrom(i item) subscription.Topic {
	if from := i.text("fr"); from != "" {
		return subscription.ParseTopic(from)
	}
	return subscription.Topic{}
}

// Invite implements subscription.Store: the subscription and its address in one transaction.
func (t *Table) Invite(ctx context.Context, s subscription.Subscription, sealed []byte) (subscription.Subscription, error) {
	address := addressKey(s.ID).item()
	address["d"], address[expiry] = blob(sealed), num(s.Until.Unix())
	// What expired may still be there: it is deleted late.
	gone := item{":now": num(t.now().Unix())}
	for range lostTries {
		refusals, err := t.transact(ctx, []types.TransactWriteItem{withExpiry(t.conditional(writeSubscription(s), absent+" OR "+expired, gone)), {Put: &types.Put{TableName: t.name, Item: address}}})
		switch {
		case err == nil && refusals == nil:
			return s, nil
		case err == nil:
			return t.invited(ctx, s, sealed)
		case refused(err):
			return s, fmt.Errorf("store a subscription: %w", err)
		}
		now, err := resolve(ctx, func(ctx context.Context) (*subscription.Subscription, error) { return t.Subscription(ctx, s.ID) })
		if err != nil {
			break
		}
		if now != nil {
			return *now, nil
		}
	}
	return s, undecided()
}

// expired is the condition that an item's time is over at :now. The name of its attribute is a word of the engine's own, and has to be
// given apart.
const expired = "#ttl <= :now"

// withExpiry gives the name that expired uses.
func withExpiry(w types.TransactWriteItem) types.TransactWriteItem {
	names := map[string]string{"#ttl": expiry}
	if w.Put != nil {
		w.Put.ExpressionAttributeNames = names
	}
	if w.Update != nil {
		w.Update.ExpressionAttributeNames = names
	}
	return w
}

// invited gives the subscription that was there before; of push with the address renewed.
func (t *Table) invited(ctx context.Context, s subscription.Subscription, sealed []byte) (subscription.Subscription, error) {
	there, err := t.Subscription(ctx, s.ID)
	if err != nil {
		return s, err
	}
	if there == nil {
		return s, undecided() // it ended at this moment
	}
	if s.Channel == subscription.Push {
		err = t.change(ctx, addressKey(s.ID), "SET d = :d", "attribute_exists("+partitionKey+")", item{":d": blob(sealed)})
	}
	return *there, err
}

// Subscription implements subscription.Store.
func (t *Table) Subscription(ctx context.Context, id string) (*subscription.Subscription, error) {
	i, err := t.get(ctx, subscriptionKey(id), latest)
	if err != nil || i == nil || i.number(expiry) <= t.now().Unix() {
		return nil, err
	}
	s := readSubscription(i)
	return &s, nil
}

// Address implements subscription.Addresses.
func (t *Table) Address(ctx context.Context, id string) ([]byte, error) {
	i, err := t.get(ctx, addressKey(id), latest)
	if err != nil || i == nil || i.number(expiry) <= t.now().Unix() {
		return nil, err
	}
	return i.bytes("d"), nil
}

// ofNonce is the condition that a subscription is still of the same making.
const ofNonce = "x = :x"

func writeFollower(j string, topic subscription.Topic, f subscription.Follower) item {
	i := followerKey(j, topic, f.Mark).item()
	i["s"], i["c"], i["at"], i[expiry] = str(f.Subscription), str(string(f.Channel)), millis(f.Since), num(f.Until.Unix())
	i.put("dy", flagText(f.Daily))
	if f.From != (subscription.Topic{}) {
		i["fr"] = str(f.From.String())
	}
	return i
}

func readFollower(i item) subscription.Follower {
	return subscription.Follower{Subscription: i.text("s"), Mark: i.text(sortKey), Channel: delivery.Channel(i.text("c")), Daily: i.text("dy") != "",
		From: readFrom(i), Since: i.millis("at"), Until: i.instant(expiry)}
}

func followerOf(s subscription.Subscription) subscription.Follower {
	return subscription.Follower{Subscription: s.ID, Mark: s.Mark, Channel: s.Channel, Daily: s.Daily, From: s.From, Since: s.MadeAt, Until: s.Until}
}

// Activate implements subscription.Store: the subscription, the time of its address, and its place among the followers in one transaction.
func (t *Table) Activate(ctx context.Context, s subscription.Subscription) (string, error) {
	values := item{":x": str(s.Nonce)}
	mine := item{":s": str(s.ID), ":now": num(t.now().Unix())}
	refusals, err := t.transact(ctx, []types.TransactWriteItem{
		t.conditional(writeSubscription(s), ofNonce, values),
		withExpiry(t.update(addressKey(s.ID), "SET #ttl = :ttl", "attribute_exists("+partitionKey+")", item{":ttl": num(s.Until.Unix())})),
		withExpiry(t.conditional(writeFollower(s.Jurisdiction, s.Topic, followerOf(s)), absent+" OR s = :s OR "+expired, mine)),
	})
	if err != nil {
		return "", fmt.Errorf("activate a subscription: %w", err) // doing it again is safe
	}
	if refusals == nil {
		return s.ID, nil
	}
	if refusals[0].failed || refusals[1].failed {
		return "", undecided() // it ended at this moment
	}
	other, err := t.Follower(ctx, s.Jurisdiction, s.Topic, s.Mark)
	if err == nil && other == nil {
		err = undecided()
	}
	if err != nil {
		return "", err
	}
	if other.Subscription == s.ID {
		return s.ID, nil
	}
	return other.Subscription, t.forget(ctx, s)
}

// ChangeSubscription implements subscription.Store.
func (t *Table) ChangeSubscription(ctx context.Context, s subscription.Subscription) error {
	pace := "REMOVE dy"
	values, follows := item{":x": str(s.Nonce), ":l": str(s.Language)}, item{":s": str(s.ID)}
	if s.Daily {
		pace = "SET dy = :dy"
		values[":dy"], follows[":dy"] = str(flagText(true)), str(flagText(true))
	}
	language := "SET l = :l " + pace
	if s.Daily {
		language = "SET l = :l, dy = :dy"
	}
	refusals, err := t.transact(ctx, []types.TransactWriteItem{t.update(subscriptionKey(s.ID), language, ofNonce, values),
		t.update(followerKey(s.Jurisdiction, s.Topic, s.Mark), pace, "s = :s", follows)})
	if err != nil {
		return fmt.Errorf("change a subscription: %w", err)
	}
	if refusals != nil {
		return undecided() // it was moved or ended at this moment
	}
	return nil
}

// EndSubscription implements subscription.Store.
func (t *Table) EndSubscription(ctx context.Context, s subscription.Subscription) error {
	nonce := s.Nonce
	for range lostTries {
		there, err := t.Follower(ctx, s.Jurisdiction, s.Topic, s.Mark)
		if err != nil {
			return err
		}
		items := t.forgetting(s)
		if there != nil && there.Subscription == s.ID {
			items = append(items, t.leave(s.Jurisdiction, s.Topic, *there))
		}
		refusals, err := t.transact(ctx, items)
		if err != nil {
			return fmt.Errorf("end a subscription: %w", err)
		}
		if refusals == nil {
			return nil
		}
		now, err := t.Subscription(ctx, s.ID)
		if err != nil || now == nil || now.Nonce != nonce {
			return err // it is there no more, or of another making
		}
		s = *now // it was moved at this moment
	}
	return undecided()
}

// leave takes a follower from a topic, if it is there.
func (t *Table) leave(j string, topic subscription.Topic, f subscription.Follower) types.TransactWriteItem {
	return types.TransactWriteItem{Delete: &types.Delete{TableName: t.name, Key: followerKey(j, topic, f.Mark).item(), ConditionExpression: aws.String("s = :s"),
		ExpressionAttributeValues: item{":s": str(f.Subscription)}}}
}

// forget takes a subscription away that is not among the followers.
func (t *Table) forget(ctx context.Context, s subscription.Subscription) error {
	if _, err := t.transact(ctx, t.forgetting(s)); err != nil {
		return fmt.Errorf("end a subscription: %w", err)
	}
	return nil
}

func (t *Table) forgetting(s subscription.Subscription) []types.TransactWriteItem {
	return []types.TransactWriteItem{
		{Delete: &types.Delete{TableName: t.name, Key: subscriptionKey(s.ID).item(), ConditionExpression: aws.String(ofNonce), ExpressionAttributeValues: item{":x": str(s.Nonce)}}},
		{Delete: &types.Delete{TableName: t.name, Key: addressKey(s.ID).item()}},
	}
}

// Followers implements subscription.Followers.
func (t *Table) Followers(ctx context.Context, j string, topic subscription.Topic, after string, limit int) ([]subscription.Follower, bool, error) {
	in := &dynamodb.QueryInput{TableName: t.name, KeyConditionExpression: aws.String(partitionKey + " = :p"), Limit: aws.Int32(int32(limit)),
		ExpressionAttributeValues: item{":p": str(followersPartition(j, topic))}, ConsistentRead: aws.Bool(true), ReturnConsumedCapacity: t.capacity()}
	if after != "" {
		in.ExclusiveStartKey = followerKey(j, topic, after).item()
	}
	out, err := t.client.Query(ctx, in)
	if err != nil {
		return nil, false, fmt.Errorf("list followers: %w", err)
	}
	t.spent("Query", false, one(out.ConsumedCapacity)...)
	page := make([]subscription.Follower, 0, len(out.Items))
	for _, i := range out.Items {
		page = append(page, readFollower(i))
	}
	return page, len(out.LastEvaluatedKey) > 0 && len(page) > 0, nil
}

// Follower implements subscription.Followers.
func (t *Table) Follower(ctx context.Context, j string, topic subscription.Topic, mark string) (*subscription.Follower, error) {
	i, err := t.get(ctx, followerKey(j, topic, mark), latest)
	if err != nil || i == nil || i.number(expiry) <= t.now().Unix() {
		return nil, err
	}
	f := readFollower(i)
	return &f, nil
}

// MoveFollower implements subscription.Followers.
func (t *Table) MoveFollower(ctx context.Context, j string, f subscription.Follower, from, to subscription.Topic) error {
	leave := t.leave(j, from, f)
	there := f
	if there.From = from; f.From == to {
		there.From = subscription.Topic{} // it is home again
	} else if f.From != (subscription.Topic{}) {
		there.From = f.From
	}
	update, values := "SET t = :t, fr = :fr", item{":t": str(to.String()), ":fr": str(there.From.String())}
	if there.From == (subscription.Topic{}) {
		update, values = "SET t = :t REMOVE fr", item{":t": str(to.String())}
	}
	mine := item{":s": str(f.Subscription), ":now": num(t.now().Unix())}
	refusals, err := t.transact(ctx, []types.TransactWriteItem{leave, withExpiry(t.conditional(writeFollower(j, to, there), absent+" OR s = :s OR "+expired, mine)),
		t.update(subscriptionKey(f.Subscription), update, "attribute_exists("+partitionKey+")", values)})
	switch {
	case err != nil:
		return fmt.Errorf("move a follower: %w", err)
	case refusals == nil || refusals[0].failed: // moved, by this call or an earlier one
		return nil
	case refusals[1].failed: // follows the other already
		if _, err := t.transact(ctx, []types.TransactWriteItem{leave, {Delete: &types.Delete{TableName: t.name, Key: subscriptionKey(f.Subscription).item()}},
			{Delete: &types.Delete{TableName: t.name, Key: addressKey(f.Subscription).item()}}}); err != nil {
			return fmt.Errorf("end a follower: %w", err)
		}
		return nil
	}
	// The subscription expired or was ended; only its place among the followers is left.
	if _, err := t.transact(ctx, []types.TransactWriteItem{leave}); err != nil {
		return fmt.Errorf("take a follower away: %w", err)
	}
	return nil
}

// lettersFor is how long entries of daily letters are kept.
const lettersFor = 14 * 24 * time.Hour

// AddEntry implements subscription.Letters.
func (t *Table) AddEntry(ctx context.Context, id string, e subscription.Entry) (subscription.Entry, error) {
	i := letterKey(id, e.Report, e.Version).item()
	i["k"], i["dy"], i[expiry] = str(string(e.Kind)), str(e.Day), num(t.now().Add(lettersFor).Unix())
	there, failed, err := t.put1(ctx, i, absent, nil)
	if err != nil || !failed {
		return e, err
	}
	return readEntry(there)
}

func readEntry(i item) (subscription.Entry, error) {
	rest, _ := strings.CutPrefix(i.text(sortKey), letterPrefix)
	id, number, ok := strings.Cut(rest, "#")
	version, err := strconv.ParseInt(number, 10, 64)
	if err != nil || !ok {
		return subscription.Entry{}, fmt.Errorf("an entry of a letter cannot be read")
	}
	return subscription.Entry{Report: id, Version: version, Kind: subscription.Kind(i.text("k")), Day: i.text("dy"), Told: i.text("st") != ""}, nil
}

// DelayEntry implements subscription.Letters.
func (t *Table) DelayEntry(ctx context.Context, id string, e subscription.Entry, day string) error {
	return t.change(ctx, letterKey(id, e.Report, e.Version), "SET dy = :dy", "attribute_not_exists(st) AND dy < :dy", item{":dy": str(day)})
}

// UntoldEntries implements subscription.Letters.
func (t *Table) UntoldEntries(ctx context.Context, id, day string) ([]subscription.Entry, error) {
	items, err := t.query(ctx, subscriptionPartition(id), letterPrefix, latest)
	if err != nil {
		return nil, err
	}
	var entries []subscription.Entry
	for _, i := range items {
		e, err := readEntry(i)
		if err != nil {
			return nil, err
		}
		if !e.Told && e.Day <= day {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// MarkTold implements subscription.Letters.
func (t *Table) MarkTold(ctx context.Context, id string, entries []subscription.Entry) error {
	for _, e := range entries {
		if err := t.change(ctx, letterKey(id, e.Report, e.Version), "SET st = :st", "attribute_exists("+partitionKey+")", item{":st": str("told")}); err != nil {
			return err
		}
	}
	return nil
}

// Counted implements the Limits of package report, of what Allow counted.
func (t *Table) Counted(ctx context.Context, name string, at time.Time, window time.Duration) (int, error) {
	i, err := t.get(ctx, limitKey(name, at.Truncate(window)), cheapest)
	if err != nil || i == nil {
		return 0, err
	}
	return int(i.number("n")), nil
}

// Allow implements the Limits of packages subscription, photo and report, and application.Door.
func (t *Table) Allow(ctx context.Context, name string, at time.Time, window time.Duration, most int) (bool, error) {
	from := at.Truncate(window)
	out, err := t.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: t.name, Key: limitKey(name, from).item(),
		UpdateExpression: aws.String("SET #ttl = :ttl ADD n :one"), ConditionExpression: aws.String("attribute_not_exists(n) OR n < :most"),
		ExpressionAttributeNames:  map[string]string{"#ttl": expiry},
		ExpressionAttributeValues: item{":ttl": num(from.Add(2 * window).Unix()), ":one": num(1), ":most": num(int64(most))}, ReturnConsumedCapacity: t.capacity()})
	if _, failed := conditionFailed(err); failed {
		t.spent("UpdateItem", true)
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("count: %w", err)
	}
	t.spent("UpdateItem", true, one(out.ConsumedCapacity)...)
	return true, nil
}
