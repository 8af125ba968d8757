package infra

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// checkAPI: the API is throttled, has one JWT authorizer, no CORS, and a log without what tells who asked or which report.
func checkAPI(t template, _ code) (bad complaints) {
	p := t.api()
	if p == nil {
		return complaints{"there must be one HTTP API"}
	}
	bad.unless(at(p, "CorsConfiguration") == nil, "pages of other origins may use the API")
	bad.unless(text(p, "DefaultRouteSettings", "ThrottlingRateLimit") != "" && text(p, "DefaultRouteSettings", "ThrottlingBurstLimit") != "", "the API is not throttled")
	authorizers, _ := at(p, "Auth", "Authorizers").(map[string]any)
	bad.unless(len(authorizers) == 1, "the API has %d authorizers", len(authorizers))
	for name, a := range authorizers {
		bad.unless(text(a, "JwtConfiguration", "issuer", "Ref") == "OidcIssuer" && show(at(a, "JwtConfiguration", "audience")) == `[{"Ref":"OidcAudience"}]`,
			"the authorizer %s takes tokens of another issuer or audience than the functions", name)
		bad.unless(text(a, "IdentitySource") == "$request.header.Authorization", "the authorizer %s looks for the token elsewhere than the functions", name)
	}
	log := text(p, "AccessLogSettings", "Format")
	bad.unless(strings.Contains(log, "$context.routeKey"), "the API's log does not name the route")
	for _, v := range []string{"$context.path", "$context.http", "$context.identity", "$context.authorizer.claims", "$context.domain"} {
		bad.unless(!strings.Contains(log, v), "the API's log holds %s", v)
	}
	return bad
}

const (
	neverCache = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" // Managed-CachingDisabled
	allButHost = "b689b0a8-53d0-40ab-baf2-68738e2966ac" // Managed-AllViewerExceptHostHeader
)

// checkPageHeaders: the pages come with the policy under which the browser tests run, with nothing added but hosts for connections.
func checkPageHeaders(t template, c code) (bad complaints) {
	h := at(t.the("AWS::CloudFront::ResponseHeadersPolicy"), "Properties", "ResponseHeadersPolicyConfig", "SecurityHeadersConfig")
	csp := ""
	if sub := list(h, "ContentSecurityPolicy", "ContentSecurityPolicy", "Fn::Sub"); len(sub) > 0 {
		csp = text(sub[0])
	}
	got, want := directives(csp), directives(fmt.Sprintf(c.policy, "'self'"))
	for name, value := range want {
		if name == "connect-src" {
			for _, host := range strings.Fields(got[name]) {
				ours := slices.Contains([]string{"'self'", "https://${IssuerHost}", "${OidcOrigins}", "${Basemap}"}, host) || strings.HasPrefix(host, "https://weige-uploads-${Id}.s3.") || strings.HasPrefix(host, "https://weige-photos-${Id}.s3.")
				bad.unless(ours, "pages may connect to %s", host)
			}
			bad.unless(strings.Contains(got[name], "'self' ") && strings.Contains(got[name], "${IssuerHost}") && strings.Contains(got[name], "weige-uploads-") && strings.Contains(got[name], "weige-photos-"),
				"pages must reach themselves, the issuer, the uploads and the photos")
			continue
		}
		bad.unless(got[name] == value, "the pages' policy has %s %q; on one machine it is %q", name, got[name], value)
	}
	for name := range got {
		_, known := want[name]
		bad.unless(known, "the pages' policy has %s, which no browser test has seen", name)
	}
	bad.unless(text(h, "ReferrerPolicy", "ReferrerPolicy") == "no-referrer", "addresses, with tracking codes in them, are told to others")
	bad.unless(text(h, "ContentTypeOptions", "Override") == "true", "there is no nosniff")
	var age int
	_, _ = fmt.Sscan(text(h, "StrictTransportSecurity", "AccessControlMaxAgeSec"), &age)
	bad.unless(age >= 31536000, "browsers may come back without encryption")
	return bad
}

