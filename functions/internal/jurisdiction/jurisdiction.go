// Package jurisdiction holds what a tenant is: its names, levels, roles and services, and which boundary set, roster and
// settings are in force. All of them are immutable snapshots named by their content; one small item per jurisdiction points at
// those in force, so that reading it again is all that an instance needs to stay current.
package jurisdiction

import (
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // a function's machine has no time zones of its own
	"unicode/utf8"

	"github.com/weige/weige/functions/internal/calendar"
	"github.com/weige/weige/functions/internal/fault"
)

// Text is a text in both languages of the product.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Service is a category under which reports are filed (Open311: service).
type Service struct {
	Code        string     `json:"code"`
	Name        Text       `json:"name"`
	Description Text       `json:"description,omitzero"`
	Group       Text       `json:"group,omitzero"`     // under which clients list it with others
	Keywords    []string   `json:"keywords,omitempty"` // by which people look for it, in any language
	Questions   []Question `json:"questions,omitempty"`
	Private     bool       `json:"private,omitempty"` // its reports never appear in public lists
	ReopenDays  int        `json:"reopen_days,omitempty"`
	Class       string     `json:"class,omitempty"` // code of the Class whose deadlines hold; empty for none
}

// defaultReopenDays is for services that say nothing.
const (
	defaultReopenDays = 15
	maxReopenDays     = 365
)

// ReopenFor gives for how many days a resident may reopen a finished report of this service.
func (s Service) ReopenFor() int {
	if s.ReopenDays == 0 {
		return defaultReopenDays
	}
	return s.ReopenDays
}

// Named gives a level or a role its names.
type Named struct {
	Code string `json:"code"`
	Name Text   `json:"name"`
}

// Role is what people of the roster do.
type Role struct {
	Named
	Partner bool `json:"partner,omitempty"` // of outside the street's own staff, such as the police: routing rules ask them, nobody else does
}

// Settings is what an administrator decides about a jurisdiction.
type Settings struct {
	Name       Text           `json:"name"`
	Synthetic  bool           `json:"synthetic,omitempty"` // made up for a demonstration
	TimeZone   string         `json:"time_zone"`           // IANA name
	Queue      Text           `json:"queue"`               // the desk that receives what nobody answers for
	QueueLevel string         `json:"queue_level,omitempty"`
	Levels     []Named        `json:"levels,omitempty"` // coarse to fine
	Roles      []Role         `json:"roles,omitempty"`
	Services   []Service      `json:"services"`
	Classes    []Class        `json:"classes,omitempty"`
	Calendar   calendar.Rules `json:"calendar,omitzero"` // working time, in which deadlines are reckoned
}

var (
	codePattern    = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)
	servicePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
)

// ValidCode reports whether s can name a jurisdiction: 1 to 32 small letters, digits and hyphens.
func ValidCode(s string) bool { return codePattern.MatchString(s) }

// Validate checks every field and gives a *fault.Error that names the first one that is wrong.
func (s *Settings) Validate() error {
	if err := s.Name.need("name"); err != nil {
		return err
	}
	if err := s.Queue.need("queue"); err != nil {
		return err
	}
	if _, err := time.LoadLocation(s.TimeZone); err != nil || s.TimeZone == "" || s.TimeZone == "Local" {
		return fault.Field("time_zone", "%q is no IANA time zone such as Asia/Shanghai.", s.TimeZone)
	}
	if len(s.Services) == 0 {
		return fault.Field("services", "At least one service is needed, or nothing can be reported.")
	}
	seen := map[string]bool{}
	for _, v := range s.Services {
		if !servicePattern.MatchString(v.Code) {
			return fault.Field("services.service_code", "%q is no service code: letters, digits, dots, hyphens and underscores, 64 at most.", v.Code)
		}
		if seen[v.Code] {
			return fault.Field("services.service_code", "The service code %q stands twice.", v.Code)
		}
		seen[v.Code] = true
		if v.ReopenDays < 0 || v.ReopenDays > maxReopenDays {
			return fault.Field("services.reopen_days", "A finished report can be reopened for 1 to %d days.", maxReopenDays)
		}
		if err := v.Name.need("services.name"); err != nil {
			return err
		}
		if err := v.validateWords(); err != nil {
			return err
		}
	}
	if err := namedOnce("levels", s.Levels); err != nil {
		return err
	}
	if err := namedOnce("roles", s.roleNames()); err != nil {
		return err
	}
	return s.validatePace()
}

// Service finds a service by its code.
func (s *Settings) Service(code string) (Service, bool) {
	for _, v := range s.Services {
		if v.Code == code {
			return v, true
		}
	}
	return Service{}, false
}

// RoleName gives a role's names; a role without names stands for itself.
func (s *Settings) RoleName(role string) Text {
	for _, r := range s.Roles {
		if r.Code == role {
			return r.Name
		}
	}
	return Text{ZH: role, EN: role}
}

// Partners gives the roles that only routing rules ask.
func (s *Settings) Partners() []string {
	var roles []string
	for _, r := range s.Roles {
		if r.Partner {
			roles = append(roles, r.Code)
		}
	}
	return roles
}

func (s *Settings) roleNames() []Named {
	list := make([]Named, len(s.Roles))
	for i, r := range s.Roles {
		list[i] = r.Named
	}
	return list
}

// Location gives the time zone in which days of absence are counted. Settings in force were validated, so that it is known.
func (s *Settings) Location() *time.Location {
	loc, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return time.UTC
	}
	return loc
}

func namedOnce(field string, list []Named) error {
	seen := map[string]bool{}
	for _, n := range list {
		if n.Code == "" || seen[n.Code] {
			return fault.Field(field, "Each entry needs a code of its own; %q is empty or stands twice.", n.Code)
		}
		seen[n.Code] = true
		if err := n.Name.need(field + ".name"); err != nil {
			return err
		}
	}
	return nil
}

func (t Text) need(field string) error {
	for _, s := range []string{t.ZH, t.EN} {
		if strings.TrimSpace(s) == "" || utf8.RuneCountInString(s) > 200 || !utf8.ValidString(s) {
			return fault.Field(field, "Both languages, zh and en, need a text of 1 to 200 characters.")
		}
	}
	return nil
}
