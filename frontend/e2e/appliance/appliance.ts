import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, type Page } from '@playwright/test';

/** The binary under test: NOROSHI_BINARY, or the one `make build` made. */
const BINARY = process.env.NOROSHI_BINARY ?? resolve(import.meta.dirname, '../../../bin/noroshi');
const START_MS = 60_000;
const STOP_MS = 15_000;

/** A running demo of the real appliance, with data of its own. */
export type Appliance = {
  address: string;
  /** What it has printed on standard output. */
  said: () => string;
  stop: () => Promise<void>;
};

/** A port nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** Starts `noroshi demo` and waits until it has printed what `ready` looks for. */
export async function start(args: readonly string[], ready: RegExp): Promise<Appliance> {
  const data = mkdtempSync(join(tmpdir(), 'noroshi-browser-'));
  const listen = `127.0.0.1:${await freePort()}`;
  const child = spawn(BINARY, ['demo', ...args, '--data', data, '--listen', listen], {
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe']
  });
  // A run that is broken off leaves no program behind.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.on('error', (error) => (err += String(error)));
  const stop = async () => {
    await ended(child);
    process.off('exit', kill);
    rmSync(data, { recursive: true, force: true });
  };
  try {
    await expect
      .poll(() => ready.test(out) || (child.exitCode !== null && `it ended: ${out}${err}`), {
        timeout: START_MS
      })
      .toBe(true);
  } catch (error) {
    await stop();
    throw new Error(`noroshi demo did not start: ${out}${err}`, { cause: error });
  }
  return { address: `http://${listen}`, said: () => out, stop };
}

/** Asks the process to end, as Ctrl+C does, and waits for it. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill('SIGINT');
  const last = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(last);
}

/** What a page complained about: errors in the console, uncaught ones, breaches of the content policy. */
export async function listen(page: Page): Promise<string[]> {
  const noise: string[] = [];
  page.on('console', (message) => {
    // Before the sign-in the console asks who is signed in and is told: nobody.
    const nobody = /status of 401/.test(message.text()) && message.location().url.endsWith('/session');
    if (message.type() === 'error' && !nobody) noise.push(message.text());
  });
  page.on('pageerror', (error) => noise.push(String(error)));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`)
    );
  });
  return noise;
}
