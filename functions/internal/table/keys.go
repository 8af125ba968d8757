package table

import (
	"fmt"
	"hash/fnv"
	"time"

	"github.com/weige/weige/functions/internal/jurisdiction"
	"github.com/weige/weige/functions/internal/subscription"
)

// Every key of the table and of its indexes is built in this file.
//
//	item                       PK                          SK
//	pointer                    T#{j}                       CURRENT
//	chunk of a snapshot        T#{j}#{kind}#{version}      CHUNK#{n}
//	description of a set       T#{j}#SETS                  SET#{version}
//	description of a gazetteer T#{j}#GAZETTEERS            GAZETTEER#{version}
//	its import, if it is large T#{j}#GAZETTEERS            INTAKE#{intake}
//	order of large imports     T#{j}#GAZETTEERS            ORDERED#{time}#{intake}
//	report: state              R#{id}                      STATE
//	report: contact            R#{id}                      CONTACT
//	report: event              R#{id}                      EV#{version}    the first holds what was reported, too
//	report: filed elsewhere    R#{id}                      FILED           of one that was imported with a time of its own
//	report: applied marker     R#{id}                      APPLIED
//	reading of contact details L#{id}                      READ#{time}#{reading}
//	tracking, idempotency      TC#{hash}                   TC
//	counters of an area        AGG#{j}#{area}              TOTAL, D#{day}
//	job                        J#{j}                       JOB#{id}
//	job: entries, in pieces    J#{j}                       SEL#{id}#{n}
//	job: outcomes of a part    J#{j}                       OUT#{id}#{part}
//	jobs that wait, in order   J#{j}                       TURN
//	delivery                   DV#{id}                     DELIVERY
//	delivery that is dead      DD#{j}                      {time}#{id}
//	application                AP#{j}                      APP#{id}
//	key of an application      AK#{digest}                 KEY
//	webhook                    WH#{j}                      HOOK#{id}
//	watcher                    W#{j}#{shard}               BY#{connection}
//	what a connection watches  WC#{connection}             WATCH
//	photo                      PH#{id}                     PHOTO
//	report: slot for a photo   R#{id}                      SLOT#{n}
//	subscription               S#{id}                      SUB
//	subscription: address      S#{id}                      ADDRESS
//	subscription: daily letter S#{id}                      DG#{report}#{version}
//	follower of a topic        FO#{j}#{topic}              {mark of the address}
//	count of a limit           RL#{key}                    {time}
//
// Two sparse indexes hold states of open reports: by queue area, and by the person who has them; both sorted by when they were filed.
// A third holds the keys of states for which the clock has something to do, and of confirmed jobs, spread over shards and sorted by when;
// in partitions of its own also those of deliveries that wait, and of photos that somebody has to look after.
const (
	partitionKey = "PK"
	sortKey      = "SK"
	expiry       = "ttl" // seconds since 1970; the table's TTL attribute

	queuePartition    = "QK"
	assigneePartition = "AK"
	openSort          = "OK"
	deadlinePartition = "NP"
	nextSort          = "NK"
	changePartition   = "CP"
	changeSort        = "CK"
)

// The indexes that queries name.
const (
	QueueIndex    = "queue"
	AssigneeIndex = "assignee"
	DeadlineIndex = "deadline"
	ChangeIndex   = "change"
)

type key struct{ partition, sort string }

func pointerKey(j string) key { return key{"T#" + j, "CURRENT"} }

func chunkPartition(j string, kind jurisdiction.Kind, version string) string {
	return "T#" + j + "#" + string(kind) + "#" + version
}

const chunkPrefix = "CHUNK#"

func chunkKey(j string, kind jurisdiction.Kind, version string, n int) key {
	return key{chunkPartition(j, kind, version), fmt.Sprintf("%s%05d", chunkPrefix, n)}
}

const setPrefix = "SET#"

func setsPartition(j string) string { return "T#" + j + "#SETS" }

