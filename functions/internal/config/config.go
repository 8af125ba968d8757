// Package config is the only reader of the environment.
package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Config is what the functions are told by their environment.
type Config struct {
	Region    string // AWS_REGION
	Table     string // TABLE_NAME
	Uploads   string // UPLOADS_BUCKET: bucket for boundary files
	Photos    string // PHOTOS_BUCKET: bucket for the prints of photos
	Snapshots string // SNAPSHOTS_BUCKET: bucket for large snapshots
	Issuer    string // OIDC_ISSUER: address of the OpenID Connect issuer
	Audience  string // OIDC_AUDIENCE: what tokens are made out for
	Person    string // OIDC_PERSON_CLAIM: claim that holds a person's id
	Grants    string // OIDC_GRANTS_CLAIM: claim that holds grants

	Open311 string // OPEN311_JURISDICTION: jurisdiction of Open311 requests that name none; empty: they have to
	Public  string // PUBLIC_URL: address under which people find Weige; empty: that of the request

	TrackingKey []byte // TRACKING_KEY, base64 of at least 32 bytes: tracking codes
	ContactKey  []byte // CONTACT_KEY, base64 of at least 32 bytes: contact details

	FrontKey []byte // FRONT_KEY, base64 of at least 32 bytes: by which CloudFront shows that a request came through it

	SubscriptionKey []byte // SUBSCRIPTION_KEY, base64 of at least 32 bytes: tokens and addresses of subscriptions, and whom pushes are from
	MailFrom        string // MAIL_FROM: sender of mails, such as Weige <weige@example.org>; empty: none are sent
	Site            string // SITE_URL: address of the pages, for links in mails

	ContactFor time.Duration // CONTACT_DAYS: how long contact details are kept
	PhotosFor  time.Duration // PHOTO_DAYS: how long photos of reports are kept

	SenderReports int // SENDER_REPORTS: most reports that one sender files in ten minutes; 0: no limit
	WrongCodes    int // WRONG_CODES: most wrong tracking codes of one sender in ten minutes; 0: no limit

	BodyBytes      int64         // BODY_BYTES: largest request body
	RosterBytes    int64         // ROSTER_BYTES: largest roster file
	GazetteerBytes int64         // GAZETTEER_BYTES: largest gazetteer file
	GazetteerRows  int           // GAZETTEER_ROWS: most addresses of a gazetteer
	Places         string        // PLACES: amazon-location asks it for addresses that the gazetteer does not have; empty asks nobody
	PlacesPerHour  int           // PLACES_PER_HOUR: how often an instance may ask in an hour
	PlacesTimeout  time.Duration // PLACES_MILLISECONDS: how long it waits for an answer

	BoundaryBytes    int64 // BOUNDARY_BYTES: largest boundary file
	BoundaryFeatures int   // BOUNDARY_FEATURES
	BoundaryVertices int   // BOUNDARY_VERTICES

	DynamoDBEndpoint string // DYNAMODB_ENDPOINT: another engine that speaks the DynamoDB API; empty for the region's
	Queue            string // QUEUE_URL: queue of the parts of jobs
	GazetteerQueue   string // GAZETTEER_QUEUE_URL: queue of large imports of gazetteers
	DeliveryQueue    string // DELIVERY_QUEUE_URL: queue of deliveries that are to be sent at once
	Live             string // LIVE_URL: where the WebSocket API manages its connections
	SQSEndpoint      string // SQS_ENDPOINT: another queue service that speaks the SQS API; empty for the region's
	SESEndpoint      string // SES_ENDPOINT: another mail service that speaks the SES API; empty for the region's
	S3Endpoint       string // S3_ENDPOINT: another store that speaks the S3 API; empty for the region's
	AccessKey        string // AWS_ACCESS_KEY_ID
	SecretKey        string // AWS_SECRET_ACCESS_KEY
	SessionToken     string // AWS_SESSION_TOKEN
}

// Names lists every environment name that Read looks at.
func Names() []string {
	var names []string
	_, _ = Read(func(name string) string { names = append(names, name); return "" })
	return names
}

