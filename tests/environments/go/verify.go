// Verify that a line stands in a log of skillpod, by its proof: verify KEY PROOF LINE
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	proof, line := must(os.ReadFile(os.Args[2])), must(os.ReadFile(os.Args[3]))
	head, below, _ := strings.Cut(string(proof), "\n\n")
	verifier := must(note.NewVerifier(os.Args[1]))
	signed := must(note.Open([]byte(below), note.VerifierList(verifier)))
	checkpoint := strings.Split(signed.Text, "\n") // name, size, root
	if checkpoint[0] != verifier.Name() {
		panic("a checkpoint of another log")
	}
	size, root := must(strconv.ParseInt(checkpoint[1], 10, 64)), must(tlog.ParseHash(checkpoint[2]))
	lines := strings.Split(head, "\n") // what it is, index, hashes
	index := must(strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64))
	var path tlog.RecordProof
	for _, text := range lines[2:] {
		path = append(path, must(tlog.ParseHash(text)))
	}
	if err := tlog.CheckRecord(path, size, root, index, tlog.RecordHash(line)); err != nil {
		panic(err)
	}
	fmt.Printf("good: this is entry %d of %s\n", index+1, checkpoint[0])
}

func must[T any](found T, err error) T {
	if err != nil {
		panic(err)
	}
	return found
}
