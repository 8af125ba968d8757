package geo

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// properties makes a file of features without geometry.
func properties(rows ...map[string]any) string {
	c := map[string]any{"type": "FeatureCollection"}
	features := []any{}
	for _, r := range rows {
		features = append(features, map[string]any{"type": "Feature", "properties": r, "geometry": nil})
	}
	c["features"] = features
	blob, _ := json.Marshal(c)
	return string(blob)
}

type row = map[string]any

func TestMappingsAreGuessed(t *testing.T) {
	when := func(p, v string) *When { return &When{Property: p, Equals: v} }
	for name, c := range map[string]struct {
		file string
		want []LevelMapping
	}{
		"one level, a code and a name among measures": {
			properties(row{"OBJECTID": 1, "boro_code": 1, "boro_name": "Manhattan", "shape_area": 636.25}, row{"OBJECTID": 2, "boro_code": 2, "boro_name": "Bronx", "shape_area": 1187.5}),
			[]LevelMapping{{Level: "area", Code: "boro_code", Name: "boro_name"}}},
		"levels with parents": {
			properties(row{"level": "街道", "code": "A", "name": "四牌楼", "parent": ""}, row{"level": "网格", "code": "A1", "name": "一", "parent": "A"}, row{"level": "网格", "code": "A2", "name": "二", "parent": "A"}),
			[]LevelMapping{{Level: "街道", When: when("level", "街道"), Code: "code", Name: "name"}, {Level: "网格", When: when("level", "网格"), Code: "code", Name: "name", Parent: "parent"}}},
		"levels by the beginning of the code": {
			properties(row{"级别": 4, "编码": "321102001", "名称": "街道"}, row{"级别": 5, "编码": "321102001002", "名称": "社区"}, row{"级别": 6, "编码": "321102001002001", "名称": "第一网格"}, row{"级别": 6, "编码": "321102001002002", "名称": "第二网格"}),
			[]LevelMapping{{Level: "4", When: when("级别", "4"), Code: "编码", Name: "名称"}, {Level: "5", When: when("级别", "5"), Code: "编码", Name: "名称", ParentPrefix: 9},
				{Level: "6", When: when("级别", "6"), Code: "编码", Name: "名称", ParentPrefix: 12}}},
		"names that repeat from area to area": {
			properties(row{"code": "a1", "name": "一"}, row{"code": "a2", "name": "二"}, row{"code": "b1", "name": "一"}, row{"code": "b2", "name": "一"}),
			[]LevelMapping{{Level: "area", Code: "code", Name: "name"}}},
		"households by their usual names, where they are numbers": {
			properties(row{"id": "a", "hh": "many", "总户数": 312, "低保户数": 3}, row{"id": "b", "hh": 2, "总户数": " 401 ", "低保户数": 4}, row{"id": "c", "总户数": nil}),
			[]LevelMapping{{Level: "area", Code: "id", Households: "总户数"}}},
		"households of several levels": {
			properties(row{"level": "街道", "code": "A", "HOUSEHOLDS": 7}, row{"level": "网格", "code": "A1", "parent": "A", "HOUSEHOLDS": "4"}, row{"level": "网格", "code": "A2", "parent": "A", "HOUSEHOLDS": 3}),
			[]LevelMapping{{Level: "街道", When: when("level", "街道"), Code: "code", Households: "HOUSEHOLDS"}, {Level: "网格", When: when("level", "网格"), Code: "code", Parent: "parent", Households: "HOUSEHOLDS"}}},
		"a type that is no level": {
			properties(row{"id": "a", "type": "park"}, row{"id": "b", "type": "school"}, row{"id": "c", "type": "park"}),
			[]LevelMapping{{Level: "area", Code: "id"}}},
		"nothing that tells features apart": {properties(row{"code": "a"}, row{"code": "a"}), nil},
		"no features":                       {properties(), nil},
	} {
		s, err := SurveyFile(strings.NewReader(c.file), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(s.Levels, c.want) {
			t.Errorf("%s: guessed %+v, want %+v", name, s.Levels, c.want)
		}
	}
	s, err := SurveyFile(strings.NewReader(properties(row{"a": 1}, row{"a": 1}, row{"a": "x", "b": nil})), Limits{})
	if want := []Property{{Name: "a", Filled: 3, Distinct: 2, Samples: []string{"1", "x"}}, {Name: "b"}}; err != nil || !reflect.DeepEqual(s.Properties, want) {
		t.Errorf("properties %+v, %v", s.Properties, err)
	}
	if _, err := SurveyFile(strings.NewReader("{"), Limits{}); err == nil {
		t.Error("no file at all was surveyed")
	}
	if _, err := SurveyFile(strings.NewReader(properties(row{}, row{})), Limits{Features: 1}); fmt.Sprintf("%T", err) != "*geo.LimitError" {
		t.Errorf("a file over the limit: %v", err)
	}
}

// A few slips do not make another guess of what nearly every feature says; which they are is told by reading the file.
func TestAGuessOutlivesSlips(t *testing.T) {
	when := func(v string) *When { return &When{Property: "level", Equals: v} }
	nested := []LevelMapping{{Level: "street", When: when("street"), Code: "code"}, {Level: "community", When: when("community"), Code: "code", Parent: "parent"},
		{Level: "grid", When: when("grid"), Code: "code", Parent: "parent"}}
	prefixed := []LevelMapping{{Level: "street", When: when("street"), Code: "code"}, {Level: "community", When: when("community"), Code: "code", ParentPrefix: 1},
		{Level: "grid", When: when("grid"), Code: "code", ParentPrefix: 2}}
	town := func(parents bool) (rows []row) {
		add := func(level, code string) {
			one := row{"level": level, "code": code, "gid": len(rows)}
			if parents && len(code) > 1 {
				one["parent"] = code[:len(code)-1]
			}
			rows = append(rows, one)
		}
		for _, street := range "ABC" {
			add("street", string(street))
			for _, community := range "123" {
				add("community", string(street)+string(community))
				for _, grid := range "abcd" {
					add("grid", string(street)+string(community)+string(grid))
				}
			}
		}
		return rows
	}
	for name, c := range map[string]struct {
		parents bool
		slip    func(rows []row)
		want    []LevelMapping
	}{
		"none":                     {true, func([]row) {}, nested},
		"a parent that is none":    {true, func(r []row) { r[3]["parent"] = "nope" }, nested},
		"that of a community":      {true, func(r []row) { r[1]["parent"] = "nope" }, nested},
		"a parent left out":        {true, func(r []row) { delete(r[9], "parent") }, nested},
		"a code that stands twice": {true, func(r []row) { r[3]["code"] = "A1b" }, nested},
		"on two levels":            {true, func(r []row) { r[12]["code"] = "B" }, nested},
		"and nothing else that differs": {true, func(r []row) {
			r[3]["code"] = "A1b"
			for _, one := range r {
				delete(one, "gid")
			}
		}, nested},
		"a code left out":                                   {true, func(r []row) { r[3]["code"] = "" }, nested},
		"a level that is none":                              {true, func(r []row) { r[3]["level"] = "gird" }, nested},
		"a level left out":                                  {true, func(r []row) { delete(r[3], "level") }, nested},
		"codes by their beginning":                          {false, func([]row) {}, prefixed},
		"one of another length":                             {false, func(r []row) { r[3]["code"] = "A1xyz" }, prefixed},
		"one with another beginning":                        {false, func(r []row) { r[3]["code"] = "X9a" }, prefixed},
		"one that stands twice":                             {false, func(r []row) { r[3]["code"] = "A1b" }, prefixed},
		"two levels left out":                               {false, func(r []row) { delete(r[1], "level"); delete(r[8], "level") }, prefixed},
		"of areas on one level, with those below":           {true, func(r []row) { delete(r[1], "level") }, nested},
		"two levels that are none, of codes of two lengths": {false, func(r []row) { r[3]["level"], r[8]["level"] = "gird", "gird"; r[8]["code"] = "A2xy" }, prefixed},
		"more of those than a few": {false, func(r []row) {
			for i, one := range r[2:6] {
				one["level"], one["code"] = "gird", "A1"+"xyzw"[:i+1]
			}
		}, []LevelMapping{{Level: "area", Code: "code"}}},
		"more than a few": {true, func(r []row) {
			for _, one := range r[:20] {
				one["parent"] = "nope"
			}
		}, []LevelMapping{{Level: "area", Code: "code"}}},
	} {
		rows := town(c.parents)
		c.slip(rows)
		s, err := SurveyFile(strings.NewReader(properties(rows...)), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(s.Levels, c.want) {
			t.Errorf("%s: guessed %+v, want %+v", name, s.Levels, c.want)
		}
	}
	// Codes that nothing refers to: what tells all apart is what somebody would go by.
	s, err := SurveyFile(strings.NewReader(properties(row{"code": "a", "id": "1"}, row{"code": "b", "id": "2"}, row{"code": "b", "id": "3"})), Limits{})
	if want := []LevelMapping{{Level: "area", Code: "id"}}; err != nil || !reflect.DeepEqual(s.Levels, want) {
		t.Errorf("guessed %+v, %v", s.Levels, err)
	}
}
