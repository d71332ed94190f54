package config

import (
	"reflect"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// checker gathers problems of one mapping of the file: the whole, or a route.
type checker struct {
	route string
	node  *yaml.Node // nil when there is none, as for the settings of a file that is empty
	list  []Problem
}

// say adds a problem of a field. args belong to both sentences, in the same order.
func (c *checker) say(field string, en, ja string, args ...any) {
	c.list = append(c.list, Problem{
		Line: lineOf(c.node, field), Route: c.route, Field: field, EN: format(en, args), JA: format(ja, args),
	})
}

// lineOf returns the line of a setting such as "tls.key_file" or "hosts[1]"; that of the mapping when it is not there.
func lineOf(node *yaml.Node, field string) int {
	if node = resolve(node); node == nil {
		return 0
	}
	line := node.Line
	for field != "" {
		var name string
		name, field, _ = strings.Cut(field, ".")
		name, index, listed := strings.Cut(strings.TrimSuffix(name, "]"), "[")
		key, value := entry(node, name)
		if key == nil {
			return line
		}
		line, node = key.Line, resolve(value)
		if i, err := strconv.Atoi(index); listed && err == nil && node.Kind == yaml.SequenceNode && i < len(node.Content) {
			node = resolve(node.Content[i])
			line = node.Line
		}
	}
	return line
}

// entry returns a key of a mapping and its value; nil when it has none.
func entry(node *yaml.Node, name string) (key, value *yaml.Node) {
	if node == nil || node.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == name {
			return node.Content[i], node.Content[i+1]
		}
	}
	return nil, nil
}

// resolve follows aliases.
func resolve(node *yaml.Node) *yaml.Node {
	for range 8 {
		if node == nil || node.Kind != yaml.AliasNode {
			return node
		}
		node = node.Alias
	}
	return nil
}

// shape holds a node against the type it will be read into: unknown settings, and values of another sort. It goes as
// deep as the type does, so that a file cannot make it go on for ever.
func (c *checker) shape(node *yaml.Node, t reflect.Type, path string) {
	node = resolve(node)
	if node == nil || node.Tag == "!!null" {
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		c.shape(node, t.Elem(), path)
	case reflect.Struct:
		if c.kind(node, yaml.MappingNode, path) {
			c.fields(node, t, path)
		}
	case reflect.Slice:
		if !c.kind(node, yaml.SequenceNode, path) {
			return
		}
		for i, item := range node.Content {
			if t.Elem() == reflect.TypeFor[Route]() {
				name := ""
				if _, value := entry(resolve(item), "name"); value != nil {
					name = value.Value
				}
				inner := checker{route: nameOr(name, i)}
				inner.shape(item, t.Elem(), "")
				c.list = append(c.list, inner.list...)
				continue
			}
			c.shape(item, t.Elem(), path+"["+strconv.Itoa(i)+"]")
		}
	case reflect.Map:
		if !c.kind(node, yaml.MappingNode, path) {
			return
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			c.shape(node.Content[i], t.Key(), path)
			c.shape(node.Content[i+1], t.Elem(), path+"."+node.Content[i].Value)
		}
	default:
		c.scalar(node, t.Kind(), path)
	}
}

// fields looks at the settings of a mapping.
func (c *checker) fields(node *yaml.Node, t reflect.Type, path string) {
	known := map[string]reflect.Type{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if name != "" && name != "-" {
			known[name] = t.Field(i).Type
		}
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		field, ok := known[key.Value]
		switch {
		case key.Tag == "!!merge":
		case !ok:
			c.unknown(key, path, known)
		case seen[key.Value]:
			c.at(key, join(path, key.Value), "it is set twice; keep one of the two", "二度設定されています。どちらか一方にしてください")
		default:
			c.shape(node.Content[i+1], field, join(path, key.Value))
		}
		seen[key.Value] = true
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func (c *checker) unknown(key *yaml.Node, path string, known map[string]reflect.Type) {
	near, distance := "", 4
	for name := range known {
		d := edits(key.Value, name)
		if strings.HasPrefix(name, key.Value+"_") {
			d = min(d, 1)
		}
		if d < distance || d == distance && name < near {
			near, distance = name, d
		}
	}
	if near == "" || distance > max(1, len(near)/2) {
		c.at(key, path, "there is no setting %q; all of them are in the file that noroshi init writes",
			"%qという設定はありません。設定の一覧は noroshi init が作るファイルにあります", key.Value)
		return
	}
	c.at(key, path, "there is no setting %q; do you mean %q?", "%qという設定はありません。%qの誤りではありませんか",
		key.Value, near)
}

func (c *checker) at(node *yaml.Node, field, en, ja string, args ...any) {
	c.list = append(c.list, Problem{
		Line: node.Line, Route: c.route, Field: field, EN: format(en, args), JA: format(ja, args),
	})
}

// kind reports whether a node is of a kind, and says so when it is not.
func (c *checker) kind(node *yaml.Node, kind yaml.Kind, path string) bool {
	if node.Kind == kind {
		return true
	}
	switch kind {
	case yaml.SequenceNode:
		c.at(node, path, "a list is expected here, such as [a, b]", "[a, b] のような一覧を書いてください")
	default:
		c.at(node, path, "settings are expected here, each as name: value", "「名前: 値」の形で設定を書いてください")
	}
	return false
}

func (c *checker) scalar(node *yaml.Node, kind reflect.Kind, path string) {
	if node.Kind != yaml.ScalarNode {
		c.at(node, path, "a single value is expected here", "値を一つ書いてください")
		return
	}
	switch kind {
	case reflect.Bool:
		if node.Tag != "!!bool" {
			c.at(node, path, "%q is neither true nor false", "%qは true でも false でもありません", node.Value)
		}
	case reflect.Int, reflect.Int64:
		var n int64
		if node.Tag != "!!int" || node.Decode(&n) != nil {
			c.at(node, path, "%q is not a whole number", "%qは整数ではありません", node.Value)
		}
	case reflect.Float64:
		if node.Tag != "!!int" && node.Tag != "!!float" {
			c.at(node, path, "%q is not a number", "%qは数値ではありません", node.Value)
		}
	default: // text: any single value is one
	}
}

// edits returns how many letters have to be changed, put in or taken out to make b of a (Levenshtein).
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		left := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := left
			if a[i] != b[j] {
				cost++
			}
			left = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
