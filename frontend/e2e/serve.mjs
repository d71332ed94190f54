// Serves the built console as the appliance does, content policy included, for tests that bring their own API.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = process.env.NOROSHI_CONSOLE ?? fileURLToPath(new URL('../../embed/dist', import.meta.url));
const port = Number(process.env.PORT ?? 4173);
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json'
};

async function readShell() {
  const shell = await readFile(join(root, 'index.html'), 'utf8');
  const inline = shell.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g);
  const hashes = [...inline].map(
    (match) => `'sha256-${createHash('sha256').update(match[1]).digest('base64')}'`
  );
  return { shell, policy: policyOf(hashes.join(' ')) };
}

const policyOf = (hashes) =>
  [
    "default-src 'none'",
    `script-src 'self' ${hashes}`,
    "style-src 'self'",
    "style-src-attr 'unsafe-hashes' 'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'"
  ].join('; ');

createServer(async (request, response) => {
  try {
    await answer(request, response);
  } catch {
    // While a build rewrites the files there may be no shell; the next request finds it.
    response.statusCode = 503;
    response.end();
  }
}).listen(port, '127.0.0.1');

async function answer(request, response) {
  const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
  const { shell, policy } = await readShell();
  response.setHeader('Content-Security-Policy', policy);
  if (extname(path) === '' && !path.startsWith('/api/')) {
    response.setHeader('Content-Type', types['.html']);
    return response.end(shell);
  }
  try {
    const body = await readFile(join(root, path));
    response.setHeader('Content-Type', types[extname(path)] ?? 'application/octet-stream');
    response.end(body);
  } catch {
    response.statusCode = 404;
    response.end();
  }
}
