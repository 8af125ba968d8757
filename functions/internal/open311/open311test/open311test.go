// Package open311test holds answers against schemas of Open311 GeoReport v2, in XML and in JSON.
package open311test

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

//go:embed schemas.yaml
var schemas []byte

// Check holds an answer of a kind, which is the name of a schema, against it, and gives what the answer says: as json.Unmarshal does, the
// same for both formats.
func Check(kind, contentType string, body []byte) (any, error) {
	doc, err := openapi3.NewLoader().LoadFromData(schemas)
	if err != nil {
		return nil, err
	}
	ref := doc.Components.Schemas[kind]
	if ref == nil {
		return nil, fmt.Errorf("there is no schema %s", kind)
	}
	var said any
	switch contentType {
	case "application/json; charset=utf-8":
		d := json.NewDecoder(bytes.NewReader(body))
		if err := d.Decode(&said); err != nil {
			return nil, err
		}
		if _, err := d.Token(); err != io.EOF {
			return nil, fmt.Errorf("more than one JSON value")
		}
	case "text/xml; charset=utf-8":
		if said, err = fromXML(ref.Value, body); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("the content type %q is neither of the two", contentType)
	}
	return said, ref.Value.VisitJSON(said)
}

// node is an element of XML.
type node struct {
	XMLName  xml.Name
	Attr     []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []node     `xml:",any"`
}

func fromXML(s *openapi3.Schema, body []byte) (any, error) {
	if !bytes.HasPrefix(body, []byte(`<?xml version="1.0" encoding="UTF-8"?>`)) {
		return nil, fmt.Errorf("the XML declaration is missing")
	}
	var root node
	if err := xml.Unmarshal(body, &root); err != nil {
		return nil, err
	}
	if want := s.Extensions["x-root"]; root.XMLName.Local != want {
		return nil, fmt.Errorf("the root is %s, not %v", root.XMLName.Local, want)
	}
	return root.read(s)
}

// read turns an element into what JSON would say.
func (n node) read(s *openapi3.Schema) (any, error) {
	if len(n.Attr) > 0 {
		return nil, fmt.Errorf("%s has XML attributes", n.XMLName.Local)
	}
	switch {
	case s.Type.Is("array"):
		return n.list(s)
	case s.Type.Is("object"):
		return n.object(s)
	case len(n.Children) > 0:
		return nil, fmt.Errorf("%s holds elements and should hold text", n.XMLName.Local)
	case n.Text == "":
		return nil, nil
	case s.Type.Is("boolean"):
		if n.Text != "true" && n.Text != "false" {
			return nil, fmt.Errorf("%s is %q and should be true or false", n.XMLName.Local, n.Text)
		}
		return n.Text == "true", nil
	case s.Type.Is("number"), s.Type.Is("integer"):
		return strconv.ParseFloat(n.Text, 64)
	}
	return n.Text, nil
}

func (n node) list(s *openapi3.Schema) (any, error) {
	if len(n.Children) == 0 && s.Nullable {
		return nil, nil
	}
	all := []any{}
	for _, child := range n.Children {
		if child.XMLName.Local != s.Extensions["x-item"] {
			return nil, fmt.Errorf("%s holds %s, not %v", n.XMLName.Local, child.XMLName.Local, s.Extensions["x-item"])
		}
		one, err := child.read(s.Items.Value)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, n.empty()
}

func (n node) object(s *openapi3.Schema) (any, error) {
	all := map[string]any{}
	for _, child := range n.Children {
		name := child.XMLName.Local
		property := s.Properties[name]
		if _, twice := all[name]; property == nil || twice {
			return nil, fmt.Errorf("%s holds %s, which should not be there, or not twice", n.XMLName.Local, name)
		}
		var err error
		if all[name], err = child.read(property.Value); err != nil {
			return nil, err
		}
	}
	return all, n.empty()
}

// empty checks that there is no text between elements.
func (n node) empty() error {
	if strings.TrimSpace(n.Text) != "" {
		return fmt.Errorf("%s holds text between its elements", n.XMLName.Local)
	}
	return nil
}
