package stack

import (
	"bytes"
	"fmt"

	"github.com/google/uuid"

	"github.com/weige/weige/functions/internal/api"
	"github.com/weige/weige/functions/internal/jurisdiction"
)

// gazetteer has standard addresses imported by the function that does large imports. From 160,000 on what they are compiled to lies in
// the object store, from where the function that locates has it.
func (w *world) gazetteer(addresses int) {
	t := w.t
	var file bytes.Buffer
	file.WriteString("text,lon,lat,datum\n")
	for n := range addresses {
		fmt.Fprintf(&file, "第一社区望鹭路%d弄%d号,%.6f,%.6f,WGS84\n", n/40+1, n%40+1, 0.0002+float64(n%40)*1e-6, 0.0002+float64(n/40)*1e-7)
	}
	admin := w.token(administrator)
	const imports = "/v1/" + town + "/gazetteer/imports"
	var i api.GazetteerIntake
	w.must("POST", imports, admin, map[string]any{"country": "cn", "upload": w.send(town, admin, file.Bytes())}, "Idempotency-Key", uuid.NewString()).into(t, &i)
	if err := w.DeliverIntakes(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.must("GET", imports+"/"+i.Import, admin, nil).into(t, &i)
	if i.State != "done" || i.Result.Addresses != addresses || addresses >= 160_000 && i.Result.Bytes < jurisdiction.LargeSnapshot {
		t.Fatalf("a large import: %+v", i)
	}
	var l api.Located
	w.must("GET", "/v1/"+town+"/locate?address=%E6%9C%9B%E9%B9%AD%E8%B7%AF7%E5%BC%849%E5%8F%B7", "", nil).into(t, &l)
	if l.Address.Grade == "none" || l.Address.Gazetteer != i.Result.Version {
		t.Errorf("located by it: %+v", l.Address)
	}
}
