// Peer does with golang.org/x/mod/sumdb what its standard input asks for, in JSON, and says what came of it.
//
// Its trees, proofs and notes are Go's own: nothing here computes a hash.
package main

import (
	"crypto/rand"
	"encoding/json"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Asked is a log of ours, and what we say of it. Bytes are in base64.
type Asked struct {
	Key    string
	Lines  [][]byte
	Notes  []string
	Text   string // what Go signs with a key of its own
	Leaves []struct {
		Size, Index int64
		Root, Data  []byte
		Proof       [][]byte
	}
	Growths []struct {
		Old, New         int64
		OldRoot, NewRoot []byte
		Proof            [][]byte
	}
}

// Answer has one item for each that was asked for, in that order; Roots, Stored and the rest are of Go's own tree over Lines.
type Answer struct {
	Opened      []string // the text of a note, or empty
	Included    []bool
	Grew        []bool
	Roots       [][]byte // of the first 1, 2, 3 ... lines
	Stored      [][]byte // the hashes it keeps, in its order
	Proofs      [][][]byte
	Growths     [][][]byte
	VerifierKey string
	Signed      string
}

func main() {
	var asked Asked
	must(json.NewDecoder(os.Stdin).Decode(&asked))
	var answer Answer
	verifier, err := note.NewVerifier(asked.Key)
	must(err)
	for _, text := range asked.Notes {
		opened, err := note.Open([]byte(text), note.VerifierList(verifier))
		if err != nil {
			opened = &note.Note{}
		}
		answer.Opened = append(answer.Opened, opened.Text)
	}
	reader := tree(asked.Lines, &answer)
	for _, leaf := range asked.Leaves {
		err := tlog.CheckRecord(hashes(leaf.Proof), leaf.Size, hash(leaf.Root), leaf.Index, tlog.RecordHash(leaf.Data))
		answer.Included = append(answer.Included, err == nil)
		proof, err := tlog.ProveRecord(leaf.Size, leaf.Index, reader)
		must(err)
		answer.Proofs = append(answer.Proofs, plain(proof))
	}
	for _, growth := range asked.Growths {
		err := tlog.CheckTree(hashes(growth.Proof), growth.New, hash(growth.NewRoot), growth.Old, hash(growth.OldRoot))
		answer.Grew = append(answer.Grew, err == nil)
		proof, err := tlog.ProveTree(growth.New, growth.Old, reader)
		must(err)
		answer.Growths = append(answer.Growths, plain(proof))
	}
	sign(asked.Text, &answer)
	must(json.NewEncoder(os.Stdout).Encode(answer))
}

func tree(lines [][]byte, answer *Answer) tlog.HashReader {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(places []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(places))
		for i, place := range places {
			found[i] = stored[place]
		}
		return found, nil
	})
	for number, line := range lines {
		further, err := tlog.StoredHashes(int64(number), line, reader)
		must(err)
		stored = append(stored, further...)
		root, err := tlog.TreeHash(int64(number)+1, reader)
		must(err)
		answer.Roots = append(answer.Roots, root[:])
	}
	answer.Stored = plain(stored)
	return reader
}

func sign(text string, answer *Answer) {
	private, public, err := note.GenerateKey(rand.Reader, "peer.example/go")
	must(err)
	signer, err := note.NewSigner(private)
	must(err)
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	must(err)
	answer.VerifierKey, answer.Signed = public, string(signed)
}

func hash(raw []byte) (found tlog.Hash) {
	copy(found[:], raw)
	return found
}

func hashes(raw [][]byte) (found []tlog.Hash) {
	for _, each := range raw {
		found = append(found, hash(each))
	}
	return found
}

func plain(from []tlog.Hash) [][]byte {
	found := make([][]byte, len(from))
	for i := range from {
		found[i] = append([]byte(nil), from[i][:]...)
	}
	return found
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
