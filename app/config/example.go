package config

import (
	"fmt"
	"reflect"
	"strings"
)

// Example returns the file that init writes: every setting with its explanation, those without a default commented out.
// It is made from the struct, so it cannot say anything the program does not do.
func Example() string {
	var b strings.Builder
	b.WriteString("# Configuration of Noroshi. Check it with: noroshi check\n" +
		"# Settings that are commented out show their form.\n\n")
	c := Defaults()
	write(&b, reflect.ValueOf(c), "", false)
	b.WriteString("\n# A route looks like this; take out the # and fill in what the operator gave you.\n#\n# routes:\n")
	var route strings.Builder
	r := RouteDefaults()
	r.Name, r.Host, r.Sender = "main", "smsc.example.net", "819000000000"
	r.SystemID, r.PassFile = "aomine", "main.password"
	write(&route, reflect.ValueOf(r), "    ", true)
	for i, line := range strings.Split(strings.TrimRight(route.String(), "\n"), "\n") {
		if i == 0 {
			b.WriteString("#   -\n")
		}
		b.WriteString("# " + line + "\n")
	}
	return b.String()
}

func write(b *strings.Builder, v reflect.Value, indent string, route bool) {
	t := v.Type()
	for i := range t.NumField() {
		f := t.Field(i)
		name, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "" || name == "-" || name == "routes" {
			continue
		}
		fmt.Fprintf(b, "%s# %s\n", indent, f.Tag.Get("doc"))
		value := v.Field(i)
		off := ""
		if option == "omitempty" && value.IsZero() {
			off = "# "
		}
		if value.Kind() == reflect.Struct {
			fmt.Fprintf(b, "%s%s%s:\n", indent, off, name)
			for j := range value.NumField() {
				sub := value.Type().Field(j)
				subName, _, _ := strings.Cut(sub.Tag.Get("yaml"), ",")
				if subName == "-" {
					continue
				}
				fmt.Fprintf(b, "%s%s  %s: %s  # %s\n", indent, off, subName, form(value.Field(j)), sub.Tag.Get("doc"))
			}
			if !route {
				b.WriteString("\n")
			}
			continue
		}
		fmt.Fprintf(b, "%s%s%s: %s\n", indent, off, name, form(value))
		if !route {
			b.WriteString("\n")
		}
	}
}

func form(v reflect.Value) string {
	switch v.Kind() {
	case reflect.String:
		return fmt.Sprintf("%q", v.String())
	case reflect.Slice:
		return "[]"
	case reflect.Map:
		return "{}"
	case reflect.Pointer:
		if v.IsNil() {
			if v.Type().Elem().Kind() == reflect.Bool {
				return "true"
			}
			return "1"
		}
		return form(v.Elem())
	default:
		return fmt.Sprint(v.Interface())
	}
}