// Read takes the configuration from a lookup such as os.Getenv. All names that are wrong or missing are in the error.
func Read(getenv func(string) string) (Config, error) {
	r := reader{getenv: getenv}
	c := Config{
		Region:    r.text("AWS_REGION", "us-east-1"),
		Table:     r.text("TABLE_NAME", "weige"),
		Uploads:   r.text("UPLOADS_BUCKET", "weige-uploads"),
		Photos:    r.text("PHOTOS_BUCKET", "weige-photos"),
		Snapshots: r.text("SNAPSHOTS_BUCKET", "weige-snapshots"),
		Issuer:    r.text("OIDC_ISSUER", ""),
		Audience:  r.text("OIDC_AUDIENCE", "weige-web"),
		Person:    r.text("OIDC_PERSON_CLAIM", "sub"),
		Grants:    r.text("OIDC_GRANTS_CLAIM", "groups"),

		Open311: r.text("OPEN311_JURISDICTION", ""),
		Public:  r.text("PUBLIC_URL", ""),

		TrackingKey: r.key("TRACKING_KEY"),
		ContactKey:  r.key("CONTACT_KEY"),

		FrontKey: r.key("FRONT_KEY"),

		SubscriptionKey: r.key("SUBSCRIPTION_KEY"),
		MailFrom:        r.text("MAIL_FROM", ""),
		Site:            r.text("SITE_URL", ""),

		ContactFor: time.Duration(r.number("CONTACT_DAYS", 180)) * 24 * time.Hour,
		PhotosFor:  time.Duration(r.number("PHOTO_DAYS", 730)) * 24 * time.Hour,

		SenderReports: r.limit("SENDER_REPORTS", 60),
		WrongCodes:    r.limit("WRONG_CODES", 30),

		BodyBytes:        r.number("BODY_BYTES", 5<<20),
		RosterBytes:      r.number("ROSTER_BYTES", 4<<20),
		GazetteerBytes:   r.number("GAZETTEER_BYTES", 256<<20),
		GazetteerRows:    int(r.number("GAZETTEER_ROWS", 1_000_000)),
		Places:           r.text("PLACES", ""),
		PlacesPerHour:    int(r.number("PLACES_PER_HOUR", 200)),
		PlacesTimeout:    time.Duration(r.number("PLACES_MILLISECONDS", 1500)) * time.Millisecond,
		BoundaryBytes:    r.number("BOUNDARY_BYTES", 128<<20),
		BoundaryFeatures: int(r.number("BOUNDARY_FEATURES", 20_000)),
		BoundaryVertices: int(r.number("BOUNDARY_VERTICES", 2_000_000)),

		DynamoDBEndpoint: r.text("DYNAMODB_ENDPOINT", ""),
		Queue:            r.text("QUEUE_URL", ""),
		GazetteerQueue:   r.text("GAZETTEER_QUEUE_URL", ""),
		DeliveryQueue:    r.text("DELIVERY_QUEUE_URL", ""),
		Live:             r.text("LIVE_URL", ""),
		SQSEndpoint:      r.text("SQS_ENDPOINT", ""),
		SESEndpoint:      r.text("SES_ENDPOINT", ""),
		S3Endpoint:       r.text("S3_ENDPOINT", ""),
		AccessKey:        r.text("AWS_ACCESS_KEY_ID", ""),
		SecretKey:        r.text("AWS_SECRET_ACCESS_KEY", ""),
		SessionToken:     r.text("AWS_SESSION_TOKEN", ""),
	}
	return c, errors.Join(r.wrong...)
}

const leastKeyBytes = 32

type reader struct {
	getenv func(string) string
	wrong  []error
}

func (r *reader) text(name, otherwise string) string {
	if v := r.getenv(name); v != "" {
		return v
	}
	return otherwise
}

func (r *reader) number(name string, otherwise int64) int64 {
	v := r.getenv(name)
	if v == "" {
		return otherwise
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n <= 0 {
		r.wrong = append(r.wrong, fmt.Errorf("%s: %q is no whole number above 0", name, v))
		return otherwise
	}
	return n
}

// limit reads a number of which 0 means that there is no limit.
func (r *reader) limit(name string, otherwise int) int {
	v := r.getenv(name)
	if v == "" {
		return otherwise
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		r.wrong = append(r.wrong, fmt.Errorf("%s: %q is neither a whole number nor 0 for no limit", name, v))
		return otherwise
	}
	return n
}

// key reads base64. Its value never appears in the error. Functions that need no key are not given one: an absent key is empty,
// and report.NewSecrets refuses it.
func (r *reader) key(name string) []byte {
	v := r.getenv(name)
	if v == "" {
		return nil
	}
	b, err := base64.StdEncoding.DecodeString(v)
	if err != nil || len(b) < leastKeyBytes {
		r.wrong = append(r.wrong, fmt.Errorf("%s: not the base64 of at least %d bytes", name, leastKeyBytes))
		return nil
	}
	return b
}
