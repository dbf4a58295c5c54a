// Command verify checks a published list with other people's code: golang.org/x/mod reads notes and the log.
// It knows of pdqlite what docs/formats/list.md says, and nothing else.
//
//	verify -list DIR -log VKEY -witness VKEY... -org VKEY... -orgs K -witnesses N
//
// The newest checkpoint, every leaf, and of each release whose directory is there: signatures, the place in the log,
// witnesses, and every consistency file. Exit code 0 and a line of JSON, or 1 and what is wrong.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileWidth   = 256
	proofMagic  = "c2sp.org/tlog-proof@v1\n"
	cosignature = 4 // type of a witness's key
)

// witness verifies cosignature/v1 lines (C2SP tlog-cosignature).
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (w *witness) Name() string    { return w.name }
func (w *witness) KeyHash() uint32 { return w.hash }

func (w *witness) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	text := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(w.key, []byte(text), sig[8:])
}

func newWitness(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("a witness's key is name+id+base64")
	}
	data, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(data) != 33 || data[0] != cosignature {
		return nil, errors.New("a witness's key is of type 4")
	}
	digest := sha256.Sum256(append([]byte(parts[0]+"\n"), data...))
	if hex.EncodeToString(digest[:4]) != parts[1] {
		return nil, errors.New("a witness's key has another ID")
	}
	return &witness{parts[0], binary.BigEndian.Uint32(digest[:4]), data[1:]}, nil
}

type many []string

func (m *many) String() string     { return strings.Join(*m, " ") }
func (m *many) Set(s string) error { *m = append(*m, s); return nil }

type keys struct {
	log, witnesses, orgs note.Verifiers
	origins              []string
	nWitnesses, nOrgs    int
}

func verifiers(vkeys []string, make func(string) (note.Verifier, error)) (note.Verifiers, []string, error) {
	var all []note.Verifier
	var names []string
	for _, vkey := range vkeys {
		v, err := make(vkey)
		if err != nil {
			return nil, nil, err
		}
		all, names = append(all, v), append(names, v.Name())
	}
	return note.VerifierList(all...), names, nil
}

// count gives the names that signed a note, under some verifiers.
func count(data []byte, known note.Verifiers) (string, int, error) {
	n, err := note.Open(data, known)
	if err != nil {
		return "", 0, err
	}
	names := map[string]bool{}
	for _, s := range n.Sigs {
		names[s.Name] = true
	}
	return n.Text, len(names), nil
}

func (k *keys) checkpoint(data []byte) (tlog.Tree, error) {
	var tree tlog.Tree
	text, _, err := count(data, k.log)
	if err != nil {
		return tree, fmt.Errorf("the log's signature: %w", err)
	}
	if k.nWitnesses > 0 {
		if _, n, err := count(data, k.witnesses); err != nil || n < k.nWitnesses {
			return tree, fmt.Errorf("%d witnesses, not %d (%v)", n, k.nWitnesses, err)
		}
	}
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != k.origins[0] {
		return tree, errors.New("a checkpoint of another log, or of other lines")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

// leaves reads the entry bundles of a log.
func leaves(dir string, size int64) ([][]byte, error) {
	var all [][]byte
	for start := int64(0); start < size; start += tileWidth {
		tile := tlog.Tile{H: 8, L: -1, N: start / tileWidth, W: int(min(tileWidth, size-start))}
		path := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return nil, err
		}
		for range tile.W {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return nil, errors.New(path + " is cut")
			}
			n := int(binary.BigEndian.Uint16(data))
			all, data = append(all, data[2:2+n]), data[2+n:]
		}
		if len(data) != 0 {
			return nil, errors.New(path + " is longer than its leaves")
		}
	}
	return all, nil
}

// roots gives the hash of every tree that the leaves grow through: roots[n] is that of the first n.
func roots(all [][]byte) ([]tlog.Hash, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, i := range at {
			found = append(found, stored[i])
		}
		return found, nil
	})
	found := []tlog.Hash{{}}
	for i, leaf := range all {
		more, err := tlog.StoredHashes(int64(i), leaf, reader)
		if err != nil {
			return nil, err
		}
		stored = append(stored, more...)
		root, err := tlog.TreeHash(int64(i)+1, reader)
		if err != nil {
			return nil, err
		}
		found = append(found, root)
	}
	return found, nil
}

func hashes(lines []string) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, line := range lines {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		found = append(found, h)
	}
	return found, nil
}

