package assemble

import (
	"encoding/json"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/weige/weige/"

// imports gives what each package of the module imports, tests left out.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimPrefix(p.ImportPath, module)] = p.Imports
	}
}

// The rules of the house: main → api|event → domain → geo.
func TestImportsKeepTheRulesOfTheHouse(t *testing.T) {
	all := imports(t)
	for _, broken := range broken(all) {
		t.Error(broken)
	}
	if len(all["functions/internal/report"]) == 0 {
		t.Error("the domain was not found: the test looks at nothing")
	}
}

func broken(all map[string][]string) []string {
	const internal = "functions/internal/"
	domain := []string{"fault", "calendar", "application", "webhook", "jurisdiction", "boundary", "report", "assignment", "job", "delivery", "live", "photo", "darkroom", "export", "personal"}
	only := map[string][]string{ // who may import what
		"github.com/aws/aws-sdk-go-v2/service/dynamodb":                {internal + "table"},
		"github.com/aws/aws-sdk-go-v2/service/s3":                      {internal + "object"},
		"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams":         {internal + "event"},
		"github.com/aws/aws-sdk-go-v2/service/sqs":                     {internal + "queue"},
		"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi": {internal + "socket"},
		"github.com/aws/aws-sdk-go-v2/service/geoplaces":               {internal + "geocode"},
		"github.com/cedar-policy/cedar-go":                             {internal + "access"},
		"github.com/coreos/go-oidc/v3/oidc":                            {internal + "access"},
	}
	// What only some functions need is put together beside assemble, so that none links, and starts, what is not its own.
	for _, part := range []string{"queue", "mail", "ses", "push", "darkroom", "geocode", "socket", "object"} {
		only[module+internal+part] = slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(p string) bool { return p == internal+"assemble" })
	}
	const whole = internal + "assemble"
	domain = append(domain, "address", "gazetteer")
	var list []string
	for p, imported := range all {
		for _, i := range imported {
			for prefix, allowed := range only {
				if (i == prefix || strings.HasPrefix(i, prefix+"/")) && !slices.Contains(allowed, p) {
					list = append(list, p+" imports "+i+", which is for "+strings.Join(allowed, ", "))
				}
			}
			own, isOwn := strings.CutPrefix(i, module)
			standard := !strings.Contains(strings.SplitN(i, "/", 2)[0], ".")
			switch {
			case p == whole && strings.HasPrefix(own, whole+"/") && own != whole+"/foundation":
				list = append(list, p+" imports "+own+", which only some functions need")
			case p == "geo" && !standard && !strings.HasPrefix(i, "github.com/paulmach/orb"):
				list = append(list, "geo imports "+i)
			case slices.Contains(domain, strings.TrimPrefix(p, internal)) && (strings.Contains(i, "aws") || i == "net/http"):
				list = append(list, p+" is of the domain and imports "+i)
			case slices.Contains(domain, strings.TrimPrefix(p, internal)) && isOwn && own != "geo" && !slices.Contains(domain, strings.TrimPrefix(own, internal)):
				list = append(list, p+" is of the domain and imports "+own)
			case p == internal+"api" && own == internal+"table", p == internal+"table" && own == internal+"api":
				list = append(list, p+" imports "+own)
			case strings.HasPrefix(p, internal) && strings.HasPrefix(own, "functions/local") && p != internal+"lambdatest":
				list = append(list, p+" imports "+own+", which is for one machine")
			}
		}
	}
	return list
}

// Each rule is shown able to fail.
func TestImportRulesCanFail(t *testing.T) {
	for _, c := range [][2]string{
		{"geo", "golang.org/x/exp/maps"},
		{"functions/internal/report", "net/http"},
		{"functions/internal/boundary", module + "functions/internal/table"},
		{"functions/internal/api", module + "functions/internal/table"},
		{"functions/internal/event", "github.com/aws/aws-sdk-go-v2/service/dynamodb"},
		{"functions/internal/table", module + "functions/local/engine"},
		{"functions/locate", "github.com/aws/aws-sdk-go-v2/service/s3"},
		{"functions/internal/assemble", module + "functions/internal/ses"},
		{"functions/internal/assemble", module + "functions/internal/assemble/album"},
	} {
		if len(broken(map[string][]string{c[0]: {c[1]}})) == 0 {
			t.Errorf("%s may import %s", c[0], c[1])
		}
	}
}
