import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** The version name is fixed from outside so that two builds of one commit are equal byte for byte. */
const version = process.env.NOROSHI_VERSION ?? 'dev';

/** @type {import('@sveltejs/kit').Config} */
const config = {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true },
  kit: {
    // The Go binary embeds ../embed/dist; it can only embed what lies beside embed.go.
    adapter: adapter({
      pages: '../embed/dist',
      assets: '../embed/dist',
      fallback: 'index.html',
      precompress: true,
      strict: true
    }),
    // Deep links are served with the same shell, so the addresses of the chunks must be absolute.
    paths: { relative: false },
    version: { name: version },
    alias: {}
  }
};

export default config;
