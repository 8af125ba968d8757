package config

import (
	"errors"
	"fmt"
	"strings"
)

// LocalConfig is what the one process of one machine is told beside Config.
type LocalConfig struct {
	Port string // PORT
	Var  string // VAR: folder for everything that is kept
	Web  string // WEB_DIST: folder of the built client
	Demo bool   // DEMO=off leaves the demo out
	SMTP string // SMTP_URL: mail server; without one mails go into the folder mail of Var
	Base Basemap
	Host string // HOST: address to listen at; anything but loopback needs an issuer
}

// ReadLocal takes the local configuration from a lookup such as os.Getenv.
func ReadLocal(getenv func(string) string) (LocalConfig, error) {
	r := reader{getenv: getenv}
	port := r.number("PORT", 8080)
	if port > 65535 {
		r.wrong = append(r.wrong, fmt.Errorf("PORT: %d is no port; ports go up to 65535", port))
	}
	c := LocalConfig{
		Port: fmt.Sprint(port),
		Var:  r.text("VAR", "var"),
		Web:  r.text("WEB_DIST", "web/dist"),
		Demo: !strings.EqualFold(r.text("DEMO", "on"), "off"),
		SMTP: r.text("SMTP_URL", ""),
		Host: r.text("HOST", "127.0.0.1"),
	}
	c.Base = r.basemap()
	return c, errors.Join(r.wrong...)
}
