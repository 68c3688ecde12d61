import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { fixtureCentre } from './dev/plugin.ts';

const page = (name: string) => fileURLToPath(new URL(`./${name}.html`, import.meta.url));

export default defineConfig({
  plugins: [svelte(), fixtureCentre()],
  build: {
    target: 'es2022',
    // The daemon's content security policy allows no inline script, and every supported browser preloads modules.
    modulePreload: { polyfill: false },
    // Fonts and pictures stay files: the policy allows `font-src 'self'` only.
    assetsInlineLimit: 0,
    // The drawing library, in kB: loaded apart, and only by the manager's page.
    chunkSizeWarningLimit: 640,
    rollupOptions: {
      input: {
        kiosk: page('kiosk'),
        board: page('board'),
        desk: page('desk'),
        manager: page('manager'),
        ticket: page('ticket'),
      },
    },
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
