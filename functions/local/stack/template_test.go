package stack

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const small = `
Parameters:
  Days: { Type: Number, Default: 7 }
  Issuer: { Type: String }
  Name: { Type: String, Default: "" }
Conditions:
  HasIssuer: !Not [!Equals [!Ref Issuer, ""]]
  HasName: !Not [!Equals [!Ref Name, ""]]
Globals: { Function: { MemorySize: 512 } }
Resources:
  Key: { Type: AWS::SecretsManager::Secret, Properties: { GenerateSecretString: { PasswordLength: 44, ExcludePunctuation: true } } }
  One:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: dist/one.zip
      Timeout: 9
      Environment:
        Variables: { DAYS: !Ref Days, ISSUER: !Ref Issuer, PLAIN: x, SITE: !If [HasName, !Ref Name, !Sub "other.${Issuer}"], FROM: !If [HasIssuer, !Sub "at ${Issuer}", ""], KEY: !Sub "{{resolve:secretsmanager:${Key}:SecretString}}", BUCKET: !Sub ["b-${Id}", { Id: !Select [2, []] }] }
`

func read(t *testing.T, text string, values map[string]string) (map[string]described, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	tpl, err := readTemplate(file, values)
	if err != nil {
		return nil, err
	}
	return tpl.functions()
}

func TestTemplateSaysHowFunctionsRun(t *testing.T) {
	all, err := read(t, small, map[string]string{"Issuer": "i", "Id": "1"})
	if err != nil {
		t.Fatal(err)
	}
	one := all["one"]
	key, err := base64.StdEncoding.DecodeString(one.environment["KEY"])
	if err != nil || len(key) != 33 {
		t.Errorf("the key %q: %v", one.environment["KEY"], err)
	}
	delete(one.environment, "KEY")
	for name, want := range map[string]string{"DAYS": "7", "ISSUER": "i", "PLAIN": "x", "BUCKET": "b-1", "SITE": "other.i", "FROM": "at i"} {
		if one.environment[name] != want {
			t.Errorf("%s is %q; want %q", name, one.environment[name], want)
		}
	}
	if len(all) != 1 || len(one.environment) != 6 || one.timeout != 9*time.Second || one.memory != 512 {
		t.Errorf("got %+v", all)
	}
}

// What is not understood must not pass for something else.
func TestTemplateRefusesWhatItDoesNotUnderstand(t *testing.T) {
	for what, text := range map[string]string{
		"nothing is known of Issuer": small,
		"!GetAtt":                    strings.Replace(small, "!Ref Days", "!GetAtt Days.Arn", 1),
		"invalid syntax":             strings.Replace(small, "Timeout: 9", "Timeout: soon", 1),
	} {
		if _, err := read(t, text, map[string]string{"Id": "1"}); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("want %q, got %v", what, err)
		}
	}
}
