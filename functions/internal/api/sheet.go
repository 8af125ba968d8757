package api

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/weige/weige/functions/internal/fault"
)

// column is a column of an exported file, and the property of that name where it is GeoJSON.
type column[R any] struct {
	name  string
	value func(R) any // a text, a number, a truth or an instant
}

// sheet says how an export is written.
type sheet struct {
	geojson bool
	bom     bool   // a byte order mark before a CSV, without which Excel takes it for another encoding than UTF-8
	next    string // address of the next part
}

func sheetOf(format ExportFormat, bom bool) (sheet, error) {
	if format != "" && !format.Valid() {
		return sheet{}, fault.Field("format", "The format is csv or geojson.")
	}
	return sheet{geojson: format == Geojson, bom: bom}, nil
}

// answerSheet answers rows as a file, unless something went wrong before. It is written row by row.
func answerSheet[R any](s *Server, w http.ResponseWriter, r *http.Request, f sheet, name string, columns []column[R], rows []R, geometry func(R) any, err error) {
	if err != nil {
		s.fail(w, r, err)
		return
	}
	kind, ending, write := "text/csv; charset=utf-8; header=present", ".csv", writeCSV[R]
	if f.geojson {
		kind, ending = "application/geo+json", ".geojson"
		write = func(b *bufio.Writer, columns []column[R], rows []R) error {
			return writeFeatures(b, columns, rows, geometry)
		}
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+ending+`"`)
	if f.next != "" {
		h.Set("Link", "<"+f.next+`>; rel="next"`)
	}
	b := bufio.NewWriterSize(w, 64<<10)
	if f.bom && !f.geojson {
		b.WriteString("\ufeff")
	}
	if err = write(b, columns, rows); err == nil {
		err = b.Flush()
	}
	if err != nil {
		s.Log.WarnContext(r.Context(), "export cut short", "error", err)
		panic(http.ErrAbortHandler) // the answer has begun; cutting the connection is the only way left to say so
	}
}

func writeCSV[R any](b *bufio.Writer, columns []column[R], rows []R) error {
	c := csv.NewWriter(b)
	c.UseCRLF = true // RFC 4180
	line := make([]string, len(columns))
	for n, one := range columns {
		line[n] = one.name
	}
	if err := c.Write(line); err != nil {
		return err
	}
	for _, row := range rows {
		for n, one := range columns {
			line[n] = cell(one.value(row))
		}
		if err := c.Write(line); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// cell writes a value for a spreadsheet.
func cell(v any) string {
	switch v := v.(type) {
	case string:
		return harmless(v)
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		if !v.IsZero() {
			return v.UTC().Format(time.RFC3339)
		}
	}
	return ""
}

// harmless keeps a text from being taken for a formula by a spreadsheet, which begins with one of these; their full-width forms are taken
// for them as well. See https://owasp.org/www-community/attacks/CSV_Injection. Numbers are written by cell and need no such care.
func harmless(s string) string {
	if strings.IndexAny(s, "=+-@\t\r\n＝＋－＠") == 0 {
		return "'" + s
	}
	return s
}

func writeFeatures[R any](b *bufio.Writer, columns []column[R], rows []R, geometry func(R) any) error {
	b.WriteString(`{"type":"FeatureCollection","features":[`)
	for n, row := range rows {
		properties := make(map[string]any, len(columns))
		for _, one := range columns {
			v := one.value(row)
			if at, ok := v.(time.Time); ok && at.IsZero() || v == "" {
				continue
			}
			properties[one.name] = v
		}
		feature, err := json.Marshal(map[string]any{"type": "Feature", "geometry": geometry(row), "properties": properties})
		if err != nil {
			return err
		}
		if n > 0 {
			b.WriteByte(',')
		}
		b.Write(feature)
	}
	_, err := b.WriteString("]}\n")
	return err
}
