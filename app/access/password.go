package access

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Limits of a password, in characters.
const (
	MinPassword = 12
	MaxPassword = 200
)

// Cost is how hard a password hash is to compute (RFC 9106).
type Cost struct {
	Memory uint32 // KiB
	Time   uint32 // passes
	Lanes  uint8
}

// DefaultCost takes about a tenth of a second on one core: above what OWASP asks for, and small enough that two
// sign-ins at once do not matter beside the appliance's memory.
var DefaultCost = Cost{Memory: 32 << 10, Time: 3, Lanes: 1}

const (
	saltSize  = 16
	hashSize  = 32
	atOnce    = 2       // hashes computed at the same time; the others wait
	maxMemory = 1 << 20 // KiB; a stored hash that asks for more is damaged
)

// hasher computes password hashes, a few at a time: sign-ins must not be able to use up the memory.
type hasher struct {
	cost   Cost
	random io.Reader
	slots  chan struct{}
}

func newHasher(c Cost, random io.Reader) *hasher {
	return &hasher{cost: c, random: random, slots: make(chan struct{}, atOnce)}
}

func (h *hasher) key(password string, salt []byte, c Cost, size int) []byte {
	h.slots <- struct{}{}
	defer func() { <-h.slots }()
	return argon2.IDKey([]byte(norm.NFC.String(password)), salt, c.Time, c.Memory, c.Lanes, uint32(size))
}

// hash returns the hash in PHC form, $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func (h *hasher) hash(password string) (string, error) {
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(h.random, salt); err != nil {
		return "", errRandom(err)
	}
	key := h.key(password, salt, h.cost, hashSize)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.cost.Memory, h.cost.Time, h.cost.Lanes,
		b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

// check reports whether the password has the hash. A hash it cannot read matches nothing.
func (h *hasher) check(password, hash string) bool {
	fields := strings.Split(hash, "$")
	if len(fields) != 6 || fields[1] != "argon2id" || fields[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return false
	}
	var c Cost
	if n, err := fmt.Sscanf(fields[3], "m=%d,t=%d,p=%d", &c.Memory, &c.Time, &c.Lanes); err != nil || n != 3 ||
		c.Memory > maxMemory || c.Time < 1 || c.Lanes < 1 {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(fields[4])
	want, err2 := base64.RawStdEncoding.DecodeString(fields[5])
	if err1 != nil || err2 != nil || len(want) < 16 || len(want) > 64 {
		return false
	}
	return subtle.ConstantTimeCompare(h.key(password, salt, c, len(want)), want) == 1
}

// passwordCode returns why a password is refused: password_short, too_long or password_common; "" when it is not.
func passwordCode(password, email, name string) string {
	password = norm.NFC.String(password)
	switch n := utf8.RuneCountInString(password); {
	case n < MinPassword:
		return "password_short"
	case n > MaxPassword:
		return "too_long"
	case common(password, email, name):
		return "password_common"
	}
	return ""
}

// common reports whether a password is among those tried first: of few characters, a row of the keyboard or the
// alphabet, a listed one, or made of listed words, the person's own name and digits.
func common(password, email, name string) bool {
	s := strings.ToLower(norm.NFKC.String(password))
	distinct := map[rune]bool{}
	for _, r := range s {
		distinct[r] = true
	}
	if len(distinct) < 5 || inRow(s) || repeats(s) {
		return true
	}
	local, domain, _ := strings.Cut(email, "@")
	words := append(strings.Fields(commonWords), local)
	words = append(words, strings.Split(domain, ".")...)
	words = append(words, strings.Fields(strings.ToLower(name))...)
	return onlyWords(letters(plain(s)), words) || onlyWords(letters(s), words)
}

// plain undoes the usual disguises: p@ssw0rd is password.
func plain(s string) string {
	r := strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")
	return r.Replace(s)
}

// letters returns the letters alone; what digits and marks add is tried in no time.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, s)
}

// onlyWords reports whether the text is made of the words and hardly anything else. It takes the longest word first at
// each place; up to three letters may be left over.
func onlyWords(s string, words []string) bool {
	rest := 0
	for s != "" {
		longest := ""
		for _, w := range words {
			if len(w) > len(longest) && len(w) > 2 && strings.HasPrefix(s, w) {
				longest = w
			}
		}
		if longest == "" {
			_, size := utf8.DecodeRuneInString(s)
			longest = s[:size]
			rest++
		}
		s = s[len(longest):]
	}
	return rest <= 3
}

// rows are what fingers and heads run along.
var rows = []string{
	"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", "0123456789012345678901234567890123456789",
	"qwertyuiopasdfghjklzxcvbnmqwertyuiop", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "1q2w3e4r5t6y7u8i9o0p",
	"qazwsxedcrfvtgbyhnujmikolp", "1234567890qwertyuiopasdfghjklzxcvbnm",
}

func inRow(s string) bool {
	reversed := []rune(s)
	for i, j := 0, len(reversed)-1; i < j; i, j = i+1, j-1 {
		reversed[i], reversed[j] = reversed[j], reversed[i]
	}
	for _, row := range rows {
		if strings.Contains(row, s) || strings.Contains(row, string(reversed)) {
			return true
		}
	}
	return false
}

// repeats reports whether the text is one piece of up to six characters over and over.
func repeats(s string) bool {
	for n := 1; n <= 6; n++ {
		if len(s) > 2*n && strings.Repeat(s[:n], len(s)/n+1)[:len(s)] == s {
			return true
		}
	}
	return false
}

// commonWords are what lists of leaked passwords are made of, in small letters, beside digits.
const commonWords = `password passwort passwd pass word admin administrator root user guest test testing temp login
welcome letmein changeme change secret master manager system server default office company business internet
computer security secure qwerty qwertyuiop qwert asdf asdfgh asdfghjkl zxcvb zxcvbnm qazwsx qaz wsx abc abcd abcde
abcdef abcdefg iloveyou iloveu love lovely loveme sunshine princess princesa superman batman spiderman dragon monkey
football baseball basketball soccer hockey tennis shadow michael jordan daniel jessica jennifer ashley charlie
thomas robert george andrew joshua matthew hunter killer trustno trust starwars star wars pokemon naruto sakura
tokyo osaka japan nippon nihon kyoto yokohama nagoya sapporo fukuoka hokkaido okinawa summer winter spring autumn
january february march april may june july august september october november december monday tuesday wednesday
thursday friday saturday sunday today hello world whatever freedom forever access mustang corvette ferrari mercedes
porsche harley yamaha suzuki honda toyota nissan google facebook twitter instagram linkedin microsoft windows apple
android samsung iphone noroshi hijack anpi arigato konnichiwa kawaii ohayo sayonara pasuwado himitsu aishiteru nande
the and for you your our one two three four five six seven eight nine ten is my me im this that new old big good
morning night day happy lucky money flower cookie cheese chocolate banana orange purple yellow green blue black
white silver golden diamond angel heaven jesus christ buster bailey pepper ginger tigger snoopy mickey minnie donald
disney peanut maggie merlin matrix phoenix thunder knight wizard ninja samurai ranger liverpool chelsea arsenal
barcelona manchester united juventus mexico america canada london paris berlin singapore bangkok thailand vietnam
saigon jakarta indonesia malaysia taiwan taipei korea seoul china beijing shanghai india hongkong`
