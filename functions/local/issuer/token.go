package issuer

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-jose/go-jose/v4/jwt"
)

// redeem gives tokens for a code, once.
func (i *Issuer) redeem(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.PostForm.Get("grant_type") != "authorization_code" {
		refuse(w, http.StatusBadRequest, "unsupported_grant_type", "only authorization codes are taken")
		return
	}
	f := r.PostForm
	i.mu.Lock()
	g, ok := i.codes[f.Get("code")]
	delete(i.codes, f.Get("code"))
	i.mu.Unlock()
	sum := sha256.Sum256([]byte(f.Get("code_verifier")))
	proof := base64.RawURLEncoding.EncodeToString(sum[:])
	if !ok || i.config.Now().After(g.until) || f.Get("client_id") != i.config.ClientID || f.Get("redirect_uri") != g.redirect ||
		subtle.ConstantTimeCompare([]byte(proof), []byte(g.challenge)) != 1 {
		refuse(w, http.StatusBadRequest, "invalid_grant", "the code is not valid, or not for you, or was used before")
		return
	}
	role, _ := i.role(g.person)
	access, errAccess := i.MintClaims(i.accessClaims(role))
	id, errID := i.MintClaims(i.idClaims(role, g.nonce, access))
	if err := errors.Join(errAccess, errID); err != nil {
		refuse(w, http.StatusInternalServerError, "server_error", "no token could be signed")
		return
	}
	answer(w, http.StatusOK, map[string]any{"access_token": access, "id_token": id, "token_type": "Bearer", "expires_in": int(tokenFor.Seconds()), "scope": scopes})
}

// demoToken gives command-line tools on this machine an access token without a browser. The form field person names the role:
//
//	curl -d person=street-dispatcher http://127.0.0.1:8080/issuer/demo-token
//
// It answers as the token endpoint does, without an ID token: access_token, token_type, expires_in (seconds).
func (i *Issuer) demoToken(w http.ResponseWriter, r *http.Request) {
	token, err := i.Mint(strings.TrimSpace(r.PostFormValue("person")))
	if err != nil {
		refuse(w, http.StatusBadRequest, "invalid_request", err.Error())
		return
	}
	answer(w, http.StatusOK, map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": int(tokenFor.Seconds())})
}

// Mint gives an access token for the person of one of the demo's roles.
func (i *Issuer) Mint(person string) (string, error) {
	role, ok := i.role(person)
	if !ok {
		return "", fmt.Errorf("the demo has no %q", person)
	}
	return i.MintClaims(i.accessClaims(role))
}

// MintClaims signs whatever claims it is given, for tests that need tokens no sign-in would give.
func (i *Issuer) MintClaims(claims map[string]any) (string, error) {
	return jwt.Signed(i.signer).Claims(claims).Serialize()
}

// claims are those of both tokens.
func (i *Issuer) claims(role DemoRole) map[string]any {
	now := i.config.Now()
	return map[string]any{"iss": i.config.URL, "aud": i.config.ClientID, "sub": role.Person, "name": role.Name.ZH, "groups": role.Grants,
		"iat": now.Unix(), "exp": now.Add(tokenFor).Unix()}
}

// accessClaims follow RFC 9068.
func (i *Issuer) accessClaims(role DemoRole) map[string]any {
	c := i.claims(role)
	c["client_id"], c["scope"], c["jti"] = i.config.ClientID, scopes, rand.Text()
	return c
}

// idClaims follow OpenID Connect Core 1.0, sections 2 and 3.1.3.6: at_hash is the left half of the access token's SHA-256.
func (i *Issuer) idClaims(role DemoRole, nonce, access string) map[string]any {
	c := i.claims(role)
	sum := sha256.Sum256([]byte(access))
	c["auth_time"], c["at_hash"] = c["iat"], base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
	if nonce != "" {
		c["nonce"] = nonce
	}
	return c
}
