package demo

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weige/weige/geo"
	"github.com/weige/weige/geo/synth"
)

func gridLeader(n int) string { return fmt.Sprintf("grid-%02d-leader", n) }

// What of the roster differs from the rest, by number of the grid, community or micro-grid.
var (
	gridsWithNobody     = []int{29, 49}            // the community answers
	gridsWithLeaderAway = []int{4, 11, 24, 33, 37} // a deputy answers, in the first of them the community
)

const (
	memberEvery      = 3  // grids with a member beside the leader
	contactEvery     = 6  // micro-grids with a contact
	contactAwayEvery = 30 // of these, with a contact who is away and has the grid's leader as deputy
	communityAway    = 10 // its head is away and has no deputy: what its grids cannot take waits at the desk
)

// roster writes who answers for what. Most micro-grids have nobody, so that their grid's leader answers.
func roster(s *synth.Set, now time.Time) ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.Write([]string{"area_code", "role", "person", "name", "deputies", "away", "shifts", "station", "station_at"})
	areas, err := plan()
	if err != nil {
		return nil, err
	}
	r := &rosterWriter{Writer: w, now: now, areas: areas}
	number := map[int]int{} // how many areas of a level there were
	grids := map[string]int{}
	for _, a := range s.Areas {
		number[a.Level]++
		switch n := number[a.Level]; a.Level {
		case streetLevel:
			r.Write([]string{a.Code, lighting, "street-lighting", "街道路灯班"})
		case communityLevel:
			r.community(a, n)
		case gridLevel:
			grids[a.Code] = n
			r.grid(a, n)
		case microLevel:
			r.microGrid(a, n, grids[a.Parent])
		}
	}
	w.Flush()
	return out.Bytes(), w.Error()
}

const rosterColumns = 9

type rosterWriter struct {
	*csv.Writer
	now   time.Time
	areas *geo.Index
}

// Write adds a duty; columns that are left out at its end are empty.
func (r *rosterWriter) Write(row []string) {
	_ = r.Writer.Write(append(row, make([]string, rosterColumns-len(row))...)) // to memory; Error says the rest
}

func (r *rosterWriter) community(a synth.Area, n int) {
	away, deputy := "", fmt.Sprintf("community-%02d-deputy", n)
	if n == communityAway {
		away, deputy = r.days(-1, 6), ""
	}
	r.Write([]string{a.Code, communityHead, fmt.Sprintf("community-%02d-head", n), a.Name + "书记", deputy, away})
	if deputy != "" {
		r.Write([]string{a.Code, communityHead, deputy, a.Name + "副书记", "", ""})
	}
	r.Write([]string{a.Code, police, fmt.Sprintf("community-%02d-police", n), a.Name + "民警", "", ""})
}

func (r *rosterWriter) grid(a synth.Area, n int) {
	if slices.Contains(gridsWithNobody, n) {
		return
	}
	var away, deputies []string
	switch {
	case slices.Contains(gridsWithLeaderAway, n):
		away = append(away, r.days(-2, 5))
		if n != gridsWithLeaderAway[0] {
			deputies = append(deputies, gridLeader(n+1))
		}
	case n%5 == 0:
		away = append(away, r.days(9, 16)) // not yet
	}
	member := n%memberEvery == 0 && len(away) == 0
	r.Write([]string{a.Code, gridLeaderOf, gridLeader(n), a.Name + "网格长", strings.Join(deputies, ";"), strings.Join(away, ";"), "", a.Name + "工作站", r.stationAt(a.Code)})
	if member {
		r.Write([]string{a.Code, gridMember, fmt.Sprintf("grid-%02d-member", n), a.Name + "网格员", "", "", "", a.Name + "工作站", r.stationAt(a.Code)})
	}
}

// stationAt puts a grid's station where there is most room around it.
func (r *rosterWriter) stationAt(grid string) string {
	id, ok := r.areas.Find(grid)
	if !ok {
		return ""
	}
	at := r.areas.Label(id)
	return fmt.Sprintf("%.7f %.7f WGS84", at[0], at[1])
}

func (r *rosterWriter) microGrid(a synth.Area, n, grid int) {
	if n%contactEvery != 1 {
		return
	}
	away, deputy := "", ""
	if n%contactAwayEvery == 1 && !slices.Contains(gridsWithNobody, grid) {
		away, deputy = r.days(0, 3), gridLeader(grid)
	}
	r.Write([]string{a.Code, microContact, fmt.Sprintf("micro-%03d-contact", n), "第" + chineseNumber(grid) + "网格" + a.Name + "联络员", deputy, away})
}

// days writes a period relative to today in the street's time zone.
func (r *rosterWriter) days(from, to int) string {
	// China has had one time zone without summer time since 1991; a fixed one needs no zone data on this machine.
	today := r.now.In(time.FixedZone("Asia/Shanghai", 8*60*60))
	return today.AddDate(0, 0, from).Format(time.DateOnly) + "/" + today.AddDate(0, 0, to).Format(time.DateOnly)
}