func setKey(j, version string) key { return key{setsPartition(j), setPrefix + version} }

const gazetteerPrefix = "GAZETTEER#"

func gazetteersPartition(j string) string { return "T#" + j + "#GAZETTEERS" }

func gazetteerKey(j, version string) key {
	return key{gazetteersPartition(j), gazetteerPrefix + version}
}

const intakePrefix = "INTAKE#"

func intakeKey(j, id string) key { return key{gazetteersPartition(j), intakePrefix + id} }

const orderedPrefix = "ORDERED#"

func orderedKey(j string, at time.Time, intake string) key {
	return key{gazetteersPartition(j), orderedPrefix + stamp(at) + "#" + intake}
}

const drawingPrefix = "DRAWING#"

func drawingsPartition(j string) string { return "T#" + j + "#DRAWINGS" }

func drawingKey(j, id string) key { return key{drawingsPartition(j), drawingPrefix + id} }

const editPrefix = "EDIT#"

func editsPartition(j, drawing string) string { return "T#" + j + "#DRAWING#" + drawing }

func editKey(j, drawing string, n int) key {
	return key{editsPartition(j, drawing), fmt.Sprintf("%s%05d", editPrefix, n)}
}

func reportPartition(id string) string { return "R#" + id }

const stateSort = "STATE"

func stateKey(id string) key   { return key{reportPartition(id), stateSort} }
func contactKey(id string) key { return key{reportPartition(id), "CONTACT"} }
func appliedKey(id string) key { return key{reportPartition(id), "APPLIED"} }

const filedSort = "FILED"

func filedKey(id string) key { return key{reportPartition(id), filedSort} }

const eventPrefix = "EV#"

func eventKey(id string, version int64) key {
	return key{reportPartition(id), fmt.Sprintf("%s%010d", eventPrefix, version)}
}

const readingPrefix = "READ#"

func readingsPartition(report string) string { return "L#" + report }

func readingKey(report, id string, at time.Time) key {
	return key{readingsPartition(report), readingPrefix + stamp(at) + "#" + id}
}

func trackingKey(hash string) key { return key{"TC#" + hash, "TC"} }

func totalKey(j, area string) key { return key{"AGG#" + j + "#" + area, "TOTAL"} }

func dayKey(j, area string, at time.Time) key {
	return key{"AGG#" + j + "#" + area, "D#" + at.UTC().Format(time.DateOnly)}
}

const jobPrefix = "JOB#"

func jobsPartition(j string) string { return "J#" + j }

func jobKey(j, id string) key { return key{jobsPartition(j), jobPrefix + id} }

func pieceKey(j, id string, n int) key {
	return key{jobsPartition(j), "SEL#" + id + fmt.Sprintf("#%04d", n)}
}

func outcomeKey(j, id string, part int) key {
	return key{jobsPartition(j), "OUT#" + id + fmt.Sprintf("#%04d", part)}
}

func turnKey(j string) key { return key{jobsPartition(j), "TURN"} }

func queueKey(j, area string) string      { return "Q#" + j + "#" + area + "#open" }
func assigneeKey(j, person string) string { return "A#" + j + "#" + person + "#open" }

func openKey(filed time.Time, id string) string { return stamp(filed) + "#" + id }

// deadlineShards is over how many partitions the index of deadlines is spread. Its writes are those of one item of keys each, of which
// a partition takes 1,000 a second.
const deadlineShards = 16

func shardOf(id string) int {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(id))
	return int(sum.Sum32() % deadlineShards)
}

func deadlineKey(shard int) string { return "N#" + fmt.Sprintf("%02d", shard) }

const deliverySort = "DELIVERY"

func deliveryPartition(id string) string { return "DV#" + id }

func deliveryKey(id string) key { return key{deliveryPartition(id), deliverySort} }

func deadPartition(j string) string { return "DD#" + j }

func deadKey(j string, made time.Time, id string) key {
	return key{deadPartition(j), stamp(made) + "#" + id}
}

