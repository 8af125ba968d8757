// Command web is a function that serves HTTP, for the tests of the emulator.
package main

import (
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/weige/weige/functions/internal/gateway"
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("/echo/{name}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", r.Header.Get("Content-Type"))
		w.Header().Set("X-Seen", fmt.Sprintf("%s %s|%s|%s|%s", r.Method, r.RequestURI, r.PathValue("name"), r.Host, r.Header.Get("Cookie")))
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "1"})
		http.SetCookie(w, &http.Cookie{Name: "b", Value: "2"})
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.Copy(w, r.Body)
	})
	mux.HandleFunc("/panic", func(http.ResponseWriter, *http.Request) { panic("broken") })
	lambda.Start(gateway.Adapt(mux))
}
