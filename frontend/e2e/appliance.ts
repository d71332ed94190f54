import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base } from '@playwright/test';

const STARTING_MS = 30_000;

export type Appliance = {
  readonly address: string;
  /** What the program printed: the password of a demo, the token of a fresh one. */
  readonly printed: string;
};

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts the program named by NOROSHI_BINARY as a demo in a directory of its own, and waits until it greets. */
async function start(args: string[], greeting: RegExp): Promise<Appliance & { stop: () => Promise<void> }> {
  const data = await mkdtemp(join(tmpdir(), 'noroshi-e2e-'));
  const port = await freePort();
  const program: ChildProcess = spawn(
    process.env.NOROSHI_BINARY ?? '',
    ['demo', '--data', data, '--listen', `127.0.0.1:${port}`, ...args],
    { env: { ...process.env, LANG: 'C', LC_ALL: 'C' }, stdio: ['ignore', 'pipe', 'pipe'] }
  );
  let printed = '';
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no greeting:\n${printed}`)), STARTING_MS);
    const read = (chunk: Buffer) => {
      printed += chunk.toString();
      if (!greeting.test(printed)) return;
      clearTimeout(late);
      resolve();
    };
    program.stdout?.on('data', read);
    program.stderr?.on('data', read);
    program.once('error', reject);
    program.once('exit', (code) => reject(new Error(`ended with ${code}:\n${printed}`)));
  });
  return {
    address: `http://127.0.0.1:${port}`,
    printed,
    stop: async () => {
      program.removeAllListeners('exit');
      const ended = new Promise((resolve) => program.once('exit', resolve));
      program.kill('SIGTERM');
      await ended;
      await rm(data, { recursive: true, force: true });
    }
  };
}

/** Tests against the real program; without NOROSHI_BINARY they are skipped. */
export const test = base.extend<object, { demo: Appliance; fresh: Appliance }>({
  demo: [
    // eslint-disable-next-line no-empty-pattern -- the runner wants the first argument taken apart
    async ({}, use) => {
      const appliance = await start([], /Password\s+\S+/);
      await use(appliance);
      await appliance.stop();
    },
    { scope: 'worker', timeout: STARTING_MS * 2 }
  ],
  fresh: [
    // eslint-disable-next-line no-empty-pattern -- as above
    async ({}, use) => {
      const appliance = await start(['--fresh'], /set-up:\s+\S+/);
      await use(appliance);
      await appliance.stop();
    },
    { scope: 'worker', timeout: STARTING_MS * 2 }
  ]
});
