package personal

import (
	"bytes"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden are the forms that the client marks by.
const golden = "../../../web/src/gen/personal.json"

type found struct {
	Kind Kind   `json:"kind"`
	Text string `json:"text"`
}

// cases are held against the client too.
type cases struct {
	Found []struct {
		Words  string  `json:"words"`
		Marks  []found `json:"marks"`
		Public string  `json:"public"`
	} `json:"found"`
	Cut []struct {
		Words  string `json:"words"`
		Public string `json:"public"`
	} `json:"cut"`
}

func read(t *testing.T) (c cases) {
	t.Helper()
	blob, err := os.ReadFile("testdata/cases.json")
	if err == nil {
		err = json.Unmarshal(blob, &c)
	}
	if err != nil || len(c.Found) == 0 || len(c.Cut) == 0 {
		t.Fatalf("%d and %d cases, %v", len(c.Found), len(c.Cut), err)
	}
	return c
}

func TestAllThatIsPersonalIsFoundAndNothingElse(t *testing.T) {
	for _, one := range read(t).Found {
		marks, err := Marks(one.Words)
		if err != nil {
			t.Fatal(err)
		}
		text, got := []rune(one.Words), []found{}
		for _, mark := range marks {
			got = append(got, found{mark.Kind, string(text[mark.From:mark.To])})
		}
		have, want := mustJSON(t, got), mustJSON(t, one.Marks)
		if have != want {
			t.Errorf("%s: %s, not %s", one.Words, have, want)
		}
		if public, err := Public(one.Words); err != nil || public != one.Public {
			t.Errorf("%s: %q %v", one.Words, public, err)
		}
	}
}

func TestPublicWordsAreOneShortLine(t *testing.T) {
	for _, one := range read(t).Cut {
		if public, err := Public(one.Words); err != nil || public != one.Public {
			t.Errorf("%q: %q, not %q; %v", one.Words, public, one.Public, err)
		}
	}
}

// Whatever is written: what is public is short, and nothing is found in it any more.
func TestNothingPersonalIsLeft(t *testing.T) {
	pieces := []string{"138", "1234", "5678", "-", " ", "+86", "苏L", "A1", "@", "a.b", ".com", "321102", "19800101", "12", "x", "电话", "（", "😀", "\n", "，", "灯"}
	random := rand.New(rand.NewPCG(7, 7))
	for range 3000 {
		var b strings.Builder
		for range 1 + random.IntN(60) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		public, err := Public(b.String())
		if err != nil {
			t.Fatal(err)
		}
		marks, err := Marks(public)
		if err != nil || len(marks) > 0 || utf8.RuneCountInString(public) > MaxPublic {
			t.Errorf("%q: %q with %v, %v", b.String(), public, marks, err)
		}
	}
}

// TestTheClientMarksByTheSameForms holds the forms against those that the client was built with, so that neither change alone.
func TestTheClientMarksByTheSameForms(t *testing.T) {
	var want bytes.Buffer
	encoder := json.NewEncoder(&want)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(map[string]any{"forms": Forms(), "covered": Covered, "most": MaxPublic}); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(golden, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want.Bytes()) {
		t.Errorf("%s is not what is looked for here; write it anew with go test ./functions/internal/personal -run Client -update", golden)
	}
}

// BenchmarkWorst is the longest description, of what every form begins to find over and over.
func BenchmarkWorst(b *testing.B) {
	for name, piece := range map[string]string{"letters": "a", "digits": "1", "plates": "plate ", "at": "a@", "spaced": "1 3 ", "zeros": "0 "} {
		words := strings.Repeat(piece, 4000/len(piece))
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Public(words); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	blob, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(blob)
}
