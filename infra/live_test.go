package infra

import (
	"strings"
)

const livePath = "/live"

// checkLive: one WebSocket API leads to the function live, is throttled, is reached under the same path as on one machine, and only live and
// announce use its connections.
func checkLive(t template, _ code) (bad complaints) {
	api := t.of("AWS::ApiGatewayV2::Api")
	bad.unless(len(api) == 1 && text(t.properties(api[0]), "ProtocolType") == "WEBSOCKET", "there must be one WebSocket API, not %v", api)
	integrations := t.of("AWS::ApiGatewayV2::Integration")
	bad.unless(len(integrations) == 1 && strings.Contains(text(t.properties(integrations[0]), "IntegrationUri", "Fn::Sub"), "/${"+t.functions()["live"]+".Arn}/"),
		"the WebSocket API does not lead to live")
	routes := map[string]bool{}
	for _, name := range t.of("AWS::ApiGatewayV2::Route") {
		p := t.properties(name)
		routes[text(p, "RouteKey")] = text(p, "Target", "Fn::Sub") == "integrations/${LiveIntegration}"
	}
	bad.unless(len(routes) == 2 && routes["$default"] && routes["$disconnect"], "messages and ends of connections do not come to live: %v", routes)
	stage := at(t.the("AWS::ApiGatewayV2::Stage"), "Properties")
	bad.unless(text(stage, "DefaultRouteSettings", "ThrottlingRateLimit") != "" && text(stage, "DefaultRouteSettings", "ThrottlingBurstLimit") != "", "the WebSocket API is not throttled")
	bad.unless("/"+text(stage, "StageName") == livePath && text(stage, "AutoDeploy") == "true", "the stage is not at %s, or is not deployed", livePath)
	bad.unless(at(stage, "AccessLogSettings") == nil, "the WebSocket API's log is not checked for what it tells of people")
	checkLiveBehaviour(&bad, t)
	for _, s := range t.allowed() {
		for _, a := range texts(s.body, "Action") {
			ours := s.owner == "LiveRole" || s.owner == "AnnounceRole" && !strings.Contains(show(at(s.body, "Resource")), "/DELETE/")
			bad.unless(!strings.HasPrefix(a, "execute-api:") || ours, "%s may use connections", s.owner)
		}
	}
	permission := at(t.the("AWS::Lambda::Permission"), "Properties")
	bad.unless(target(at(permission, "FunctionName")) == "Live" && strings.Contains(text(permission, "SourceArn", "Fn::Sub"), ":${LiveApi}/live/"), "others than the WebSocket API may invoke live")
	return bad
}

// checkLiveBehaviour: CloudFront passes connections on as they are.
func checkLiveBehaviour(bad *complaints, t template) {
	d := at(t.the("AWS::CloudFront::Distribution"), "Properties", "DistributionConfig")
	for _, b := range list(d, "CacheBehaviors") {
		if text(b, "PathPattern") != livePath {
			continue
		}
		for _, o := range list(d, "Origins") {
			if text(o, "Id") == text(b, "TargetOriginId") {
				bad.unless(strings.HasPrefix(text(o, "DomainName", "Fn::Sub"), "${LiveApi}.execute-api."), "connections lead elsewhere than to the WebSocket API")
			}
		}
		bad.unless(text(b, "ViewerProtocolPolicy") == "https-only", "connections can be made in clear")
		bad.unless(text(b, "CachePolicyId") == neverCache && text(b, "OriginRequestPolicyId") == allButHost, "what makes a WebSocket is not passed on")
		return
	}
	bad.add("CloudFront does not pass connections on")
}
