package main

import (
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
)

// What the driver tells every program.
var (
	baseURL       = os.Getenv("BASE_URL")
	adminEmail    = os.Getenv("ADMIN_EMAIL")
	adminPassword = os.Getenv("ADMIN_PASSWORD")
)

const password = "seven brave otters"

// newEmail returns an address that nobody has registered with.
func newEmail() string {
	return fmt.Sprintf("ada-%s@example.com", rand.Text())
}

// verificationToken returns the token from the verification email, which may still be on its way.
func verificationToken(email string) string {
	response := must(http.Get(os.Getenv("INBOX_URL") + "?to=" + url.QueryEscape(email)))
	defer response.Body.Close()
	return string(must(io.ReadAll(response.Body)))
}

// check prints a step that worked. The driver compares all of them with those that it expects.
func check(worked bool, step string) {
	if !worked {
		log.Fatalf("Failed: %s", step)
	}
	fmt.Println(step)
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
