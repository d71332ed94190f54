import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [tailwindcss(), sveltekit()],
  server: {
    // `npm run dev` talks to an appliance on this machine (noroshi demo).
    proxy: { '/api': { target: 'http://127.0.0.1:8080', changeOrigin: false } }
  },
  build: { target: 'es2022' }
});
