package config

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"os"
	"strings"
)

// secrets puts in the password from its file or the environment (NOROSHI_ROUTE_<NAME>_PASSWORD), and the key of the
// client certificate likewise (NOROSHI_ROUTE_<NAME>_TLS_KEY, PEM). It returns warnings.
func (r *Route) secrets(k *checker, path func(string) string, env func(string) (string, bool)) []Problem {
	prefix := "NOROSHI_ROUTE_" + EnvName(r.Name)
	warnings := r.TLS.load(k, path, env, prefix+"_TLS_KEY")
	if v, ok := env(prefix + "_PASSWORD"); ok {
		r.Password = v
		return warnings
	}
	if r.PassFile == "" {
		return warnings
	}
	if r.Password != "" {
		k.say("password_file", "password and password_file exclude each other; keep password_file",
			"passwordとpassword_fileは同時に指定できません。password_fileだけにしてください")
		return warnings
	}
	file := path(r.PassFile)
	raw, err := os.ReadFile(file)
	if err != nil {
		k.say("password_file", "%s cannot be read (%s); does it exist, and may the user of the service read it?",
			"%s を読めません（%s）。ファイルの有無と、サービスのユーザーの読み取り権限を確認してください", file, cause(err))
		return warnings
	}
	r.Password = strings.TrimRight(string(raw), "\r\n")
	if readable(file) {
		warnings = append(warnings, open(file, k.route, "password_file"))
	}
	return warnings
}

// load makes paths absolute, puts in the key from the environment, and notes the content of the files. It returns
// warnings.
func (t *TLS) load(
	k *checker, path func(string) string, env func(string) (string, bool), variable string,
) (warnings []Problem) {
	if v, ok := env(variable); ok {
		t.KeyPEM = v
	}
	hash := sha256.New()
	_, _ = hash.Write([]byte(t.KeyPEM))
	used := false
	for _, f := range []struct {
		name   string
		file   *string
		secret bool
	}{
		{"tls.ca_file", &t.CAFile, false}, {"tls.cert_file", &t.CertFile, false},
		{"tls.key_file", &t.KeyFile, true},
	} {
		if *f.file == "" || f.secret && t.KeyPEM != "" {
			continue
		}
		*f.file = path(*f.file)
		raw, err := os.ReadFile(*f.file)
		if err != nil {
			k.say(f.name, "%s cannot be read (%s); does it exist, and may the user of the service read it?",
				"%s を読めません（%s）。ファイルの有無と、サービスのユーザーの読み取り権限を確認してください", *f.file, cause(err))
			continue
		}
		used = true
		_, _ = hash.Write(raw)
		if f.secret && readable(*f.file) {
			warnings = append(warnings, open(*f.file, k.route, f.name))
		}
	}
	if used || t.KeyPEM != "" {
		t.Sum = hex.EncodeToString(hash.Sum(nil))
	}
	if (t.CertFile == "") != (t.KeyFile == "" && t.KeyPEM == "") {
		k.say("tls", "cert_file and key_file belong together; set both, or neither",
			"cert_fileとkey_fileは両方指定するか、どちらも指定しないでください")
	}
	return warnings
}

// Certificate returns our certificate with its key, from the files or the environment. It returns the error of
// crypto/tls when they do not belong together.
func (t TLS) Certificate() (tls.Certificate, error) {
	if t.KeyPEM == "" {
		return tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
	}
	chain, err := os.ReadFile(t.CertFile)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(chain, []byte(t.KeyPEM))
}

// readable reports whether others than the owner and the group may read a file. The group may: packages give the
// service its secrets that way.
func readable(file string) bool {
	st, err := os.Stat(file)
	return err == nil && st.Mode().Perm()&0o007 != 0
}

func open(file, route, field string) Problem {
	return Problem{
		Route: route, Field: field,
		EN: file + " holds a secret and everybody on this server may read it; run: chmod 640 " + file,
		JA: file + " には秘密の情報がありますが、このサーバーの全員が読めます。次を実行してください：chmod 640 " + file,
	}
}

// cause returns the operating system's words without the path, which stands beside them.
func cause(err error) string {
	if e, ok := err.(*os.PathError); ok { //nolint:errorlint // os returns it unwrapped
		return e.Err.Error()
	}
	return err.Error()
}