// checkBasemap: pages may connect to the host of a basemap only where there is one, and deploy tells them all that the one machine would.
func checkBasemap(t template, c code) (bad complaints) {
	sub := list(t.the("AWS::CloudFront::ResponseHeadersPolicy"), "Properties", "ResponseHeadersPolicyConfig", "SecurityHeadersConfig", "ContentSecurityPolicy", "ContentSecurityPolicy", "Fn::Sub")
	if len(sub) != 2 {
		return complaints{"the pages' policy cannot be read"}
	}
	const host = `["HasBasemapHost",{"Fn::Join":["//",["https:",{"Fn::Select":[2,{"Fn::Split":["/",{"Fn::Sub":"${BasemapTiles}///"}]}]}]]},""]`
	bad.unless(strings.Contains(text(sub[0]), " ${Basemap};") && show(at(sub[1], "Basemap", "Fn::If")) == host, "the pages' policy lets through another host than the basemap's: %s", show(at(sub[1], "Basemap")))
	const none = `[{"Fn::Or":[{"Fn::Equals":[{"Ref":"BasemapTiles"},""]},{"Fn::Equals":[{"Ref":"BasemapTiles"},"/basemap.pmtiles"]}]}]`
	bad.unless(show(at(t, "Conditions", "HasBasemapHost", "Fn::Not")) == none, "the basemap's host is let through where there is none: %s", show(at(t, "Conditions", "HasBasemapHost")))
	allowed, err := regexp.Compile(text(t, "Parameters", "BasemapTiles", "AllowedPattern"))
	if err != nil {
		return append(bad, "BasemapTiles: "+err.Error())
	}
	for address, good := range map[string]bool{"": true, "/basemap.pmtiles": true, "https://t0.tianditu.gov.cn/vec_w/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=k https://t0.tianditu.gov.cn/cva_w/{z}/{x}/{y}": true,
		"http://a.org/{z}/{x}/{y}": false, "https://{s}.a.org/{z}/{x}/{y}": false, "https://a.org; script-src *": false, "https://*/{z}": false} {
		bad.unless(allowed.MatchString(address) == good, "BasemapTiles: %q is taken or refused by mistake", address)
	}
	for _, name := range c.basemap {
		words := strings.Split(strings.ToLower(name), "_")
		for i, w := range words {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
		parameter := strings.Join(words, "")
		bad.unless(text(t, "Parameters", parameter, "Type") != "", "there is no parameter %s for %s", parameter, name)
		bad.unless(strings.Contains(c.deploy, name+"=$(parameter "+parameter+")"), "deploy does not tell the pages %s", name)
	}
	bad.unless(strings.Contains(c.deploy, "--delete --exclude") && strings.Contains(c.deploy, "--exclude basemap.pmtiles"), "deploy takes away the archive beside the pages")
	return bad
}

// directives splits a content security policy.
func directives(csp string) map[string]string {
	all := map[string]string{}
	for _, d := range strings.Split(csp, ";") {
		if name, value, ok := strings.Cut(strings.TrimSpace(d), " "); ok {
			all[name] = strings.TrimSpace(value)
		}
	}
	return all
}

// cached are the operations whose answers never change, by the pattern under which CloudFront keeps them.
var cached = map[string]string{"/v1/*/boundary-sets/*/areas": "getBoundaryAreas", "/v1/*/boundary-sets/*/tiles/*": "getBoundaryTile"}

// checkDistribution: pages from the bucket, /v1 and /open311 from the API with nothing kept but areas and tiles, and a missing file is never a page.
func checkDistribution(t template, c code) (bad complaints) {
	d := at(t.the("AWS::CloudFront::Distribution"), "Properties", "DistributionConfig")
	origins := map[string]any{}
	for _, o := range list(d, "Origins") {
		origins[text(o, "Id")] = o
	}
	site := origins[text(d, "DefaultCacheBehavior", "TargetOriginId")]
	bad.unless(text(site, "DomainName", "Fn::GetAtt") == "Site.RegionalDomainName" && target(at(site, "OriginAccessControlId")) != "", "pages do not come from the private bucket")
	var asked []string
	for _, one := range list(d, "DefaultCacheBehavior", "FunctionAssociations") {
		asked = append(asked, text(one, "EventType")+" "+text(one, "FunctionARN", "Fn::GetAtt"))
	}
	slices.Sort(asked)
	const both = "viewer-request Pages.FunctionMetadata.FunctionARN, viewer-response Pages.FunctionMetadata.FunctionARN"
	bad.unless(strings.Join(asked, ", ") == both, "folders do not find their pages, or people are not told where there is none: %v", asked)
	front := list(origins["api"], "OriginCustomHeaders")
	bad.unless(len(front) == 1 && text(front[0], "HeaderName") == "X-Weige-Front" && text(front[0], "HeaderValue", "Fn::Sub") == text(t.properties("Reports"), "Environment", "Variables", "FRONT_KEY", "Fn::Sub"),
		"the functions do not know CloudFront, and take everybody for it")
	patterns := map[string]any{}
	var order []string
	for _, b := range list(d, "CacheBehaviors") {
		pattern := text(b, "PathPattern")
		if pattern == livePath {
			continue // see checkLive
		}
		patterns[pattern] = b
		order = append(order, pattern)
		bad.unless(strings.HasPrefix(text(origins[text(b, "TargetOriginId")], "DomainName", "Fn::Sub"), "${Api}.execute-api."), "%s does not come from the API", pattern)
		bad.unless(text(b, "ViewerProtocolPolicy") == "https-only", "%s can be asked for in clear", pattern)
	}
	for _, b := range append(list(d, "CacheBehaviors"), at(d, "DefaultCacheBehavior")) {
		bad.unless(text(b, "ResponseHeadersPolicyId", "Ref") != "", "%s comes without the pages' headers", text(b, "PathPattern"))
		bad.unless(text(b, "ViewerProtocolPolicy") != "allow-all", "something can be asked for in clear")
	}
	for _, pattern := range []string{"/v1/*", "/open311*"} {
		all := patterns[pattern]
		bad.unless(text(all, "CachePolicyId") == neverCache && text(all, "OriginRequestPolicyId") == allButHost && len(texts(all, "AllowedMethods")) == 7,
			"%s must keep nothing and pass on everything", pattern)
		delete(patterns, pattern)
	}
	limits := at(t.api(), "RouteSettings", "ANY /open311/{proxy+}") // the quota of an account, see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
	bad.unless(text(limits, "ThrottlingRateLimit") == "10000" && text(limits, "ThrottlingBurstLimit") == "5000", "the gateway refuses what Open311 has to refuse in the format that was asked for")
	bad.unless(len(order) > 0 && order[len(order)-1] == "/v1/*", "/v1/* must come last, or it hides the others")
	for pattern, b := range patterns {
		checkKept(&bad, t, c, pattern, b)
	}
	for _, e := range list(d, "CustomErrorResponses") {
		bad.unless(at(e, "ResponsePagePath") == nil && at(e, "ResponseCode") == nil, "%s is answered with a page", text(e, "ErrorCode"))
		bad.unless(text(e, "ErrorCachingMinTTL") == "0", "the error %s is kept", text(e, "ErrorCode"))
	}
	bad.unless(at(d, "Logging") == nil, "CloudFront's log would hold tracking codes")
	return bad
}

// checkKept: what is kept is told apart by everything that the operation answers by.
func checkKept(bad *complaints, t template, c code, pattern string, behaviour any) {
	id, known := cached[pattern]
	i := slices.IndexFunc(c.operations["boundaries"], func(o operation) bool { return o.id == id })
	if !known || i < 0 {
		bad.add("%s is kept and must not be", pattern)
		return
	}
	p := at(t.properties(target(at(behaviour, "CachePolicyId"))), "CachePolicyConfig")
	bad.unless(text(p, "MinTTL") == "0" && text(p, "DefaultTTL") == "0", "%s is kept although the answer forbids it", pattern)
	in := at(p, "ParametersInCacheKeyAndForwardedToOrigin")
	bad.unless(slices.Contains(texts(in, "HeadersConfig", "Headers"), "Authorization"), "%s: a draft that an editor saw could be shown to others", pattern)
	for _, q := range c.operations["boundaries"][i].queries {
		bad.unless(slices.Contains(texts(in, "QueryStringsConfig", "QueryStrings"), q), "%s does not tell answers apart by %s", pattern, q)
	}
}
