// Code generated from openapi.yaml. DO NOT EDIT.

package api

// queries names the query parameters of the operations that have some.
var queries = map[string][]string{
	"GET /v1/{jurisdiction}/addresses":                         {"datum", "lat", "limit", "lon", "q"},
	"GET /v1/{jurisdiction}/boundary-drawings/{drawing}/areas": {"around", "changed", "cursor", "geometry", "level"},
	"GET /v1/{jurisdiction}/boundary-sets/{set}/areas":         {"codes", "cursor", "geometry", "level"},
	"GET /v1/{jurisdiction}/boundary-sets/{set}/diff":          {"from", "geometry"},
	"GET /v1/{jurisdiction}/changes":                           {"cursor"},
	"GET /v1/{jurisdiction}/contact-readings":                  {"report"},
	"GET /v1/{jurisdiction}/counts":                            {"assignee", "late", "service_code", "status"},
	"GET /v1/{jurisdiction}/deliveries":                        {"cursor", "limit"},
	"GET /v1/{jurisdiction}/exports/areas":                     {"bom", "cursor", "format", "level", "set"},
	"GET /v1/{jurisdiction}/exports/assignments":               {"area", "bom", "cursor", "format", "from", "until"},
	"GET /v1/{jurisdiction}/exports/points":                    {"cursor", "from", "until"},
	"GET /v1/{jurisdiction}/exports/reports":                   {"area", "bom", "cursor", "format", "from", "until"},
	"GET /v1/{jurisdiction}/feeds/areas/{feed}":                {"lang"},
	"GET /v1/{jurisdiction}/feeds/{feed}":                      {"lang"},
	"GET /v1/{jurisdiction}/locate":                            {"accuracy", "address", "datum", "lat", "lon", "service_code"},
	"GET /v1/{jurisdiction}/photos":                            {"report"},
	"GET /v1/{jurisdiction}/queue":                             {"area", "assignee", "cursor", "late", "limit", "service_code", "status"},
	"GET /v1/{jurisdiction}/queue/tiles/{z}/{x}/{y}":           {"area", "assignee", "late", "service_code", "status"},
	"GET /v1/{jurisdiction}/reassignments/{job}/outcomes":      {"cursor"},
	"GET /v1/{jurisdiction}/released-photos":                   {"report"},
	"GET /v1/{jurisdiction}/reports":                           {"area", "bbox", "cursor", "limit", "words"},
	"GET /v1/{jurisdiction}/roster":                            {"area"},
	"POST /v1/{jurisdiction}/imports":                          {"dry_run", "source"},
	"PUT /v1/{jurisdiction}/gazetteer":                         {"country", "dry_run", "upload"},
	"PUT /v1/{jurisdiction}/roster":                            {"dry_run"},
	"PUT /v1/{jurisdiction}/routing-rules":                     {"dry_run"},
}
