// Signs and opens notes with Go's own package, for the tests of ours.
//
//	note sign KEYFILE < text          the signed note
//	note open VKEY... < note          the names of the keys whose signatures verified, one a line; else status 1
//	note new NAME                     a private key and its public half, a line each
package main

import (
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 3 {
		log.Fatal("usage: note sign KEYFILE | note open VKEY... | note new NAME")
	}
	switch os.Args[1] {
	case "sign":
		sign(os.Args[2])
	case "open":
		open(os.Args[2:])
	case "new":
		secret, public, err := note.GenerateKey(rand.Reader, os.Args[2])
		check(err)
		fmt.Printf("%s\n%s\n", secret, public)
	}
}

func sign(path string) {
	key, err := os.ReadFile(path)
	check(err)
	signer, err := note.NewSigner(strings.TrimSpace(string(key)))
	check(err)
	text, err := io.ReadAll(os.Stdin)
	check(err)
	signed, err := note.Sign(&note.Note{Text: string(text)}, signer)
	check(err)
	os.Stdout.Write(signed)
}

func open(keys []string) {
	var verifiers []note.Verifier
	for _, key := range keys {
		verifier, err := note.NewVerifier(key)
		check(err)
		verifiers = append(verifiers, verifier)
	}
	signed, err := io.ReadAll(os.Stdin)
	check(err)
	opened, err := note.Open(signed, note.VerifierList(verifiers...))
	check(err)
	for _, signature := range opened.Sigs {
		fmt.Println(signature.Name)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
