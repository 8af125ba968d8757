package demo

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"time"

	"github.com/weige/weige/functions/local/issuer"
)

// Administrator is the person who sets the demo up.
const Administrator = "administrator"

// sixthGrid is the grid of which somebody can sign in as its leader.
const sixthGrid = streetCode + "001" + "004"

// Roles gives those who can sign in to the demo.
func Roles() []issuer.DemoRole {
	return []issuer.DemoRole{
		{Person: "street-dispatcher", Name: issuer.Text{ZH: "街道调度员（整条街道）", EN: "Street dispatcher (the whole street)"}, Grants: []string{"dispatcher@" + Jurisdiction}},
		{Person: "community-dispatcher", Name: issuer.Text{ZH: communityNames[0] + "社区调度员", EN: "Dispatcher of the first community"},
			Grants: []string{"dispatcher@" + Jurisdiction + ":" + communityCode(0)}},
		{Person: "leader-" + sixthGrid, Name: issuer.Text{ZH: communityNames[0] + "社区第四网格网格长", EN: "Leader of the fourth grid of the first community"},
			Grants: []string{"member@" + Jurisdiction + ":" + sixthGrid}},
		{Person: "boundary-editor", Name: issuer.Text{ZH: "网格边界管理员", EN: "Boundary editor"}, Grants: []string{"editor@" + Jurisdiction}},
		{Person: Administrator, Name: issuer.Text{ZH: "系统管理员", EN: "Administrator"}, Grants: []string{"administrator@*"}},
	}
}

// roster gives who answers for what, as a CSV file: everybody by role. Some are away today and have a deputy, one grid has nobody, and of
// the micro-grids only every third has a contact; so that each way from a place to a person can be seen.
func (p *plan) roster(now time.Time) ([]byte, error) {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	today := now.In(zone).Format(time.DateOnly)
	nextWeek := now.In(zone).AddDate(0, 0, 7).Format(time.DateOnly)
	lines := [][]string{{"area_code", "role", "person", "name", "deputies", "away"},
		{streetCode, "street_desk", "street-desk", "街道值班员", "", ""}}
	for c := range communities {
		lines = append(lines, []string{communityCode(c), "community_head", "head-" + communityCode(c), communityNames[c] + "社区书记", "", ""})
	}
	for g := range grids {
		code := p.gridCode(g)
		c := p.communityOf(g)
		k := g - p.firstGrid(c)
		if g == grids-1 {
			continue // nobody: what lies here goes to the community
		}
		name := fmt.Sprintf("%s社区第%s网格网格长", communityNames[c], numeral(k+1))
		deputies, away := "member-"+code, ""
		if g%12 == 5 {
			away = today + "/" + nextWeek
		}
		lines = append(lines, []string{code, "grid_leader", "leader-" + code, name, deputies, away},
			[]string{code, "grid_member", "member-" + code, fmt.Sprintf("%s社区第%s网格网格员", communityNames[c], numeral(k+1)), "", ""})
		for m := range p.members(p.grid, g) {
			if (g+m)%3 == 0 {
				micro := microCode(code, m)
				lines = append(lines, []string{micro, "micro_contact", "contact-" + micro, fmt.Sprintf("第%s网格微网格%02d联络员", numeral(k+1), m+1), "leader-" + code, ""})
			}
		}
	}
	if err := w.WriteAll(lines); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
