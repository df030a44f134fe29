// Verifies DKIM signatures with go-msgauth, to be timed and compared.
//
//	msgauth time KEYS ROUNDS FILE...   every message so many times; each must have one signature, and it must hold
//	msgauth list KEYS < paths          one line for each signature: path, index from 1, then pass or the error
//
// KEYS has lines of "selector._domainkey.domain TXT"; of several records of one name the first is taken.
// "list" judges x= at the beginning of 1970, so that no signature is expired; with MSGAUTH_NOW=1, at this moment.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"
	"time"
	_ "unsafe" // for go:linkname

	"github.com/emersion/go-msgauth/dkim"
)

//go:linkname now github.com/emersion/go-msgauth/dkim.now
var now func() time.Time

func readKeys(path string) map[string]string {
	text, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	keys := make(map[string]string)
	for _, line := range strings.Split(string(text), "\n") {
		name, record, found := strings.Cut(strings.TrimSpace(line), " ")
		if !found || name[0] == '#' {
			continue
		}
		name = strings.ToLower(name)
		if _, known := keys[name]; !known {
			keys[name] = strings.TrimSpace(record)
		}
	}
	return keys
}

func options(keys map[string]string) *dkim.VerifyOptions {
	return &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		if record, found := keys[strings.ToLower(name)]; found {
			return []string{record}, nil
		}
		return nil, errors.New("not in the file")
	}}
}

func timed(keys map[string]string, rounds int, paths []string) {
	var messages [][]byte
	for _, path := range paths {
		message, err := os.ReadFile(path)
		if err != nil {
			log.Fatal(err)
		}
		messages = append(messages, message)
	}
	options := options(keys)
	for round := 0; round < rounds; round++ {
		for i, message := range messages {
			found, err := dkim.VerifyWithOptions(bytes.NewReader(message), options)
			if err != nil || len(found) != 1 || found[0].Err != nil {
				log.Fatalf("%s: not one signature that holds", paths[i])
			}
		}
	}
}

// verify returns the results; a panic of the package is a result too.
func verify(message []byte, options *dkim.VerifyOptions) (found []*dkim.Verification, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("panic: %v", reason)
		}
	}()
	return dkim.VerifyWithOptions(bytes.NewReader(message), options)
}

func list(keys map[string]string) {
	options := options(keys)
	output := bufio.NewWriter(os.Stdout)
	defer output.Flush()
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		path := input.Text()
		message, err := os.ReadFile(path)
		if err != nil {
			log.Fatal(err)
		}
		found, err := verify(message, options)
		if err != nil {
			fmt.Fprintf(output, "%s\t0\t%s\n", path, strings.ReplaceAll(err.Error(), "\t", " "))
		}
		for i, signature := range found {
			result := "pass"
			if signature.Err != nil {
				result = strings.ReplaceAll(signature.Err.Error(), "\t", " ")
			}
			fmt.Fprintf(output, "%s\t%d\t%s\n", path, i+1, strings.ReplaceAll(result, "\n", " "))
		}
	}
}

func main() {
	if len(os.Args) < 3 {
		log.Fatal("usage: msgauth time KEYS ROUNDS FILE... | msgauth list KEYS")
	}
	keys := readKeys(os.Args[2])
	switch {
	case os.Args[1] == "time" && len(os.Args) > 4:
		rounds, err := strconv.Atoi(os.Args[3])
		if err != nil {
			log.Fatal(err)
		}
		timed(keys, rounds, os.Args[4:])
	case os.Args[1] == "list":
		if os.Getenv("MSGAUTH_NOW") == "" {
			now = func() time.Time { return time.Unix(0, 0) }
		}
		list(keys)
	default:
		log.Fatal("usage: msgauth time KEYS ROUNDS FILE... | msgauth list KEYS")
	}
}