const hookPrefix = "HOOK#"

func hooksPartition(j string) string { return "WH#" + j }

func hookKey(j, id string) key { return key{hooksPartition(j), hookPrefix + id} }

const applicationPrefix = "APP#"

func applicationsPartition(j string) string { return "AP#" + j }

func applicationKey(j, id string) key { return key{applicationsPartition(j), applicationPrefix + id} }

func digestKey(digest string) key { return key{"AK#" + digest, "KEY"} }

const photoSort = "PHOTO"

func photoPartition(id string) string { return "PH#" + id }

func photoKey(id string) key { return key{photoPartition(id), photoSort} }

const slotPrefix = "SLOT#"

// slotKey is where a report keeps the id of its n-th photo, so that no two that are added at once can be one too many.
func slotKey(report string, n int) key {
	return key{reportPartition(report), fmt.Sprintf("%s%02d", slotPrefix, n)}
}

func photoShard(shard int) string { return "NPH#" + fmt.Sprintf("%02d", shard) }

func subscriptionPartition(id string) string { return "S#" + id }

func subscriptionKey(id string) key { return key{subscriptionPartition(id), "SUB"} }
func addressKey(id string) key      { return key{subscriptionPartition(id), "ADDRESS"} }

const letterPrefix = "DG#"

func letterKey(id, report string, version int64) key {
	return key{subscriptionPartition(id), letterPrefix + report + fmt.Sprintf("#%010d", version)}
}

func followersPartition(j string, t subscription.Topic) string { return "FO#" + j + "#" + t.String() }

func followerKey(j string, t subscription.Topic, mark string) key {
	return key{followersPartition(j, t), mark}
}

func limitKey(name string, from time.Time) key { return key{"RL#" + name, stamp(from)} }

func outboxKey(shard int) string { return "NO#" + fmt.Sprintf("%02d", shard) }

// watchShards is over how many partitions the watchers of a jurisdiction are spread. Each may be poked once a second, which is a write, and
// a partition takes 1,000 of them.
const watchShards = 4

const watcherPrefix = "BY#"

func watchPartition(j string, shard int) string { return "W#" + j + fmt.Sprintf("#%d", shard) }

func watcherKey(j, connection string) key {
	return key{watchPartition(j, shardOf(connection)%watchShards), watcherPrefix + connection}
}

func connectionKey(connection string) key { return key{"WC#" + connection, "WATCH"} }

// changeShards is over how many partitions the feed of a jurisdiction is spread. It divides deadlineShards.
const changeShards = 8

func changeKey(j string, shard int) string { return "C#" + j + fmt.Sprintf("#%d", shard) }

// elsewhereKey is where reports are found by the time when they were filed in another system, which is not that of their first event.
func elsewhereKey(j string) string { return "C#" + j + "#filed" }

// changeKeys are all partitions of a jurisdiction's feed; filedKeys are those in which every report is found by when it was filed.
func changeKeys(j string) (all []string) {
	for shard := range changeShards {
		all = append(all, changeKey(j, shard))
	}
	return all
}

func filedKeys(j string) []string { return append(changeKeys(j), elsewhereKey(j)) }

// changeStamp writes an instant as milliseconds since 1970 in 11 hexadecimal digits, such that the order of texts is the order of time until
// the year 2527. It is shorter than stamp, because every event has it.
func changeStamp(t time.Time) string { return fmt.Sprintf("%011x", t.UnixMilli()) }

// feedKey is the place of an event in the feed: the index sorts by its first part, and the rest is in the key of the event.
func feedKey(at, id string, version int64) string {
	return at + "#" + id + fmt.Sprintf("#%010d", version)
}

func nextKey(at time.Time, id string) string { return stamp(at) + "#" + id }

// stamp writes an instant in UTC with milliseconds, such that the order of texts is the order of time.
func stamp(t time.Time) string { return t.UTC().Format("20060102T150405.000Z") }
