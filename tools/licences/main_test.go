package main

import (
	"slices"
	"testing"
	"testing/fstest"
)

func TestClassify(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, text string
		want       []string
	}{
		{"apache", "Apache License\n   Version 2.0, January 2004", []string{"Apache-2.0"}},
		{"mit", "Permission is hereby granted, free of charge, to any person\nobtaining a copy", []string{"MIT"}},
		{"two and three clauses", "Redistribution and use in source and binary forms, with or without",
			[]string{"BSD-2-Clause"}},
		{"three clauses", "Redistribution and use in source and binary forms. Neither the name of X nor the names of" +
			" its contributors may be used to endorse or promote products", []string{"BSD-3-Clause"}},
		{"mpl names the gnu licences", "Mozilla Public License Version 2.0 ... means either the GNU General Public" +
			" License, Version 2.0, the GNU Lesser General Public License, Version 2.1", []string{"MPL-2.0"}},
		{"gpl", "GNU GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007", []string{"GPL"}},
		{"agpl", "GNU AFFERO GENERAL PUBLIC LICENSE\n Version 3", []string{"AGPL"}},
		{"nothing known", "All rights reserved.", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := classify(c.text); !slices.Equal(got, c.want) {
				t.Fatalf("classify() = %v, want %v", got, c.want)
			}
		})
	}
}

func TestJudgeRefuses(t *testing.T) {
	t.Parallel()
	good := part{name: "good", licences: []string{"MIT", "BSD-3-Clause"}}
	if err := judge([]part{good}); err != nil {
		t.Fatalf("judge(good) = %v", err)
	}
	for _, p := range []part{{name: "silent"}, {name: "copyleft", licences: []string{"MIT", "GPL"}}} {
		if judge([]part{good, p}) == nil {
			t.Errorf("judge(%s) = nil, want a refusal", p.name)
		}
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string][]string{
		"MIT": {"MIT"}, "(GPL-2.0 OR MIT)": {"MIT"}, "MIT AND CC-BY-4.0": {"MIT", "CC-BY-4.0"}, "GPL-3.0": {"GPL-3.0"},
	} {
		if got := choose(expression); !slices.Equal(got, want) {
			t.Errorf("choose(%q) = %v, want %v", expression, got, want)
		}
	}
}

func TestLinkedPackagesFollowImports(t *testing.T) {
	t.Parallel()
	names, err := importedPackages(fstest.MapFS{
		"routes/+page.svelte": {Data: []byte(`<script>import { Dialog } from 'bits-ui'; import x from '$lib/x';` +
			` const y = await import('@lucide/svelte/icons/house'); import '../app.css'</script>`)},
		"app.css":   {Data: []byte(`@import "tailwindcss";`)},
		"x.spec.ts": {Data: []byte(`import { test } from 'vitest'`)},
	})
	slices.Sort(names)
	if want := []string{"@lucide/svelte", "bits-ui", "tailwindcss"}; err != nil || !slices.Equal(names, want) {
		t.Fatalf("importedPackages() = %v, %v, want %v", names, err, want)
	}
	var lock lockfile
	lock.Packages = map[string]struct {
		Version      string            `json:"version"`
		License      string            `json:"license"`
		Dependencies map[string]string `json:"dependencies"`
	}{
		"node_modules/a":                {Dependencies: map[string]string{"b": "1", "c": "1"}},
		"node_modules/a/node_modules/b": {Dependencies: map[string]string{"c": "1"}},
		"node_modules/b":                {},
		"node_modules/c":                {},
		"node_modules/d":                {},
	}
	linked := map[string]bool{}
	lock.follow("", "a", linked)
	if len(linked) != 3 || !linked["node_modules/a/node_modules/b"] || !linked["node_modules/c"] {
		t.Fatalf("follow() = %v, want a, its own b, and c", linked)
	}
}
