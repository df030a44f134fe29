// Checks proofs of a tree with golang.org/x/mod/sumdb/tlog, an implementation that shares nothing with mailseal's.
//
//	tlog record SIZE ROOT INDEX LEAFHASH [HASH…]
//	tlog tree NEWSIZE NEWROOT OLDSIZE OLDROOT [HASH…]
//
// Hashes are in base64. It prints "ok" and ends with 0, or says why not and ends with 1.
package main

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"
)

func number(text string) int64 {
	value, err := strconv.ParseInt(text, 10, 64)
	end(err)
	return value
}

func hash(text string) tlog.Hash {
	value, err := tlog.ParseHash(text)
	end(err)
	return value
}

func end(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func main() {
	if len(os.Args) < 6 {
		end(fmt.Errorf("usage: tlog record|tree SIZE ROOT INDEX|OLDSIZE LEAFHASH|OLDROOT [HASH…]"))
	}
	size, root := number(os.Args[2]), hash(os.Args[3])
	other, otherHash := number(os.Args[4]), hash(os.Args[5])
	var hashes []tlog.Hash
	for _, text := range os.Args[6:] {
		hashes = append(hashes, hash(text))
	}
	if os.Args[1] == "record" {
		end(tlog.CheckRecord(hashes, size, root, other, otherHash))
	} else {
		end(tlog.CheckTree(hashes, size, root, other, otherHash))
	}
	fmt.Println("ok")
}
