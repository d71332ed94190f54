import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** Forbids imports of the named lib folders: the layers of the console may only look downwards. */
function layer(files, forbidden) {
  return {
    files,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: forbidden.map((folder) => ({
            regex: `^(\\$lib|\\.\\.)/${folder}(/|$)`,
            message: `This layer must not import ${folder}.`
          }))
        }
      ]
    }
  };
}

export default ts.config(
  {
    ignores: [
      '.svelte-kit/',
      'node_modules/',
      'static/',
      'src/lib/api/schema.d.ts',
      'test-results/',
      'playwright-report/'
    ]
  },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } }, rules: { 'no-undef': 'off' } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: {
        projectService: true,
        extraFileExtensions: ['.svelte'],
        parser: ts.parser,
        svelteConfig
      }
    }
  },
  {
    rules: {
      'svelte/no-at-html-tags': 'error',
      // Every address comes from lib/routes, which resolves it; an address written out in a page is an error.
      'svelte/no-navigation-without-resolve': 'off',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'SvelteAttribute[key.name="href"] > SvelteLiteral[value=/^\\//]',
          message: 'Link by lib/routes.'
        },
        { selector: 'CallExpression[callee.name="goto"] > Literal', message: 'Go by lib/routes.' },
        {
          selector: 'SvelteAttribute[key.name="style"]',
          message: 'The content policy refuses style attributes: use style:name.'
        }
      ],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }]
    }
  },
  { files: ['src/lib/i18n/**', 'e2e/**'], rules: { 'max-lines': 'off' } },
  layer(['src/lib/ui/**'], ['api', 'state', 'live', 'actions', 'components', 'routes']),
  layer(['src/lib/components/**'], ['state', 'live', 'actions']),
  layer(['src/lib/state/**', 'src/lib/live/**'], ['actions', 'components', 'ui']),
  layer(['src/lib/actions/**'], ['components']),
  layer(['src/lib/api/**', 'src/lib/i18n/**'], ['state', 'live', 'actions', 'components', 'ui'])
);
