package issuer

import (
	"html/template"
	"net/http"
)

type pageData struct {
	Request       request
	Roles         []DemoRole
	Action, Style string
}

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>演示登录 · Demo sign-in</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{{.Style}}">
</head>
<body>
<main>
<h1>演示登录 <span lang="en">Demo sign-in</span></h1>
<p>请选择一个角色，无需密码。此页面仅在本机可用。<br><span lang="en">Choose a role; no password is needed. This page answers on this machine only.</span></p>
<form method="post" action="{{.Action}}">
<input type="hidden" name="response_type" value="code">
<input type="hidden" name="client_id" value="{{.Request.Client}}">
<input type="hidden" name="redirect_uri" value="{{.Request.Redirect}}">
<input type="hidden" name="state" value="{{.Request.State}}">
<input type="hidden" name="nonce" value="{{.Request.Nonce}}">
<input type="hidden" name="code_challenge" value="{{.Request.Challenge}}">
<input type="hidden" name="code_challenge_method" value="S256">
<ul>
{{range .Roles}}<li><button name="person" value="{{.Person}}">{{.Name.ZH}} <span lang="en">{{.Name.EN}}</span></button></li>
{{end}}</ul>
</form>
</main>
</body>
</html>
`))

const css = `:root{color-scheme:light}
body{margin:0;font:1rem/1.6 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;background:#f3f6f4;color:#17211c}
main{max-width:34rem;margin:0 auto;padding:2rem 1rem}
h1{font-size:1.5rem}
span[lang=en]{color:#45534c;font-size:.92em}
ul{list-style:none;padding:0;display:grid;gap:.75rem}
button{width:100%;min-height:3.25rem;padding:.5rem 1rem;font:inherit;text-align:start;color:inherit;background:#fff;border:1px solid #7d8d85;border-radius:.5rem;cursor:pointer}
button:hover{border-color:#0b6b4f;background:#eef7f2}
button:focus-visible{outline:3px solid #0b6b4f;outline-offset:2px}
`

func style(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write([]byte(css))
}

func showPage(w http.ResponseWriter, d pageData) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = page.Execute(w, d) // the only error is that the browser went away
}