// release checks one directory against the log.
func (k *keys) release(dir string, seq int64, leaf []byte, all []tlog.Hash) (int, error) {
	data, err := os.ReadFile(filepath.Join(dir, "manifest"))
	if err != nil {
		return 0, err
	}
	text, n, err := count(data, k.orgs)
	if err != nil || n < k.nOrgs {
		return 0, fmt.Errorf("%d organisations, not %d (%v)", n, k.nOrgs, err)
	}
	if text != string(leaf) {
		return 0, errors.New("the manifest is not what is logged")
	}
	proof, err := os.ReadFile(filepath.Join(dir, "manifest.tlog-proof"))
	if err != nil {
		return 0, err
	}
	head, rest, found := bytes.Cut(proof, []byte("\n\n"))
	if !found || !bytes.HasPrefix(head, []byte(proofMagic+"index "+strconv.FormatInt(seq, 10))) {
		return 0, errors.New("no proof of this place")
	}
	tree, err := k.checkpoint(rest)
	if err != nil {
		return 0, err
	}
	path, err := hashes(strings.Split(string(head), "\n")[2:])
	if err != nil {
		return 0, err
	}
	if err := tlog.CheckRecord(path, tree.N, tree.Hash, seq, tlog.RecordHash(leaf)); err != nil {
		return 0, err
	}
	return k.consistency(dir, tree, all)
}

// consistency checks each consistency file: it leads from the log as it was to the release's checkpoint.
func (k *keys) consistency(dir string, tree tlog.Tree, all []tlog.Hash) (int, error) {
	names, err := filepath.Glob(filepath.Join(dir, "consistency-*"))
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		size, err := strconv.ParseInt(strings.TrimPrefix(filepath.Base(name), "consistency-"), 10, 64)
		if err != nil || size < 1 || size >= tree.N {
			return 0, errors.New("a consistency file of no size: " + filepath.Base(name))
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return 0, err
		}
		lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
		if bits.OnesCount64(uint64(size)) == 1 { // RFC 9162's proof leaves out the root that stands first here
			if lines[0] != all[size].String() {
				return 0, errors.New(filepath.Base(name) + " starts with another root")
			}
			lines = lines[1:]
		}
		path, err := hashes(lines)
		if err != nil {
			return 0, err
		}
		if err := tlog.CheckTree(path, tree.N, tree.Hash, size, all[size]); err != nil {
			return 0, fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
	}
	return len(names), nil
}

func run() (map[string]int64, error) {
	var logs, witnesses, orgs many
	dir := flag.String("list", "", "directory of the published list")
	k := keys{}
	flag.Var(&logs, "log", "key of the log; its name is the origin")
	flag.Var(&witnesses, "witness", "key of a witness")
	flag.Var(&orgs, "org", "key of an organisation")
	flag.IntVar(&k.nWitnesses, "witnesses", 1, "how many of them")
	flag.IntVar(&k.nOrgs, "orgs", 1, "how many of them")
	flag.Parse()
	var err error
	if k.log, k.origins, err = verifiers(logs, note.NewVerifier); err != nil || len(logs) == 0 {
		return nil, fmt.Errorf("-log: %v", err)
	}
	if k.witnesses, _, err = verifiers(witnesses, newWitness); err != nil {
		return nil, err
	}
	if k.orgs, _, err = verifiers(orgs, note.NewVerifier); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(*dir, "checkpoint"))
	if err != nil {
		return nil, err
	}
	tree, err := k.checkpoint(data)
	if err != nil {
		return nil, err
	}
	all, err := leaves(*dir, tree.N)
	if err != nil {
		return nil, err
	}
	of, err := roots(all)
	if err != nil {
		return nil, err
	}
	if of[tree.N] != tree.Hash {
		return nil, errors.New("the leaves have another root than the checkpoint")
	}
	said := map[string]int64{"leaves": tree.N}
	for seq, leaf := range all {
		place := filepath.Join(*dir, strconv.Itoa(seq))
		if _, err := os.Stat(place); err != nil {
			continue
		}
		n, err := k.release(place, int64(seq), leaf, of)
		if err != nil {
			return nil, fmt.Errorf("release %d: %w", seq, err)
		}
		said["releases"]++
		said["consistency"] += int64(n)
	}
	return said, nil
}

func main() {
	said, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "verify:", err)
		os.Exit(1)
	}
	_ = json.NewEncoder(os.Stdout).Encode(said)
}
